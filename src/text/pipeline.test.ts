import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fixture, fixtureDirectory } from "../../test/text-fixtures.ts";
import { loadHubTokenizer } from "./hub-tokenizer.ts";
import { Tokenizer as Library } from "./library.ts";
import { pipelineOf } from "./pipeline.ts";
import { preTokenizerOf } from "./pre-tokenize.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/** Text of any script, with what tokenizers trip over: runs, line ends, marks, added tokens. */
const pieces = [
  "a", "the dose", "  ", "\r\n", "\n\n\n", "\t", "'re", "'S", "12345", "٣٤", "é", "e\u0301", "가", "\u1100\u1161\u11a8", "ﬁ",
  "𝔘", "🤒", "👨‍👩‍👧", "血压", "\u00a0", "\u0085", "\ufeff", "\u2028", "<|im_end|>", "<|eot_id|>", "<tool_call>", "<|im_", "_", "▁", "x".repeat(40),
]; // biome-ignore format: a list of cases
const text = fc
  .array(
    fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "grapheme" }), fc.string({ unit: "binary", maxLength: 5 })),
  )
  .map((parts) => parts.join(""));

describe.each(["qwen2", "llama3", "spbpe"])("%s", async (name) => {
  const json = fixture<TokenizerJson>(`${name}/tokenizer.json`);
  const ours = pipelineOf(json);
  const library = new Library(json, {});
  const tokenizer = await loadHubTokenizer(fixtureDirectory(name));

  test("equals the library on any text", () => {
    fc.assert(
      fc.property(text, (source) => {
        const expected = source === "" ? [] : library.encode(source, { add_special_tokens: false }).ids;
        expect([...ours.encode(source)]).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  test("ids with offsets are the same ids, and the tokens of a stretch decode to its normal form", () => {
    fc.assert(
      fc.property(text, (source) => {
        const { ids, starts, ends } = ours.encodeWithOffsets(source);
        expect([...ids]).toEqual([...ours.encode(source)]);
        for (let t = 0; t < ids.length; t++) {
          expect(starts[t]).toBeGreaterThanOrEqual(t > 0 ? starts[t - 1] : 0);
          expect(ends[t]).toBeLessThanOrEqual(source.length);
        }
        if (name !== "spbpe") {
          const cut = ids.findIndex((_, t) => t > 0 && starts[t] === ends[t - 1]);
          if (cut > 0)
            expect(tokenizer.decode(ids.slice(cut))).toBe(
              tokenizer.decode(tokenizer.encode(source.slice(starts[cut]))),
            );
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("long pre-tokens, merged by heap, equal the library's", () => {
  const json = fixture<TokenizerJson>("qwen2/tokenizer.json");
  const ours = pipelineOf(json);
  const library = new Library(json, {});

  test.each([
    ["one letter", "a".repeat(5000)],
    ["words without spaces", "thedoseofmetforminishypertensionpatient".repeat(200)],
    ["no spaces, three bytes each", "患者因肺炎入院给予泼尼松治疗".repeat(120)],
  ])("%s", (_, source) => {
    expect([...ours.encode(source)]).toEqual(library.encode(source, { add_special_tokens: false }).ids);
  });
});

test.each([
  ["Isolated", false, ["a", "-", "-", "b"]],
  ["Removed", false, ["a", "b"]],
  ["Removed", true, ["-", "-"]],
  ["MergedWithPrevious", false, ["a-", "-", "b"]],
  ["MergedWithNext", false, ["a", "-", "-b"]],
])("Split, %s, inverted %s", (behavior, invert, expected) => {
  const pre = preTokenizerOf({ type: "Split", pattern: { String: "-" }, behavior, invert })!;
  const spans = pre.split("a--b");
  expect(expected.map((_, i) => "a--b".slice(spans[2 * i], spans[2 * i + 1]))).toEqual(expected);
  expect(spans).toHaveLength(2 * expected.length);
});

describe("added tokens", () => {
  const base = fixture<TokenizerJson>("llama3/tokenizer.json");
  const withAdded = (...added: object[]) =>
    pipelineOf({ ...base, added_tokens: added.map((token, i) => ({ id: 5000 + i, content: "", ...token })) });
  const at = (pipeline: ReturnType<typeof pipelineOf>, source: string) => {
    const { ids, starts, ends } = pipeline.encodeWithOffsets(source);
    return [...ids].flatMap((id, t) => (id >= 5000 ? [[id, source.slice(starts[t], ends[t])]] : []));
  };

  test("the longest of those that begin leftmost", () => {
    expect(at(withAdded({ content: "<a>" }, { content: "<a><b>" }), "x<a><b><a>")).toEqual([
      [5001, "<a><b>"],
      [5000, "<a>"],
    ]);
  });

  test("lstrip and rstrip take the space beside them, single_word wants to stand alone", () => {
    const pipeline = withAdded({ content: "<m>", lstrip: true, rstrip: true }, { content: "mg", single_word: true });
    expect(at(pipeline, "a \n<m>  b <m>")).toEqual([
      [5000, " \n<m>  "],
      [5000, " <m>"],
    ]);
    expect(at(pipeline, "5 mg, mgs omg mg𝒘 𝒘mg")).toEqual([[5001, "mg"]]);
  });

  test("a normalised token is found in normalised text", () => {
    const pipeline = pipelineOf({
      ...base,
      normalizer: { type: "Sequence", normalizers: [{ type: "NFKC" }, { type: "Lowercase" }] },
      added_tokens: [{ id: 5000, content: "ECG", normalized: true }],
    });
    expect(at(pipeline, "an Ｅcg, 血ecg")).toEqual([
      [5000, "Ｅcg"],
      [5000, "ecg"],
    ]);
  });
});

test("what is not done here is left to the library, without offsets", () => {
  const wordPiece = pipelineOf({
    added_tokens: [],
    normalizer: {
      type: "BertNormalizer",
      lowercase: true,
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: null,
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      vocab: { "[UNK]": 0, dose: 1, "##s": 2 },
    },
  });
  expect([...wordPiece.encode("Doses x")]).toEqual([1, 2, 0]);
  expect(() => wordPiece.encodeWithOffsets("a")).toThrow(/cannot say where/);
});
