import type { ChatMessage } from "../text/tokenizer.ts";
import { renderCalls } from "./action.ts";
import type { Brief, Domain, Expert } from "./domain.ts";
import type { End, Environment, Episode } from "./episode.ts";
import type { Task } from "./task.ts";

/** Writes the next completion. */
export type Policy = (messages: readonly ChatMessage[], episode: Episode) => string | Promise<string>;

/** Plays a task to its end. */
export async function play(
  environment: Environment,
  task: Task,
  policy: Policy,
  options: { seed?: number } = {},
): Promise<Episode> {
  const episode = environment.start(task, options);
  while (!episode.end) await episode.step(await policy(episode.messages, episode));
  return episode;
}

/** A scripted solver as a policy, for one episode; it gets what the model would get, as the tool returned it. */
export function expertPolicy(domain: Pick<Domain, "expert">, task: Task): Policy {
  const { id, kind, ticket, options, patientId } = task;
  const brief: Brief = { id, kind, ticket, options, patientId };
  const expert: Expert = domain.expert(brief);
  let started = false;
  return (_, episode) => {
    const move = started ? expert.next(lastResult(episode)) : expert.next();
    started = true;
    if (move.done) return "I have nothing to add.";
    if ("text" in move.value) return move.value.text;
    const { thought, ...call } = move.value;
    return renderCalls([call], thought);
  };
}

/** What the last call gave; where there are no tools, what was said. */
function lastResult({ environment, log, turns }: Episode): unknown {
  return environment.tools.length > 0 ? log.at(-1)?.result : turns.at(-1)?.observation.at(-1)?.content;
}

/** An episode as plain JSON: enough to play it again. */
export interface EpisodeRecord {
  environment: string;
  task: Task;
  seed: number;
  completions: string[];
  end: End | null;
  reason?: string;
  /** Of the database at the end. */
  hash: string;
}

export function recordOf(episode: Episode): EpisodeRecord {
  const { task, seed, end, reason } = episode;
  const completions = episode.turns.map(({ completion }) => completion);
  return {
    environment: episode.environment.name,
    task,
    seed,
    completions,
    end,
    ...(reason ? { reason } : {}),
    hash: episode.hash(),
  };
}

/** Plays a record's completions again. Compare `hash` and `end`: they differ if the environment has changed. */
export async function replay(environment: Environment, record: EpisodeRecord): Promise<Episode> {
  const episode = environment.start(record.task, { seed: record.seed });
  const cutOff = record.end === "truncated" ? record.completions.length - 1 : -1;
  for (const [i, completion] of record.completions.entries()) {
    if (episode.end) break;
    await episode.step(completion, { truncated: i === cutOff });
  }
  return episode;
}
