/** Pairs as packed batches: each prompt once, the chosen and the rejected completion after it. */
import type { Batch } from "../../engine/engine.ts";
import { microBatches } from "../batches.ts";
import { type Group, packGroups } from "../groups.ts";
import type { Span } from "../math/sequences.ts";
import { type Pair, pairLength } from "./pairs.ts";

/** One forward pass over P pairs: completions 2i and 2i + 1 are the chosen and the rejected of pair i. */
export interface PairBatch {
  /** (P) which pairs of the data */
  indices: readonly number[];
  batch: Batch;
  /** (T) −1 where nothing counts */
  targets: Int32Array;
  /** (2P) */
  spans: Span[];
  /** (T) */
  mask: Uint8Array;
}

/** Batches of at most `maxTokens` tokens each; one long pair may exceed it alone. */
export function pairBatches(items: readonly Pair[], indices: readonly number[], maxTokens: number): PairBatch[] {
  const pairs = indices.map((i) => items[i]);
  const all = pairs.map((_, n) => n);
  return microBatches(all, pairs.map(pairLength), maxTokens).map((part) =>
    packPairs(
      part.map((n) => pairs[n]),
      part.map((n) => indices[n]),
    ),
  );
}

function packPairs(pairs: readonly Pair[], indices: readonly number[]): PairBatch {
  const { batch, targets, spans } = packGroups(pairs.flatMap(groupsOf));
  const mask = new Uint8Array(targets.length);
  const masks = pairs.flatMap(({ prompt, chosen, rejected }) =>
    [chosen, rejected].map((side) => (prompt.length > 0 ? side.mask : side.mask.subarray(1))),
  );
  masks.forEach((own, s) => void mask.set(own, spans[s][0]));
  mask.forEach((counts, t) => {
    if (!counts) targets[t] = -1;
  });
  return { indices, batch, targets, spans, mask };
}

/** Where nothing is in common each completion stands alone; its first token, which nothing predicts, is its prompt. */
function groupsOf({ prompt, chosen, rejected }: Pair): Group[] {
  if (prompt.length > 0) return [{ prompt, completions: [chosen.tokens, rejected.tokens] }];
  return [chosen, rejected].map(({ tokens }) => ({
    prompt: tokens.subarray(0, 1),
    completions: [tokens.subarray(1)],
  }));
}
