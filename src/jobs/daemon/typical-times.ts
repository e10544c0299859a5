/**
 * How long a job will take, from what others took: those of the same function, by how much longer each was than the function had said of
 * itself. What a function says is operations at the rates of one idle machine; ours has another processor, and other work.
 */
import { createHash } from "node:crypto";
import type { FunctionWork, JobRecord, JobSpec } from "../job.ts";
import type { Expectation } from "../protocol.ts";

/** What tells which others a job is like. */
export type Likeness = Pick<JobSpec, "work" | "gpus" | "notebook" | "name" | "predictedSeconds">;

interface Past {
  tookSeconds: number;
  /** Until its function was called: start of the process, loading of weights. */
  loadingSeconds?: number;
  predictedSeconds?: number;
  /** Of the options. */
  hash?: string;
}

/** Of a kind, the newest. */
const remembered = 32;
/** Logarithms: what one job tells of the next, at best; and of a tenfold longer one. */
const spread = 0.5;
const spreadPerDecade = 0.6;
/** Before any has run: how much longer than said it takes, as a factor, and how sure that is. */
const unlearned = { factor: 2, spread: 1, loadingSeconds: 2 };
/** 80 % lie between the tenth and the ninetieth of a hundred. */
const tenth = 1.28;

export class TypicalTimes {
  readonly #past = new Map<string, Past[]>();

  /** For the backfill: what the job says, else what is learned, else its timeout. */
  expectedSeconds(spec: JobSpec): number | undefined {
    return spec.expectedSeconds ?? this.expect(spec)?.seconds ?? spec.timeoutSeconds;
  }

  /** Undefined where neither the function nor an earlier job tells anything. */
  expect(job: Likeness): Expectation | undefined {
    const past = this.#past.get(kindOf(job)) ?? [];
    return job.predictedSeconds === undefined ? likeOthers(job, past) : scaled(job.predictedSeconds, past);
  }

  learn({ spec, state, startedMs, endedMs, loadedMs }: JobRecord): void {
    if (state !== "succeeded" || startedMs === undefined || endedMs === undefined) return;
    const loadingSeconds = loadedMs === undefined ? undefined : (loadedMs - startedMs) / 1000;
    const { predictedSeconds } = spec;
    const past = this.#past.get(kindOf(spec)) ?? [];
    past.push({ tookSeconds: (endedMs - startedMs) / 1000, loadingSeconds, predictedSeconds, hash: hashOf(spec) });
    this.#past.set(kindOf(spec), past.slice(-remembered));
  }
}

/** What the function says, as much longer as it was for others: the more alike and the newer, the more they count. */
function scaled(predictedSeconds: number, all: readonly Past[]): Expectation {
  const past = all.filter((each) => (each.predictedSeconds ?? 0) > 0).reverse();
  const decades = past.map((each) => Math.abs(Math.log10(predictedSeconds / each.predictedSeconds!)));
  const weights = decades.map((distance, age) => Math.exp(-2 * distance) * 0.9 ** age);
  const loading = mean(past.map((each) => each.loadingSeconds ?? unlearned.loadingSeconds), weights) ?? unlearned.loadingSeconds; // biome-ignore format: a line
  const factors = past.map((each) => {
    const worked = each.tookSeconds - (each.loadingSeconds ?? unlearned.loadingSeconds);
    return Math.log(Math.max(worked, each.tookSeconds / 100) / each.predictedSeconds!);
  });
  const factor = mean(factors, weights) ?? Math.log(unlearned.factor);
  const uncertainty = past.length === 0 ? unlearned.spread : spreadOf(factors, weights, Math.min(...decades));
  const worked = (by: number) => predictedSeconds * Math.exp(factor + by * tenth * uncertainty);
  return { seconds: loading + worked(0), low: loading / 2 + worked(-1), high: loading * 2 + worked(1), jobs: past.length }; // biome-ignore format: a line
}

/** As long as others with the same options, or where there were none, as all others. */
function likeOthers(job: Likeness, all: readonly Past[]): Expectation | undefined {
  const hash = hashOf(job);
  const same = all.filter((each) => each.hash === hash);
  const past = (same.length > 0 ? same : all).filter(({ tookSeconds }) => tookSeconds > 0).reverse();
  const weights = past.map((_, age) => 0.9 ** age);
  const times = past.map(({ tookSeconds }) => Math.log(tookSeconds));
  const center = mean(times, weights);
  if (center === undefined) return undefined;
  const uncertainty = spreadOf(times, weights, same.length > 0 ? 0 : 1);
  const at = (by: number) => Math.exp(center + by * tenth * uncertainty);
  return { seconds: at(0), low: at(-1), high: at(1), jobs: past.length };
}

/** Standard deviation of the next logarithm: as they are spread, as little as few of them tell, as far as the nearest is. */
function spreadOf(logarithms: readonly number[], weights: readonly number[], decades: number): number {
  const center = mean(logarithms, weights)!;
  const variance = mean(logarithms.map((each) => (each - center) ** 2), weights)!; // biome-ignore format: a line
  // As many as would tell as much if all counted the same.
  const count = sum(weights) ** 2 / sum(weights.map((weight) => weight ** 2));
  return Math.sqrt(variance + spread ** 2 / count + (spreadPerDecade * decades) ** 2);
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const mean = (numbers: readonly number[], weights: readonly number[]) =>
  numbers.length === 0 ? undefined : sum(numbers.map((each, i) => each * weights[i])) / sum(weights);

/** The same function, or a cell of the same notebook and name, on as many devices. */
const kindOf = memoised(({ work, notebook, name, gpus }: Likeness): string =>
  JSON.stringify([gpus, ...(work.type === "function" ? [work.module, work.export] : [notebook, name])]),
);

const hashOf = memoised(
  ({ work }: Likeness): string =>
  createHash("sha256").update(JSON.stringify((work as FunctionWork).options ?? null)).digest("base64"), // biome-ignore format: a line
);

/** Specs do not change, and are asked about with every pass of the scheduler. */
function memoised(work: (job: Likeness) => string): (job: Likeness) => string {
  const known = new WeakMap<Likeness, string>();
  return (job) => {
    let found = known.get(job);
    if (found === undefined) {
      found = work(job);
      known.set(job, found);
    }
    return found;
  };
}
