import { MedgymError } from "../core/errors.ts";
import { AddedTokens } from "./added-tokens.ts";
import { Bpe } from "./bpe.ts";
import { byteToChar } from "./byte-level.ts";
import { IntList } from "./int-list.ts";
import { Tokenizer as LibraryTokenizer } from "./library.ts";
import { type Aligned, type Normalizer, normalize, normalizersOf } from "./normalize.ts";
import { type PreTokenizer, preTokenizerOf } from "./pre-tokenize.ts";
import type { Encoding } from "./tokenizer.ts";
import type { BpeJson, TokenizerJson, TokenModel, UnigramJson } from "./tokenizer-json.ts";
import { Unigram } from "./unigram.ts";

/** From text to ids, without the special tokens that a post-processor adds. */
export interface Pipeline {
  encode(text: string): Int32Array;
  encodeWithOffsets(text: string): Encoding;
}

/** Ours for BPE and Unigram of the usual parts; the library for the rest (WordPiece, precompiled normalizers, …). */
export function pipelineOf(json: TokenizerJson): Pipeline {
  const normalizers = normalizersOf(json.normalizer);
  const preTokenizer = preTokenizerOf(json.pre_tokenizer);
  const model = preTokenizer && modelOf(json, preTokenizer.byteLevel);
  if (normalizers && preTokenizer && model) return new OwnPipeline(json, normalizers, preTokenizer, model);
  return new LibraryPipeline(json);
}

function modelOf({ model }: TokenizerJson, byteLevel: boolean): TokenModel | null {
  const type = model.type ?? ("merges" in model ? "BPE" : undefined);
  if (type === "Unigram") return byteLevel ? null : new Unigram(model as UnigramJson);
  if (type !== "BPE") return null;
  const bpe = model as BpeJson;
  if (bpe.continuing_subword_prefix || bpe.end_of_word_suffix) return null;
  if (byteLevel && byteToChar.some((char) => bpe.vocab[char] === undefined)) return null;
  return new Bpe(bpe, byteLevel);
}

/** Added tokens cut out, the rest normalised, normalised added tokens cut out, pre-tokens, model. */
class OwnPipeline implements Pipeline {
  readonly #added: AddedTokens;
  readonly #addedNormalized: AddedTokens | null;
  readonly #normalizers: Normalizer[];
  readonly #pre: PreTokenizer;
  readonly #model: TokenModel;

  constructor(json: TokenizerJson, normalizers: Normalizer[], preTokenizer: PreTokenizer, model: TokenModel) {
    this.#normalizers = normalizers;
    this.#pre = preTokenizer;
    this.#model = model;
    const late = normalizers.length > 0 ? json.added_tokens.filter((t) => t.normalized ?? !t.special) : [];
    this.#added = new AddedTokens(json.added_tokens.filter((t) => !late.includes(t)));
    const contents = late.map((t) => ({ ...t, content: normalize(t.content, normalizers, false).text }));
    this.#addedNormalized = contents.length > 0 ? new AddedTokens(contents) : null;
  }

  encode(text: string): Int32Array {
    const ids = new IntList(text.length >> 1);
    this.#sections(text, false, (id, aligned) => {
      if (id >= 0) ids.push(id);
      else this.#eachPiece(aligned.text, (piece) => this.#model.encode(piece, ids));
    });
    return ids.slice();
  }

  encodeWithOffsets(text: string): Encoding {
    const ids = new IntList();
    const starts = new IntList();
    const ends = new IntList();
    const byteLengths = new IntList();
    this.#sections(text, true, (id, aligned, base, length) => {
      if (id >= 0) {
        ids.push(id);
        starts.push(base);
        ends.push(base + length);
        return;
      }
      const { text: prepared, starts: from, ends: to } = aligned;
      this.#eachPiece(prepared, (piece, at) => {
        byteLengths.length = 0;
        this.#model.encode(piece, ids, byteLengths);
        eachSpan(piece, byteLengths, (start, end) => {
          const first = at + start;
          const last = Math.max(at + end - 1, first);
          starts.push(base + (from ? from[first] : first));
          ends.push(base + (to ? to[last] : last + 1));
        });
      });
    });
    return { ids: ids.slice(), starts: starts.slice(), ends: ends.slice() };
  }

  /** Pre-tokens and where they begin. */
  #eachPiece(text: string, visit: (piece: string, at: number) => void): void {
    const { isolated } = this.#pre;
    const pieces = (isolated && withinMatches(text, () => text.match(isolated))) ?? [];
    let covered = 0;
    for (const piece of pieces) covered += piece.length;
    if (isolated && covered === text.length) {
      let at = 0;
      for (const piece of pieces) {
        visit(piece, at);
        at += piece.length;
      }
      return;
    }
    const spans = withinMatches(text, () => this.#pre.split(text));
    for (let s = 0; s < spans.length; s += 2) visit(text.slice(spans[s], spans[s + 1]), spans[s]);
  }

  /** Calls `visit` with each added token's id, or -1 and prepared text; `base`, `length`: its place in the source. */
  #sections(
    text: string,
    track: boolean,
    visit: (id: number, aligned: Aligned, base: number, length: number) => void,
  ): void {
    const prepare = (aligned: Aligned, first: boolean) => {
      const steps = this.#pre.prepare(first);
      return steps.length > 0 ? compose(aligned, normalize(aligned.text, steps, track)) : aligned;
    };
    for (const { start: base, end, id } of this.#added.split(text)) {
      const source = text.slice(base, end);
      if (id >= 0) {
        visit(id, { text: source, starts: null, ends: null }, base, source.length);
        continue;
      }
      const aligned = normalize(source, this.#normalizers, track);
      if (!this.#addedNormalized) {
        visit(-1, prepare(aligned, base === 0), base, source.length);
        continue;
      }
      for (const part of this.#addedNormalized.split(aligned.text)) {
        const slice = track
          ? sliceAligned(aligned, part.start, part.end)
          : { ...aligned, text: aligned.text.slice(part.start, part.end) };
        const from = slice.starts?.[0] ?? part.start;
        const to = slice.ends?.at(-1) ?? part.end;
        // Alignments of parts are relative to the section; only added tokens need a place of their own.
        if (part.id >= 0) visit(part.id, slice, base + from, to - from);
        else visit(-1, prepare(slice, base === 0 && part.start === 0), base, source.length);
      }
    }
  }
}

/** V8 notes a way back for characters of a match, of which it can hold some millions. */
function withinMatches<T>(text: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MedgymError(
      "unsupported",
      `a text of ${text.length} characters has millions of them without a break, more than this tokenizer's pattern can match at once. ` +
        "Cut it, or put line breaks into it.",
      { cause: error },
    );
  }
}

function sliceAligned({ text, starts, ends }: Aligned, from: number, to: number): Aligned {
  if (from === 0 && to === text.length) return { text, starts, ends };
  // Slices of identity alignments keep their place in the section.
  const place = (values: Int32Array | null, shift: number) =>
    values ? values.slice(from, to) : Int32Array.from({ length: to - from }, (_, i) => from + i + shift);
  return { text: text.slice(from, to), starts: place(starts, 0), ends: place(ends, 1) };
}

/** Alignment of `after`, which was made from `before.text`, to the source of `before`. */
function compose({ starts, ends }: Aligned, after: Aligned): Aligned {
  if (!starts || !ends) return after;
  if (!after.starts || !after.ends) return { text: after.text, starts, ends };
  return { text: after.text, starts: after.starts.map((i) => starts[i]), ends: after.ends.map((end) => ends[end - 1]) };
}

/** UTF-16 [start, end) of consecutive stretches of UTF-8 bytes; a character cut in two is in both. */
function eachSpan(piece: string, byteLengths: IntList, visit: (start: number, end: number) => void): void {
  let unit = 0; // of the character that the stretch begins in
  let bytes = 0; // UTF-8 bytes before that character
  let until = 0;
  for (let t = 0; t < byteLengths.length; t++) {
    until += byteLengths.at(t);
    let end = unit;
    let next = bytes;
    let units = 0;
    let width = 0;
    while (next < until && end < piece.length) {
      const code = piece.codePointAt(end)!;
      units = code > 0xffff ? 2 : 1;
      width = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      end += units;
      next += width;
    }
    visit(unit, end);
    const cut = next > until; // inside the last character: the next stretch begins in it
    unit = cut ? end - units : end;
    bytes = cut ? next - width : next;
  }
}

class LibraryPipeline implements Pipeline {
  readonly #library: InstanceType<typeof LibraryTokenizer>;

  constructor(json: TokenizerJson) {
    try {
      this.#library = new LibraryTokenizer(json, {});
    } catch (error) {
      throw new MedgymError("unsupported", `tokenizer.json: ${(error as Error).message}`, { cause: error });
    }
  }

  encode(text: string): Int32Array {
    if (text === "") return new Int32Array(0);
    return Int32Array.from(this.#library.encode(text, { add_special_tokens: false }).ids);
  }

  encodeWithOffsets(): Encoding {
    throw new MedgymError(
      "unsupported",
      "this tokenizer (not BPE or Unigram of the usual parts) encodes, but cannot say where tokens stand in the text. " +
        "Use a model with a BPE or Unigram tokenizer, or prompt/completion rows.",
    );
  }
}
