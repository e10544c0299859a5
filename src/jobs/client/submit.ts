/** Work handed to the daemon. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { inKernel } from "../../core/display.ts";
import { MedgymError } from "../../core/errors.ts";
import { type JobCheck, jobDescription, type MemoryEstimate } from "../../core/job-description.ts";
import { runsFolder } from "../../track/index.ts";
import { type Likeness, TypicalTimes } from "../daemon/typical-times.ts";
import { jobsHome } from "../home.ts";
import { type CellWork, type FunctionWork, isOver, type JobSpec } from "../job.ts";
import { optionsJson } from "../json.ts";
import type { Expectation } from "../protocol.ts";
import { client } from "./client.ts";
import { DryRun, Estimate } from "./dry-run.ts";
import { type AnyFunction, findFunction } from "./find-function.ts";
import { Job, JobOutput } from "./job-handle.ts";
import { type ResolvedSubmit, resolveSubmit, type SubmitOptions, type Waited } from "./submit-options.ts";

/** In the place of what does not survive JSON: a path, a name, or what another job will have made. */
export type Reference =
  | string
  | readonly string[]
  | { path: string; [more: string]: unknown }
  | JobOutput
  | Job<unknown>;

/** Options of a function as a job takes them. */
export type JobInput<F> = F extends (options: infer O, ...rest: never[]) => unknown
  ? { [K in keyof O]: O[K] | Reference }
  : Record<string, unknown>;

/** The result as it comes back: what its `toJSON` gives. */
export type JobOutputOf<F> = F extends (...args: never[]) => infer R ? JsonOf<Awaited<R>> : unknown;
type JsonOf<R> = R extends { toJSON(): infer J } ? J : R;

/** An estimate is within 20 % of what was measured; a process that needs a little more shall not be refused its device. */
const memoryMargin = 1.2;

/**
 * Runs a function of a module as a job: `jobs.submit(sft, { model: "Qwen/Qwen2.5-0.5B", data: "demos.jsonl" }, { gpus: 1 })`. Its options
 * survive JSON: models and data by path, environments by name, parts of other jobs' results as `job.output("model")`. The function is one
 * that medgym or a module of yours exports, or "module#export". Returns at once; what is wrong with it is told by `await job`.
 */
export function submit<F extends AnyFunction>(
  fn: F,
  options: JobInput<F>,
  settings?: SubmitOptions,
): Job<JobOutputOf<F>>;
export function submit(fn: string, options: Record<string, unknown>, settings?: SubmitOptions): Job;
export function submit(fn: AnyFunction | string, options: object, settings: SubmitOptions = {}): Job {
  return submitTrial(fn, options, settings);
}

/** As `submit`; `sweep`: whose trial it is. */
export function submitTrial(fn: AnyFunction | string, options: object, settings: SubmitOptions, sweep?: string): Job {
  const resolved = resolveSubmit("jobs.submit", settings);
  const waits: Pending[] = [];
  const json = jobOptions("jobs.submit", options, waits);
  const name = resolved.name ?? shortName(fn);
  return new Job(name, () => queue(fn, json, { ...resolved, name, sweep }, waits));
}

/** Resolves options, reads and checks the data, predicts memory and time; loads no model and queues nothing. */
export function dryRun<F extends AnyFunction>(fn: F, options: JobInput<F>): Promise<DryRun>;
export function dryRun(fn: string, options: Record<string, unknown>): Promise<DryRun>;
export async function dryRun(fn: AnyFunction | string, options: object): Promise<DryRun> {
  const json = jobOptions("jobs.dryRun", options, []);
  const found = await findFunction("jobs.dryRun", fn);
  const check = await jobDescription(found.fn)?.check?.(json, { data: true });
  const work: FunctionWork = { type: "function", module: found.module, export: found.export, options: json };
  return new DryRun(
    found.export,
    check ?? { options: json, facts: {}, warnings: [`${found.export} says nothing of itself before it runs.`] },
    await expectation({ work, predictedSeconds: check?.expectedSeconds, gpus: 1, name: found.export, notebook: notebookName() }), // biome-ignore format: a line
  );
}

/** Of the daemon, which has seen others; where nothing was ever submitted none is started for it. */
async function expectation(job: Likeness): Promise<Expectation | undefined> {
  if (!existsSync(join(jobsHome(), "jobs.sqlite"))) return new TypicalTimes().expect(job);
  const { connection, requests } = await client();
  return (await connection.request(requests.expectation, job)) ?? undefined;
}

/** What memory the job would take, and its parts. Throws "unsupported" where the function cannot tell. */
export function estimate<F extends AnyFunction>(fn: F, options: JobInput<F>): Promise<Estimate>;
export function estimate(fn: string, options: Record<string, unknown>): Promise<Estimate>;
export async function estimate(fn: AnyFunction | string, options: object): Promise<Estimate> {
  const json = jobOptions("jobs.estimate", options, []);
  const found = await findFunction("jobs.estimate", fn);
  const memory = (await jobDescription(found.fn)?.check?.(json, { data: true }))?.memory;
  if (memory) return new Estimate(found.export, memory);
  throw new MedgymError("unsupported", `jobs.estimate: ${found.export} cannot tell its memory before it runs: its model is not on this machine yet, or it has no estimate.`); // biome-ignore format: a sentence
}

/** Queues work as it is; `%%job` comes here with its cell. Not async: a promise of a job would wait for the job itself. */
export function submitWork(
  work: CellWork | FunctionWork,
  settings: SubmitOptions,
  { notebook = notebookName(), verb = "%%job" }: { notebook?: string; verb?: string } = {},
): Job {
  const resolved = resolveSubmit(verb, settings);
  const name = resolved.name ?? (work.type === "cell" ? "cell" : work.export);
  return new Job(name, () => send(work, { ...resolved, name }, undefined, notebook));
}

type Named = ResolvedSubmit & { name: string; sweep?: string };

/** A reference to a job's result that lacks the job's number until that job is in the queue. */
interface Pending {
  job: Job<unknown>;
  reference: { $job: number; path: string };
}

async function queue(
  fn: AnyFunction | string,
  json: Record<string, unknown>,
  settings: Named,
  waits: Pending[],
): Promise<number> {
  const found = await findFunction("jobs.submit", fn);
  for (const { job, reference } of waits) reference.$job = await job.submitted;
  const check = await jobDescription(found.fn)?.check?.(json, { data: false });
  const work: FunctionWork = { type: "function", module: found.module, export: found.export, options: json };
  return send(work, settings, check, notebookName());
}

async function send(
  work: CellWork | FunctionWork,
  settings: Named,
  check: JobCheck | undefined,
  notebook: string,
): Promise<number> {
  const { after, environment, directory, ...rest } = settings;
  if (!existsSync(directory))
    throw new MedgymError("not-found", `jobs: the working folder ${directory} does not exist.`);
  const { connection, requests } = await client();
  const memory: MemoryEstimate | undefined = check?.memory;
  const spec: JobSpec = {
    ...rest,
    ...{ notebook, directory, work },
    environment: { ...ownEnvironment(), ...environment },
    after: await Promise.all(after.map((each) => idOf(each, notebook))),
    memoryBytes: settings.memoryBytes ?? (memory && Math.ceil(memory.bytes * memoryMargin)),
    predictedSeconds: check?.expectedSeconds,
    estimate: memory,
  };
  const { ids } = await connection.request(requests.submit, { specs: [spec] });
  return ids[0];
}

/** Options as JSON; outputs of other jobs are gathered in `waits`, with the reference that still lacks the job's number. */
function jobOptions(verb: string, options: unknown, waits: Pending[]): Record<string, unknown> {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new MedgymError("invalid-argument", `${verb} takes the function's options as an object.`);
  }
  const json = optionsJson(verb, options, (value) => {
    const output = value instanceof Job ? value.output() : value;
    if (!(output instanceof JobOutput)) return undefined;
    const reference = { $job: 0, path: output.path };
    waits.push({ job: output.job, reference });
    return { json: reference };
  });
  return json as Record<string, unknown>;
}

async function idOf(waited: Waited, notebook: string): Promise<number> {
  if (waited instanceof Job) return waited.submitted;
  if (typeof waited === "number") return waited;
  return (await namedJob(waited, notebook)).id;
}

/** The newest of a name: of this notebook if it has one. */
export async function namedJob(name: string, notebook = notebookName()) {
  const { connection, requests } = await client();
  const all = await connection.request(requests.list, { limit: 100_000 });
  const named = all.filter(({ spec }) => spec.name === name);
  const found = named.find(({ spec }) => spec.notebook === notebook) ?? named[0];
  if (found) return found;
  const open = all.filter(({ state }) => !isOver(state)).map(({ spec }) => spec.name);
  throw new MedgymError("not-found", `there is no job "${name}". ${open.length > 0 ? `Not over are: ${open.slice(0, 10).join(", ")}.` : "None is queued or running."}`); // biome-ignore format: a sentence
}

/** Jobs of one notebook share the devices fairly with those of others. */
export function notebookName(): string {
  const { JPY_SESSION_NAME: session } = process.env;
  // A kernel's program is the same for all notebooks.
  return session || (!inKernel() && process.argv[1]) || process.cwd();
}

const notOurs = /^MEDGYM_(JOBS|JOB_ATTEMPT|DEVICES|SLOTS|THREADS)/;

/** What a job must see of this process's environment to do what a call here would do. */
function ownEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      /^(MEDGYM|HF|HUGGINGFACE)_/.test(entry[0]) && !notOurs.test(entry[0]) && entry[1] !== undefined,
  );
  return { ...Object.fromEntries(own), MEDGYM_RUNS: join(runsFolder()) };
}

const shortName = (fn: AnyFunction | string) =>
  typeof fn === "string" ? fn.slice(fn.lastIndexOf("#") + 1) : fn.name || "job";
