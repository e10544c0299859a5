import { MedgymError } from "../core/errors.ts";
import { MergeTable, merge } from "./bpe-merges.ts";
import { byteToChar } from "./byte-level.ts";
import type { IntList } from "./int-list.ts";
import type { BpeJson, TokenModel } from "./tokenizer-json.ts";

/** Pre-tokens up to this length are remembered, up to so many of them: prose repeats its words. */
const cachedLength = 48;
const cacheEntries = 1 << 16;

/**
 * Byte-pair encoding of pre-tokens, from the `model` of a tokenizer.json: byte-level (GPT-2, Qwen, Llama 3), or of
 * characters with byte fallback (Llama 2, Mistral, Gemma). Ours because it gives offsets and is about ten times as fast as
 * the library's (docs/decisions/0007-own-tokenizer-models.md).
 */
export class Bpe implements TokenModel {
  /** Matches, which cover any text, can be encoded one by one with the same result as the whole. */
  readonly #words: RegExp | null;
  readonly #vocab: Map<string, number>;
  readonly #merges: MergeTable;
  readonly #ignoreMerges: boolean;
  readonly #byteLevel: boolean;
  readonly #byteIds = new Int32Array(256).fill(-1);
  readonly #byteFallback: boolean;
  readonly #fuseUnknown: boolean;
  readonly #unknownId: number;
  /** (V) UTF-8 bytes of text that a token stands for; 0 for ids that the model never gives. */
  readonly #byteLengths: Int32Array;
  readonly #cache = new Map<string, number | Int32Array>();
  readonly #encoder = new TextEncoder();
  #symbols = new Int32Array(1024);
  #bytes = new Uint8Array(1024);
  #unknownLengths: number[] = [];

  constructor(json: BpeJson, byteLevel: boolean) {
    this.#vocab = new Map(Object.entries(json.vocab));
    this.#byteLevel = byteLevel;
    this.#ignoreMerges = json.ignore_merges ?? false;
    this.#fuseUnknown = json.fuse_unk ?? false;
    this.#unknownId = json.unk_token == null ? -1 : (this.#vocab.get(json.unk_token) ?? -1);
    for (let byte = 0; byte < 256; byte++) {
      const spelled = byteLevel ? byteToChar[byte] : byteToken(byte);
      this.#byteIds[byte] = this.#vocab.get(spelled) ?? -1;
    }
    this.#byteFallback = !byteLevel && (json.byte_fallback ?? false);
    this.#merges = mergeTable(json, this.#vocab);
    this.#words = !byteLevel && wordsStayApart(json, this.#vocab) ? /▁+[^▁]*|[^▁]+/gu : null;
    let last = 0;
    for (const id of this.#vocab.values()) last = Math.max(last, id);
    this.#byteLengths = new Int32Array(last + 1);
    for (const [token, id] of this.#vocab) this.#byteLengths[id] = byteLevel ? token.length : Buffer.byteLength(token);
    if (this.#byteFallback) for (const id of this.#byteIds) if (id >= 0) this.#byteLengths[id] = 1;
  }

  encode(piece: string, ids: IntList, byteLengths?: IntList): void {
    if (this.#words && piece.length > cachedLength) {
      const words = piece.match(this.#words) ?? [];
      if (words.length > 1) {
        for (const word of words) this.encode(word, ids, byteLengths);
        return;
      }
    }
    const from = ids.length;
    const known = this.#cache.get(piece);
    if (known === undefined) this.#encodeNew(piece, ids);
    else if (typeof known === "number") ids.push(known);
    else ids.pushAll(known);
    if (!byteLengths) return;
    let unknown = 0;
    for (let t = from; t < ids.length; t++) {
      const id = ids.at(t);
      byteLengths.push(id === this.#unknownId ? this.#unknownLengths[unknown++] : this.#byteLengths[id]);
    }
  }

  #encodeNew(piece: string, ids: IntList): void {
    const whole = this.#ignoreMerges ? this.#wholeId(piece) : -1;
    if (whole >= 0) {
      this.#symbols[0] = whole;
      this.#store(piece, ids, 1, true);
      return;
    }
    if (piece.length * 3 > this.#symbols.length) {
      this.#symbols = new Int32Array(piece.length * 3);
      this.#bytes = new Uint8Array(piece.length * 3);
    }
    const n = this.#byteLevel ? this.#symbolsOfBytes(piece) : this.#symbolsOfCharacters(piece);
    this.#store(piece, ids, merge(this.#merges, this.#symbols, n), this.#unknownLengths.length === 0);
  }

  #store(piece: string, ids: IntList, n: number, cacheable: boolean): void {
    for (let i = 0; i < n; i++) ids.push(this.#symbols[i]);
    if (!cacheable || piece.length > cachedLength) return;
    if (this.#cache.size >= cacheEntries) this.#cache.clear();
    // A copy of the key: a slice would keep the whole text alive.
    this.#cache.set(
      Buffer.from(piece, "utf16le").toString("utf16le"),
      n === 1 ? this.#symbols[0] : this.#symbols.slice(0, n),
    );
  }

  #wholeId(piece: string): number {
    if (!this.#byteLevel) return this.#vocab.get(piece) ?? -1;
    let spelled = "";
    for (const byte of this.#encoder.encode(piece)) spelled += byteToChar[byte];
    return this.#vocab.get(spelled) ?? -1;
  }

  #symbolsOfBytes(piece: string): number {
    const { written } = this.#encoder.encodeInto(piece, this.#bytes);
    for (let i = 0; i < written; i++) this.#symbols[i] = this.#byteIds[this.#bytes[i]];
    return written;
  }

  #symbolsOfCharacters(piece: string): number {
    let n = 0;
    let afterUnknown = false;
    this.#unknownLengths = [];
    for (const character of piece) {
      const id = this.#vocab.get(character);
      const { written } = this.#encoder.encodeInto(character, this.#bytes);
      const bytes = this.#bytes.subarray(0, written);
      if (id !== undefined) this.#symbols[n++] = id;
      else if (this.#byteFallback && bytes.every((byte) => this.#byteIds[byte] >= 0)) {
        for (const byte of bytes) this.#symbols[n++] = this.#byteIds[byte];
      } else {
        if (this.#unknownId < 0) continue; // without an unknown token such characters vanish, as in the Rust library
        if (this.#fuseUnknown && afterUnknown) this.#unknownLengths[this.#unknownLengths.length - 1] += written;
        else {
          this.#symbols[n++] = this.#unknownId;
          this.#unknownLengths.push(written);
        }
        afterUnknown = true;
        continue;
      }
      afterUnknown = false;
    }
    return n;
  }
}

export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

function mergeTable(json: BpeJson, vocab: Map<string, number>): MergeTable {
  const table = new MergeTable(json.merges.length);
  const idOf = (token: string, rank: number) => {
    const id = vocab.get(token);
    if (id === undefined) {
      throw new MedgymError(
        "corrupt",
        `tokenizer.json: merge ${rank} names ${JSON.stringify(token)}, which is not in the vocabulary of ${vocab.size} tokens.`,
      );
    }
    return id;
  };
  for (let rank = 0; rank < json.merges.length; rank++) {
    const entry = json.merges[rank];
    const [left, right] = typeof entry === "string" ? splitMerge(entry) : entry;
    table.add(idOf(left, rank), idOf(right, rank), rank, idOf(left + right, rank));
  }
  return table;
}

/**
 * SentencePiece-like models take a whole text for one pre-token. Where no merge joins something before "▁" to it, words
 * can be encoded one by one (and be remembered), with the same result.
 */
function wordsStayApart(json: BpeJson, vocab: Map<string, number>): boolean {
  if (!vocab.has("▁") || json.ignore_merges) return false;
  return json.merges.every((entry) => {
    const [left, right] = typeof entry === "string" ? splitMerge(entry) : entry;
    return left.endsWith("▁") || !right.startsWith("▁");
  });
}

/** "a b": no token of the old spelling holds a space. */
function splitMerge(entry: string): [string, string] {
  const space = entry.indexOf(" ");
  return [entry.slice(0, space), entry.slice(space + 1)];
}
