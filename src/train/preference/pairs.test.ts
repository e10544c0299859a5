import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkPreference, type PreferenceRow } from "../../data/index.ts";
import { ByteTokenizer } from "../../text/byte-tokenizer.ts";
import { pairBatches } from "./pair-batches.ts";
import { type EncodeSide, encodeCompletion, encodeJudged, encodePairs, leftOut, type Pair } from "./pairs.ts";

const tokenizer = new ByteTokenizer();
const encode = (rows: PreferenceRow[] | string, changes: object = {}, side: EncodeSide = encodeCompletion) =>
  encodePairs(
    "dpo: data",
    rows,
    tokenizer,
    side,
    { maxLength: 60, overlong: "error", ...changes },
    new AbortController().signal,
  );
const text = (tokens: Int32Array) => tokenizer.decode(tokens);
const counted = ({ chosen, rejected }: Pair) =>
  [chosen, rejected].map(({ tokens, mask }) => text(tokens.filter((_, t) => mask[t] === 1)));
const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

describe("what a pair is made of", () => {
  it("of text: the prompt once, each completion with its end of sequence", async () => {
    const { items } = await encode([{ prompt: "2+2=", chosen: "4", rejected: "45" }]);
    expect(text(items[0].prompt)).toBe("2+2=");
    expect(counted(items[0])).toEqual(["4<|end|>", "45<|end|>"]); // what is alike in the completions still counts
    expect(items[0].margin).toBe(0);
  });

  it("of messages: the prompt up to the assistant's header; what the environment says between does not count", async () => {
    const row = {
      prompt: [user("hi")],
      chosen: [assistant("one"), { role: "tool", content: "K 5.9" }, assistant("two")],
      rejected: [assistant("three")],
      margin: 0.25,
    };
    const { items } = await encode([row], { maxLength: 100 });
    expect(text(items[0].prompt)).toBe("<|start|>user\nhi<|end|><|start|>assistant\n");
    expect(counted(items[0])).toEqual(["one<|end|>two<|end|>", "three<|end|>"]);
    expect(items[0].margin).toBe(0.25);
  });

  it("of whole conversations: the prompt is what they have in common", () => {
    const common = [user("hi"), assistant("yes?"), user("K?")];
    const row = { chosen: [...common, assistant("5.9")], rejected: [...common, assistant("6.9")] };
    const { prompt, chosen, rejected } = checkPreference(row, "row 1");
    expect({ prompt, chosen, rejected }).toEqual({
      prompt: common,
      chosen: [assistant("5.9")],
      rejected: [assistant("6.9")],
    });
    const longer = { chosen: [user("hi"), assistant("a")], rejected: [user("hi"), assistant("a"), user("b")] };
    expect(checkPreference(longer, "row 1").chosen).toEqual([assistant("a")]); // something must be left to compare
  });

  it("to be judged: texts as model.reward reads them, of which the last token counts", async () => {
    const rows = [
      { prompt: "a: ", chosen: "yes", rejected: "yes, but" },
      { prompt: [user("hi")], chosen: [assistant("one")], rejected: [assistant("two")] },
      { chosen: "good", rejected: "bad" },
    ];
    const { items, counts } = await encode(rows.slice(0, 2), {}, encodeJudged);
    expect(counts).toMatchObject({ pairs: 2, scoredTokens: 4 });
    const { batch, spans, targets } = pairBatches(items, [0, 1], 1000)[0];
    const wholes = [
      ...["a: yes", "a: yes, but"],
      ...["one", "two"].map((said) => tokenizer.applyChatTemplate([user("hi"), assistant(said)])),
    ];
    expect(targets.filter((target) => target >= 0)).toHaveLength(4);
    // Longest first, so the chat is pair 0 of the batch.
    const lastOf = (s: number) => batch.tokens[spans[s][1] - 1];
    expect([2, 3, 0, 1].map(lastOf)).toEqual(wholes.map((whole) => tokenizer.encode(whole).at(-1)));
    for (const [, end] of spans) expect(targets[end - 1]).toBeGreaterThanOrEqual(0);
    const apart = (await encode(rows.slice(2), {}, encodeJudged)).items; // nothing in common
    const alone = pairBatches(apart, [0], 1000)[0];
    expect(text(alone.batch.tokens)).toBe("goodbad");
    expect(alone.spans.map(([, end]) => text(alone.batch.tokens.subarray(end - 1, end)))).toEqual(["d", "d"]);
    expect(alone.targets.filter((target) => target >= 0)).toHaveLength(2);
  });

  it("the hash is of what training sees", async () => {
    const row = { prompt: "a", chosen: "b", rejected: "c" };
    const hash = async (changes: object) => (await encode([{ ...row, ...changes }])).hash;
    expect(await hash({ note: 1 })).toBe(await hash({}));
    for (const change of [{ chosen: "d" }, { rejected: "d" }, { margin: 1 }]) {
      expect(await hash(change)).not.toBe(await hash({}));
    }
  });
});

describe("what is left out", () => {
  const rows = [
    { prompt: "a", chosen: "b", rejected: "c" },
    { prompt: "a", chosen: "b", rejected: "b" },
    { prompt: "a", chosen: "b", rejected: "c".repeat(80) },
    { prompt: [user("a")], chosen: [user("b")], rejected: [assistant("c")] },
  ];

  it("is counted and told", async () => {
    const { counts } = await encode(rows, { overlong: "drop" });
    expect(counts).toMatchObject({ rows: 4, pairs: 1, dropped: 1, equal: 1, unscored: 1, truncated: 0, tokens: 5 });
    expect(leftOut(counts)).toEqual([
      "1 of 4 rows are longer than maxLength and were left out.",
      "1 of 4 rows were left out: chosen and rejected are the same.",
      "1 of 4 rows were left out: of chosen or rejected no token counts.",
    ]);
    const cut = await encode(rows, { overlong: "truncate" });
    expect(cut.counts).toMatchObject({ pairs: 2, truncated: 1 });
    expect(cut.items[1].rejected.tokens).toHaveLength(59);
  });

  it.each([
    [[], "dpo: data is empty: it has no rows."],
    [
      [rows[2]],
      'dpo: data: one row is longer than maxLength 60; the longest has 82 tokens (row 1). Set overlong: "truncate" or "drop", or a larger maxLength.',
    ],
    [
      [rows[1]],
      /^dpo: data: none of its 1 rows is a pair to learn from \(0 too long, 1 whose chosen and rejected are the same/,
    ],
    [[rows[0], { prompt: "a", chosen: "b" }], "dpo: data: row 2: rejected is missing."],
    [[{ chosen: "b", rejected: "c" }], "dpo: data: row 1: prompt is missing: what chosen and rejected answer."],
    [[{ prompt: "a", chosen: "b", rejected: [assistant("c")] }], /row 1: rejected must be text where chosen is text/],
    [
      [{ prompt: "a", chosen: [assistant("b")], rejected: [assistant("c")] }],
      /row 1: prompt must be text where chosen is/,
    ],
    [
      [{ chosen: [user("a")], rejected: [user("b")] }],
      /row 1: prompt is missing, and chosen and rejected have no message/,
    ],
    [[5], /row 1: a row is an object; this is 5/],
  ])("or refused: %o", async (list, message) => {
    await expect(encode(list as PreferenceRow[])).rejects.toThrow(message);
  });

  it("a file's errors name its line", async () => {
    const folder = mkdtempSync(join(tmpdir(), "medgym-pairs-"));
    const path = join(folder, "pairs.jsonl");
    writeFileSync(path, `${JSON.stringify(rows[0])}\n{"prompt":"a","chosen":"b"}\n`);
    await expect(encode(path)).rejects.toThrow(`dpo: data: ${path}, line 2: rejected is missing.`);
    rmSync(folder, { recursive: true });
  });
});

it("pairs are packed longest first, and each prompt is computed once", async () => {
  const { items } = await encode([
    { prompt: "ab", chosen: "c", rejected: "de" },
    { prompt: "abcdef", chosen: "gh", rejected: "i" },
  ]);
  const batches = pairBatches(items, [0, 1], 12);
  expect(batches.map(({ indices }) => indices)).toEqual([[1], [0]]);
  const [{ batch, spans, mask }] = batches;
  expect(batch.tokens).toHaveLength(5 + 3 + 2); // abcde; f g h; f i: what is last is only a target
  expect([...batch.parents!]).toEqual([-1, 0, 0]);
  expect(spans).toEqual([
    [5, 8],
    [8, 10],
  ]);
  expect(mask.reduce((a, b) => a + b)).toBe(5);
  expect(pairBatches(items, [0, 1], 100)).toHaveLength(1);
});
