import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fixture, fixtureDirectory } from "../../test/text-fixtures.ts";
import { Tokenizer } from "./tokenizer.ts";

interface Case {
  text: string;
  decode_only?: boolean;
  ids: number[];
  ids_with_special: number[];
  tokens: string[];
  decoded: string;
  decoded_skip_special: string;
}

describe.each(["qwen2", "llama3", "spbpe", "unigram"])("%s, as transformers has it", async (name) => {
  const tokenizer = await Tokenizer.fromDirectory(fixtureDirectory(name));
  const { cases, vocab_size } = fixture<{ cases: Case[]; vocab_size: number }>(`${name}/cases.json`);
  const texts = cases.filter((c) => !c.decode_only);

  test("180 texts encode to the same ids", () => {
    expect(texts).toHaveLength(180);
    for (const { text, ids, ids_with_special, tokens } of texts) {
      expect([...tokenizer.encode(text)], JSON.stringify(text)).toEqual(ids);
      expect([...tokenizer.encode(text, { addSpecialTokens: true })]).toEqual(ids_with_special);
      expect(ids.map((id) => tokenizer.tokenOf(id))).toEqual(tokens);
      expect(tokens.map((token) => tokenizer.idOf(token))).toEqual(ids);
    }
  });

  test("200 sequences of ids decode to the same text, the 20 broken ones included", () => {
    expect(cases).toHaveLength(200);
    for (const { ids, decoded, decoded_skip_special } of cases) {
      expect(tokenizer.decode(ids)).toBe(decoded);
      expect(tokenizer.decode(Int32Array.from(ids), { skipSpecialTokens: true })).toBe(decoded_skip_special);
    }
  });

  test("pieces of a stream, joined, are the decoded text, and none ends in half a character", () => {
    for (const { ids, decoded, decode_only } of cases) {
      const stream = tokenizer.streamDecoder();
      const pieces = [...ids.map((id) => stream.push(id)), stream.end()];
      expect(pieces.join(""), JSON.stringify(ids)).toBe(decoded);
      if (!decode_only) for (const piece of pieces) expect(piece).toBe(Buffer.from(piece).toString());
      if (!decode_only && !decoded.includes("\ufffd")) expect(pieces.some((p) => p.includes("\ufffd"))).toBe(false);
    }
  });

  test("offsets are ordered, and the spans cover every character that is not dropped by normalisation", () => {
    for (const { text, ids } of texts) {
      const encoding = tokenizer.encodeWithOffsets(text);
      expect([...encoding.ids]).toEqual(ids);
      let before = 0;
      for (let t = 0; t < ids.length; t++) {
        expect(encoding.ends[t]).toBeGreaterThanOrEqual(encoding.starts[t]);
        expect(encoding.starts[t], JSON.stringify(text)).toBeLessThanOrEqual(before); // no gap
        before = Math.max(before, encoding.ends[t]);
      }
      if (ids.length > 0) expect(text.slice(before).trim()).toBe("");
    }
  });

  test("vocabulary", () => {
    expect(tokenizer.vocabSize).toBe(vocab_size);
    expect(tokenizer.idOf("no such token")).toBeUndefined();
    expect(tokenizer.tokenOf(vocab_size)).toBeUndefined();
    expect(tokenizer.decode([vocab_size + 7])).toBe(""); // a row that only pads the embedding
  });
});

test("offsets of tokens, by hand", async () => {
  const llama = await Tokenizer.fromDirectory(fixtureDirectory("llama3"));
  const { ids, starts, ends } = llama.encodeWithOffsets("a🤒<|eot_id|>", { addSpecialTokens: true });
  expect(llama.tokenOf(ids[0])).toBe("<|begin_of_text|>");
  // The emoji is four bytes and two UTF-16 units; each of its tokens covers the whole of it.
  expect([starts[0], ends[0]]).toEqual([0, 0]);
  expect([starts[1], ends[1]]).toEqual([0, 1]);
  expect([...starts.slice(2, -1)]).toEqual(Array(ids.length - 3).fill(1));
  expect([...ends.slice(2, -1)]).toEqual(Array(ids.length - 3).fill(3));
  expect([starts.at(-1), ends.at(-1)]).toEqual([3, 13]);

  // NFC makes one character of "e" and U+0301: what is encoded after it still stands where it stood.
  const qwen = await Tokenizer.fromDirectory(fixtureDirectory("qwen2"));
  const composed = qwen.encodeWithOffsets("e\u0301 x");
  expect([composed.starts[0], composed.ends[0]]).toEqual([0, 2]);
  expect([composed.starts.at(-1), composed.ends.at(-1)].at(1)).toBe(4);
});

test("a token that is a space byte keeps its space at the beginning, as in the Rust library", async () => {
  const unigram = await Tokenizer.fromDirectory(fixtureDirectory("unigram"));
  const space = unigram.idOf("<0x20>")!;
  expect(unigram.decode([space, ...unigram.encode("x")])).toBe("  x");
  expect(unigram.decode(unigram.encode("x"))).toBe("x");
});

test("special ids come from the tokenizer's files and from generation_config.json", async () => {
  const llama = await Tokenizer.fromDirectory(fixtureDirectory("llama3"));
  expect([llama.bosTokenId, llama.eosTokenIds, llama.padTokenId]).toEqual([1016, [1020], 1023]);

  const directory = await mkdtemp(join(tmpdir(), "tokenizer-"));
  await writeFile(join(directory, "tokenizer.json"), JSON.stringify(fixture("llama3/tokenizer.json")));
  await writeFile(join(directory, "special_tokens_map.json"), JSON.stringify({ eos_token: { content: "<|eot_id|>" } }));
  await writeFile(
    join(directory, "generation_config.json"),
    JSON.stringify({ eos_token_id: [1017, 1020], pad_token_id: 3 }),
  );
  await writeFile(join(directory, "config.json"), JSON.stringify({ eos_token_id: 5, bos_token_id: 1016 }));
  const copy = await Tokenizer.fromDirectory(directory);
  expect([copy.bosTokenId, copy.eosTokenIds, copy.padTokenId]).toEqual([1016, [1020, 1017], 3]);
  expect(copy.chatTemplate).toBeNull();
  expect(() => copy.applyChatTemplate([{ role: "user", content: "hi" }])).toThrow(/no chat template/);
});

test("missing and broken files are named", async () => {
  const directory = await mkdtemp(join(tmpdir(), "tokenizer-"));
  await expect(Tokenizer.fromDirectory(directory)).rejects.toThrow(/has no tokenizer.json/);
  await writeFile(join(directory, "tokenizer.json"), '{"model": ');
  await expect(Tokenizer.fromDirectory(directory)).rejects.toThrow(/tokenizer.json is not JSON/);
});
