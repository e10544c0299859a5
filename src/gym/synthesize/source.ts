import { MedgymError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import type { Domain } from "../domain.ts";
import type { End, Episode } from "../episode.ts";
import { expertPolicy, play, replay } from "../play.ts";
import type { Task } from "../task.ts";
import { type Attempt, attemptOf, type Judge, lessonOf, scriptOf } from "./attempt.ts";
import type { Strategy } from "./strategies.ts";
import type { Demo } from "./synthesis.ts";
import { traceOf } from "./trace.ts";

/** An episode as somebody has played it; trajectories of `rollout` are such. */
export interface Played {
  task: Pick<Task, "id">;
  seed: number;
  turns: readonly { completion: string }[];
  end: End | null;
  /** Of the database at the end. */
  hash: string;
}

export interface SelfPlay {
  /**
   * Plays tasks, e.g. by `(environment, tasks) => rollout({ model, environment, tasks, groupSize: 4, temperature: 1 })`. Called
   * with the next tasks, at most 64 at a time, never with those of the test split.
   */
  play(environment: Domain, tasks: readonly Task[]): PromiseLike<{ trajectories: readonly Played[] }>;
  /** Scores a finished episode; kept from `minScore` on. @default the environment's rewards */
  judge?: Judge;
  /** How many of a task's episodes are looked at. @default 1 */
  samples?: number;
}

export interface SourceSettings {
  count?: number;
  perTask?: number;
  selfPlay?: SelfPlay & { samples: number };
  tasks?: readonly Task[];
  split?: "train" | "validation";
  tasksPerDomain?: number;
  minScore: number;
  taskSeed?: number;
  seed: number;
}

/** What became of one task and strategy. */
export interface Outcome {
  domain: string;
  taskId: string;
  strategy: string;
  demo?: Demo;
  reason?: string;
}

/** A way to play a task once: a strategy over the expert's solution, or a sample of self-play. */
type Way = { name: string; strategy: Strategy } | { name: string; sample: number };

interface Plan {
  task: Task;
  way: Way;
}

const tasksAtOnce = 64;

function ownTasks(domain: Domain, settings: SourceSettings): Task[] {
  const { split = "train", taskSeed = 0, tasksPerDomain: count } = settings;
  const tasks = domain.tasks({ split, seed: taskSeed, ...(count ? { count } : {}) });
  const wrong = tasks.find((task) => task.split !== split);
  if (!wrong) return [...tasks];
  const problem = `data.synthesize: ${wrong.id} is a task of the ${wrong.split} split, not of ${split}.`;
  throw new MedgymError("invalid-data", problem);
}

/** The demonstrations of one domain, in an order drawn by the seed. */
export class Source {
  readonly tasks: readonly Task[];
  readonly #domain: Domain;
  readonly #ways: readonly Way[];
  readonly #settings: SourceSettings;
  readonly #random: Random;
  readonly #signal: AbortSignal;
  /** Expert episodes by task; episodes of self-play by task; the conversations that there are. */
  readonly #experts = new Map<string, Promise<Episode>>();
  readonly #played = new Map<string, Played[]>();
  readonly #seen = new Set<string>();

  constructor(domain: Domain, all: readonly Strategy[], settings: SourceSettings, signal: AbortSignal) {
    const { seed, selfPlay } = settings;
    this.#domain = domain;
    this.#settings = settings;
    this.#signal = signal;
    this.#random = new Random(seed).split(`synthesize ${domain.name}`);
    this.tasks =
      settings.tasks?.filter((task) => task.domain === domain.name) ??
      this.#random.split("tasks").shuffle(ownTasks(domain, settings));
    const scripted = all.filter(
      ({ name, domains }) => name === "expert" || (domain.tools.length > 0 && (domains?.includes(domain.name) ?? true)),
    );
    this.#ways = [
      ...scripted.map((strategy): Way => ({ name: strategy.name, strategy })),
      ...Array.from(
        { length: selfPlay?.samples ?? 0 },
        (_, sample): Way => ({ name: `self-play-${sample + 1}`, sample }),
      ),
    ];
  }

  get name(): string {
    return this.#domain.name;
  }

  async *demos(): AsyncGenerator<Outcome> {
    const { perTask } = this.#settings;
    const kept = new Map<Task, number>();
    const plans = this.#plans();
    for (const [at, { task, way }] of plans.entries()) {
      const before = kept.get(task) ?? 0;
      if (perTask !== undefined && before >= perTask) continue;
      if ("sample" in way && !this.#played.has(task.id)) await this.#selfPlay(plans.slice(at));
      const outcome = await this.#outcome(task, way);
      if (outcome.demo) kept.set(task, before + 1);
      yield outcome;
    }
  }

  /** For a count every task once, each by another way than its neighbour, then by the next; for perTask one task after the other. */
  #plans(): Plan[] {
    const ways = this.#ways.length;
    const plan = (i: number, round: number): Plan => ({ task: this.tasks[i], way: this.#ways[(i + round) % ways] });
    const rounds = [...Array(ways).keys()];
    const places = [...this.tasks.keys()];
    return this.#settings.perTask === undefined
      ? rounds.flatMap((round) => places.map((i) => plan(i, round)))
      : places.flatMap((i) => rounds.map((round) => plan(i, round)));
  }

  /** Has the next tasks played whose turn it is. */
  async #selfPlay(plans: readonly Plan[]): Promise<void> {
    const { selfPlay, count = Number.POSITIVE_INFINITY } = this.#settings;
    const wanted = plans.filter(({ task, way }) => "sample" in way && !this.#played.has(task.id));
    const tasks = [...new Set(wanted.map(({ task }) => task))].slice(0, Math.min(count, tasksAtOnce));
    const playing = selfPlay!.play(this.#domain, tasks) as PromiseLike<{ trajectories: readonly Played[] }> &
      Partial<{ cancel(): void }>;
    const cancel = () => playing.cancel?.();
    this.#signal.addEventListener("abort", cancel);
    try {
      const { trajectories } = await playing;
      for (const { id } of tasks) this.#played.set(id, []);
      for (const played of trajectories) this.#played.get(played.task.id)?.push(played);
    } finally {
      this.#signal.removeEventListener("abort", cancel);
    }
  }

  async #outcome(task: Task, way: Way): Promise<Outcome> {
    const about = { domain: this.#domain.name, taskId: task.id, strategy: way.name };
    const result = await ("sample" in way ? this.#own(task, way.sample) : this.#scripted(task, way.strategy));
    if ("reason" in result) return { ...about, reason: result.reason };
    const messages = lessonOf(result.episode);
    const key = JSON.stringify(messages);
    if (this.#seen.has(key)) return { ...about, reason: "same as another strategy's" };
    this.#seen.add(key);
    const { kind, patientId, split, answer } = task;
    const demo: Demo = {
      messages,
      ...(this.#domain.tools.length > 0 ? { tools: this.#domain.toolSchemas } : {}),
      metadata: {
        ...about,
        ...(kind ? { kind } : {}),
        ...(patientId ? { patientId } : {}),
        split,
        ...(answer ? { answer } : {}),
        source: "sample" in way ? "self-play" : "expert",
        seed: result.episode.seed,
        score: result.score,
      },
    };
    return { ...about, demo };
  }

  async #scripted(task: Task, strategy: Strategy): Promise<Attempt> {
    const { seed, minScore } = this.#settings;
    const expert = await this.#expert(task);
    if (strategy.name === "expert") return attemptOf(expert, minScore);
    const trace = traceOf(expert, this.#random.split(`${task.id} ${strategy.name}`));
    const steps = trace && strategy.plan(trace);
    if (!trace || !steps || steps.length === 0) return { reason: "not for this task" };
    return attemptOf(await play(this.#domain, task, scriptOf(trace, steps), { seed }), minScore);
  }

  async #own(task: Task, sample: number): Promise<Attempt> {
    const { minScore, selfPlay } = this.#settings;
    const played = this.#played.get(task.id)?.[sample];
    if (!played) return { reason: "not played" };
    const { seed, turns, end, hash } = played;
    const completions = turns.map(({ completion }) => completion);
    try {
      const record = { environment: this.#domain.name, task, seed, completions, end, hash };
      const episode = await replay(this.#domain, record);
      if (episode.end !== end || episode.hash() !== hash)
        return { reason: end === null ? "broke before its end" : "replay differs" };
      return await attemptOf(episode, minScore, selfPlay!.judge);
    } catch (error) {
      return { reason: `failed: ${(error as Error)?.message ?? error}` }; // one bad episode does not spoil the others
    }
  }

  #expert(task: Task): Promise<Episode> {
    const known = this.#experts.get(task.id);
    if (known) return known;
    const episode = play(this.#domain, task, expertPolicy(this.#domain, task), { seed: this.#settings.seed });
    this.#experts.set(task.id, episode);
    return episode;
  }
}
