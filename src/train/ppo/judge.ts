/** What is measured of a step's rollouts before anything is learned: log-probabilities of policy and reference, and values. */
import type { EngineAdapter } from "../../engine/engine.ts";
import type { Trajectory } from "../../generate/index.ts";
import { batchesOf, completionsOf } from "../policy/experience.ts";
import type { TellPart } from "../policy/policy-events.ts";
import type { Learner } from "../policy/policy-update.ts";
import type { Judged, JudgedRollout } from "./chains.ts";
import { type Critic, valuesOf } from "./value-function.ts";

export interface JudgeSettings {
  microBatchTokens: number;
  temperature: number;
  /** Whether the policy moves before all of them are learned from, so that what it was is needed; whether divergence has a price. */
  moves: boolean;
  isPriced: boolean;
  signal: AbortSignal;
  tell: TellPart;
}

/** The rollouts with their segments, in their order; those without a reward are left out. */
export function toJudge(trajectories: readonly Trajectory[]): JudgedRollout[] {
  return trajectories
    .filter(({ reward }) => reward !== null)
    .map((trajectory) => {
      const completions = completionsOf([trajectory], [0], () => false).map((completion, i) => {
        const { turns, promptLength } = trajectory.segments[i];
        const [oldValues, returns, advantage] = Array.from(
          { length: 3 },
          () => new Float32Array(completion.tokens.length),
        );
        return { ...completion, turns: turns.subarray(promptLength), oldValues, returns, advantage };
      });
      return { trajectory, completions };
    });
}

/** Writes into the completions; tokens that were computed. */
export async function judge(
  { engine, adapter, reference }: Omit<Learner, "optimizer">,
  critic: Critic,
  rollouts: readonly JudgedRollout[],
  { microBatchTokens, temperature, moves, isPriced, signal, tell }: JudgeSettings,
): Promise<number> {
  const completions: Judged[] = rollouts.flatMap((rollout) => rollout.completions);
  let computed = 0;
  const batches = batchesOf(completions, microBatchTokens);
  for (const [i, batch] of batches.entries()) {
    tell("scoring", i, batches.length);
    /** Of each completion of the batch. */
    const each = async (ask: () => Promise<Float32Array>): Promise<Float32Array[]> => {
      signal.throwIfAborted();
      computed += batch.targets.length;
      const numbers = await ask();
      return batch.spans.map(([start, end]) => numbers.slice(start, end));
    };
    const logprobs = async (of: EngineAdapter | null) =>
      (await engine.forward(batch.batch, { adapter: of, targets: batch.targets, temperature })).logprobs;
    const own = moves || isPriced ? await each(() => logprobs(adapter)) : [];
    const ofReference = isPriced ? await each(() => logprobs(reference)) : [];
    const values = await each(() => valuesOf(critic, batch));
    batch.completions.forEach((completion, i) => {
      completion.oldLogprobs = own[i];
      completion.refLogprobs = ofReference[i];
      completion.oldValues = values[i];
    });
  }
  return computed;
}
