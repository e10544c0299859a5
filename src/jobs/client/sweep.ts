/** The same function with other options, many times: which are best. */
import { z } from "zod";
import { canonicalJson } from "../../core/canonical.ts";
import {
  cellSignal,
  type Displayable,
  displaySymbol,
  inKernel,
  type MimeBundle,
  outsideCells,
} from "../../core/display.ts";
import { MedgymError } from "../../core/errors.ts";
import { resolveOptions } from "../../core/options.ts";
import { tableBundle } from "../../core/table.ts";
import { showSweep } from "../board/show-sweep.ts";
import { type FunctionWork, isOver, type JobRecord } from "../job.ts";
import { optionsJson } from "../json.ts";
import { client } from "./client.ts";
import { feedOf } from "./feed.ts";
import type { AnyFunction } from "./find-function.ts";
import { Halving } from "./halving.ts";
import { Job } from "./job-handle.ts";
import { type JobInput, type JobOutputOf, notebookName, submitTrial } from "./submit.ts";
import type { SubmitOptions } from "./submit-options.ts";
import { drawn, gridOf, labelOf, type Setting, type Space, withSetting } from "./sweep-space.ts";

export type { Setting, Space };

export interface SweepOptions extends Omit<SubmitOptions, "name"> {
  /** Label, and what it is found again by: the same sweep called again takes up its jobs. @default the function's name and "sweep" */
  name?: string;
  /** "grid": all combinations; "random": `count` of them. @default "grid" */
  strategy?: "grid" | "random";
  /** Of "random". @default 16 */
  count?: number;
  /** Of "random". @default 0 */
  seed?: number;
  /** Path in the result of what is compared: a number, or an estimate `{ value, low, high }`. @default "summary.loss" */
  metric?: string;
  /** Whether less or more of it is better. @default "min" */
  mode?: "min" | "max";
  /** Ends trials early that fall behind. @default none */
  halving?: HalvingOptions;
}

export interface HalvingOptions {
  /** Step at which trials are first compared; then at `factor` times as many, and so on. */
  first: number;
  /** One in so many goes on. @default 3 */
  factor?: number;
  /** The figure of a step that is compared. @default the last part of `metric` */
  metric?: string;
}

/** A value, and where it has one its interval. */
export interface Measure {
  value: number;
  low?: number;
  high?: number;
}

export interface Trial<Result = unknown> {
  /** What of the options it changes, by path. */
  readonly setting: Setting;
  readonly job: Job<Result>;
  /** Once it succeeded. */
  value?: Measure;
  /** Why it was ended before its end. */
  stopped?: string;
}

const schema = z.looseObject({
  name: z.string().min(1).optional(),
  strategy: z.enum(["grid", "random"]).default("grid"),
  count: z.int().min(1).default(16),
  seed: z.int().min(0).default(0),
  metric: z.string().min(1).default("summary.loss"),
  mode: z.enum(["min", "max"]).default("min"),
  halving: z
    .strictObject({ first: z.int().min(1), factor: z.int().min(2).default(3), metric: z.string().min(1).optional() })
    .optional(),
});

/**
 * Runs a function with each setting of a space as a job: `sweep(sft, { model, data }, { "lora.rank": [8, 16, 32] })`. The space is lists
 * or ranges by path in the options, or a list of settings. Returns at once; `await` gives the ranking. A sweep called again with the same
 * name and settings takes up its jobs: what is done is not done again.
 */
export function sweep<F extends AnyFunction>(
  fn: F,
  base: Partial<JobInput<F>>,
  space: Space | readonly Setting[],
  options: SweepOptions = {},
): Sweep<JobOutputOf<F>> {
  const { name, strategy, count, seed, metric, mode, halving, ...rest } = resolveOptions("sweep", options, schema);
  const settings = Array.isArray(space)
    ? (space as readonly Setting[])
    : strategy === "grid"
      ? gridOf(space as Space)
      : drawn(space as Space, count, seed);
  if (settings.length === 0)
    throw new MedgymError("invalid-argument", "sweep: there is nothing to try: the space is empty.");
  const label = name ?? `${fn.name || "job"} sweep`;
  // It goes on when its cell is interrupted.
  return outsideCells(() => {
    const trials = trialsOf(fn, base, settings, label, rest as SubmitOptions, halving !== undefined) as Trial<
      JobOutputOf<F>
    >[];
    return new Sweep(label, trials, { metric, mode, halving });
  });
}

/** Each takes up the job of an earlier call, if there is one that did not fail. */
function trialsOf(
  fn: AnyFunction,
  base: object,
  settings: readonly Setting[],
  name: string,
  options: SubmitOptions,
  stops: boolean,
): Trial[] {
  const known = earlierJobs(name, stops);
  // One after another: they queue in the order of the settings.
  let before: Promise<unknown> = Promise.resolve();
  return settings.map((setting) => {
    const given = withSetting(base as Record<string, unknown>, setting);
    const jobName = `${name}: ${labelOf(setting)}`;
    const found = known.then((records) => records.find((record) => isSame(record, jobName, given)));
    const previous = before;
    const job = new Job(jobName, async () => {
      await previous;
      return (await found) ?? submitTrial(fn, given, { ...options, name: jobName }, name).submitted;
    });
    before = job.submitted.catch(() => {}); // one that is refused holds up no other
    return { setting, job };
  });
}

/** `stops`: the sweep itself ends some, which are not begun again. */
async function earlierJobs(name: string, stops: boolean): Promise<JobRecord[]> {
  const { connection, requests } = await client();
  const own = await connection.request(requests.list, { notebook: notebookName(), limit: 10_000 });
  const isTaken = (state: JobRecord["state"]) =>
    !isOver(state) || state === "succeeded" || (stops && state === "cancelled");
  return own.filter(({ spec, state }) => spec.name.startsWith(`${name}: `) && isTaken(state));
}

function isSame({ spec }: JobRecord, name: string, options: object): boolean {
  if (spec.name !== name) return false;
  try {
    return canonicalJson((spec.work as FunctionWork).options) === canonicalJson(optionsJson("sweep", options));
  } catch {
    return false; // outputs of jobs that are new
  }
}

export interface RankedTrial {
  setting: Setting;
  job: number;
  state: JobRecord["state"];
  value?: Measure;
  stopped?: string;
}

/** Best first; those without a value at the end. */
export class Ranking implements Displayable {
  readonly name: string;
  readonly metric: string;
  readonly mode: "min" | "max";
  readonly trials: readonly RankedTrial[];

  constructor(name: string, metric: string, mode: "min" | "max", trials: readonly RankedTrial[]) {
    this.name = name;
    this.metric = metric;
    this.mode = mode;
    const sign = mode === "min" ? 1 : -1;
    this.trials = [...trials].sort((a, b) => {
      if (a.value && b.value) return sign * (a.value.value - b.value.value) || a.job - b.job;
      return Number(b.value !== undefined) - Number(a.value !== undefined) || a.job - b.job;
    });
  }

  /** Undefined when none has a value. */
  get best(): RankedTrial | undefined {
    return this.trials[0]?.value ? this.trials[0] : undefined;
  }

  [displaySymbol](): MimeBundle {
    const paths = [...new Set(this.trials.flatMap(({ setting }) => Object.keys(setting)))];
    const rows = this.trials.map(({ setting, job, state, value, stopped }, i) => [
      ...[value ? String(i + 1) : "–", ...paths.map((path) => textOf(setting[path]))],
      ...[value ? measureText(value) : "–", stopped ?? state, String(job)],
    ]);
    const header = ["rank", ...paths, `${this.metric} (${this.mode})`, "state", "job"];
    return tableBundle(this.name, header, rows);
  }
}

const textOf = (value: unknown) => (typeof value === "string" ? value : (JSON.stringify(value) ?? "–"));
const numberText = (value: number) => String(Number(value.toPrecision(4)));
const measureText = ({ value, low, high }: Measure) =>
  low === undefined || high === undefined
    ? numberText(value)
    : `${numberText(value)} [${numberText(low)}, ${numberText(high)}]`;

interface SweepSettings {
  metric: string;
  mode: "min" | "max";
  halving?: HalvingOptions & { factor: number };
}

/** Trials that run, and their ranking. It needs no kernel: called again by its name it goes on. */
export class Sweep<Result = unknown> implements PromiseLike<Ranking>, Displayable {
  readonly name: string;
  readonly trials: readonly Trial<Result>[];
  readonly metric: string;
  readonly mode: "min" | "max";
  readonly #done: Promise<Ranking>;
  #listeners = new Set<() => void>();
  #isShown = false;
  #isDone = false;

  constructor(name: string, trials: readonly Trial<Result>[], { metric, mode, halving }: SweepSettings) {
    this.name = name;
    this.trials = trials;
    this.metric = metric;
    this.mode = mode;
    if (halving) this.#halve(halving);
    this.#done = Promise.all(trials.map((trial) => this.#watch(trial))).then(() => this.ranking());
    const done = () => {
      this.#isDone = true;
    };
    this.#done.then(done, done); // an error is told to whoever awaits it
  }

  /** As it stands now. */
  ranking(): Ranking {
    const ranked = this.trials.map(({ setting, job, value, stopped }) => ({
      ...{ setting, job: job.id ?? 0, value, stopped },
      state: job.record?.state ?? "queued",
    }));
    return new Ranking(this.name, this.metric, this.mode, ranked);
  }

  /** Called whenever a trial ended or was stopped, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends all trials that are not over. */
  async cancel(): Promise<void> {
    await Promise.all(this.trials.map(({ job }) => job.cancel()));
  }

  // biome-ignore lint/suspicious/noThenProperty: a sweep is awaited like the promise it is
  then<A = Ranking, B = never>(
    onFulfilled?: ((value: Ranking) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#awaited().then(onFulfilled, onRejected);
  }

  /** As the last line of a cell: the ranking so far, the jobs on their devices, their curves, live. */
  [displaySymbol](): MimeBundle | undefined | Promise<MimeBundle | undefined> {
    this.#isShown = true;
    return showSweep(this) ? undefined : this.ranking()[displaySymbol]();
  }

  /** Interrupting the cell that awaits it ends all its trials. */
  async #awaited(): Promise<Ranking> {
    const signal = cellSignal();
    const cancel = () => void outsideCells(() => this.cancel()).catch(() => {}); // told by the trials
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    if (!this.#isShown && !this.#isDone && inKernel()) this[displaySymbol]();
    try {
      return await this.#done;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** A trial that fails is ranked last and spares the others; one that is refused is refused like all others. */
  async #watch(trial: Trial<Result>): Promise<void> {
    const { state } = await trial.job.ended();
    if (state === "succeeded") trial.value = measureAt(await trial.job.result(), this.metric, this.name);
    this.#changed();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #halve({ first, factor, metric }: HalvingOptions & { factor: number }): void {
    const figure = metric ?? this.metric.split(".").at(-1)!;
    const halving = new Halving(this.trials.length, { first, factor, mode: this.mode });
    this.trials.forEach(async (trial, index) => {
      try {
        const id = await trial.job.submitted;
        const { connection } = await client();
        for await (const { event } of feedOf(connection, id).read()) {
          if (event.type !== "metric" || event.values[figure] === undefined) continue;
          for (const { index: behind, step } of halving.reached(index, event.step, event.values[figure])) {
            const slow = this.trials[behind];
            slow.stopped = `behind at step ${step}`;
            slow.job.cancel().catch(() => {}); // it may just have ended by itself
          }
        }
        halving.over(index);
      } catch {
        halving.over(index); // what broke is told where the trial is awaited
      }
    });
  }
}

function measureAt(result: unknown, path: string, name: string): Measure | undefined {
  let at: unknown = result;
  for (const part of path.split(".")) at = (at as Record<string, unknown> | null | undefined)?.[part];
  if (typeof at === "number") return { value: at };
  if (at === null) return undefined; // nothing could be measured
  const estimate = at as Partial<Measure> | undefined;
  if (typeof estimate?.value === "number") return { value: estimate.value, low: estimate.low, high: estimate.high };
  const known = typeof result === "object" && result !== null ? Object.keys(result).join(", ") : typeof result;
  throw new MedgymError(
    "invalid-option",
    `${name}: the results have no number at "${path}"; they have ${known}. Set metric.`,
  );
}
