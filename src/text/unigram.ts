import { byteToken } from "./bpe.ts";
import type { IntList } from "./int-list.ts";
import type { TokenModel, UnigramJson } from "./tokenizer-json.ts";

interface Node {
  /** Id of the token that ends here; -1: none. */
  id: number;
  children: Map<number, Node>;
}

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
  readonly #root: Node = { id: -1, children: new Map() };
  readonly #scores: Float64Array;
  readonly #byteLengths: Int32Array;
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
    for (const [token, id] of idOf) this.#insert(token, id);
    const byteIds = Int32Array.from({ length: 256 }, (_, byte) => idOf.get(byteToken(byte)) ?? -1);
    this.#byteIds = json.byte_fallback && !byteIds.includes(-1) ? byteIds : null;
  }

  encode(piece: string, ids: IntList, byteLengths?: IntList): void {
    const { cuts, tokens } = this.#best(piece);
    for (let i = 0; i < tokens.length; i++) {
      const id = tokens[i];
      if (id !== this.#unknownId) {
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
        continue;
      }
      for (const byte of bytes) {
        ids.push(this.#byteIds[byte]);
        byteLengths?.push(1);
      }
    }
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
      let node: Node | undefined = this.#root;
      for (let end = start; end < n && node; ) {
        const code: number = piece.codePointAt(end)!;
        node = node.children.get(code);
        end += code > 0xffff ? 2 : 1;
        if (!node || node.id < 0) continue;
        offer(start, end, node.id, this.#scores[node.id]);
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
    let node = this.#root;
    for (const character of text) {
      const code = character.codePointAt(0)!;
      let child = node.children.get(code);
      if (!child) {
        child = { id: -1, children: new Map() };
        node.children.set(code, child);
      }
      node = child;
    }
    node.id = id;
  }
}
