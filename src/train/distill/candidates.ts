/**
 * The teacher's K likeliest tokens at each position, and the student's forward pass over them: each position is asked for K + 1
 * tokens, its own and the candidates. Shapes: T positions of a packed batch.
 */
import type { Batch } from "../../engine/engine.ts";
import type { Teacher } from "./teacher.ts";

export interface Candidates {
  K: number;
  /** (T·K) the teacher's likeliest first; −1 where nothing is taught, or the student has no such token */
  ids: Int32Array;
  /** (T·K) log q; −∞ beside an id of −1 */
  logprobs: Float32Array;
}

export const noCandidates = (T: number, K: number): Candidates => ({
  K,
  ids: new Int32Array(T * K).fill(-1),
  logprobs: new Float32Array(T * K).fill(Number.NEGATIVE_INFINITY),
});

/** `targets` (T) mark the positions, by any id but −1. */
export async function askTeacher(
  { engine, adapter, studentVocabSize }: Teacher,
  batch: Batch,
  targets: Int32Array,
  { K, temperature }: { K: number; temperature: number },
): Promise<Candidates> {
  const candidates = noCandidates(targets.length, K);
  if (targets.every((target) => target < 0)) return candidates;
  const { topIds, topLogprobs } = await engine.forward(batch, { adapter, targets, topK: K, temperature });
  topIds!.forEach((id, i) => {
    if (id < 0 || id >= studentVocabSize) return;
    candidates.ids[i] = id;
    candidates.logprobs[i] = topLogprobs![i];
  });
  return candidates;
}

/** (T·(K+1)) for the student's pass; what has no candidate asks for its own token again, which gets no gradient. */
export function askedOf(targets: Int32Array, { K, ids }: Candidates): Int32Array {
  const asked = new Int32Array(targets.length * (K + 1)).fill(-1);
  targets.forEach((target, t) => {
    if (target < 0) return;
    asked[t * (K + 1)] = target;
    for (let k = 0; k < K; k++) asked[t * (K + 1) + 1 + k] = ids[t * K + k] < 0 ? target : ids[t * K + k];
  });
  return asked;
}

/** (T·(K+1)) → of the own tokens (T), of the candidates (T·K); −∞ where there is none. */
export function splitAnswers(logprobs: Float32Array, { K, ids }: Candidates) {
  const T = logprobs.length / (K + 1);
  const own = Float32Array.from({ length: T }, (_, t) => logprobs[t * (K + 1)]);
  const ofCandidates = Float32Array.from({ length: T * K }, (_, i) =>
    ids[i] < 0 ? Number.NEGATIVE_INFINITY : logprobs[Math.floor(i / K) * (K + 1) + 1 + (i % K)],
  );
  return { own, ofCandidates };
}

/** The gradients of both, as the backward pass wants them. */
export function joinGradients(
  own: Float32Array | undefined,
  ofCandidates: Float32Array,
  { K }: Candidates,
): Float32Array {
  const T = ofCandidates.length / K;
  const joined = new Float32Array(T * (K + 1));
  for (let t = 0; t < T; t++) {
    if (own) joined[t * (K + 1)] = own[t];
    joined.set(ofCandidates.subarray(t * K, (t + 1) * K), t * (K + 1) + 1);
  }
  return joined;
}

/** Positions of the mask (T) at which the first choice of both is the same; studentTop (T). */
export function agreements(studentTop: Int32Array, mask: Uint8Array, { K, ids }: Candidates): number {
  let count = 0;
  mask.forEach((counts, t) => {
    if (counts && studentTop[t] === ids[t * K]) count++;
  });
  return count;
}
