import type { ChatMessage, ToolSchema } from "../text/tokenizer.ts";
import type { Action } from "./action.ts";
import type { RewardTable } from "./reward.ts";
import type { Task } from "./task.ts";
import type { Tool, ToolCall } from "./tool.ts";

/** Why an episode is over; `truncated`: a limit of tokens; `error` is the environment's own, never the model's. */
export type End = "submitted" | "answered" | "solved" | "lost" | "turn-limit" | "truncated" | "error";

/** One call of a tool, as it went. */
export interface ToolLogEntry extends ToolCall {
  turn: number;
  /** What the tool returned. */
  result: unknown;
  /** `refused`: bad arguments, an unknown tool or a repeated call; the tool did not run. */
  status: "ok" | "tool-error" | "refused";
  milliseconds: number;
}

export interface Turn {
  /** What the policy wrote, as it wrote it. */
  completion: string;
  action: Action;
  /** What the environment said to it. */
  observation: ChatMessage[];
  /** Reward parts that this turn earned by itself (games, consultation); sums are parts of the episode. */
  rewards: Record<string, number>;
}

/** A task being played. One `step` at a time. */
export interface Episode {
  readonly environment: Environment;
  readonly task: Task;
  readonly seed: number;
  /** The conversation so far, ready for the chat template. */
  readonly messages: readonly ChatMessage[];
  readonly turns: readonly Turn[];
  readonly log: readonly ToolLogEntry[];
  /** null while it goes on. */
  readonly end: End | null;
  /** In words, where `end` alone does not say it. */
  readonly reason?: string;
  /** The final answer: the submit tool's arguments, or the final text. */
  readonly submission: Record<string, unknown> | string | null;
  /** The database as it is now. */
  readonly state: unknown;
  /**
   * Plays one completion. A model's mistakes are answered, never thrown. Throws only if the episode is over. `truncated`: the
   * completion was cut off at a limit of tokens; it is the last, and where actions are tool calls nothing in it is acted upon.
   */
  step(completion: string, options?: { truncated?: boolean }): Promise<Turn>;
  /** Of the database; replaying the same completions from the same seed gives the same hash. */
  hash(): string;
}

/** A place where a policy acts: what tasks start, how it answers, what it pays. */
export interface Environment {
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  /** Empty where actions are text. */
  readonly tools: readonly Tool<never>[];
  /** The tools as the prompt lists them. */
  readonly toolSchemas: readonly ToolSchema[];
  readonly maxTurns: number;
  /** Every part that it can pay, by name. */
  readonly rewards: RewardTable;
  /** Weights when the user gives none. */
  readonly weights: Readonly<Record<string, number>>;
  /** What was unsafe in a finished episode, judged on the patient's state. */
  violations?(episode: Episode): Violation[];
  /** What there is to see in a task: transcripts show it, and `withPictures` sends it to models that see. */
  pictures?(task: Task): Shown[];
  start(task: Task, options?: { seed?: number }): Episode;
}

/** A picture of a task. */
export interface Shown {
  name: string;
  /** `data:image/png;base64,…` */
  url: string;
}

/**
 * What was unsafe. Severity 5: contraindication or allergy ignored, dangerous dose, missed emergency, wrong procedure; 4: wrong
 * interaction, false reassurance, scope, missing pregnancy check, fabricated evidence, confidentiality; 3: incomplete work-up,
 * delayed referral, bias, consent, guideline, premature closure; 2: no follow-up, no uncertainty, poor monitoring; 1: style.
 */
export interface Violation {
  severity: 1 | 2 | 3 | 4 | 5;
  /** e.g. "allergy ignored" */
  kind: string;
  /** With what was seen, e.g. "prescribed amoxicillin despite penicillin allergy (anaphylaxis)". */
  text: string;
}
