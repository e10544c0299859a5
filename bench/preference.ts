/**
 * Claim: a step of DPO and one of a reward model (8 pairs, prompts of 64 tokens, completions of 64, LoRA rank 16 on all linears) are
 * faster and smaller than TRL's on the same weights and pairs. DPO's reference is scored before training on both sides; the
 * figure is completion tokens a second over whole steps. TRL 1 has no PPO any more, so there is no row for it.
 */
import { join } from "node:path";
import type { Bench } from "./context.ts";
import { besideTrl, trainingStepRows } from "./training-step.ts";

/** Pairs, tokens of a prompt, tokens of a completion. */
const sizes = [8, 64, 64].map(String);

export const preferenceBench: Bench = async (bench) => {
  for (const threads of [1, 2]) {
    for (const [kind, title] of [
      ["dpo", "DPO"],
      ["reward", "reward model"],
    ]) {
      for (const shape of ["nano", "mini"]) {
        const name = `${title} step ${shape}, ${threads} core${threads > 1 ? "s" : ""}`;
        if (!bench.wanted(name, { quick: shape === "nano" && threads === 1 })) continue;
        await bench.row(name, async () => {
          const directory = await bench.models.directory(shape);
          const programs = besideTrl(bench, {
            ours: join(bench.root, "dist/bench/sides/preference-step.js"),
            theirs: join(bench.root, "bench/peers/preference_step.py"),
            directory,
            more: [kind, ...sizes],
          });
          return trainingStepRows(bench, { name, threads, programs });
        });
      }
    }
  }
};
