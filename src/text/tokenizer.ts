import { loadHubTokenizer } from "./hub-tokenizer.ts";

/** One turn of a chat, in the shape of the OpenAI API and of transformers' chat templates. */
export interface ChatMessage {
  role: string;
  /** Text, or parts (`{type: "text", text}`) for templates that take them. */
  content?: string | readonly Record<string, unknown>[] | null;
  /** Calls of an assistant turn: `{type: "function", function: {name, arguments}}`; `arguments` an object or JSON text. */
  tool_calls?: readonly unknown[];
  /** Name of the tool in a tool turn. */
  name?: string;
  tool_call_id?: string;
  /** Thoughts of a reasoning model, for templates that render them apart from the content. */
  reasoning_content?: string;
}

/** JSON schema of a tool: `{type: "function", function: {name, description, parameters}}`. */
export type ToolSchema = Record<string, unknown>;

export interface EncodeOptions {
  /**
   * Add what the post-processor adds (e.g. the beginning-of-sequence token). Off, unlike transformers' default, since a
   * rendered chat template brings its own. @default false
   */
  addSpecialTokens?: boolean;
}

export interface DecodeOptions {
  /** Leave special tokens out. @default false */
  skipSpecialTokens?: boolean;
}

/** T tokens and where they stand in the text: UTF-16 units, as in `text.slice(starts[t], ends[t])`. */
export interface Encoding {
  /** (T) */
  ids: Int32Array;
  /** (T) A token that holds part of a character covers the whole of it. */
  starts: Int32Array;
  /** (T) */
  ends: Int32Array;
}

export interface ChatTemplateOptions {
  tools?: readonly ToolSchema[] | null;
  /** End with the header of an assistant turn. @default false */
  addGenerationPrompt?: boolean;
  /** Leave the last message open, so that generation goes on from its content. @default false */
  continueFinalMessage?: boolean;
  /** Further variables of the template, by its own names. */
  [variable: string]: unknown;
}

export interface ChatEncoding {
  /** (T) */
  ids: Int32Array;
  /** (T) 1 on tokens that the assistant wrote (its content, calls and end of turn), 0 elsewhere. */
  assistantMask: Uint8Array;
}

/** Detokenises as tokens arrive. The pieces, joined, equal `decode` of all ids. */
export interface StreamDecoder {
  /** Text that became certain with this token; never half a character, so sometimes empty. */
  push(id: number): string;
  /** What was held back; call once after the last token. */
  end(): string;
}

export interface Tokenizer {
  /** One more than the largest id; a model's embedding may have more rows. */
  readonly vocabSize: number;
  readonly bosTokenId: number | null;
  /** Ids at which generation stops, the tokenizer's own eos first. */
  readonly eosTokenIds: readonly number[];
  readonly padTokenId: number | null;
  /** Jinja source of the chat template; null when the files have none. */
  readonly chatTemplate: string | null;
  encode(text: string, options?: EncodeOptions): Int32Array;
  encodeWithOffsets(text: string, options?: EncodeOptions): Encoding;
  decode(ids: ArrayLike<number>, options?: DecodeOptions): string;
  streamDecoder(options?: DecodeOptions): StreamDecoder;
  idOf(token: string): number | undefined;
  /** The token as the vocabulary spells it (e.g. "Ġthe"). */
  tokenOf(id: number): string | undefined;
  /** Renders messages as transformers does. Throws "unsupported" without a template, "invalid-data" when it refuses them. */
  applyChatTemplate(messages: readonly ChatMessage[], options?: ChatTemplateOptions): string;
  /** Renders, encodes and marks what the assistant wrote; see chat-template.ts for how the spans are found. */
  encodeChat(messages: readonly ChatMessage[], options?: ChatTemplateOptions): ChatEncoding;
}

export const Tokenizer = {
  /**
   * Reads the hub's files: tokenizer.json, and where present tokenizer_config.json, special_tokens_map.json,
   * chat_template.jinja, generation_config.json and config.json.
   */
  fromDirectory: (directory: string): Promise<Tokenizer> => loadHubTokenizer(directory),
};
