import { MedgymError } from "../core/errors.ts";
import { type MergeTable, merge } from "./bpe-merges.ts";
import { byteToChar } from "./byte-level.ts";
import type { IntList } from "./int-list.ts";
import { PairMap } from "./pair-map.ts";
import { PieceCache } from "./piece-cache.ts";
import type { BpeJson, TokenModel } from "./tokenizer-json.ts";

/** Symbols that room is kept for between calls; a longer pre-token's room goes with it. */
const keptSymbols = 1 << 12;

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
  /** By code point below 2^16: id of the character's own token, or -1. */
  readonly #characterIds: Int32Array;
  /** UTF-16 units of the longest token. */
  #longestToken = 0;
  readonly #cache = new PieceCache();
  #symbols = new Int32Array(keptSymbols);
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
    this.#characterIds = new Int32Array(byteLevel ? 0 : 1 << 16).fill(-1);
    for (const [token, id] of this.#vocab) {
      this.#byteLengths[id] = byteLevel ? token.length : Buffer.byteLength(token);
      this.#longestToken = Math.max(this.#longestToken, token.length);
      if (token.length === 1) this.#characterIds[token.charCodeAt(0)] = id; // past the end when byte-level: no effect
    }
    if (this.#byteFallback) for (const id of this.#byteIds) if (id >= 0) this.#byteLengths[id] = 1;
  }

  encode(piece: string, ids: IntList, byteLengths?: IntList): void {
    if (this.#words && piece.length > PieceCache.longestPiece) {
      const words = piece.match(this.#words) ?? [];
      if (words.length > 1) {
        for (const word of words) this.encode(word, ids, byteLengths);
        return;
      }
    }
    const from = ids.length;
    if (!this.#cache.recall(piece, ids)) this.#encodeNew(piece, ids);
    if (!byteLengths) return;
    let unknown = 0;
    for (let t = from; t < ids.length; t++) {
      const id = ids.at(t);
      byteLengths.push(id === this.#unknownId ? this.#unknownLengths[unknown++] : this.#byteLengths[id]);
    }
  }

  #encodeNew(piece: string, ids: IntList): void {
    const from = ids.length;
    const whole = this.#ignoreMerges ? this.#wholeId(piece) : -1;
    if (whole >= 0) ids.push(whole);
    else {
      // A UTF-16 unit is at most three bytes.
      const room = piece.length * 3;
      if (room > this.#symbols.length) this.#symbols = new Int32Array(room);
      const n = this.#byteLevel ? this.#symbolsOfBytes(piece) : this.#symbolsOfCharacters(piece);
      const left = merge(this.#merges, this.#symbols, n);
      for (let i = 0; i < left; i++) ids.push(this.#symbols[i]);
      if (room > keptSymbols) this.#symbols = new Int32Array(keptSymbols);
      if (this.#unknownLengths.length > 0) return; // an unknown token's length is that of this text
    }
    this.#cache.keep(piece, ids, from);
  }

  #wholeId(piece: string): number {
    if (piece.length > this.#longestToken) return -1;
    if (!this.#byteLevel) return this.#vocab.get(piece) ?? -1;
    let spelled = "";
    for (const byte of Buffer.from(piece)) spelled += byteToChar[byte];
    return this.#vocab.get(spelled) ?? -1;
  }

  #symbolsOfBytes(piece: string): number {
    let n = 0;
    for (let i = 0; i < piece.length; i++) {
      const code = piece.codePointAt(i)!;
      if (code > 0xffff) i++;
      n = this.#spell(code, n);
    }
    return n;
  }

  #symbolsOfCharacters(piece: string): number {
    let n = 0;
    let afterUnknown = false;
    this.#unknownLengths = [];
    for (let i = 0; i < piece.length; i++) {
      const code = piece.codePointAt(i)!;
      if (code > 0xffff) i++;
      const id = code > 0xffff ? (this.#vocab.get(String.fromCodePoint(code)) ?? -1) : this.#characterIds[code];
      const end = id < 0 && this.#byteFallback ? this.#spell(code, n) : n;
      if (id >= 0) this.#symbols[n++] = id;
      else if (end > n && !this.#symbols.subarray(n, end).includes(-1)) n = end;
      else {
        if (this.#unknownId < 0) continue; // without an unknown token such characters vanish, as in the Rust library
        const width = utf8Width(code);
        if (this.#fuseUnknown && afterUnknown) this.#unknownLengths[this.#unknownLengths.length - 1] += width;
        else {
          this.#symbols[n++] = this.#unknownId;
          this.#unknownLengths.push(width);
        }
        afterUnknown = true;
        continue;
      }
      afterUnknown = false;
    }
    return n;
  }

  /** Writes the ids of a character's UTF-8 bytes to symbols[at…], -1 for a byte without one; returns their end. */
  #spell(code: number, at: number): number {
    const [symbols, ids] = [this.#symbols, this.#byteIds];
    if (code < 0x80) {
      symbols[at] = ids[code];
      return at + 1;
    }
    // Half a surrogate pair becomes U+FFFD, as in TextEncoder.
    const character = code >= 0xd800 && code < 0xe000 ? 0xfffd : code;
    const end = at + utf8Width(character);
    let rest = character;
    for (let i = end - 1; i > at; i--) {
      symbols[i] = ids[0x80 | (rest & 0x3f)];
      rest >>= 6;
    }
    symbols[at] = ids[((0xf00 >> (end - at)) & 0xff) | rest];
    return end;
  }
}

function utf8Width(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

function mergeTable(json: BpeJson, vocab: Map<string, number>): MergeTable {
  const ranks = new PairMap(json.merges.length);
  const ids = new Int32Array(json.merges.length);
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
    ranks.set(idOf(left, rank), idOf(right, rank), rank);
    ids[rank] = idOf(left + right, rank);
  }
  return { ranks, ids };
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
