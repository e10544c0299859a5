import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../src/core/random.ts";
import { clinical, taskKinds } from "../src/data/clinical/index.ts";
import { Tokenizer } from "../src/text/tokenizer.ts";
import { specialTokens } from "./bpe.ts";
import { nanoConfig } from "./config.ts";
import { chatDocument, textOf } from "./documents.ts";
import { genericToolChat } from "./generic-tools.ts";
import { encode } from "./pretrain.ts";
import { makeTokenizer } from "./tokenizer.ts";

const template = fileURLToPath(new URL("chat-template.jinja", import.meta.url));

describe("nano's tokenizer", () => {
  let directory: string;
  let tokenizer: Tokenizer;
  const files = makeTokenizer(7, template);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "nano-"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    tokenizer = await Tokenizer.fromDirectory(directory);
  });
  afterAll(() => rm(directory, { recursive: true }));

  it("has 1,024 tokens, the special ones where the config says", () => {
    expect(tokenizer.vocabSize).toBe(nanoConfig.vocab_size);
    expect(tokenizer.idOf("<|im_end|>")).toBe(nanoConfig.eos_token_id);
    expect(tokenizer.idOf("<|endoftext|>")).toBe(nanoConfig.pad_token_id);
    for (const token of specialTokens) expect([...tokenizer.encode(token)]).toEqual([tokenizer.idOf(token)]);
  });

  it("gives back any text, digits one by one", () => {
    const text = "eGFR 1234 – naïve β-blocker 日本語 🙂\n\n  indented\ttabs <tool_call>x</tool_call>";
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect([...tokenizer.encode("1234")].map((id) => tokenizer.tokenOf(id))).toEqual(["1", "2", "3", "4"]);
  });

  it("renders chats as the pre-training corpus writes them", () => {
    const { rows } = clinical({ split: "train", count: 60, seed: 2, kinds: taskKinds });
    for (const { messages, tools } of rows) {
      expect(tokenizer.applyChatTemplate(messages, { tools })).toBe(textOf(chatDocument(messages, tools)));
    }
  });

  it("marks what the assistant wrote just as the corpus weighs it", () => {
    const { rows } = clinical({ split: "train", count: 40, seed: 3, kinds: taskKinds });
    for (const { messages, tools } of rows) {
      const { ids, assistantMask } = tokenizer.encodeChat(messages, { tools });
      const expected = encode(chatDocument(messages, tools), tokenizer);
      expect([...ids]).toEqual([...expected.ids]);
      // the line end after <|im_end|> belongs to the turn in the template's eyes; the corpus gives it no weight
      const own = [...expected.weights].map((weight) => (weight === 1 ? 1 : 0));
      const lineEnds = [...ids].map((id, t) => ids[t - 1] === nanoConfig.eos_token_id && tokenizer.tokenOf(id) === "Ċ");
      expect([...assistantMask].map((marked, t) => (lineEnds[t] ? 0 : marked))).toEqual(own);
    }
  });

  it("weighs tokens by the piece that they begin in", () => {
    const random = new Random(4);
    for (let i = 0; i < 50; i++) {
      const document = genericToolChat(random);
      const { ids, weights } = encode(document, tokenizer);
      const learnt = tokenizer.decode(ids.filter((_, t) => weights[t] === 1));
      const answers = document.filter(([, weight]) => weight === 1).map(([text]) => text);
      expect(learnt).toBe(answers.join(""));
    }
  });
});
