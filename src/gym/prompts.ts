import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import type { ChatMessage } from "../text/tokenizer.ts";
import type { Environment } from "./episode.ts";
import type { RewardTable } from "./reward.ts";
import type { Task } from "./task.ts";
import { TextEpisode } from "./text-episode.ts";

/** A question, with whatever its rewards look at: JSON values. */
export interface PromptRow {
  /** Of the user, or a whole conversation. */
  prompt: string | readonly ChatMessage[];
  /** The right answer: `task.answer` of a reward. */
  answer?: string;
  /** For the curriculum. @default 1 */
  difficulty?: Task["difficulty"];
  /** Rewards find the row in `task.state`. */
  [field: string]: unknown;
}

export interface PromptOptions {
  rows: readonly PromptRow[];
  /** Rewards by name: `({ completion, task }) => number | null`. */
  rewards: RewardTable;
  /** @default 1 for each reward */
  weights?: Readonly<Record<string, number>>;
  /** Also the `domain` of the tasks. @default "prompts" */
  name?: string;
  /** First message, where the row's prompt is a text. */
  system?: string;
}

const schema = z.strictObject({
  rows: z
    .custom<readonly PromptRow[]>((value) => Array.isArray(value) && value.length > 0)
    .describe("a list of at least one row { prompt, … }"),
  rewards: z.custom<RewardTable>((value) => typeof value === "object" && value !== null),
  weights: z.record(z.string(), z.number()).optional(),
  name: z.string().min(1).default("prompts"),
  system: z.string().optional(),
});

/** A data set as an environment: one question, one answer. `tasks` are its rows, all of the training split. */
export function fromPrompts(options: PromptOptions): { environment: Environment; tasks: Task[] } {
  const { rows, rewards, name, system, weights } = resolveOptions("gym.fromPrompts", options, schema);
  const tasks = rows.map((row, i) => taskOf(row, i, name));
  const environment: Environment = {
    name,
    description: "",
    tools: [],
    toolSchemas: [],
    maxTurns: 1,
    rewards,
    weights: weights ?? Object.fromEntries(Object.keys(rewards).map((part) => [part, 1])),
    start: (task, { seed = 0 } = {}) =>
      new TextEpisode({
        environment,
        task,
        seed,
        state: null,
        messages: opening(task.state as PromptRow, system),
        play: (completion) => ({
          action: { type: "text", text: completion.trim() },
          rewards: {},
          says: "",
          end: "answered",
          submission: completion.trim(),
        }),
      }),
  };
  return { environment, tasks };
}

function taskOf(row: PromptRow, i: number, domain: string): Task {
  const { prompt } = row;
  const isChat = Array.isArray(prompt) && prompt.length > 0 && prompt.every(({ role }) => typeof role === "string");
  if (typeof prompt !== "string" && !isChat) {
    throw new MedgymError(
      "invalid-data",
      `gym.fromPrompts: row ${i + 1} has no prompt: a text, or a list of messages.`,
    );
  }
  const last = typeof prompt === "string" ? prompt : prompt.at(-1)?.content;
  return {
    id: String(row.id ?? i + 1),
    domain,
    split: "train",
    ticket: typeof last === "string" ? last : "",
    difficulty: row.difficulty ?? 1,
    ...(row.answer === undefined ? {} : { answer: String(row.answer) }),
    criteria: { actions: [], assertions: [] },
    state: row,
  };
}

function opening({ prompt }: PromptRow, system: string | undefined): ChatMessage[] {
  if (typeof prompt !== "string") return [...prompt];
  return [...(system ? [{ role: "system", content: system }] : []), { role: "user", content: prompt }];
}
