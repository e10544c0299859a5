import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../data/index.ts";
import { ByteTokenizer } from "../text/byte-tokenizer.ts";
import { encodeExamples, encodeRow } from "./examples.ts";
import type { SftData } from "./rows.ts";

const tokenizer = new ByteTokenizer();
const signal = new AbortController().signal;
const settings = { lossOn: "assistant", maxLength: 100, overlong: "error" } as const;
const encode = (data: SftData, changes: object = {}) =>
  encodeExamples("sft: data", data, tokenizer, { ...settings, ...changes }, signal);
const learned = (row: Row, lossOn: "assistant" | "completion" | "all" = "assistant") => {
  const { ids, mask } = encodeRow("sft: data", { row, place: "row 1" }, tokenizer, lossOn);
  return tokenizer.decode(ids.filter((_, t) => mask[t] === 1));
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "medgym-rows-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe("which tokens are learned", () => {
  const chat = {
    messages: [
      { role: "user", content: "hi" },
      { role: "assistant", content: "one" },
      { role: "user", content: "more" },
      { role: "assistant", content: "two" },
    ],
  };
  it("of a chat: the assistant's turns with their end, its last turn, or everything but the first token", () => {
    expect(learned(chat)).toBe("one<|end|>two<|end|>");
    expect(learned(chat, "completion")).toBe("two<|end|>");
    expect(learned(chat, "all")).toBe(tokenizer.applyChatTemplate(chat.messages).slice("<|start|>".length));
  });

  it("of prompt and completion: the completion and the end of sequence", () => {
    expect(learned({ prompt: "2+2=", completion: "4" })).toBe("4<|end|>");
    expect(learned({ prompt: "2+2=", completion: "4" }, "all")).toBe("+2=4<|end|>");
  });

  it("of prompt and completion as messages: what the assistant says after the prompt", () => {
    const [prompt, completion] = [chat.messages.slice(0, 3), chat.messages.slice(3)];
    expect(learned({ prompt, completion })).toBe("two<|end|>");
  });

  it("of plain text: all of it, with one end of sequence", () => {
    expect(learned({ text: "abc" })).toBe("bc<|end|>");
    expect(learned({ text: "abc<|end|>" })).toBe("bc<|end|>");
  });
});

describe("encodeExamples", () => {
  it("counts rows, tokens and what it left out", async () => {
    const rows = [
      { prompt: "a", completion: "b" },
      { text: "x".repeat(200) },
      { messages: [{ role: "user", content: "only a question" }] },
    ];
    const result = await encode(rows, { overlong: "drop" });
    expect(result).toMatchObject({ rows: 3, tokens: 3, scoredTokens: 2, truncated: 0, dropped: 1, unscored: 1 });
    const cut = await encode(rows, { overlong: "truncate" });
    expect(cut.items.map(({ ids }) => ids.length)).toEqual([3, 100]);
    expect(cut.truncated).toBe(1);
  });

  it("hashes what training sees", async () => {
    const hash = async (rows: Row[], changes = {}) => (await encode(rows, changes)).hash;
    const rows = [{ prompt: "aa", completion: "b" }];
    expect(await hash(rows)).toBe(await hash([...rows]));
    expect(await hash(rows)).not.toBe(await hash(rows, { lossOn: "all" }));
    expect(await hash(rows)).not.toBe(await hash([{ prompt: "aa", completion: "c" }]));
  });

  it.each([
    [[], "sft: data is empty: it has no rows."],
    [
      [{ text: "x".repeat(150) }, { text: "y".repeat(300) }],
      'sft: data: 2 rows are longer than maxLength 100; the longest has 301 tokens (row 2). Set overlong: "truncate" or "drop", or a larger maxLength.',
    ],
    [
      [{ messages: [{ role: "user", content: "?" }] }],
      "sft: data: none of its 1 rows has anything to learn (0 too long, 1 without a learned token). Check that the rows have assistant turns or completions, and maxLength.",
    ],
    [[{ text: "a" }, { prompt: "b" }], "sft: data: row 2: completion is missing."],
  ])("refuses %o", async (rows, message) => {
    await expect(encode(rows as SftData)).rejects.toMatchObject({ code: "invalid-data", message });
  });

  it("stops when cancelled", async () => {
    const controller = new AbortController();
    function* endless() {
      for (;;) yield { text: "x" };
    }
    setTimeout(() => controller.abort(new Error("stop")), 30);
    await expect(encodeExamples("sft: data", endless(), tokenizer, settings, controller.signal)).rejects.toThrow(
      "stop",
    );
  });
});

describe("files", () => {
  it("are read line by line; an error names option, file and line", async () => {
    const path = file("a.jsonl", '{"prompt":"a","completion":"b"}\n\n{"text":"cd"}\n');
    expect(await encode(path)).toMatchObject({ rows: 2, scoredTokens: 4 });
    const bad = file("bad.jsonl", '{"text":"a"}\n\n{"text": oops}\n');
    await expect(encode(bad)).rejects.toMatchObject({
      code: "invalid-data",
      message: expect.stringMatching(/^sft: data: .*bad\.jsonl, line 3 is not JSON \(.*\): \{"text": oops\}$/),
    });
    await expect(encode(join(folder, "none.jsonl"))).rejects.toMatchObject({ code: "not-found" });
    await expect(encode("data.xlsx")).rejects.toMatchObject({ code: "unsupported" });
  });

  it("and async iterables", async () => {
    async function* generated() {
      yield { text: "ab" };
    }
    expect(await encode(generated())).toMatchObject({ rows: 1, scoredTokens: 2 });
  });
});
