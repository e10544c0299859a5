import { readFile } from "node:fs/promises";
import { type Displayable, displaySymbol, type MimeBundle } from "../core/display.ts";
import { MedgymError } from "../core/errors.ts";
import { writeFileAtomic } from "../core/files.ts";
import type { Trajectory } from "../generate/trajectory.ts";
import { bootstrapMean, type Estimate } from "./bootstrap.ts";
import { evaluationCard } from "./view.ts";

/** How one task went. */
export interface Outcome {
  id: string;
  domain: string;
  kind: string;
  /** What it shares with tasks that are not independent of it: its patient, or the task itself. Intervals draw it as one. */
  group: string;
  /** `failed`: something other than the policy's choices broke, so nothing was measured; counted beside the score, never inside. */
  status: "scored" | "failed";
  /** Why it failed; for a scored one that ended early, why. */
  reason?: string;
  /** The whole reward; null when failed. */
  score: number | null;
  /** By name; null where a part does not apply. */
  parts: Readonly<Record<string, number | null>>;
  turns: Trajectory["turns"];
  /** The whole record: `gym.transcript(outcome.trajectory)`. */
  trajectory: Trajectory;
}

export function outcomeOf(trajectory: Trajectory): Outcome {
  const { task, reward, failure, reason, turns } = trajectory;
  const why = failure ? `${failure.boundary}: ${failure.message}` : reason;
  return {
    id: task.id,
    domain: task.domain,
    kind: task.kind ?? "all",
    group: `${task.domain} ${task.patientId ?? task.group ?? task.id}`,
    status: reward ? "scored" : "failed",
    ...(why === undefined ? {} : { reason: why }),
    score: reward?.total ?? null,
    parts: reward?.parts ?? {},
    turns,
    trajectory,
  };
}

type Fields = Pick<
  Evaluation,
  "name" | "base" | "measure" | "weights" | "outcomes" | "seconds" | "tokens" | "confidence" | "seed"
>;

/** Figures of an evaluation. */
export interface EvaluationJson
  extends Pick<
    Evaluation,
    | "name"
    | "base"
    | "measure"
    | "n"
    | "score"
    | "scores"
    | "parts"
    | "byDomain"
    | "byKind"
    | "turns"
    | "seconds"
    | "tokens"
    | "confidence"
  > {
  /** Tasks that could not be scored. */
  failed: number;
  /** Of a job: the whole evaluation, for `readEvaluation`. */
  file?: string;
}

/** Scores of a policy on tasks. Scores are null where nothing could be scored: never 0. */
export class Evaluation implements Displayable {
  readonly name!: string;
  /** The model without its adapter; null where no model of this engine played. */
  readonly base!: string | null;
  /** What `score` is: "exact match", or "composite" (the weighted parts of the environment). */
  readonly measure!: string;
  /** Of the parts, by environment: scores under other weights say nothing about each other. */
  readonly weights!: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly outcomes!: readonly Outcome[];
  readonly seconds!: number;
  /** Generated. */
  readonly tokens!: number;
  readonly confidence!: number;
  readonly seed!: number;

  constructor(fields: Fields) {
    Object.assign(this, fields);
  }

  /** Number of tasks. */
  get n(): number {
    return this.outcomes.length;
  }

  /** Tasks that could not be scored; they are in no score. */
  get failed(): Outcome[] {
    return this.outcomes.filter(({ status }) => status === "failed");
  }

  get score(): Estimate | null {
    return this.#estimate(this.outcomes, ({ score }) => score);
  }

  /** Mean of each part over the tasks to which it applies. */
  get parts(): Record<string, Estimate | null> {
    const names = new Set(this.outcomes.flatMap(({ parts }) => Object.keys(parts)));
    return Object.fromEntries([...names].map((name) => [name, this.#part(name)]));
  }

  /** Matched ÷ expected tool actions. */
  get actionScore(): Estimate | null {
    return this.#part("action");
  }

  /** Of evaluation tasks: share with the answer, and the calls where the task names them, exactly as expected. */
  get exactMatch(): Estimate | null {
    return this.#part("exactMatch");
  }

  get answerMatch(): Estimate | null {
    return this.#part("answerMatch");
  }

  /** Share with exactly the expected tool calls, among tasks that name calls. */
  get callsMatch(): Estimate | null {
    return this.#part("callsMatch");
  }

  get byKind(): Record<string, Estimate | null> {
    return this.#by("kind");
  }

  get byDomain(): Record<string, Estimate | null> {
    return this.#by("domain");
  }

  /** What could be measured, by name, as `plot.compare` takes it: all, then each kind, or each domain if there are several. */
  get scores(): Record<string, Estimate> {
    const domains = this.byDomain;
    const groups = Object.keys(domains).length > 1 ? domains : this.byKind;
    const measured = Object.entries({ all: this.score, ...groups }).filter(([, estimate]) => estimate !== null);
    return Object.fromEntries(measured) as Record<string, Estimate>;
  }

  /** Mean number of turns of those that were scored. */
  get turns(): Estimate | null {
    return this.#estimate(this.outcomes, ({ score, turns }) => (score === null ? null : turns.length));
  }

  #by(field: "kind" | "domain"): Record<string, Estimate | null> {
    const names = [...new Set(this.outcomes.map((outcome) => outcome[field]))].sort();
    const of = (name: string) => this.outcomes.filter((outcome) => outcome[field] === name);
    return Object.fromEntries(names.map((name) => [name, this.#estimate(of(name), ({ score }) => score)]));
  }

  #part(name: string): Estimate | null {
    return this.#estimate(this.outcomes, ({ parts }) => parts[name] ?? null);
  }

  #estimate(outcomes: readonly Outcome[], numberOf: (outcome: Outcome) => number | null): Estimate | null {
    const measured = outcomes.filter((outcome) => numberOf(outcome) !== null);
    const groups = measured.map(({ group }) => group);
    const { seed, confidence } = this;
    return bootstrapMean(measured.map(numberOf) as number[], { seed, confidence, groups });
  }

  /** Figures alone; `writeEvaluation` keeps the episodes too. */
  toJSON(): EvaluationJson {
    const { name, base, measure, n, score, scores, parts, byDomain, byKind, turns, seconds, tokens, confidence } = this;
    const figures = { score, scores, parts, byDomain, byKind, turns };
    return { name, base, measure, n, failed: this.failed.length, ...figures, seconds, tokens, confidence };
  }

  [displaySymbol](): MimeBundle {
    return evaluationCard(this);
  }
}

/** Whole, but for the tokens of the episodes, which only learning needs. */
export async function writeEvaluation(evaluation: Evaluation, file: string): Promise<void> {
  const outcomes = evaluation.outcomes.map(({ trajectory, ...outcome }) => ({
    ...outcome,
    trajectory: { ...trajectory, segments: [] },
  }));
  await writeFileAtomic(file, JSON.stringify({ format: 1, ...evaluation, outcomes }));
}

/** An evaluation that another process made: by its file, or by the result of its job. */
export async function readEvaluation(from: string | { file?: string }): Promise<Evaluation> {
  const file = typeof from === "string" ? from : from.file;
  if (!file)
    throw new MedgymError("invalid-argument", "readEvaluation takes a file, or the result of a job of evaluate.");
  const text = await readFile(file, "utf8").catch((error) => {
    throw new MedgymError("not-found", `readEvaluation: ${file} cannot be read: ${error.message}.`, { cause: error });
  });
  const { format, ...fields } = JSON.parse(text) as Fields & { format: number };
  if (format !== 1) throw new MedgymError("corrupt", `readEvaluation: ${file} is no evaluation.`);
  return new Evaluation(fields);
}
