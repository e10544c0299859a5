/**
 * What the teacher is told and the student is not: how the rollout ended. The hint stands at the end of the first user message of the
 * teacher's prompt; the tokens that both score are the student's own, so no token of a hint is ever scored.
 */
import type { Segment, Trajectory } from "../../generate/index.ts";
import type { Tokenizer, ToolSchema } from "../../text/tokenizer.ts";

/** From a rollout and its group to a hint; null: none for this one. */
export type Hint = (rollout: { trajectory: Trajectory; group: readonly Trajectory[] }) => string | null;

/** Right is what has an accuracy, or else a whole reward, of one half or more. */
export const outcomeHint: Hint = ({ trajectory: { reward, task } }) => {
  if (!reward) return null;
  const parts = Object.entries(reward.parts).flatMap(([name, part]) =>
    part === null ? [] : [`${name} ${part.toFixed(2)}`],
  );
  const earned = `It earned ${reward.total.toFixed(2)}${parts.length > 0 ? ` (${parts.join(", ")})` : ""}.`;
  if ((reward.parts.accuracy ?? reward.total) >= 0.5)
    return `(Known afterwards: the answer that follows was right. ${earned})`;
  const right = task.answer === undefined ? [] : [`The right answer is ${task.answer}.`];
  const expected = task.criteria.actions.map(({ tool, arguments: args }) => `${tool}(${JSON.stringify(args)})`);
  const way = expected.length === 0 ? [] : [`A right way: ${expected.join(", ")}.`];
  return `(${["Known afterwards: the answer that follows was wrong.", earned, ...right, ...way].join(" ")})`;
};

export interface HintedPromptOptions {
  tokenizer: Tokenizer;
  tools: readonly ToolSchema[];
  /** Further variables of the chat template. */
  template?: Record<string, unknown>;
}

/** The prompt of a segment with the hint in it; null where it cannot be placed: no user message of text, or another rendering. */
export function hintedPrompt(
  { messages, turns }: Pick<Trajectory, "messages" | "turns">,
  { tokens, turns: turnOf, promptLength }: Segment,
  hint: string,
  { tokenizer, tools, template }: HintedPromptOptions,
): Int32Array | null {
  const answers = [...messages.keys()].filter((i) => messages[i].role === "assistant").slice(-turns.length);
  const before = messages.slice(0, answers[turnOf[promptLength] - 1]);
  const at = before.findIndex(({ role }) => role === "user");
  const content = before[at]?.content;
  if (typeof content !== "string") return null;
  const options = { ...template, ...(tools.length > 0 ? { tools } : {}), addGenerationPrompt: true };
  const render = (chat: typeof messages) => tokenizer.encode(tokenizer.applyChatTemplate(chat, options));
  const plain = render(before);
  if (plain.length !== promptLength || plain.some((id, t) => id !== tokens[t])) return null;
  return render(before.with(at, { ...before[at], content: `${content}\n\n${hint}` }));
}

/**
 * (T) 1 on the first `most` tokens that the policy drew in each turn: a turn that rambles counts no more than the others, and every
 * turn counts. mask, turns (T).
 */
export function truncatedTurns(mask: Uint8Array, turns: Int32Array, most: number): Uint8Array {
  let [turn, seen] = [0, 0];
  return mask.map((counts, t) => {
    if (!counts) return 0;
    if (turns[t] !== turn) [turn, seen] = [turns[t], 0];
    return seen++ < most ? 1 : 0;
  });
}
