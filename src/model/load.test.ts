import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "../engine/safetensors.ts";
import { loadAdapter, loadModel } from "./load.ts";
import type { Model } from "./model.ts";

/** Real model folders on the native engine. */
const fixtures = "test/fixtures";
const scratch = mkdtempSync(join(tmpdir(), "medgym-load-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const json = (file: string) => JSON.parse(readFileSync(file, "utf8"));

/** A copy of a fixture folder with something done to it. */
function broken(name: string, damage: (directory: string) => void, from = `${fixtures}/models/qwen3`): string {
  const directory = join(scratch, name);
  cpSync(from, directory, { recursive: true });
  damage(directory);
  return directory;
}

function changeConfig(directory: string, change: object, file = "config.json"): void {
  writeFileSync(join(directory, file), JSON.stringify({ ...json(join(directory, file)), ...change }));
}

function changeTensors(directory: string, change: (tensors: ReturnType<typeof readSafetensors>) => void): void {
  const file = join(directory, "model.safetensors");
  const tensors = readSafetensors(file);
  change(tensors);
  writeSafetensors(file, tensors);
}

const up = "model.layers.1.mlp.up_proj.weight";

describe("loadModel of a broken folder names file, tensor and what is supported", () => {
  const cases: [string, (directory: string) => void, string, RegExp][] = [
    [
      "unknown architecture",
      (d) => changeConfig(d, { architectures: ["MambaForCausalLM"], model_type: "mamba" }),
      "unsupported",
      /config\.json.*[Mm]amba.*Qwen2.*Llama/s,
    ],
    ["no config", (d) => rmSync(join(d, "config.json")), "not-found", /config\.json: no such file/],
    [
      "bad JSON in config",
      (d) => writeFileSync(join(d, "config.json"), '{"vocab_size": 10'),
      "corrupt",
      /config\.json is not JSON/,
    ],
    ["no weights", (d) => rmSync(join(d, "model.safetensors")), "not-found", /model\.safetensors/],
    [
      "missing tensor",
      (d) => changeTensors(d, (t) => t.delete(up)),
      "not-found",
      new RegExp(`model\\.safetensors.*${up}|${up}.*model\\.safetensors`, "s"),
    ],
    [
      "wrong shape",
      (d) => changeTensors(d, (t) => t.set(up, { shape: [10, 64], data: new Float32Array(640) })),
      "corrupt",
      /up_proj\.weight.*10.*160/s,
    ],
    ["truncated file", (d) => truncateSync(join(d, "model.safetensors"), 300_000), "corrupt", /model\.safetensors/],
    [
      "no safetensors at all",
      (d) => writeFileSync(join(d, "model.safetensors"), "<html>404</html>"),
      "corrupt",
      /model\.safetensors/,
    ],
    [
      "NaN in weights",
      (d) => changeTensors(d, (t) => t.get(up)!.data.fill(Number.NaN, 3, 4)),
      "non-finite",
      /up_proj\.weight/,
    ],
    [
      "broken tokenizer",
      (d) => writeFileSync(join(d, "tokenizer.json"), "{"),
      "corrupt",
      /tokenizer\.json is not JSON/,
    ],
  ];
  for (const [name, damage, code, message] of cases) {
    it(name, async () => {
      const directory = broken(name, damage);
      const error = await Promise.resolve(loadModel(directory, { checkFinite: true })).then(
        () => undefined,
        (reason) => reason,
      );
      expect(error).toMatchObject({ name: "MedgymError", code, message: expect.stringMatching(message) });
      expect(error.message).toContain(directory);
    });
  }

  it("a shard that its index names is missing", async () => {
    const directory = broken("shards", () => {});
    const model = await loadModel(directory);
    const sharded = join(scratch, "sharded");
    await model.save(sharded, { maxShardBytes: 200_000 });
    const index = json(join(sharded, "model.safetensors.index.json"));
    const shard = index.weight_map[up];
    expect((await (await loadModel(sharded)).score(ids)).logprobs).toEqual((await model.score(ids)).logprobs);
    rmSync(join(sharded, shard));
    await expect(Promise.resolve(loadModel(sharded))).rejects.toMatchObject({
      message: expect.stringContaining(shard),
    });
  });
});

const expected = json(`${fixtures}/models/qwen3/expected.json`);
const ids = Int32Array.from(expected.input_ids_right[0] as number[]);

describe("a real model", () => {
  it("loads with its progress as events and scores as transformers does", async () => {
    const run = loadModel(`${fixtures}/models/qwen3`, { dtype: "f32", checkFinite: true });
    const model = await run;
    expect(run.events.map(({ type }) => type)).toEqual(["load-start", "load-end"]);
    expect(model.info).toMatchObject({
      architecture: "Qwen3ForCausalLM",
      layers: 2,
      vocabSize: 1024,
      parameters: 151936,
    });
    expect(model.config.model_type).toBe("qwen3");
    const stored = readSafetensors(`${fixtures}/models/qwen3/expected.safetensors`).get("token_logprobs_right_padded")!;
    const { logprobs } = await model.score(ids);
    logprobs.forEach((lp, i) => void expect(Math.abs(lp - stored.data[i])).toBeLessThan(2e-5));
  });

  it("generates the fixture's greedy tokens and logprobs, all prompts in one call", async () => {
    const model = await loadModel(`${fixtures}/models/qwen3`, { dtype: "f32" });
    const cases = expected.generation as { prompt: number[]; new_tokens: number[]; logprobs: number[] }[];
    const generations = await model.generate(
      cases.map(({ prompt }) => prompt),
      { maxNewTokens: 24 },
    );
    expect(generations.map(({ tokens }) => [...tokens])).toEqual(cases.map(({ new_tokens }) => new_tokens));
    generations.forEach(({ logprobs }, i) => {
      logprobs.forEach((lp, t) => void expect(Math.abs(lp - cases[i].logprobs[t])).toBeLessThan(1e-4));
    });
  });

  it("samples the same from the same seed, alone or among others", async () => {
    const model = await loadModel(`${fixtures}/models/qwen3`, { dtype: "f32" });
    const options = { maxNewTokens: 12, temperature: 1, topP: 0.95, seed: 5 };
    const alone = await model.generate([...ids], options);
    const others = await model.generate([[1, 2, 3], [...ids], [4]], { ...options, maxSequences: 2 });
    expect(others[1].tokens).toEqual(alone.tokens);
    expect((await model.generate([...ids], { ...options, seed: 6 })).tokens).not.toEqual(alone.tokens);
  });

  it("dtype auto follows the file where the processor has bf16 products, else f32", async () => {
    const stored = broken("bf16", () => {});
    const full = await loadModel(`${fixtures}/models/qwen3`);
    expect(full.info.dtype).toBe("f32");
    await full.save(join(scratch, "saved16"), { dtype: "bf16" });
    expect(json(join(scratch, "saved16", "config.json")).dtype).toBe("bfloat16");
    const model = await loadModel(join(scratch, "saved16"));
    const native = ["avx512bf16", "amx"].includes(model.device.info().isa);
    expect(model.info.dtype).toBe(native ? "bf16" : "f32");
    expect((await loadModel(stored, { dtype: "bf16" })).info.dtype).toBe("bf16");
  });
});

describe("PEFT adapters", () => {
  const base = () => loadModel(`${fixtures}/models/qwen2_tied`, { dtype: "f32" });
  const input = { ids: json(`${fixtures}/models/qwen2_tied/expected.json`).packed_input_ids[0] as number[] };

  /** Logits of the first sequence, from an adapter's view. */
  async function logits(model: Model): Promise<Float32Array> {
    const tokens = Int32Array.from(input.ids.slice(0, 12));
    const batch = { tokens, cuSeqlens: Int32Array.of(0, 12) };
    const adapter = model.adapter?.engine ?? null;
    return (await model.engine.forward(batch, { targets: new Int32Array(12).fill(-1), adapter, logits: true })).logits!;
  }

  for (const name of ["qkvo", "all_linear", "rslora", "rank_pattern"]) {
    it(`${name} gives PEFT's logits, and is written back the same`, async () => {
      const folder = `${fixtures}/lora/${name}`;
      const model = await loadAdapter(await base(), folder, { name });
      const wanted = readSafetensors(`${folder}/expected.safetensors`).get("logits_right_padded")!.data;
      (await logits(model)).forEach((value, i) => {
        if (Math.abs(value - wanted[i]) > 3e-5) throw new Error(`logit ${i}: ${value}, PEFT has ${wanted[i]}`);
      });
      const written = join(scratch, `written-${name}`);
      await model.saveAdapter(written);
      expect(readSafetensors(join(written, "adapter_model.safetensors"))).toEqual(
        readSafetensors(`${folder}/adapter_model.safetensors`),
      );
      const ours = json(join(written, "adapter_config.json"));
      const theirs = json(`${folder}/adapter_config.json`);
      expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
      expect({ ...ours, base_model_name_or_path: "" }).toEqual({ ...theirs, base_model_name_or_path: "" });
    });
  }

  it("merging gives PEFT's merged weights", async () => {
    for (const name of ["qkvo", "all_linear", "rslora"]) {
      const model = await loadAdapter(await base(), `${fixtures}/lora/${name}`);
      const merged = join(scratch, `merged-${name}`);
      await model.merge(merged, { dtype: "f32" });
      const tensors = readSafetensors(join(merged, "model.safetensors"));
      for (const [tensor, { data }] of readSafetensors(`${fixtures}/lora/${name}/merged_weights_layer0.safetensors`)) {
        const ours = tensors.get(tensor)!.data;
        data.forEach((value, i) => {
          if (Math.abs(ours[i] - value) > 1e-6)
            throw new Error(`${name}: ${tensor}[${i}] is ${ours[i]}, PEFT has ${value}`);
        });
      }
      const again = await logits(await loadModel(merged, { dtype: "f32" }));
      (await logits(model)).forEach((value, i) => void expect(Math.abs(value - again[i])).toBeLessThan(5e-5));
    }
  });

  it("what is not supported is refused by name, with what is", async () => {
    const model = await base();
    await expect(loadAdapter(model, `${fixtures}/lora/dora`)).rejects.toMatchObject({
      code: "unsupported",
      message: /use_dora: true.*Supported: LoRA/s,
    });
    const refused = async (change: object) => {
      const directory = broken(
        `refused-${Object.keys(change)[0]}`,
        (d) => changeConfig(d, change, "adapter_config.json"),
        `${fixtures}/lora/qkvo`,
      );
      return loadAdapter(model, directory).then(
        () => "loaded",
        (error) => error.message.replace(directory, ""),
      );
    };
    expect(await refused({ modules_to_save: ["lm_head"] })).toMatch(/modules_to_save: \["lm_head"\] is not supported/);
    expect(await refused({ bias: "all" })).toMatch(/bias: "all" is not supported/);
    expect(await refused({ peft_type: "IA3" })).toMatch(/peft_type "IA3" is not supported/);
    expect(await refused({ init_lora_weights: "pissa" })).toMatch(/changes the base weights/);
    expect(await refused({ target_modules: ["experts"] })).toMatch(/belong to no linear layer/);
    expect(await refused({ r: 3 })).toMatch(/lora_A\.weight is \[4,64\].*want \[3,64\]/);
    expect(await refused({ target_modules: ["q_proj"] })).toMatch(
      /12 tensors such as .*k_proj.* belong to no linear layer/,
    );
  });

  it("a folder without config, or with broken JSON, or a cut file", async () => {
    const model = await base();
    const lora = (name: string, damage: (directory: string) => void) =>
      loadAdapter(model, broken(name, damage, `${fixtures}/lora/qkvo`));
    await expect(lora("a1", (d) => rmSync(join(d, "adapter_config.json")))).rejects.toMatchObject({
      code: "not-found",
      message: /adapter_config\.json/,
    });
    await expect(lora("a2", (d) => writeFileSync(join(d, "adapter_config.json"), "["))).rejects.toMatchObject({
      code: "corrupt",
    });
    await expect(lora("a3", (d) => truncateSync(join(d, "adapter_model.safetensors"), 3000))).rejects.toMatchObject({
      code: "corrupt",
      message: /truncated/,
    });
    await expect(lora("a4", (d) => rmSync(join(d, "adapter_model.safetensors")))).rejects.toMatchObject({
      code: "not-found",
    });
    expect(basename(scratch)).toMatch(/^medgym-load-/);
  });
});
