/** What a pipeline is made of: stages, and what goes from one to the next. */
import type { Followable } from "../../core/follow.ts";
import type { Row } from "../../data/index.ts";
import type { Domain, Environment } from "../../gym/index.ts";
import type { Model } from "../../model/model.ts";
import type { Trained } from "../trained.ts";
import type { Picked } from "./pick-best.ts";
import type { Validation } from "./validate.ts";

/** What the stages have made so far. */
export interface Work {
  /** As the pipeline began. */
  readonly start: Model;
  readonly model: Model;
  readonly environment?: Environment | readonly Environment[];
  /** To learn from, and to measure the loss on. */
  readonly rows?: readonly Row[];
  readonly evalRows?: readonly Row[];
  /** The newest training. */
  readonly trained?: Pick<Trained, "model" | "id" | "path">;
  readonly picked?: Picked;
  /** Folder of the merged model, and the model with its adapter apart. */
  readonly merged?: { directory: string; unmerged: Model };
  readonly validation?: Validation;
}

export type Summary = Readonly<Record<string, string | number | null>>;

export interface StageResult {
  /** What it has made or changed. */
  work?: Partial<Work>;
  /** Figures for its line. */
  summary?: Summary;
  /** JSON from which `restore` finds the same work again. */
  kept?: unknown;
}

export interface StageContext {
  readonly signal: AbortSignal;
  /** A folder of the stage's own in the run store. */
  readonly folder: string;
  /** Name of the stage that comes after. */
  readonly next?: string;
  /** JSON that an attempt of this stage that was stopped or killed has noted last. */
  readonly noted?: unknown;
  note(value: unknown): Promise<void>;
  /** Awaits a run: its progress is the stage's, and cancelling the pipeline cancels it. `see` gets its events. */
  follow<Result, Event>(run: Followable<Result, Event>, see?: (event: Event) => unknown): Promise<Result>;
}

export interface StageDryRun {
  /** What it would do, in words. */
  plan: string;
  warnings?: readonly string[];
  /** For the dry run of the stages after it. */
  work?: Partial<Work>;
}

/** A stage of your own is such an object; `pipeline.sft`, `pipeline.validate` and so on make the usual ones. */
export interface Stage {
  readonly name: string;
  /** What its result depends on: a pipeline is resumed only if it is the same. Functions count by their source. */
  readonly options?: unknown;
  run(work: Work, context: StageContext): Promise<StageResult>;
  /** The work of a finished stage from what it kept. Without it, a resumed pipeline runs the stage again. */
  restore?(work: Work, kept: unknown, context: StageContext): Promise<Partial<Work>>;
  /** Without it a dry run only names the stage. Must be quick. */
  dryRun?(work: Work, signal: AbortSignal): Promise<StageDryRun>;
}

export const listOf = <T>(given: T | readonly T[]): readonly T[] =>
  Array.isArray(given) ? given : ([given] as readonly T[]);

export const isDomain = (environment: Environment): environment is Domain =>
  typeof (environment as Partial<Domain>).tasks === "function" &&
  typeof (environment as Partial<Domain>).expert === "function";
