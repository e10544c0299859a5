/** sft on the native engine: what it writes is read back as the same model. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadModel, type Model } from "../../model/index.ts";
import { ByteTokenizer } from "../../text/byte-tokenizer.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";
import { heldOut, rows } from "./sft.test-helper.ts";
import { sft } from "./sft.ts";

const directory = join(import.meta.dirname, "../../../test/fixtures/models/qwen2_tied");
const ids = Int32Array.from([97, 65, 257, 98, 66, 257]);

let model: Model;
const runs = useRunsFolder("a-file");
beforeAll(async () => {
  const tokenizer = new ByteTokenizer();
  model = await loadModel(directory, { dtype: "f32", _internal: { tokenizer } });
});

const logprobs = async (of: Model) => [...(await of.score(ids)).logprobs];
const farthest = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));

describe("what sft learned", () => {
  it("is learned, and the base is as before", async () => {
    const before = await logprobs(model);
    const result = await sft({ model, data: rows, evalData: heldOut, steps: 40, learningRate: 1e-2 });
    expect(result.summary.evalTokenAccuracy).toBe(1);
    expect(result.summary.evalLoss).toBeLessThan(0.1);
    expect(await logprobs(model)).toEqual(before);
    expect(farthest(await logprobs(result.model), before)).toBeGreaterThan(1);
  });

  it.each([
    ["all linear layers", {}],
    ["attention, rank-stabilised", { targets: "attention", useRslora: true, rank: 4 }],
    ["layers by pattern", { targets: /layers\.1\..*_proj/, alpha: 8 }],
  ] as const)("with LoRA on %s is saved as PEFT and merged, and read back", async (_, lora) => {
    const result = await sft({ model, data: rows, steps: 12, learningRate: 1e-2, lora });
    const trained = await logprobs(result.model);
    const [adapter, merged] = [join(runs.path, "adapter"), join(runs.path, "merged")];
    await result.save(adapter);
    const again = await loadModel(directory, { dtype: "f32", adapter });
    expect(await logprobs(again)).toEqual(trained);
    expect(readFileSync(join(adapter, "adapter_model.safetensors"))).toEqual(
      readFileSync(join(result.path, "adapter/adapter_model.safetensors")),
    );
    await result.merge(merged);
    // W + scale·B·A is rounded to f32 once, B·(A·x) at every step: equal but for rounding
    expect(farthest(await logprobs(await loadModel(merged, { dtype: "f32" })), trained)).toBeLessThan(1e-4);
  });

  it("with every weight trained is saved whole, and read back", async () => {
    const own = await loadModel(directory, { dtype: "f32", _internal: { tokenizer: new ByteTokenizer() } });
    const result = await sft({
      model: own,
      data: rows,
      steps: 20,
      learningRate: 1e-3,
      lora: false,
      gradientCheckpointing: true,
    });
    expect(result.summary.loss).toBeLessThan(4);
    await result.save(join(runs.path, "full"));
    expect(await logprobs(await loadModel(join(runs.path, "full"), { dtype: "f32" }))).toEqual(
      await logprobs(result.model),
    );
    expect(result.model).toBe(own);
  });
});
