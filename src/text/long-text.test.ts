import { describe, expect, test } from "vitest";
import { fixture, fixtureDirectory } from "../../test/text-fixtures.ts";
import { IntList } from "./int-list.ts";
import { normalize, normalizersOf } from "./normalize.ts";
import { PieceCache } from "./piece-cache.ts";
import { pipelineOf } from "./pipeline.ts";
import { Tokenizer } from "./tokenizer.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

const long = 400_000;

/** Letters in no order. */
function letters(n: number, first: string, kinds: number): string {
  const from = first.codePointAt(0)!;
  let state = 1;
  return Array.from({ length: n }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCodePoint(from + ((state >>> 8) % kinds));
  }).join("");
}

// A step whose work grows with the square would need 1.6 · 10^11 operations here: minutes, so none of these would end in time.
describe.each(["qwen2", "llama3", "spbpe", "unigram"])("%s: 400,000 characters in one text", async (name) => {
  const tokenizer = await Tokenizer.fromDirectory(fixtureDirectory(name));

  test.each([
    ["letters without a space", letters(long, "a", 26)],
    ["one letter", "a".repeat(long)],
    ["characters without a token of their own", letters(Math.ceil(long / 3), "一", 5000)],
    ["line ends", "\n".repeat(long)],
    ["punctuation", letters(long, "!", 15)],
  ])("%s", (_, text) => {
    const ids = tokenizer.encode(text, { addSpecialTokens: true });
    const offsets = tokenizer.encodeWithOffsets(text, { addSpecialTokens: true });
    expect(Buffer.compare(Buffer.from(offsets.ids.buffer), Buffer.from(ids.buffer))).toBe(0);
    expect(offsets.ends.at(-1)).toBe(text.length);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  test("runs of spaces", () => {
    const ids = tokenizer.encode(`${" ".repeat(long)}x`);
    if (name !== "unigram") expect(tokenizer.decode(ids)).toBe(`${" ".repeat(long)}x`); // its normalizer joins spaces
  });
});

test("five megabytes encode as their documents do", async () => {
  const tokenizer = await Tokenizer.fromDirectory(fixtureDirectory("qwen2"));
  const document = `${letters(60, "a", 26)} has a creatinine of 132 µmol/L; the dose – 250 mg – is halved.\n`;
  const times = Math.ceil(5_000_000 / Buffer.byteLength(document));
  const one = tokenizer.encode(document);
  const all = tokenizer.encode(document.repeat(times));
  expect(all.length).toBe(times * one.length);
  expect(all.every((id, t) => id === one[t % one.length])).toBe(true);
});

test("a run that the regular expressions cannot match is refused by name", async () => {
  const tokenizer = await Tokenizer.fromDirectory(fixtureDirectory("qwen2"));
  expect(() => tokenizer.encode("\ud800".repeat(8_000_000))).toThrow(/8000000 characters.*without a break/);
});

test("spaces are stripped from the ends alone", () => {
  const strip = normalizersOf({ type: "Strip", strip_left: true, strip_right: true })!;
  const inner = `x${" ".repeat(long)}x`;
  expect(normalize(` \t${inner}\u3000`, strip, false).text).toBe(inner);
  expect(normalize(" \n ", strip, true).text).toBe("");
});

describe("what is remembered", () => {
  test("is bounded, and right after it began anew", () => {
    const cache = new PieceCache();
    const ids = new IntList();
    let largest = 0;
    for (let i = 0; i < PieceCache.entries * 2 + 100; i++) {
      ids.length = 0;
      ids.push(7); // of another piece before
      for (let k = 0; k <= i % 3; k++) ids.push(i + k);
      cache.keep(`piece ${i}`, ids, 1);
      largest = Math.max(largest, cache.size);
    }
    expect(largest).toBe(PieceCache.entries);
    const last = PieceCache.entries * 2 + 99;
    ids.length = 0;
    expect(cache.recall(`piece ${last}`, ids)).toBe(true);
    expect(cache.recall("piece 0", ids)).toBe(false);
    expect([...ids.slice()]).toEqual(Array.from({ length: (last % 3) + 1 }, (_, k) => last + k));
    const size = cache.size;
    cache.keep("x".repeat(PieceCache.longestPiece + 1), ids, 0);
    expect(cache.size).toBe(size);
  });

  // "é" and the emoji are bytes or unknown, "<0x0A>" is a byte's own token spelled out.
  test.each([
    ["qwen2", {}],
    ["spbpe", {}],
    ["spbpe", { byte_fallback: false }],
    ["unigram", {}],
    ["unigram", { byte_fallback: false }],
  ])("gives the same ids and offsets as the first time: %s %o", (name, changes) => {
    const json = fixture<TokenizerJson>(`${name}/tokenizer.json`);
    const pipeline = pipelineOf({ ...json, model: { ...json.model, ...changes } });
    for (const text of ["the dose", "é🤒🤒 œ\n", "a<0x0A>\n", "🤒", "\ud800 x", "血压 the"]) {
      const first = pipeline.encodeWithOffsets(text);
      expect([...pipeline.encode(text)]).toEqual([...first.ids]);
      expect(pipeline.encodeWithOffsets(text)).toEqual(first);
    }
  });
});
