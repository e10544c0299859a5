/**
 * Groups of completions of one prompt (GRPO's groups, DPO's pairs) as a batch that computes each prompt once: the prompt
 * without its last token is a parent, and each completion's sequence begins with that last token, so that every target
 * stays at the position before it, as in a sequence written out.
 */
import { MedgymError } from "../core/errors.ts";
import type { Batch } from "../engine/engine.ts";
import type { Span } from "./math/sequences.ts";

/** Token ids of a prompt and of the completions that follow it. */
export interface Group {
  prompt: Int32Array;
  completions: readonly Int32Array[];
}

export interface PackedGroups {
  batch: Batch;
  /** (T) the token of a completion that comes after each position, else −1 */
  targets: Int32Array;
  /** Where each completion's tokens are scored, group by group: positions [start, end). */
  spans: Span[];
  /** Tokens of all completions: each is scored once. */
  scored: number;
  /** Each completion's part of an array with one number for each position (T): a view, to read logprobs or write gradients. */
  views(values: Float32Array): Float32Array[][];
}

/**
 * A completion's last token is scored but, with nothing after it, not part of the batch. A prompt of one token and one
 * with a single completion are written out: there is nothing to share.
 */
export function packGroups(groups: readonly Group[]): PackedGroups {
  const sequences: { head: Int32Array; completion: Int32Array; parent: number }[] = [];
  groups.forEach(({ prompt, completions }, g) => {
    const short = prompt.length === 0 ? "its prompt" : completions.some(({ length }) => length === 0) && "a completion";
    if (short) throw new MedgymError("invalid-argument", `packGroups: group ${g}: ${short} has no token.`);
    const shares = prompt.length > 1 && completions.length > 1;
    const parent = shares ? sequences.length : -1;
    if (shares) sequences.push({ head: prompt.subarray(0, -1), completion: new Int32Array(0), parent: -1 });
    const head = shares ? prompt.subarray(-1) : prompt;
    for (const completion of completions) sequences.push({ head, completion, parent });
  });
  const cuSeqlens = new Int32Array(sequences.length + 1);
  sequences.forEach(({ head, completion }, s) => {
    cuSeqlens[s + 1] = cuSeqlens[s] + head.length + Math.max(0, completion.length - 1);
  });
  const tokens = new Int32Array(cuSeqlens.at(-1)!);
  const targets = new Int32Array(tokens.length).fill(-1);
  const spans: Span[] = [];
  sequences.forEach(({ head, completion }, s) => {
    tokens.set(head, cuSeqlens[s]);
    if (completion.length === 0) return; // a parent
    const start = cuSeqlens[s] + head.length - 1;
    tokens.set(completion.subarray(0, -1), start + 1);
    targets.set(completion, start);
    spans.push([start, start + completion.length]);
  });
  return {
    batch: { tokens, cuSeqlens, parents: Int32Array.from(sequences, ({ parent }) => parent) },
    targets,
    spans,
    scored: spans.reduce((sum, [start, end]) => sum + end - start, 0),
    views(values) {
      const rest = spans.values();
      return groups.map(({ completions }) => completions.map(() => values.subarray(...(rest.next().value as Span))));
    },
  };
}
