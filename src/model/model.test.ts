import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { displaySymbol } from "../core/display.ts";
import { fakeEngine, fakeModelType } from "../engine/fake.ts";
import { ByteTokenizer } from "../text/byte-tokenizer.ts";
import { createModel, loadAdapter, loadModel } from "./load.ts";
import type { Model } from "./model.ts";

/** Behaviour on the fake engine and bytes: no native code. */
const scratch = mkdtempSync(join(tmpdir(), "medgym-model-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const config = {
  model_type: fakeModelType,
  vocab_size: 259,
  hidden_size: 8,
  initializer_range: 0.8,
  max_position_embeddings: 64,
  eos_token_id: 257,
};
const engine = fakeEngine();
const tokenizer = new ByteTokenizer();
const newModel = (extra = {}) => createModel({ ...config, ...extra }, { seed: 2, _internal: { engine, tokenizer } });

/** B away from 0, so that the adapter says something. */
async function disturb(model: Model): Promise<Model> {
  const adapter = model.adapter!.engine;
  for (const { name, shape } of model.engine.tensors(adapter)) {
    if (!name.includes("lora_B")) continue;
    await model.engine.writeTensor(
      name,
      Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i + 1)),
      { adapter },
    );
  }
  return model;
}

describe("generate", () => {
  const chat = [{ role: "user", content: "hello" }];

  it("answers one prompt with one generation and a list with a list", async () => {
    const model = await newModel();
    const one = await model.generate("abc", { maxNewTokens: 5 });
    expect(one.tokens).toHaveLength(5);
    expect(one.logprobs).toHaveLength(5);
    expect(one).toMatchObject({ finishReason: "length", usage: { promptTokens: 3, completionTokens: 5 } });
    const many = await model.generate(["abc", chat, [97, 98, 99], Int32Array.of(97, 98, 99)], { maxNewTokens: 5 });
    expect(many[0].tokens).toEqual(one.tokens);
    expect([many[2].tokens, many[3].tokens]).toEqual([one.tokens, one.tokens]);
    expect(tokenizer.decode(many[1].promptTokens)).toBe("<|start|>user\nhello<|end|><|start|>assistant\n");
  });

  it("greedy logprobs are those that score gives for the same tokens", async () => {
    const model = await disturb(await (await newModel()).createLora({ rank: 2 }));
    const { tokens, logprobs, promptTokens } = await model.generate("abc", { maxNewTokens: 6 });
    const score = await model.score({ prompt: promptTokens, completion: tokens });
    logprobs.forEach((lp, i) => void expect(score.logprobs[i]).toBeCloseTo(lp, 5));
  });

  it("the same seed gives the same samples whatever else is in the batch; a prompt given twice gives two", async () => {
    const model = await newModel();
    const options = { temperature: 1.5, maxNewTokens: 12, seed: 7 };
    const alone = await model.generate("abc", { ...options, n: 3 });
    expect(new Set(alone.completions.map((c) => c.tokens.join())).size).toBe(3);
    const batch = await model.generate(["xyz", "abc", "abc"], { ...options, maxSequences: 2 });
    expect(batch[1].tokens).toEqual(alone.completions[0].tokens);
    expect(batch[2].tokens).toEqual(alone.completions[1].tokens);
    const other = await model.generate("abc", { ...options, seed: 8 });
    expect(other.tokens).not.toEqual(alone.tokens);
  });

  it("stops at a stop text in the middle of other completions, and at stop tokens", async () => {
    const model = await newModel();
    const options = { temperature: 2, maxNewTokens: 40, seed: 1, stopTokens: [] };
    const free = await model.generate("abc", options);
    const stop = free.text.slice(5, 7);
    const [stopped, going] = await model.generate(["abc", "abd"], { ...options, stop });
    expect(stopped.text).toBe(free.text.slice(0, free.text.indexOf(stop)));
    expect(stopped.finishReason).toBe("stop");
    expect([...stopped.tokens]).toEqual([...free.tokens.slice(0, stopped.tokens.length)]);
    expect(going.finishReason === "stop" || going.tokens.length === 40).toBe(true);
    const byToken = await model.generate("abc", { ...options, stopTokens: [free.tokens[3]] });
    expect(byToken.finishReason).toBe("stop");
    expect(byToken.tokens.at(-1)).toBe(free.tokens[3]);
  });

  it("streams text events that join to the text, and cancels", async () => {
    const model = await newModel();
    const run = model.generate(["abc", "def"], { maxNewTokens: 30, stopTokens: [] });
    const texts = ["", ""];
    for await (const event of run) if (event.type === "text") texts[event.prompt] += event.text;
    expect(texts).toEqual((await run).map(({ text }) => text));

    const cancelled = model.generate("abc", { maxNewTokens: 60, stopTokens: [] });
    for await (const _ of cancelled) {
      cancelled.cancel();
      break;
    }
    await expect(Promise.resolve(cancelled)).rejects.toMatchObject({ code: "cancelled" });
  });

  it("takes defaults from generation_config.json and keeps to the context", async () => {
    const model = await newModel();
    const long = await model.generate("a".repeat(60), { maxNewTokens: 50, stopTokens: [] });
    expect([long.tokens.length, long.finishReason]).toEqual([4, "length"]);
    await expect(Promise.resolve(model.generate("a".repeat(64)))).rejects.toThrow(
      /64 tokens leaves no room in a context of 64/,
    );
  });

  it("refuses unknown options, bad values and bad prompts, before any work", async () => {
    const model = await newModel();
    expect(() => model.generate("a", { maxTokens: 3 } as never)).toThrow(
      /generate has no option "maxTokens".*maxNewTokens/,
    );
    expect(() => model.generate("a", { topP: 0 })).toThrow(/topP is 0; it must be/);
    expect(() => model.generate([])).toThrow(/a list of at least one/);
    await expect(Promise.resolve(model.generate([5 as never, "a"]))).rejects.toThrow(/it got 5/);
    await expect(Promise.resolve(model.generate([""]))).rejects.toThrow(/prompt is empty/);
  });
});

describe("score", () => {
  it("scores every token after the first, in batches of any size alike", async () => {
    const model = await newModel();
    const texts = ["abcd", "xy", "hello there"];
    const whole = await model.score(texts, { topK: 2 });
    const split = await model.score(texts, { topK: 2, batchTokens: 4 });
    expect(split).toEqual(whole);
    const [first] = whole;
    expect(first.texts).toEqual(["b", "c", "d"]);
    expect(first.logprob).toBeCloseTo(
      first.logprobs.reduce((a, b) => a + b),
      6,
    );
    expect(first.perplexity).toBeCloseTo(Math.exp(-first.logprob / 3), 6);
    expect(first.alternatives![0]).toHaveLength(2);
    expect(first.alternatives![0][0].logprob).toBeGreaterThanOrEqual(first.logprobs[0]);
    // Only the completion's share of prompt + completion is the same as scoring the joined ids.
    const completion = await model.score({ prompt: "ab", completion: "cd" });
    expect([...completion.logprobs]).toEqual([...first.logprobs.slice(1)]);
  });

  it("refuses a text with nothing to score or longer than the context", async () => {
    const model = await newModel();
    await expect(Promise.resolve(model.score("a"))).rejects.toThrow(/no token to score/);
    await expect(Promise.resolve(model.score("a".repeat(65)))).rejects.toThrow(
      /65 tokens is longer than the context of 64/,
    );
  });
});

describe("adapters and files", () => {
  it("views share the base: the base of a view is the model without its adapter", async () => {
    const model = await newModel();
    const before = await model.score("abcdef");
    const tuned = await disturb(await model.createLora({ rank: 2, targets: "attention", name: "first" }));
    expect(tuned.adapter!.modules.map(({ name }) => name)).toEqual(["model.layers.0.self_attn.q_proj"]);
    expect(await tuned.score("abcdef")).not.toEqual(before);
    expect(await tuned.base.score("abcdef")).toEqual(before);
    expect(tuned.engine).toBe(model.engine);
    expect(tuned.name).toContain("first");
  });

  it("write a PEFT folder and read it back; merge writes a folder that loads to the same outputs", async () => {
    const source = join(scratch, "base");
    const model = await newModel();
    await model.save(source);
    const loaded = await loadModel(source, { _internal: { engine, tokenizer } });
    const tuned = await disturb(await loaded.createLora({ rank: 2, alpha: 3, useRslora: true }));
    const expected = await tuned.score("abcdef");
    await tuned.saveAdapter(join(scratch, "adapter"));
    expect(readdirSync(join(scratch, "adapter")).sort()).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
    expect((await loadAdapter(loaded, join(scratch, "adapter"), { name: "again" })).name).toMatch(/ \+ again$/);
    expect(await (await loadAdapter(loaded, join(scratch, "adapter"))).score("abcdef")).toEqual(expected);
    // Through loadModel: the base with the adapter option, and the adapter's folder alone, which names its base.
    const options = { _internal: { engine, tokenizer } };
    expect(await (await loadModel(source, { ...options, adapter: join(scratch, "adapter") })).score("abcdef")).toEqual(
      expected,
    );
    expect(await (await loadModel(join(scratch, "adapter"), options)).score("abcdef")).toEqual(expected);

    const merged = join(scratch, "merged");
    mkdirSync(merged);
    writeFileSync(join(merged, "model-00001-of-00002.safetensors"), "left from an earlier, larger save");
    await tuned.merge(merged);
    expect(readdirSync(merged).sort()).toEqual(["config.json", "model.safetensors"]);
    expect(JSON.parse(readFileSync(join(merged, "config.json"), "utf8"))).toEqual({ ...config, dtype: "float32" });
    const again = await (await loadModel(merged, options)).score("abcdef");
    again.logprobs.forEach((lp, i) => void expect(lp).toBeCloseTo(expected.logprobs[i], 4));
    await expect(loaded.save(source)).rejects.toThrow(/holds the files that this model reads from/);
    await expect(loaded.merge(merged)).rejects.toThrow(/no adapter/);
    await expect(loaded.saveAdapter(merged)).rejects.toThrow(/no adapter/);
  });

  it("createLora checks its options", async () => {
    const model = await newModel();
    await expect(model.createLora({ rank: 0 })).rejects.toThrow(/rank is 0; it must be an integer, at least 1/);
    await expect(model.createLora({ rnk: 3 } as never)).rejects.toThrow(
      /createLora has no option "rnk" \(did you mean "rank"\?\)/,
    );
    await expect(model.createLora({ targets: ["k_prj"] })).rejects.toThrow(/no linear layer is called "k_prj"/);
  });

  it("draws a card with architecture, size, device and adapter", async () => {
    const model = await (await newModel()).createLora({ rank: 2, name: "<b>" });
    const bundle = model[displaySymbol]();
    expect(bundle["text/plain"]).toMatch(
      /MedgymFakeForCausalLM[\s\S]*weights +f32[\s\S]*cpu \(portable, 1 threads\)[\s\S]*LoRA, rank 2, alpha 4, 2 layers/,
    );
    expect(bundle["text/html"]).not.toContain("<b>");
  });

  it("loadModel checks its options and its source", async () => {
    expect(() => loadModel("x", { dtyp: "f32" } as never)).toThrow(
      /loadModel has no option "dtyp" \(did you mean "dtype"\?\)/,
    );
    expect(() => loadModel("x", { dtype: "f16" } as never)).toThrow(
      /dtype is "f16"; it must be one of "auto", "f32", "bf16"/,
    );
    expect(() => loadModel("")).toThrow(/folder or a hub id/);
    await expect(Promise.resolve(loadModel("./no/such/folder"))).rejects.toMatchObject({ code: "not-found" });
    await expect(Promise.resolve(loadModel("package.json"))).rejects.toThrow(/is a file/);
  });

  it("a model without tokenizer takes ids and says what is missing for text", async () => {
    const model = await createModel(config, { _internal: { engine } });
    expect((await model.generate([97, 98], { maxNewTokens: 2 })).text).toBe("");
    await expect(Promise.resolve(model.generate("text"))).rejects.toMatchObject({
      code: "not-found",
      message: /tokenizer\.json/,
    });
    expect(() => model.generate([97], { stop: "x" })).toThrow(/need a tokenizer/);
  });
});

describe("reward", () => {
  const head = "base_model.model.score.weight";
  const weights = Float32Array.from({ length: 8 }, (_, i) => Math.cos(i));

  async function rewarding(): Promise<Model> {
    const model = await disturb(await (await newModel()).createLora({ rank: 2, scalarHead: true, name: "judge" }));
    await model.engine.writeTensor(head, weights, { adapter: model.adapter!.engine });
    return model;
  }

  it("judges one text with a number and a list with a list, each at its last token, whatever shares the batch", async () => {
    const model = await rewarding();
    const texts = ["abc", "b", "a longer text"];
    const all = await model.reward(texts, { batchTokens: 5 });
    expect(await model.reward(texts)).toEqual(all);
    expect(await model.reward(texts[2])).toBe(all[2]);
    expect(new Set(all).size).toBe(3);
    const ids = Int32Array.from(tokenizer.encode("b", { addSpecialTokens: true }));
    const direct = await model.engine.forward(
      { tokens: ids, cuSeqlens: Int32Array.of(0, ids.length) },
      { targets: new Int32Array(ids.length), values: true, logprobs: false, adapter: model.adapter!.engine },
    );
    expect(all[1]).toBe(direct.values!.at(-1));
  });

  it("comes back from an adapter's folder, and merged from a reward model's", async () => {
    const model = await rewarding();
    const expected = await model.reward("abc");
    await model.saveAdapter(join(scratch, "judge"));
    const written = JSON.parse(readFileSync(join(scratch, "judge", "adapter_config.json"), "utf8"));
    expect(written).toMatchObject({ task_type: "SEQ_CLS", modules_to_save: ["classifier", "score"] });
    const again = await loadAdapter(model.base, join(scratch, "judge"));
    expect(await again.reward("abc")).toBe(expected);
    await model.merge(join(scratch, "judge-merged"));
    const merged = await loadModel(join(scratch, "judge-merged"), { _internal: { engine, tokenizer } });
    expect(merged.info).toMatchObject({ scalarHead: true, languageHead: false });
    expect(await merged.reward("abc")).toBeCloseTo(expected, 5);
    await expect(merged.generate("abc")).rejects.toThrow(/scores texts and writes none/);
    await expect(merged.score("abc")).rejects.toThrow(/no language-model head/);
  });

  it("without a head, and of texts longer than the context, says what to do", async () => {
    const model = await newModel();
    expect(() => model.reward("abc")).toThrow(/has no scalar head.*createLora\(\{ scalarHead: true \}\)/);
    const judge = await rewarding();
    await expect(judge.reward("x".repeat(65))).rejects.toThrow(/65 tokens is longer than the context of 64/);
  });
});
