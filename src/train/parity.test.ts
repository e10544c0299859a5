/** The steps of sft against PEFT and torch: five AdamW steps of the fixture, on the native engine. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSafetensors } from "../engine/safetensors.ts";
import { loadAdapter, loadModel } from "../model/index.ts";
import type { Example } from "./examples.ts";
import { scheduleFactor } from "./math/schedule.ts";
import { accumulateGradients } from "./pass.ts";

const fixtures = join(import.meta.dirname, "../../test/fixtures");

interface Expected {
  steps: { step: number; loss: number; lr: number; grad_norm_before_clip: number }[];
  input_ids_right: number[][];
  attention_mask_right: number[][];
  labels: number[][];
}

describe.each(["qkvo", "all_linear", "rslora"])("LoRA %s", (name) => {
  it.each([4096, 12, 1])(
    "with %d tokens a micro-batch gives the losses, norms and weights of five steps",
    async (microBatchTokens) => {
      const expected: Expected = JSON.parse(readFileSync(join(fixtures, "lora", name, "expected.json"), "utf8"));
      const base = await loadModel(join(fixtures, "models/qwen2_tied"), { dtype: "f32" });
      const model = await loadAdapter(base, join(fixtures, "lora", name));
      const optimizer = await model.engine.createOptimizer(model.adapter!.engine, {
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-8,
        weightDecay: 0.01,
        decayNormsAndBiases: false,
      });
      const settings = { microBatchTokens, gradientCheckpointing: microBatchTokens === 12 };
      for (const { step, loss, lr, grad_norm_before_clip } of expected.steps) {
        const pass = await accumulateGradients(model, examplesOf(expected), settings, 0);
        expect(pass.loss).toBeCloseTo(loss, 4);
        const learningRate = 1e-2 * scheduleFactor("cosine", step, 2, 5);
        expect(learningRate).toBeCloseTo(lr, 9);
        const { gradNorm } = await optimizer.step({ learningRate, maxGradNorm: 1 });
        expect(Math.abs(gradNorm / grad_norm_before_clip - 1)).toBeLessThan(2e-4);
      }
      const after = readSafetensors(join(fixtures, "lora", name, "adapter_after_5_steps.safetensors"));
      expect(after.size).toBeGreaterThan(0);
      for (const [tensor, { data }] of after) {
        const ours = await model.engine.readTensor(`base_model.model.${tensor}`, { adapter: model.adapter!.engine });
        let worst = 0;
        data.forEach((value, i) => {
          worst = Math.max(worst, Math.abs(ours[i] - value));
        });
        expect(worst).toBeLessThan(2e-4); // Adam divides by √v: where a gradient is nearly 0 its rounding decides the sign of a step
      }
      optimizer.dispose();
    },
  );
});

/** The padded rows of the fixture as sequences: what has a label is learned. */
function examplesOf({ input_ids_right, attention_mask_right, labels }: Expected): Example[] {
  return input_ids_right.map((row, i) => {
    const length = attention_mask_right[i].reduce((a, b) => a + b, 0);
    const mask = Uint8Array.from(labels[i].slice(0, length), (label) => (label >= 0 ? 1 : 0));
    return { ids: Int32Array.from(row.slice(0, length)), mask };
  });
}
