import type { Random } from "../src/core/random.ts";
import { type ChatMessage, observation as json, type ToolDefinition } from "../src/data/clinical/index.ts";

export { json };

/** A training document: consecutive pieces of text, each with the weight of its tokens in the loss. */
export type Document = readonly (readonly [text: string, weight: number])[];

/** Context that holds random values is hardly predictable: it teaches the language, and little else. */
export const contextWeight = 0.15;

/**
 * A chat in the form that assets/nano's chat template renders (a test compares them): ChatML and Qwen's tool markup,
 * tools as one-line signatures. What the assistant writes has weight 1.
 */
export function chatDocument(messages: readonly ChatMessage[], tools: readonly ToolDefinition[] = []): Document {
  const pieces: [string, number][] = [];
  let rest = messages;
  if (messages[0].role === "system" || tools.length > 0) {
    const own = messages[0].role === "system" ? [messages[0].content] : [];
    if (own.length > 0) rest = messages.slice(1);
    pieces.push([`<|im_start|>system\n${[...own, ...tools.map(signature)].join("\n")}<|im_end|>\n`, contextWeight]);
  }
  for (const message of rest) {
    if (message.role === "assistant") {
      const calls = (message.tool_calls ?? []).map(({ function: { name, arguments: args } }) => {
        return `<tool_call>\n{"name": "${name}", "arguments": ${json(args)}}\n</tool_call>`;
      });
      pieces.push(["<|im_start|>assistant\n", contextWeight]);
      pieces.push([[message.content, ...calls].filter((text) => text !== "").join("\n"), 1]);
      pieces.push(["<|im_end|>", 1], ["\n", 0]);
    } else if (message.role === "tool") {
      const response = `<tool_response>\n${message.content}\n</tool_response>`;
      pieces.push([`<|im_start|>user\n${response}<|im_end|>\n`, contextWeight]);
    } else {
      pieces.push([`<|im_start|>${message.role}\n${message.content}<|im_end|>\n`, contextWeight]);
    }
  }
  return pieces;
}

/** e.g. `get_lab(patient_id, test): latest result of a laboratory test` */
export function signature(tool: ToolDefinition): string {
  const { name, description, parameters } = tool.function;
  return `${name}(${Object.keys(parameters.properties).join(", ")}): ${description}`;
}

export function digits(random: Random, length: number): string {
  return Array.from({ length }, () => random.integer(10)).join("");
}

export function textOf(document: Document): string {
  return document.map(([text]) => text).join("");
}
