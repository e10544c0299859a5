import { MedgymError } from "../core/errors.ts";
import { show } from "../core/options.ts";
import type { ChatMessage, ToolSchema } from "../text/tokenizer.ts";
import type { Model } from "./model.ts";

/** A text, a chat, or token ids as they are. */
export type Prompt = string | readonly ChatMessage[] | Int32Array | readonly number[];

export interface PromptOptions {
  /** Tools that the chat template describes to the model. */
  tools?: readonly ToolSchema[];
  /** Further variables of the chat template, e.g. `{ enable_thinking: false }`. */
  template?: Record<string, unknown>;
}

/** How a prompt becomes ids: a chat that is only judged is rendered whole, without the beginning of an answer. */
interface EncodeOptions extends PromptOptions {
  /** @default true */
  addGenerationPrompt?: boolean;
}

const isMessage = (value: unknown): value is ChatMessage =>
  typeof value === "object" && value !== null && typeof (value as ChatMessage).role === "string";

const isIds = (value: unknown): value is Int32Array | number[] =>
  value instanceof Int32Array ||
  (Array.isArray(value) && value.length > 0 && value.every((id) => typeof id === "number"));

/** One prompt, as opposed to a list of prompts: a list of messages is a chat, a list of numbers is ids. */
export const isPrompt = (value: unknown): value is Prompt =>
  typeof value === "string" || isIds(value) || (Array.isArray(value) && value.length > 0 && value.every(isMessage));

/** Token ids of a prompt. A text gets the tokenizer's special tokens (e.g. the first one), a chat its generation header. */
export function encodePrompt(model: Model, prompt: Prompt, options: EncodeOptions, verb: string): Int32Array {
  const ids = encode(model, prompt, options, verb);
  if (ids.length === 0)
    throw new MedgymError("invalid-argument", `${verb}: a prompt is empty. Give at least one token.`);
  return ids;
}

function encode(model: Model, prompt: Prompt, options: EncodeOptions, verb: string): Int32Array {
  const { tools, template, addGenerationPrompt = true } = options;
  if (typeof prompt === "string") return model.tokenizer.encode(prompt, { addSpecialTokens: true });
  if (prompt instanceof Int32Array) return prompt;
  if (isIds(prompt)) return Int32Array.from(prompt as readonly number[]);
  if (!isPrompt(prompt)) {
    throw new MedgymError(
      "invalid-argument",
      `${verb}: a prompt is a text, a list of chat messages, or token ids; it got ${show(prompt)}.`,
    );
  }
  const text = model.tokenizer.applyChatTemplate(prompt as readonly ChatMessage[], {
    ...template,
    tools,
    addGenerationPrompt,
  });
  return model.tokenizer.encode(text);
}

/** Splits `one | many` into a list and whether it was one. */
export function asList<T>(
  input: T | readonly T[],
  isOne: (value: unknown) => value is T,
  verb: string,
): { list: readonly T[]; single: boolean } {
  if (isOne(input)) return { list: [input], single: true };
  if (Array.isArray(input) && input.length > 0) return { list: input, single: false };
  throw new MedgymError(
    "invalid-argument",
    `${verb} takes one input or a list of at least one; it got ${show(input)}.`,
  );
}
