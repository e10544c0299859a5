/** One optimizer step from rollouts that a teacher has looked at: the divergence from it, alone or beside the policy's loss. */
import type { Random } from "../../core/random.ts";
import type { EngineAdapter, EngineModel, EngineOptimizer } from "../../engine/engine.ts";
import { type DistillDirection, distillLoss } from "../math/distill-loss.ts";
import type { LossKind } from "../math/loss-kinds.ts";
import { policyLoss } from "../math/policy-loss.ts";
import { batchesOf, type Completion, countedTokens, type ExperienceBatch } from "../policy/experience.ts";
import type { UpdateResult } from "../policy/policy-update.ts";
import { agreements, askedOf, askTeacher, joinGradients, noCandidates, splitAnswers } from "./candidates.ts";
import type { Teacher } from "./teacher.ts";

/** A completion, and how the teacher sees it. */
export interface TaughtCompletion extends Completion {
  /** With the hint in it. */
  teacherPrompt: Int32Array;
  /** (T) 1 where it learns from the teacher: on some of what the policy drew. */
  taught: Uint8Array;
}

export interface TaughtOptions {
  /** K */
  candidates: number;
  direction: DistillDirection;
  /** Of the policy's loss; 0: the teacher alone. */
  policyWeight: number;
  loss: LossKind;
  epsilon: number;
  temperature: number;
  microBatchTokens: number;
  gradientCheckpointing: boolean;
  maxGradNorm: number;
  maxNewTokens: number;
}

export interface TaughtUpdate extends UpdateResult {
  /** Mean divergence from the teacher, nats a token, before the coefficient; null: nothing was taught. */
  divergence: number | null;
  /** Share of those tokens at which both have the same first choice. */
  agreement: number | null;
  taughtTokens: number;
}

export interface Pupil {
  engine: EngineModel;
  adapter: EngineAdapter | null;
  optimizer: EngineOptimizer;
}

export interface UpdateSettings {
  coefficient: number;
  learningRate: number;
  random: Random;
  signal: AbortSignal;
}

export async function learnFromTeacher(
  { engine, adapter, optimizer }: Pupil,
  teacher: Teacher,
  completions: readonly TaughtCompletion[],
  options: TaughtOptions,
  { coefficient, learningRate, random, signal }: UpdateSettings,
): Promise<TaughtUpdate> {
  const { temperature, direction, policyWeight, maxGradNorm } = options;
  const scored = completions.map((each) => (policyWeight > 0 ? each : { ...each, mask: each.taught }));
  const batches = batchesOf(
    scored.filter(({ mask }) => mask.includes(1)),
    options.microBatchTokens,
  );
  const taughtTokens = completions.reduce((sum, { taught }) => sum + taught.reduce((a, b) => a + b, 0), 0);
  const tokens = countedTokens(completions);
  const totals = {
    sequences: completions.length,
    tokens,
    rolloutTokens: tokens,
    maxCompletionTokens: options.maxNewTokens,
  };
  const sums = { divergence: 0, agree: 0, entropy: 0, gap: 0, tokens: 0 };
  const seconds = { scoring: 0, update: 0 };
  let [loss, scoredTokens, updatedTokens] = [0, 0, 0];
  for (const [i, batch] of batches.entries()) {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const { candidates, taught, positions } = await teach(teacher, batch, options);
    const taughtAt = performance.now();
    const { logprobs, entropy, topIds } = await engine.forward(batch.batch, {
      ...{ adapter, targets: askedOf(batch.targets, candidates), candidates: candidates.K + 1, temperature, topK: 1 },
      ...{ entropy: true, keep: true, checkpoint: options.gradientCheckpointing },
      ...{ train: true, dropoutSeed: random.split("dropout", i).uint32() },
    });
    const { own, ofCandidates } = splitAnswers(logprobs, candidates);
    const inputs = { spans: batch.spans, mask: taught, logprobs: ofCandidates, teacherLogprobs: candidates.logprobs };
    const distilled = distillLoss(inputs, { direction, coefficient }, taughtTokens);
    const policy =
      policyWeight > 0
        ? policyLoss({ ...batch, logprobs: own }, { kind: options.loss, epsilon: options.epsilon }, totals)
        : undefined;
    loss += distilled.loss + policyWeight * (policy?.loss ?? 0);
    sums.divergence += coefficient > 0 ? distilled.loss / coefficient : 0;
    sums.agree += agreements(topIds!, taught, candidates);
    batch.mask.forEach((counts, t) => {
      if (!counts) return;
      sums.tokens++;
      sums.entropy += entropy![t];
      sums.gap += Math.abs(own[t] - batch.samplerLogprobs[t]);
    });
    if (!Number.isFinite(loss)) break;
    const dOwn = policy?.dLogprobs.map((gradient) => policyWeight * gradient);
    await engine.backward({ logprobs: joinGradients(dOwn, distilled.dLogprobs, candidates) });
    scoredTokens += positions;
    updatedTokens += batch.batch.tokens.length;
    seconds.scoring += (taughtAt - startedAt) / 1000;
    seconds.update += (performance.now() - taughtAt) / 1000;
  }
  const startedAt = performance.now();
  let gradNorm = Number.NaN;
  if (batches.length > 0 && Number.isFinite(loss)) ({ gradNorm } = await optimizer.step({ learningRate, maxGradNorm }));
  else await optimizer.zeroGradients();
  const updated = Number.isFinite(gradNorm);
  if (updated) await teacher.follow();
  seconds.update += (performance.now() - startedAt) / 1000;
  const perToken = (sum: number) => (sums.tokens === 0 ? null : sum / sums.tokens);
  return {
    ...{
      loss,
      gradNorm: updated ? gradNorm : 0,
      updates: updated ? 1 : 0,
      skipped: batches.length > 0 && !updated ? 1 : 0,
    },
    ...{ kl: null, clippedLow: 0, clippedHigh: 0, scoredTokens, updatedTokens, seconds, taughtTokens },
    entropy: perToken(sums.entropy),
    logprobGap: perToken(sums.gap),
    divergence: taughtTokens === 0 ? null : sums.divergence,
    agreement: taughtTokens === 0 ? null : sums.agree / taughtTokens,
  };
}

/** What the teacher would say at each position of the student's batch. Its own batch has the same completions behind its own prompts. */
async function teach(teacher: Teacher, batch: ExperienceBatch<TaughtCompletion>, options: TaughtOptions) {
  const T = batch.targets.length;
  const taught = new Uint8Array(T);
  batch.spans.forEach(([start], i) => void taught.set(batch.completions[i].taught, start));
  const seen = batch.completions.map((each) => ({ ...each, prompt: each.teacherPrompt, mask: each.taught }));
  const [own] = batchesOf(seen, Number.POSITIVE_INFINITY);
  const { candidates: K, temperature } = options;
  const answers = await askTeacher(teacher, own.batch, own.targets, { K, temperature });
  const candidates = noCandidates(T, K);
  batch.spans.forEach(([start], i) => {
    const [from, to] = own.spans[i].map((t) => t * K);
    candidates.ids.set(answers.ids.subarray(from, to), start * K);
    candidates.logprobs.set(answers.logprobs.subarray(from, to), start * K);
  });
  return { candidates, taught, positions: own.batch.tokens.length };
}
