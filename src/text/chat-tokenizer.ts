import { MedgymError } from "../core/errors.ts";
import { ChatTemplate, type Span } from "./chat-template.ts";
import type {
  ChatEncoding,
  ChatMessage,
  ChatTemplateOptions,
  DecodeOptions,
  EncodeOptions,
  Encoding,
  StreamDecoder,
  Tokenizer,
} from "./tokenizer.ts";

/** The chat half of a tokenizer, over `encodeWithOffsets`. */
export abstract class ChatTokenizer implements Tokenizer {
  abstract readonly vocabSize: number;
  abstract readonly bosTokenId: number | null;
  abstract readonly eosTokenIds: readonly number[];
  abstract readonly padTokenId: number | null;
  readonly #templates: Map<string, ChatTemplate>;

  /** `sources`: Jinja by name; "default", and "tool_use" where chats with tools have their own. */
  constructor(sources: Map<string, string>, variables: Record<string, unknown>) {
    this.#templates = new Map([...sources].map(([name, source]) => [name, new ChatTemplate(source, variables)]));
  }

  get chatTemplate(): string | null {
    return this.#templates.get("default")?.source ?? null;
  }

  abstract encode(text: string, options?: EncodeOptions): Int32Array;
  abstract encodeWithOffsets(text: string, options?: EncodeOptions): Encoding;
  abstract decode(ids: ArrayLike<number>, options?: DecodeOptions): string;
  abstract streamDecoder(options?: DecodeOptions): StreamDecoder;
  abstract idOf(token: string): number | undefined;
  abstract tokenOf(id: number): string | undefined;

  applyChatTemplate(messages: readonly ChatMessage[], options: ChatTemplateOptions = {}): string {
    return this.#templateFor(options).render(messages, options);
  }

  encodeChat(messages: readonly ChatMessage[], options: ChatTemplateOptions = {}): ChatEncoding {
    const { text, spans } = this.#templateFor(options).renderWithSpans(messages, options);
    const encoding = this.encodeWithOffsets(text);
    return { ids: encoding.ids, assistantMask: maskOf(encoding, spans) };
  }

  #templateFor({ tools }: ChatTemplateOptions): ChatTemplate {
    const template = (tools && this.#templates.get("tool_use")) || this.#templates.get("default");
    if (template) return template;
    const named = [...this.#templates.keys()].join(", ");
    throw new MedgymError(
      "unsupported",
      `this tokenizer has no chat template${named && ` named "default" (only ${named})`}. ` +
        "Put a chat_template.jinja beside tokenizer.json, or use prompt/completion text.",
    );
  }
}

/** 1 on tokens that hold any text of the spans, which are in order. */
function maskOf({ starts, ends }: Encoding, spans: readonly Span[]): Uint8Array {
  const mask = new Uint8Array(starts.length);
  let next = 0;
  for (let t = 0; t < mask.length; t++) {
    while (next < spans.length && spans[next][1] <= starts[t]) next++;
    if (next < spans.length && ends[t] > spans[next][0]) mask[t] = 1;
  }
  return mask;
}
