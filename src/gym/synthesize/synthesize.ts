import { join } from "node:path";
import { z } from "zod";
import { InvalidOptionError, MedgymError } from "../../core/errors.ts";
import { writeFileAtomic } from "../../core/files.ts";
import { describeJob } from "../../core/job-description.ts";
import { nearest, resolveOptions } from "../../core/options.ts";
import { Run } from "../../core/run.ts";
import type { Domain } from "../domain.ts";
import { domain as domainNamed } from "../domains/index.ts";
import type { Task } from "../task.ts";
import { type Outcome, type SelfPlay, Source } from "./source.ts";
import { patterns, type Strategy, strategies } from "./strategies.ts";
import { type Demo, Synthesis } from "./synthesis.ts";
import { view } from "./view.ts";

export interface SynthesizeOptions {
  /** Names of domains, or domains: games have experts too. */
  domains: readonly (string | Domain)[];
  /** So many demonstrations in all, as many of each domain as of the others while they last. Give this or `perTask`. */
  count?: number;
  /** So many different demonstrations of each task. Give this or `count`. @default 1 if `tasks` are given */
  perTask?: number;
  /** These tasks of the domains, in this order, in place of their own; none of the test split. */
  tasks?: readonly Task[];
  /** By name, or your own. @default all that suit the domain: expert, think-first, think-last, order-1 to order-3, and of question answering think-search-submit, search-think-submit, think-search-analyse-submit, evidence-submit */
  strategies?: readonly (string | Strategy)[];
  /** By name. @default all: quick, comprehensive, medication-first, labs-first, vitals-first, history-first, safety-first */
  patterns?: readonly string[];
  /** A model's own episodes beside the scripted ones. @default none */
  selfPlay?: SelfPlay;
  /** The split that tasks are taken from; never the test split. @default "train" */
  split?: "train" | "validation";
  /** Tasks of each domain, of which at most so many. @default all it has; of games 500, and more if you ask for more */
  tasksPerDomain?: number;
  /** What an episode must earn: the total of the environment's rewards, or the judge's score. @default 0.8 */
  minScore?: number;
  /** Give those that there are, if they are fewer than asked for: not every task is solved, on slippery ice or in a consultation. @default false */
  allowFewer?: boolean;
  /** Of the domain's tasks: another one gives other patients. @default 0 */
  taskSeed?: number;
  /** Of order, choice and episodes. @default 0 */
  seed?: number;
}

/** One attempt. */
export interface SynthesisEvent {
  kept: number;
  tried: number;
  /** What was asked for. */
  total: number;
  domain: string;
  taskId: string;
  strategy: string;
  /** Why it was not kept. */
  reason?: string;
}

const isFunction = (value: unknown) => typeof value === "function";
const schema = z.strictObject({
  domains: z
    .array(
      z
        .union([z.string(), z.custom<Domain>((value) => isFunction((value as Domain)?.expert), "a domain")])
        .describe("a domain's name, or a domain with an expert"),
    )
    .min(1),
  count: z.int().min(1).optional(),
  perTask: z.int().min(1).optional(),
  strategies: z
    .array(
      z
        .union([z.string(), z.custom<Strategy>((value) => isFunction((value as Strategy)?.plan))])
        .describe("a strategy's name, or {name, plan}"),
    )
    .optional(),
  patterns: z.array(z.string()).optional(),
  selfPlay: z
    .strictObject({
      play: z.custom<SelfPlay["play"]>(isFunction, "must be a function (environment, tasks) => rollout({…})"),
      judge: z.custom<NonNullable<SelfPlay["judge"]>>(isFunction).optional(),
      samples: z.int().min(1).default(1),
    })
    .optional(),
  tasks: z
    .array(z.custom<Task>((value) => typeof (value as Task)?.id === "string", "must be a task"))
    .min(1)
    .optional(),
  split: z.enum(["train", "validation"]).optional(),
  tasksPerDomain: z.int().min(1).optional(),
  minScore: z.number().default(0.8),
  allowFewer: z.boolean().default(false),
  taskSeed: z.int().optional(),
  seed: z.int().default(0),
});
type Settings = z.output<typeof schema>;

/**
 * Demonstrations of tasks that scripted experts, and if you like a model, have solved. Each is played in the real environment and
 * played again to the same end, so tool results are real and arguments pass the tools' schemas; the ticket is the first user
 * turn; test tasks are never played. No two have the same domain, task, strategy and source, nor the same words. The same options
 * give the same rows.
 *
 * Fewer than asked for is an error that says how many there are.
 */
export function synthesize(options: SynthesizeOptions): Run<Synthesis, SynthesisEvent> {
  const given = resolveOptions("data.synthesize", options, schema);
  const one = given.tasks && given.count === undefined && given.perTask === undefined;
  const settings: Settings = one ? { ...given, perTask: 1 } : given;
  if ((settings.count === undefined) === (settings.perTask === undefined))
    throw new InvalidOptionError("count", "data.synthesize takes either count (in all) or perTask (of each task).");
  const ways = [
    ...chosen("strategies", settings.strategies, strategies),
    ...chosen("patterns", settings.patterns, patterns),
  ];
  const domains = settings.domains.map((each) => (typeof each === "string" ? domainNamed(each) : each));
  if (settings.tasks) checkTasks(settings.tasks, domains, settings);
  return new Run(
    "data.synthesize",
    async ({ signal, emit }) => {
      const sources = domains.map((domain) => new Source(domain, ways, settings, signal));
      const total = settings.count ?? sources.reduce((sum, { tasks }) => sum + tasks.length * settings.perTask!, 0);
      const rows: Demo[] = [];
      const rejected: Record<string, number> = {};
      let tried = 0;
      let lastTurn = performance.now();
      for await (const { demo, ...outcome } of inTurn(sources)) {
        tried++;
        if (demo) rows.push(demo);
        else rejected[outcome.reason!] = (rejected[outcome.reason!] ?? 0) + 1;
        emit({ kept: rows.length, tried, total, ...outcome });
        if (rows.length === total) return new Synthesis(rows, rejected);
        if (performance.now() - lastTurn > 20) {
          await new Promise((resolve) => setImmediate(resolve));
          lastTurn = performance.now();
        }
        signal.throwIfAborted();
      }
      if (settings.allowFewer) return new Synthesis(rows, rejected);
      throw tooFew(total, rows, sources, rejected);
    },
    view,
    ({ events }) => {
      const last = events.at(-1);
      return last && { done: last.kept, total: last.total, unit: "demonstrations" };
    },
  );
}

/** Tasks of the caller's: of these domains, none twice, none of the test split, and nothing said that is for the domains' own. */
function checkTasks(tasks: readonly Task[], domains: readonly Domain[], settings: Settings): void {
  const wrong = (problem: string) => new InvalidOptionError("tasks", `data.synthesize: tasks: ${problem}`);
  for (const option of ["split", "tasksPerDomain", "taskSeed"] as const)
    if (settings[option] !== undefined) throw wrong(`${option} is for the domains' own tasks; give one or the other.`);
  const names = domains.map(({ name }) => name);
  const ids = new Set<string>();
  for (const { id, domain, split } of tasks) {
    if (split === "test") throw wrong(`${id} is a test task: it must not be learned from.`);
    if (!names.includes(domain)) throw wrong(`${id} is of ${domain}, and domains are ${names.join(", ")}.`);
    if (ids.has(id)) throw wrong(`${id} is there twice.`);
    ids.add(id);
  }
}

/** A demonstration of each source, then the next of each, until there are none. */
async function* inTurn(sources: readonly Source[]): AsyncGenerator<Outcome> {
  let open = sources.map((source) => source.demos());
  while (open.length > 0) {
    for (const demos of open) {
      for (;;) {
        const { done, value } = await demos.next();
        if (done) open = open.filter((each) => each !== demos);
        else yield value;
        if (done || value.demo) break;
      }
    }
  }
}

/** By name, or the caller's own. */
function chosen(option: string, wanted: Settings["strategies"], all: readonly Strategy[]): Strategy[] {
  return (wanted ?? all).map((each) => {
    if (typeof each !== "string") return each;
    const found = all.find(({ name }) => name === each);
    if (found) return found;
    const names = all.map(({ name }) => name);
    const near = nearest(each, names);
    const hint = near ? ` (did you mean "${near}"?)` : "";
    throw new InvalidOptionError(
      option,
      `data.synthesize: ${option} has no "${each}"${hint}. There are: ${names.join(", ")}.`,
    );
  });
}

function tooFew(
  total: number,
  rows: readonly Demo[],
  sources: readonly Source[],
  rejected: Record<string, number>,
): MedgymError {
  const each = sources.map(({ name, tasks }) => {
    const count = rows.filter(({ metadata }) => metadata.domain === name).length;
    return `${name} ${count} (${tasks.length} tasks)`;
  });
  const reasons = Object.entries(rejected).map(([reason, count]) => `${count} ${reason}`);
  const left = reasons.length > 0 ? ` Not kept: ${reasons.join(", ")}.` : "";
  return new MedgymError(
    "invalid-data",
    `data.synthesize: ${total} demonstrations were asked for, and ${rows.length} distinct ones exist: ${each.join(", ")}.${left} ` +
      "Ask for fewer or say allowFewer, or give more domains or strategies, a lower minScore, another taskSeed for other patients, of games a larger tasksPerDomain.",
  );
}

/** In a job its domains are named, and the rows go into a file that sft takes as `data`. */
describeJob(synthesize, {
  async result(made, { artefacts }) {
    const path = join(artefacts, "demonstrations.jsonl");
    await writeFileAtomic(path, made.rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return { ...made.toJSON(), data: path };
  },
});
