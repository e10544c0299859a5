import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import { Run } from "../core/run.ts";
import type { Model } from "./model.ts";
import { asList, encodePrompt, isPrompt, type Prompt } from "./prompts.ts";
import { batches } from "./score.ts";

export interface RewardOptions {
  /** Most tokens in one engine call; longer lists take several. @default 4096 */
  batchTokens?: number;
}

export type RewardEvent = { type: "reward-progress"; done: number; total: number };

const rewardSchema = z.strictObject({ batchTokens: z.number().int().min(1).default(4096) });

/** A chat is rendered whole, without the beginning of an answer; its last token is the one that is judged. */
export function reward(
  model: Model,
  inputs: Prompt | readonly Prompt[],
  options: RewardOptions = {},
): Run<number | number[], RewardEvent> {
  const { batchTokens } = resolveOptions("reward", options, rewardSchema);
  const { list, single } = asList<Prompt>(inputs, isPrompt, "reward");
  if (!model.hasScalarHead) {
    throw new MedgymError(
      "invalid-argument",
      `reward: ${model.name} has no scalar head. Load a reward model, or make one with createLora({ scalarHead: true }).`,
    );
  }
  return new Run<number | number[], RewardEvent>(
    "reward",
    async ({ signal, emit }) => {
      const sequences = list.map((input) => ({ tokens: encode(model, input) }));
      const rewards: number[] = [];
      for (const batch of batches(sequences, batchTokens)) {
        signal.throwIfAborted();
        rewards.push(...(await rewardsOf(model, batch)));
        emit({ type: "reward-progress", done: rewards.length, total: list.length });
      }
      return single ? rewards[0] : rewards;
    },
    ({ events, status }) => {
      const { done, total } = events.at(-1) ?? { done: 0, total: list.length };
      return { "text/plain": `judged ${done} of ${total}${status === "running" ? "" : `: ${status}`}` };
    },
    ({ events }) => events.at(-1) && { ...events.at(-1)!, unit: "texts" },
  );
}

function encode(model: Model, input: Prompt): Int32Array {
  const tokens = encodePrompt(model, input, { addGenerationPrompt: false }, "reward");
  const { maxPositions } = model.info;
  if (tokens.length <= maxPositions) return tokens;
  throw new MedgymError(
    "invalid-argument",
    `reward: a text of ${tokens.length} tokens is longer than the context of ${maxPositions}. Cut it.`,
  );
}

async function rewardsOf(model: Model, batch: readonly { tokens: Int32Array }[]): Promise<number[]> {
  const starts = [0];
  for (const { tokens } of batch) starts.push(starts.at(-1)! + tokens.length);
  const tokens = new Int32Array(starts.at(-1)!);
  const targets = new Int32Array(tokens.length).fill(-1);
  batch.forEach((sequence, s) => {
    tokens.set(sequence.tokens, starts[s]);
    targets[starts[s + 1] - 1] = 0;
  });
  const { values } = await model.engine.forward(
    { tokens, cuSeqlens: Int32Array.from(starts) },
    { targets, logprobs: false, values: true, adapter: model.adapter?.engine ?? null },
  );
  return batch.map((_, s) => values![starts[s + 1] - 1]);
}
