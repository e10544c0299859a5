import { renderCalls } from "../gym/action.ts";
import { parseJson } from "../gym/action-forms.ts";
import type { Episode } from "../gym/episode.ts";
import type { ChatReply } from "../text/chat-endpoint.ts";
import type { ChatMessage } from "../text/tokenizer.ts";

/**
 * The conversation as OpenAI-compatible servers want it: calls in `tool_calls`, each with an id that its result names. What answers no
 * readable call is a user's message there.
 */
export function endpointMessages(episode: Pick<Episode, "messages" | "turns">): ChatMessage[] {
  const messages: ChatMessage[] = [];
  let turn = 0;
  let ids: string[] = [];
  for (const message of episode.messages) {
    const played = message.role === "assistant" ? episode.turns[turn] : undefined;
    if (played) {
      turn++;
      const { action, observation } = played;
      const calls = action.type === "calls" ? action.calls.slice(0, observation.length) : [];
      ids = calls.map((_, i) => `call_${turn}_${i + 1}`);
      const [prose] = String(message.content ?? "").split("<tool_call>");
      const content = action.type === "calls" && action.form === "strict" ? prose.trim() : "";
      messages.push(calls.length === 0 ? message : { ...message, content, tool_calls: calls.map(asCall(ids)) });
    } else if (message.role === "tool") {
      const id = ids.shift();
      messages.push(id === undefined ? { role: "user", content: message.content } : { ...message, tool_call_id: id });
    } else messages.push(message);
  }
  return messages;
}

const asCall =
  (ids: readonly string[]) =>
  (call: { name: string; arguments: object }, i: number): object => ({
    id: ids[i],
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  });

/** A reply as a completion: calls that the server parsed are written as the template has them. */
export function replyText({ text, toolCalls }: Pick<ChatReply, "text" | "toolCalls">): string {
  const calls = toolCalls.map(({ name, arguments: given }) => {
    const args = given.trim() === "" ? {} : parseJson(given);
    // what is no object stays as the model wrote it: the parser says what is wrong
    return typeof args === "object" && args !== null && !Array.isArray(args)
      ? renderCalls([{ name, arguments: args as Record<string, unknown> }])
      : `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": ${given}}\n</tool_call>`;
  });
  return [text.trim(), ...calls].filter((part) => part !== "").join("\n");
}
