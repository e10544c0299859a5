import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { referenceSymbol } from "../core/job-description.ts";
import type { Dtype } from "../engine/engine.ts";
import { nativeEngine } from "../engine/native.ts";
import { modelInfoOf } from "./config-info.ts";
import { loadModel } from "./load.ts";
import { merge } from "./merge.ts";
import { lookAtModel, openModel } from "./reference.ts";

const root = join(import.meta.dirname, "../..");
const nano = join(root, "assets/nano");
const fixtures = join(root, "test/fixtures/models");
const known = readdirSync(fixtures)
  .map((name) => join(fixtures, name))
  .filter((path) => existsSync(join(path, "config.json")) && !/gemma|moe|vl$/.test(path));

describe("sizes from config.json", () => {
  it.each([nano, ...known])("are the engine's: %s", async (directory) => {
    const config = JSON.parse(readFileSync(join(directory, "config.json"), "utf8"));
    const device = await nativeEngine().device("cpu");
    for (const dtype of ["f32", "bf16", "nf4"] as Dtype[]) {
      const { weightBytes, slidingWindow: _, ...info } = (await device.create(config, { dtype, seed: 0 })).info;
      const { weightBytes: told, slidingWindow: __, ...rest } = modelInfoOf(config, dtype, directory);
      expect(rest).toEqual(info);
      // Scales of 4-bit blocks at the ends of rows are not counted one by one.
      expect(told / weightBytes).toBeCloseTo(1, dtype === "nf4" ? 0 : 12);
    }
  });

  it("are refused where the engine would refuse", () => {
    expect(() => modelInfoOf({ architectures: ["GPT2LMHeadModel"] }, "f32", "here")).toThrow(
      /here: architecture "GPT2L/,
    );
    expect(() => modelInfoOf({ model_type: "qwen2" }, "f32", "here")).toThrow(/hidden_size is null; a whole number/);
  });
});

describe("a model by reference", () => {
  it("is looked at without its weights", async () => {
    const model = (await lookAtModel("sft", { path: nano, dtype: "nf4" }))!;
    expect(model.info).toMatchObject({ dtype: "nf4", maxPositions: 8192 });
    expect(model.tokenizer.encode("aspirin").length).toBeGreaterThan(0);
    expect(() => model.device.info()).toThrow("only looked at");
    expect(await lookAtModel("sft", "nobody/has-this-model")).toBeUndefined();
    await expect(lookAtModel("sft", "./nowhere/at/all")).rejects.toThrow(/no such folder/);
    await expect(lookAtModel("sft", { path: nano, dtpye: "f32" } as never)).rejects.toThrow(/did you mean "dtype"/);
  });

  it("stands for what is in memory, or says why it cannot", async () => {
    const model = await loadModel(nano, { dtype: "f32" });
    expect(model[referenceSymbol]()).toEqual({ path: nano, dtype: "f32" });
    const adapted = await model.createLora({ rank: 2 });
    expect(() => adapted[referenceSymbol]()).toThrow(/its adapter has no files\. saveAdapter\(\) first/);
    const folder = mkdtempSync(join(tmpdir(), "medgym-reference-"));
    try {
      await adapted.saveAdapter(join(folder, "adapter"));
      const reference = adapted[referenceSymbol]();
      expect(reference).toEqual({ path: nano, adapter: join(folder, "adapter"), dtype: "f32" });
      const again = await openModel("sft", JSON.parse(JSON.stringify(reference)));
      expect(again.adapter!.config.rank).toBe(2);
      expect((await lookAtModel("sft", reference))!.adapter!.modules).toEqual(again.adapter!.modules);
      const merged = await merge({ model: again, directory: join(folder, "merged") });
      expect(JSON.parse(JSON.stringify(merged)).model).toEqual({ path: join(folder, "merged") });
      expect(existsSync(join(folder, "merged/model.safetensors"))).toBe(true);
      model.markChanged();
      expect(() => model[referenceSymbol]()).toThrow(/its weights were trained since/);
      writeFileSync(join(folder, "merged/config.json"), '{"architectures":["Unknown"]}');
      await expect(lookAtModel("sft", join(folder, "merged"))).rejects.toMatchObject({ code: "unsupported" });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
