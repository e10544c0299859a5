import { MedgymError } from "../core/errors.ts";
import type { ChatMessage, ToolSchema } from "../text/tokenizer.ts";
import type { Domain } from "./domain.ts";
import { expertPolicy, play } from "./play.ts";
import { scoreEpisode } from "./reward.ts";
import type { Task } from "./task.ts";

/** An episode that the expert solved, as a row for `sft`. */
export interface Demonstration {
  /** Ends with the expert's last turn. */
  messages: ChatMessage[];
  /** Where there are tools. */
  tools?: readonly ToolSchema[];
  metadata: { domain: string; taskId: string; split: Task["split"]; source: "expert"; reward: number; seed: number };
}

export interface DemonstrationOptions {
  /** Of the episodes. @default 0 */
  seed?: number;
  /** Leave out what the expert did not solve, on slippery ice or in a consultation; else that is an error. @default false */
  skipFailures?: boolean;
}

/** Plays the expert on every task. Refuses tasks of the test split. */
export async function demonstrations(
  domain: Domain,
  tasks: readonly Task[],
  { seed = 0, skipFailures = false }: DemonstrationOptions = {},
): Promise<Demonstration[]> {
  const rows: Demonstration[] = [];
  for (const task of tasks) {
    if (task.split === "test")
      throw new MedgymError("invalid-argument", `${task.id} is a test task: it must not be learned from.`);
    const episode = await play(domain, task, expertPolicy(domain, task), { seed });
    if (!["solved", "answered", "submitted"].includes(episode.end ?? "")) {
      if (skipFailures) continue;
      throw new MedgymError("invalid-data", `The expert did not solve ${task.id}: ${episode.reason ?? episode.end}.`);
    }
    const { total } = await scoreEpisode(episode);
    const last = episode.turns.at(-1)!.observation.length;
    rows.push({
      messages: episode.messages.slice(0, episode.messages.length - last),
      ...(domain.tools.length > 0 ? { tools: domain.toolSchemas } : {}),
      metadata: { domain: domain.name, taskId: task.id, split: task.split, source: "expert", reward: total, seed },
    });
  }
  return rows;
}
