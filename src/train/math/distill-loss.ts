/**
 * Distillation: the divergence between teacher and student at each position, over the K tokens that the teacher finds most
 * likely and one further outcome, "any other token", so that mass outside of them counts too.
 *
 *   forward: Σ_k q_k log(q_k/p_k)   covers all that the teacher may say
 *   reverse: Σ_k p_k log(p_k/q_k)   keeps to what the teacher finds likely, https://arxiv.org/abs/2306.08543
 *
 * p student, q teacher; k over K + 1 outcomes.
 */
import type { Floats, Sequences } from "./sequences.ts";

export type DistillDirection = "forward" | "reverse";

export interface DistillInputs extends Sequences {
  /** (T·K) log p of the candidates; −∞ beside a candidate that there is not */
  logprobs: Floats;
  /** (T·K) log q of the same; −∞: there is no such candidate, its mass is the rest's */
  teacherLogprobs: Floats;
}

export interface DistillLoss {
  /** coefficient × this batch's part of the mean over the step's tokens. */
  loss: number;
  /** (T·K) dLoss/dLogprobs */
  dLogprobs: Float32Array;
}

/** Least probability of the other tokens together: log-probabilities of f32 do not add up to 1 more exactly. */
const leastRest = 1e-7;

/** `tokens`: those that count in the whole optimizer step. */
export function distillLoss(
  { logprobs, teacherLogprobs, spans, mask }: DistillInputs,
  { direction = "forward", coefficient = 1 }: { direction?: DistillDirection; coefficient?: number },
  tokens: number,
): DistillLoss {
  const K = logprobs.length / mask.length;
  const scale = coefficient / Math.max(1, tokens);
  const dLogprobs = new Float32Array(logprobs.length);
  let loss = 0;
  for (const [start, end] of spans) {
    for (let t = start; t < end; t++) {
      if (!mask[t]) continue;
      const [student, teacher] = [logprobs, teacherLogprobs].map((all) => all.subarray(t * K, (t + 1) * K));
      // −∞ on both sides: not a candidate.
      const [restP, restQ] = [restOf(student), restOf(teacher)];
      const restLog = Math.log(restP / restQ);
      loss += scale * (direction === "forward" ? -restQ * restLog : restP * restLog);
      for (let k = 0; k < K; k++) {
        if (teacher[k] === Number.NEGATIVE_INFINITY) continue;
        const [p, q, log] = [Math.exp(student[k]), Math.exp(teacher[k]), student[k] - teacher[k]];
        // The rest's probability is 1 − Σp: raising p_k takes from it, which is where the second terms come from.
        loss += scale * (direction === "forward" ? -q * log : p * log);
        dLogprobs[t * K + k] = scale * (direction === "forward" ? (restQ / restP) * p - q : p * (log - restLog));
      }
    }
  }
  return { loss, dLogprobs };
}

function restOf(logprobs: Floats): number {
  let rest = 1;
  for (const logprob of logprobs) rest -= Math.exp(logprob);
  return Math.max(rest, leastRest);
}

export interface DecayOptions {
  /** At step 0. @default 1 */
  start?: number;
  /** @default 0.1 */
  floor?: number;
  /** Steps in which it halves. @default 100 */
  halfLife?: number;
}

/** The weight of distillation at a step: max(floor, start·½^(step/halfLife)). It only decays. */
export function distillCoefficient(
  step: number,
  { start = 1, floor = 0.1, halfLife = 100 }: DecayOptions = {},
): number {
  return Math.max(Math.min(floor, start), start * 0.5 ** (step / halfLife));
}
