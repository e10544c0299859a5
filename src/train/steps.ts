/** The loop of a run: steps, checkpoints on the way, what is kept of a run that is cancelled, and when it gives up. */
import { MedgymError } from "../core/errors.ts";
import { mostSkippedInRow, pruneStates, saveState, type TrainingState } from "./run-state.ts";
import type { Session } from "./session.ts";
import type { Trainee } from "./trainee.ts";

interface CheckpointSaved {
  type: "checkpoint-saved";
  step: number;
  path: string;
}

export interface StepPlan<State extends TrainingState, Result> {
  /** "grpo": for errors. */
  verb: string;
  steps: number;
  saveEvery: number;
  keepCheckpoints: number;
  trainee: Trainee;
  session: Pick<Session<State, CheckpointSaved>, "folder" | "state" | "fingerprint" | "record">;
  signal: AbortSignal;
  /** Makes the next step and counts it in the state; calls `learning` before it changes a weight. */
  takeStep(learning: () => void): Promise<void>;
  /** After the last. */
  finish(): Promise<Result>;
}

export async function runSteps<State extends TrainingState, Result>(plan: StepPlan<State, Result>): Promise<Result> {
  const { verb, steps, saveEvery, trainee, session, signal } = plan;
  const { folder, state } = session;
  let saved = state.step;
  /** The state that the weights belong to; null while they are being changed. */
  let clean: State | null = null;
  const learning = () => {
    clean = null;
  };

  const save = async (of: State) => {
    const { step, path } = await saveState(verb, folder, trainee, of, session.fingerprint);
    saved = step;
    session.record({ type: "checkpoint-saved", step, path });
    await pruneStates(folder, plan.keepCheckpoints, null);
  };

  try {
    for (;;) {
      if (state.step > saved && (state.step === steps || (saveEvery > 0 && state.step % saveEvery === 0)))
        await save(state);
      clean = structuredClone(state);
      if (state.step >= steps) break;
      signal.throwIfAborted();
      await plan.takeStep(learning);
    }
    return await plan.finish();
  } catch (error) {
    // A cancelled run keeps what it learned, unless it was in the middle of learning.
    const kept = clean as State | null;
    if (signal.aborted && kept && kept.step > saved) await save(kept).catch(() => {});
    await folder.end(signal.aborted ? "cancelled" : "failed", { error }).catch(() => {});
    throw error;
  }
}

/** Some steps in a row of which nothing could be learned are borne, more are not. `failure`: the most frequent of what failed. */
export function throwIfStuck(
  verb: string,
  { skippedInRow }: TrainingState,
  { step, reason, failure }: { step: number; reason: string; failure?: string },
): void {
  if (skippedInRow < mostSkippedInRow) return;
  throw new MedgymError(
    "non-finite",
    `${verb}: ${reason} at step ${step}, the ${mostSkippedInRow}th step in a row of which nothing could be learned` +
      `${failure ? `: ${failure}` : ""}. Mend the reward or the environment, or lower learningRate if it went well before.`,
  );
}
