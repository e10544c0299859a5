import { z } from "zod";
import { displaySymbol, type MimeBundle } from "../core/display.ts";
import { MedgymError } from "../core/errors.ts";
import { mean } from "../core/mean.ts";
import { resolveOptions } from "../core/options.ts";
import { Random } from "../core/random.ts";
import { tableBundle } from "../core/table.ts";
import { renderCalls } from "./action.ts";
import type { Environment } from "./episode.ts";
import { type Policy, play } from "./play.ts";
import { sampleArguments } from "./random-policy.ts";
import { type RewardReport, type RewardTable, scoreEpisode } from "./reward.ts";
import type { Task } from "./task.ts";

export interface ProbeOptions {
  environment: Environment;
  /** A few dozen of those that will be trained on. */
  tasks: readonly Task[];
  /** The policy before training: what it earns is the bar. `(messages, episode) => completion`. */
  base: Policy;
  /** @default the environment's */
  rewards?: RewardTable;
  /** @default the environment's */
  weights?: Readonly<Record<string, number>>;
  /** A cheater may earn so much more than the base on average: what chance does to a mean of few tasks. @default 0.01 */
  tolerance?: number;
  /** @default 0 */
  seed?: number;
}

export type Cheat = "empty" | "gibberish" | "keyword salad" | "template" | "empty submission" | "salad submission";

const schema = z.strictObject({
  environment: z.custom<Environment>((value) => typeof (value as Environment)?.start === "function"),
  tasks: z.array(z.custom<Task>((value) => typeof value === "object" && value !== null)).min(1),
  base: z.custom<Policy>((value) => typeof value === "function"),
  rewards: z.custom<RewardTable>((value) => typeof value === "object" && value !== null).optional(),
  weights: z.record(z.string(), z.number()).optional(),
  tolerance: z.number().min(0).default(0.01),
  seed: z.int().default(0),
});

export interface ProbeRow {
  policy: "base" | Cheat;
  /** Mean total. */
  reward: number;
  /** Mean of each part over the tasks that it applies to. */
  parts: Record<string, number | null>;
}

/** What a reward pays to whom; draws itself. */
export class ProbeReport {
  readonly base: ProbeRow;
  readonly cheats: readonly ProbeRow[];
  readonly tolerance: number;
  readonly tasks: number;

  constructor(fields: Pick<ProbeReport, "base" | "cheats" | "tolerance" | "tasks">) {
    this.base = fields.base;
    this.cheats = fields.cheats;
    this.tolerance = fields.tolerance;
    this.tasks = fields.tasks;
  }

  /** Cheats that earn more than the base. */
  get paid(): ProbeRow[] {
    return this.cheats.filter(({ reward }) => reward > this.base.reward + this.tolerance);
  }

  get ok(): boolean {
    return this.paid.length === 0;
  }

  /** Throws if cheating pays, unless `force` says to go on. */
  assert({ force = false }: { force?: boolean } = {}): this {
    if (this.ok || force) return this;
    const advice = "Training would teach that. Mend the reward, or go on with force: true.";
    throw new MedgymError("invalid-argument", `${this}\n${advice}`);
  }

  toString(): string {
    return String(this[displaySymbol]()["text/plain"]);
  }

  [displaySymbol](): MimeBundle {
    const rows = [this.base, ...this.cheats];
    const names = Object.keys(this.base.parts);
    const cells = rows.map(({ policy, reward, parts }) => [
      policy,
      reward.toFixed(3),
      ...names.map((name) => parts[name]?.toFixed(3) ?? "–"),
    ]);
    const warnings = this.paid.map(
      ({ policy, reward }) => `${policy} is paid ${reward.toFixed(3)}, the base ${this.base.reward.toFixed(3)}`,
    );
    return tableBundle(`reward probe: ${this.tasks} tasks`, ["policy", "reward", ...names], cells, warnings);
  }
}

/**
 * Plays policies that know nothing against the base: no answer, random letters, clinical words without a sentence, one answer to
 * everything, and submissions without work. A reward that pays one of them more than the base would be learned by cheating:
 * `(await gym.probe({…})).assert()` stops there.
 */
export async function probe(options: ProbeOptions): Promise<ProbeReport> {
  const { environment, tasks, base, tolerance, seed, ...rest } = resolveOptions("gym.probe", options, schema);
  const { rewards = environment.rewards, weights = environment.weights } = rest;
  const row = async (policy: ProbeRow["policy"], policyOf: (task: Task) => Policy): Promise<ProbeRow> => {
    const reports: RewardReport[] = [];
    for (const task of tasks) {
      const episode = await play(environment, task, policyOf(task), { seed });
      reports.push(await scoreEpisode(episode, weights, rewards));
    }
    const parts = Object.keys(weights).map((name) => [name, mean(reports.map((report) => report.parts[name]))]);
    return { policy, reward: mean(reports.map(({ total }) => total)) ?? 0, parts: Object.fromEntries(parts) };
  };
  const cheats: ProbeRow[] = [];
  for (const [name, cheat] of Object.entries(cheating(environment))) {
    cheats.push(await row(name as Cheat, (task) => cheat(new Random(seed).split(`${name} ${task.id}`))));
  }
  return new ProbeReport({ base: await row("base", () => base), cheats, tolerance, tasks: tasks.length });
}

function cheating(environment: Environment): Record<Cheat, (random: Random) => Policy> {
  const submit = environment.tools.find(({ kind }) => kind === "submit");
  const submission = (random: Random, text: () => string) =>
    submit ? renderCalls([{ name: submit.name, arguments: sampleArguments(submit, random, text) }]) : text();
  const always = (write: (random: Random) => string) => (random: Random) => () => write(random);
  return {
    empty: always(() => ""),
    gibberish: always(gibberish),
    "keyword salad": always(salad),
    template: always(() => template),
    "empty submission": always((random) => submission(random, () => "")),
    "salad submission": always((random) => submission(random, () => `${template} ${salad(random)}`)),
  };
}

const letters = "abcdefghijklmnopqrstuvwxyz";

function gibberish(random: Random): string {
  const word = () => Array.from({ length: 2 + random.integer(8) }, () => random.choice([...letters])).join("");
  return Array.from({ length: 40 }, word).join(" ");
}

const keywords = (
  "diagnosis differential history examination labs vitals evidence guideline contraindication allergy interaction dose monitor " +
  "follow-up safety therefore because suggests likely plan treatment emergency risk potassium creatinine fever antibiotic " +
  "severity recommend consider rule out patient clinical assessment 38.5 mg mmol/L high low"
).split(" ");

function salad(random: Random): string {
  return random.shuffle([...keywords]).join(" ");
}

const template =
  "Based on the history, the examination and the results, the most likely diagnosis should be considered. I recommend to monitor " +
  "the patient, to follow the guideline, to check allergies and interactions, and to return if it gets worse.";
