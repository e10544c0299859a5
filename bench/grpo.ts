/**
 * Claim: a GRPO step (4 prompts of 64 tokens, 8 completions of 64 each, β 0.04, LoRA rank 16 on all linears) is faster and
 * smaller than TRL's GRPOTrainer on the same weights and prompts. Both sides sample, reward, score under the reference and
 * update as many tokens; the figure is completion tokens a second over whole steps.
 */
import { join } from "node:path";
import type { Bench } from "./context.ts";
import { besideTrl, trainingStepRows } from "./training-step.ts";

/** Prompts, completions of each, tokens of a prompt, tokens of a completion. */
const sizes = [4, 8, 64, 64].map(String);

export const grpoBench: Bench = async (bench) => {
  for (const threads of [1, 2]) {
    for (const shape of ["nano", "mini"]) {
      const name = `GRPO step ${shape}, ${threads} core${threads > 1 ? "s" : ""}`;
      if (!bench.wanted(name, { quick: name === "GRPO step nano, 1 core" })) continue;
      await bench.row(name, async () => {
        const directory = await bench.models.directory(shape);
        const programs = besideTrl(bench, {
          ours: join(bench.root, "dist/bench/sides/grpo-step.js"),
          theirs: join(bench.root, "bench/peers/grpo_step.py"),
          directory,
          more: sizes,
        });
        return trainingStepRows(bench, { name, threads, programs, agree: false });
      });
    }
  }
};
