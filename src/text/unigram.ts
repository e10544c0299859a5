import { byteToken } from "./bpe.ts";
import { IntList } from "./int-list.ts";
import { PairMap } from "./pair-map.ts";
import { PieceCache } from "./piece-cache.ts";
import type { TokenModel, UnigramJson } from "./tokenizer-json.ts";

/** Score of an unknown character: so much below the worst token (SentencePiece's kUnkPenalty). */
const unknownPenalty = 10;

/**
 * Unigram language-model segmentation, https://arxiv.org/abs/1804.10959: of all ways to cut a pre-token into tokens, the
 * one with the largest sum of scores (Viterbi); of equals, the one with the longer last token.
 *
 * Ours since `Unigram` of @huggingface/tokenizers 0.2 ignores `byte_fallback`: it gives the unknown token where the Rust
 * library gives the bytes of the character (76 of the 180 fixture texts).
 */
export class Unigram implements TokenModel {
  /** Trie of the tokens: (node, code point) → node; 0 is the root. */
  readonly #children = new PairMap();
  /** By node: id of the token that ends there; -1: none. */
  readonly #tokenAt = new IntList();
  readonly #cache = new PieceCache();
  readonly #scores: Float64Array;
  readonly #byteLengths: Int32Array;
  /** As #byteLengths, but 1 for the tokens of bytes, which then stand for unknown characters. */
  readonly #rememberedLengths: Int32Array;
  readonly #unknownId: number;
  readonly #unknownScore: number;
  /** (256) ids of <0x00> … <0xFF>; null: no fallback, or one is missing. */
  readonly #byteIds: Int32Array | null;
  readonly #encoder = new TextEncoder();

  constructor(json: UnigramJson) {
    this.#scores = Float64Array.from(json.vocab, ([, score]) => score);
    this.#unknownScore = this.#scores.reduce((least, score) => Math.min(least, score), Infinity) - unknownPenalty;
    this.#unknownId = json.unk_id ?? -1;
    this.#byteLengths = Int32Array.from(json.vocab, ([token]) => Buffer.byteLength(token));
    const idOf = new Map(json.vocab.map(([token], id) => [token, id]));
    this.#tokenAt.push(-1);
    for (const [token, id] of idOf) this.#insert(token, id);
    const byteIds = Int32Array.from({ length: 256 }, (_, byte) => idOf.get(byteToken(byte)) ?? -1);
    this.#byteIds = json.byte_fallback && !byteIds.includes(-1) ? byteIds : null;
    this.#rememberedLengths = this.#byteLengths.slice();
    if (this.#byteIds) for (const id of this.#byteIds) this.#rememberedLengths[id] = 1;
  }

  encode(piece: string, ids: IntList, byteLengths?: IntList): void {
    const from = ids.length;
    if (this.#cache.recall(piece, ids)) {
      if (byteLengths) for (let t = from; t < ids.length; t++) byteLengths.push(this.#rememberedLengths[ids.at(t)]);
      return;
    }
    const { cuts, tokens } = this.#best(piece);
    let lengthsFollow = true; // from the ids
    for (let i = 0; i < tokens.length; i++) {
      const id = tokens[i];
      if (id !== this.#unknownId) {
        if (this.#rememberedLengths[id] !== this.#byteLengths[id]) lengthsFollow = false; // the text "<0x0A>" itself
        ids.push(id);
        byteLengths?.push(this.#byteLengths[id]);
        continue;
      }
      const start = cuts[i];
      while (tokens[i + 1] === this.#unknownId) i++; // unknown neighbours are one
      const bytes = this.#encoder.encode(piece.slice(start, cuts[i + 1]));
      if (!this.#byteIds) {
        ids.push(id);
        byteLengths?.push(bytes.length);
        lengthsFollow = false;
        continue;
      }
      for (const byte of bytes) {
        ids.push(this.#byteIds[byte]);
        byteLengths?.push(1);
      }
    }
    if (lengthsFollow) this.#cache.keep(piece, ids, from);
  }

  /** Tokens, and the positions before, between and after them. */
  #best(piece: string): { tokens: number[]; cuts: number[] } {
    const n = piece.length;
    const score = new Float64Array(n + 1).fill(Number.NEGATIVE_INFINITY);
    const from = new Int32Array(n + 1);
    const token = new Int32Array(n + 1);
    score[0] = 0;
    const offer = (start: number, end: number, id: number, value: number) => {
      const total = score[start] + value;
      if (!(total > score[end])) return;
      score[end] = total;
      from[end] = start;
      token[end] = id;
    };
    for (let start = 0; start < n; ) {
      const width = piece.codePointAt(start)! > 0xffff ? 2 : 1;
      let single = false;
      for (let end = start, node = 0; end < n; ) {
        const code = piece.codePointAt(end)!;
        node = this.#children.get(node, code);
        if (node < 0) break;
        end += code > 0xffff ? 2 : 1;
        const id = this.#tokenAt.at(node);
        if (id < 0) continue;
        offer(start, end, id, this.#scores[id]);
        if (end === start + width) single = true;
      }
      if (!single) offer(start, start + width, this.#unknownId, this.#unknownScore);
      start += width;
    }
    const tokens: number[] = [];
    const cuts = [n];
    for (let end = n; end > 0; end = from[end]) {
      tokens.push(token[end]);
      cuts.push(from[end]);
    }
    return { tokens: tokens.reverse(), cuts: cuts.reverse() };
  }

  #insert(text: string, id: number): void {
    let node = 0;
    for (const character of text) {
      const code = character.codePointAt(0)!;
      let child = this.#children.get(node, code);
      if (child < 0) {
        child = this.#tokenAt.length;
        this.#children.set(node, code, child);
        this.#tokenAt.push(-1);
      }
      node = child;
    }
    this.#tokenAt.set(node, id);
  }
}
