import { hashJson } from "../core/canonical.ts";
import { MedgymError } from "../core/errors.ts";
import { within } from "../core/within.ts";
import type { ChatMessage } from "../text/tokenizer.ts";
import type { Action } from "./action.ts";
import type { End, Environment, Episode, Turn } from "./episode.ts";
import type { Reward } from "./reward.ts";
import type { Task } from "./task.ts";

/** What a completion did. */
export interface TextTurn {
  action: Action;
  /** Every part that turns pay, 0 where nothing was earned. */
  rewards: Record<string, number>;
  /** The next user turn; of the last turn how it ended; "": nothing. */
  says: string;
  end?: End;
  reason?: string;
  submission?: string;
}

export interface TextEpisodeFields<State> {
  environment: Environment;
  task: Task;
  seed: number;
  /** JSON values; `play` changes it. */
  state: State;
  messages: ChatMessage[];
  /** Turns of this episode. @default the environment's */
  maxTurns?: number;
  /** A turn whose reply takes longer (a patient that a model plays) is an error of the environment. @default 120_000 */
  timeoutMs?: number;
  /** `turn` from 1. What it throws is an error of the environment and ends the episode. */
  play(completion: string, turn: number, episode: TextEpisode<State>): TextTurn | Promise<TextTurn>;
}

/** An episode whose actions are text, not tool calls: each completion gets a user's turn in reply. */
export class TextEpisode<State> implements Episode {
  readonly environment: Environment;
  readonly task: Task;
  readonly seed: number;
  readonly messages: ChatMessage[];
  readonly turns: Turn[] = [];
  readonly log: readonly never[] = [];
  end: End | null = null;
  reason?: string;
  submission: string | null = null;
  readonly state: State;
  /** Turns that it may take. */
  readonly maxTurns: number;
  readonly #play: TextEpisodeFields<State>["play"];
  readonly #timeoutMs: number;
  #stepping = false;

  constructor({ environment, task, seed, state, messages, maxTurns, timeoutMs, play }: TextEpisodeFields<State>) {
    this.environment = environment;
    this.task = task;
    this.seed = seed;
    this.state = state;
    this.messages = messages;
    this.maxTurns = maxTurns ?? environment.maxTurns;
    this.#play = play;
    this.#timeoutMs = timeoutMs ?? 120_000;
  }

  hash(): string {
    return hashJson(this.state);
  }

  async step(completion: string): Promise<Turn> {
    if (this.end || this.#stepping) {
      const why = this.end ? `is over (${this.end})` : "is in the middle of a step";
      throw new MedgymError("invalid-argument", `The episode of task ${this.task.id} ${why}.`);
    }
    this.#stepping = true;
    try {
      this.messages.push({ role: "assistant", content: completion.trim() });
      const { says, action, rewards, ...rest } = await this.#outcome(completion);
      const observation = says === "" ? [] : [{ role: "user", content: says }];
      const turn: Turn = { completion, action, rewards, observation };
      this.turns.push(turn);
      this.messages.push(...turn.observation);
      this.end = rest.end ?? (this.turns.length >= this.maxTurns ? "turn-limit" : null);
      if (rest.reason) this.reason = rest.reason;
      this.submission = rest.submission ?? null;
      return turn;
    } finally {
      this.#stepping = false;
    }
  }

  async #outcome(completion: string): Promise<TextTurn> {
    try {
      const played = this.#play(completion, this.turns.length + 1, this);
      return played instanceof Promise ? await within(this.#timeoutMs, "reply", played) : played;
    } catch (error) {
      const reason = String((error as Error)?.message ?? error);
      return {
        action: { type: "text", text: completion },
        rewards: {},
        says: "The environment is out of order.",
        end: "error",
        reason,
      };
    }
  }
}

/** A part that turns earn, as a reward of the episode: the sum over its turns. */
export function turnSum(part: string): Reward {
  return ({ episode }) => episode.turns.reduce((sum, { rewards }) => sum + (rewards[part] ?? 0), 0);
}
