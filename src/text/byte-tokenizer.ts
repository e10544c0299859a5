import { byteToChar } from "./byte-level.ts";
import { ChatTokenizer } from "./chat-tokenizer.ts";
import { ByteLevelDecoder, streamIds } from "./decode.ts";
import type { DecodeOptions, EncodeOptions, Encoding, StreamDecoder } from "./tokenizer.ts";

/** Header of a turn, end of a turn, padding: ids 256, 257, 258. */
const specials = ["<|start|>", "<|end|>", "<|pad|>"];
const special = /<\|start\|>|<\|end\|>|<\|pad\|>/g;

const template = `{%- if tools -%}
{{- '<|start|>tools\\n' + (tools | tojson) + '<|end|>' -}}
{%- endif -%}
{%- for message in messages -%}
{{- '<|start|>' + message.role + '\\n' + (message.content or '') -}}
{%- if message.tool_calls -%}{{- message.tool_calls | tojson -}}{%- endif -%}
{{- '<|end|>' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|start|>assistant\\n' -}}{%- endif -%}`;

/** One token a byte, and three special tokens: for tests and for models trained on bytes. */
export class ByteTokenizer extends ChatTokenizer {
  readonly vocabSize = 256 + specials.length;
  readonly bosTokenId = null;
  readonly eosTokenIds: readonly number[] = [257];
  readonly padTokenId = 258;
  readonly #decoder = new ByteLevelDecoder();
  readonly #ids = new Map([...byteToChar, ...specials].map((token, id) => [token, id]));

  constructor() {
    super(new Map([["default", template]]), {});
  }

  encode(text: string, _options?: EncodeOptions): Int32Array {
    return this.encodeWithOffsets(text).ids;
  }

  encodeWithOffsets(text: string, _options?: EncodeOptions): Encoding {
    const ids: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    const add = (id: number, start: number, end: number) => {
      ids.push(id);
      starts.push(start);
      ends.push(end);
    };
    const addBytes = (from: number, to: number) => {
      for (let at = from; at < to; ) {
        const character = String.fromCodePoint(text.codePointAt(at)!);
        for (const byte of Buffer.from(character)) add(byte, at, at + character.length);
        at += character.length;
      }
    };
    let done = 0;
    for (const { 0: token, index } of text.matchAll(special)) {
      addBytes(done, index);
      done = index + token.length;
      add(this.#ids.get(token)!, index, done);
    }
    addBytes(done, text.length);
    return { ids: Int32Array.from(ids), starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
  }

  decode(ids: ArrayLike<number>, options: DecodeOptions = {}): string {
    return this.#decoder.decode(Array.from(ids).flatMap((id) => this.#kept(id, options) ?? []));
  }

  streamDecoder(options: DecodeOptions = {}): StreamDecoder {
    return streamIds(this.#decoder, (id) => this.#kept(id, options));
  }

  idOf(token: string): number | undefined {
    return this.#ids.get(token);
  }

  tokenOf(id: number): string | undefined {
    return id < 256 ? byteToChar[id] : specials[id - 256];
  }

  #kept(id: number, { skipSpecialTokens = false }: DecodeOptions): string | undefined {
    return skipSpecialTokens && id >= 256 ? undefined : this.tokenOf(id);
  }
}
