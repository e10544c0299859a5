import type { ChatMessage } from "../../text/tokenizer.ts";
import { renderCalls } from "../action.ts";
import type { End, Episode } from "../episode.ts";
import { type Policy, recordOf, replay } from "../play.ts";
import { scoreEpisode } from "../reward.ts";
import type { Step, Trace } from "./trace.ts";

export type Attempt = { episode: Episode; score: number } | { reason: string };

export type Judge = (episode: Episode) => number | Promise<number>;

const solved: readonly (End | null)[] = ["submitted", "answered", "solved"];

/** Whether a finished episode is worth learning from: well formed, scored, and the same when it is played again. */
export async function attemptOf(episode: Episode, minScore: number, judge?: Judge): Promise<Attempt> {
  const { environment, task, turns, log, messages, end } = episode;
  if (!solved.includes(end)) return { reason: `ended by ${end}` };
  if (log.some(({ status }) => status !== "ok")) return { reason: "a call was refused" };
  const acted = turns.map(({ action }) => action);
  if (environment.tools.length > 0 && acted.some((action) => action.type === "calls" && action.form === "lenient"))
    return { reason: "a call in another form than the template's" };
  const first = messages.find(({ role }) => role === "user")?.content;
  if (!String(first).includes(task.ticket)) return { reason: "the first user turn is not the ticket" };
  const score = judge ? await judge(episode) : (await scoreEpisode(episode)).total;
  if (!(score >= minScore)) return { reason: `scored below ${minScore}` };
  const again = await replay(environment, recordOf(episode));
  const same = again.end === end && again.hash() === episode.hash();
  if (!same || JSON.stringify(again.messages) !== JSON.stringify(messages)) return { reason: "replay differs" };
  return { episode, score };
}

/** Writes the steps one after the other. What the expert thought holds as long as it goes the expert's way. */
export function scriptOf({ steps: original }: Trace, steps: readonly Step[]): Policy {
  let next = 0;
  const completions = steps.map((step) => {
    const { thought, name, arguments: args } = step;
    const own = original.includes(step);
    if (own) next = original[next] === step ? next + 1 : Number.NaN;
    return renderCalls([{ name, arguments: args }], own && Number.isNaN(next) ? undefined : thought);
  });
  return (_, { turns }) => completions[turns.length] ?? "I have nothing to add.";
}

/** The conversation up to the last thing that the policy said. */
export function lessonOf({ messages }: Episode): ChatMessage[] {
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  return messages.slice(0, last + 1);
}
