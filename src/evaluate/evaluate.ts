import { z } from "zod";
import { hashJson } from "../core/canonical.ts";
import { MedgymError } from "../core/errors.ts";
import { describeJob } from "../core/job-description.ts";
import { resolveOptions } from "../core/options.ts";
import { Run } from "../core/run.ts";
import { type Job, playJobs } from "../generate/play-jobs.ts";
import { type Actor, actorBase, actorName, withPlayers } from "../generate/players.ts";
import { environmentSchema, isEnvironment, jobsOf, playFields } from "../generate/rollout.ts";
import type { Trajectory } from "../generate/trajectory.ts";
import type { Domain } from "../gym/domain.ts";
import type { Environment } from "../gym/episode.ts";
import { type Split, splits, type Task } from "../gym/task.ts";
import { bootstrapMean, type Estimate } from "./bootstrap.ts";
import { evaluateJob } from "./evaluate-job.ts";
import { Evaluation, type Outcome, outcomeOf } from "./evaluation.ts";
import { actorMark, keyOf, openRecord } from "./record.ts";
import type { EvaluationTask } from "./task.ts";
import { taskEnvironment } from "./task-environment.ts";
import { evaluationMeter, evaluationView } from "./view.ts";

export interface EvaluateOptions {
  /** Who plays: a model, a server `{ endpoint, model }`, or a function from a task to its scripted policy. */
  model: Actor;
  /** Where: domains or environments. Left out: `tasks` are evaluation tasks, with prompts and answers of their own. */
  environment?: Environment | readonly Environment[];
  /** What to play; ids must be distinct. @default of domains, those of `split` */
  tasks?: readonly EvaluationTask[] | readonly Task[];
  /** Of the domains' own tasks. @default "test" */
  split?: Split;
  /** At most so many of each domain's own tasks. @default all */
  count?: number;
  /** Label in tables. @default the model's name */
  name?: string;
  /** Generations of an evaluation task: each tool call takes one, the answer another. @default 4 */
  maxTurns?: number;
  /** Tokens of one generation. @default 96 for evaluation tasks, 256 in environments */
  maxNewTokens?: number;
  /** Tokens of an episode, prompts and all. @default the model's context */
  maxEpisodeTokens?: number;
  /** 0: greedy. @default 0 */
  temperature?: number;
  /** Of sampling, environments and the bootstrap. @default 0 */
  seed?: number;
  /** Episodes at once. @default 64 */
  concurrency?: number;
  /** Of the intervals. @default 0.95 */
  confidence?: number;
  /** Of the composite. @default the environment's */
  weights?: Readonly<Record<string, number>>;
  /** A reward that takes longer is a failure. @default 60_000 */
  rewardTimeoutMs?: number;
  /** Further variables of the chat template. */
  template?: Record<string, unknown>;
  /**
   * A file that takes each episode as it ends, one a line. The same evaluation with the same file goes on where it was stopped or
   * killed; what had failed is played again. A script is known by its `name` alone.
   */
  record?: string;
}

export interface EvaluateEvent {
  type: "evaluate-progress";
  done: number;
  total: number;
  failed: number;
  /** What is measured: "exact match" or "composite". */
  measure: string;
  /** Among the tasks scored so far. */
  score: Estimate | null;
  /** The task that ended last, as it went. */
  sample: Outcome;
}

const fields = {
  ...playFields,
  environment: environmentSchema.optional(),
  tasks: z
    .custom<readonly EvaluationTask[] | readonly Task[]>((value) => Array.isArray(value) && value.length > 0)
    .describe("a list of at least one task")
    .optional(),
  split: z.enum(splits).default("test"),
  count: z.number().int().min(1).optional(),
  name: z.string().min(1).optional(),
  maxTurns: z.number().int().min(1).optional(),
  maxNewTokens: z.number().int().min(1).optional(),
  temperature: z.number().min(0).default(0),
  confidence: z.number().gt(0).lt(1).default(0.95),
  weights: z.record(z.string(), z.number()).optional(),
  record: z.string().min(1).optional(),
} satisfies Record<keyof EvaluateOptions, z.ZodType>;
const schema = z.strictObject(fields);

/** What is played and how, for what evaluates several models alike. */
export const measureFields = (({ model: _, name: __, record: ___, maxTurns: ____, ...rest }) => rest)(fields);
export type MeasureOptions = Omit<EvaluateOptions, "model" | "name" | "record" | "maxTurns">;

type Resolved = z.output<typeof schema>;

/** Resamples of the intervals that are shown while it runs. */
const liveResamples = 200;

/**
 * Plays each task and scores it: in an environment by its reward parts and their weighted sum, the composite; evaluation tasks by
 * exact match of answer and calls. Errors of the model are scored; errors of anything else make the task `failed`, with the reason,
 * beside the score. When generation itself breaks, the run fails with that error.
 */
export function evaluate(options: EvaluateOptions): Run<Evaluation, EvaluateEvent> {
  const resolved = resolveOptions("evaluate", options, schema);
  const { model, confidence, seed, environment } = resolved;
  const jobs = environment ? environmentJobs(environment, resolved) : taskJobs(resolved);
  checkIds(jobs);
  const environments = new Map(jobs.map(({ environment: where }) => [where.name, where]));
  const plan: Plan = {
    jobs,
    name: resolved.name ?? actorName(model),
    measure: environment ? "composite" : "exact match",
    weights: Object.fromEntries([...environments].map(([name, where]) => [name, weightsOf(where, resolved.weights)])),
    maxNewTokens: resolved.maxNewTokens ?? (environment ? 256 : 96),
  };
  return new Run<Evaluation, EvaluateEvent>(
    "evaluate",
    async ({ signal, emit }) => {
      const startedAt = performance.now();
      const outcomes = (await playAll(plan, resolved, signal, emit)).map(outcomeOf);
      const seconds = (performance.now() - startedAt) / 1000;
      const turns = outcomes.flatMap((outcome) => outcome.turns);
      const tokens = turns.reduce((sum, { completionTokens }) => sum + (completionTokens ?? 0), 0);
      const { name, measure, weights } = plan;
      const base = actorBase(model);
      return new Evaluation({ name, base, measure, weights, outcomes, seconds, tokens, confidence, seed });
    },
    evaluationView,
    evaluationMeter,
  );
}

interface Plan extends Pick<Evaluation, "name" | "measure" | "weights"> {
  jobs: readonly Job[];
  maxNewTokens: number;
}

/** In the order of the jobs. What the record holds is not played again. */
async function playAll(
  plan: Plan,
  resolved: Resolved,
  signal: AbortSignal,
  emit: (event: EvaluateEvent) => void,
): Promise<Trajectory[]> {
  const { jobs, weights, maxNewTokens } = plan;
  const { model, record: path } = resolved;
  const record = path === undefined ? undefined : await openRecord(path, await fingerprint(plan, resolved, signal));
  const played = new Map(record?.done);
  const open = jobs.filter(({ task }) => !played.has(keyOf(task)));
  const tell = progress(plan, resolved, [...played.values()].map(outcomeOf), emit);
  const end = ({ task }: Job, trajectory: Trajectory) => {
    record?.append(trajectory);
    played.set(keyOf(task), trajectory);
    tell(outcomeOf(trajectory));
  };
  try {
    await withPlayers(model, { ...resolved, maxNewTokens, signal }, (troupe) => {
      const scoring = {
        weightsOf: ({ name }: Environment) => weights[name],
        rewardsOf: ({ rewards }: Environment) => rewards,
      };
      return playJobs(open, troupe, { ...resolved, ...scoring, signal }, { start() {}, turn() {}, end });
    });
  } finally {
    record?.close();
  }
  return jobs.map(({ task }) => played.get(keyOf(task))!);
}

function progress(plan: Plan, { seed, confidence }: Resolved, ended: Outcome[], emit: (event: EvaluateEvent) => void) {
  return (sample: Outcome): void => {
    ended.push(sample);
    const scored = ended.filter(({ score }) => score !== null);
    const groups = scored.map(({ group }) => group);
    const scores = scored.map(({ score }) => score!);
    emit({
      type: "evaluate-progress",
      done: ended.length,
      total: plan.jobs.length,
      failed: ended.length - scored.length,
      measure: plan.measure,
      score: bootstrapMean(scores, { seed, confidence, groups, resamples: liveResamples }),
      sample,
    });
  };
}

/** Of everything that the trajectories depend on. */
async function fingerprint({ name, jobs, weights, maxNewTokens }: Plan, resolved: Resolved, signal: AbortSignal) {
  const { model, seed, temperature, maxEpisodeTokens, maxTurns, template } = resolved;
  const settings = { seed, maxNewTokens, temperature, maxEpisodeTokens, maxTurns, template, weights };
  const tasks = jobs.map(({ task, group }) => [task, resolved.tasks?.[group]]);
  return hashJson({ actor: await actorMark(model, name, signal), settings, tasks });
}

/** The action score is always measured where there is one; at weight 0 it changes no composite. */
function weightsOf({ rewards, weights }: Environment, given = weights): Readonly<Record<string, number>> {
  return "action" in rewards && !("action" in given) ? { ...given, action: 0 } : given;
}

const isDomain = (environment: Environment): environment is Domain =>
  typeof (environment as Partial<Domain>).tasks === "function";

function environmentJobs(given: Environment | readonly Environment[], options: Resolved): Job[] {
  const { tasks, split, count, maxTurns } = options;
  if (maxTurns !== undefined)
    throw new MedgymError("invalid-option", "evaluate: maxTurns is of evaluation tasks; an environment has its own.");
  if (tasks) return jobsOf("evaluate", given, tasks as readonly Task[], 1);
  const environments = isEnvironment(given) ? [given] : given;
  const jobs = environments.flatMap((environment) => {
    if (!isDomain(environment)) {
      throw new MedgymError("invalid-argument", `evaluate: ${environment.name} has no tasks of its own. Give tasks.`);
    }
    return jobsOf("evaluate", environment, environment.tasks({ split, count }), 1);
  });
  return jobs.map((job, group) => ({ ...job, group }));
}

function taskJobs({ tasks, weights, maxTurns = 4 }: Resolved): Job[] {
  if (!tasks) throw new MedgymError("invalid-argument", "evaluate: give an environment, or tasks, or both.");
  if (weights)
    throw new MedgymError(
      "invalid-option",
      "evaluate: weights are of environments; evaluation tasks are scored by exact match.",
    );
  return (tasks as readonly EvaluationTask[]).map((task, group) => {
    return { ...taskEnvironment(task, maxTurns), group, sample: 0 };
  });
}

function checkIds(jobs: readonly Job[]): void {
  const seen = new Set<string>();
  for (const { task } of jobs) {
    const key = keyOf(task);
    if (typeof task.id !== "string" || seen.has(key)) {
      throw new MedgymError("invalid-data", `evaluate: task id ${JSON.stringify(task.id)} is missing or used twice.`);
    }
    seen.add(key);
  }
}

describeJob(evaluate, evaluateJob(schema));
