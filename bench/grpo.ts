/**
 * Claim: a GRPO step (4 prompts of 64 tokens, 8 completions of 64 each, β 0.04, LoRA rank 16 on all linears) is faster and
 * smaller than TRL's GRPOTrainer on the same weights and prompts. Both sides sample, reward, score under the reference and
 * update as many tokens; the figure is completion tokens a second over whole steps.
 */
import { join } from "node:path";
import type { Bench } from "./context.ts";
import { contest, coresFor, type Side, Sides, threadsEnvironment } from "./harness.ts";
import { memoryRow, speedRow } from "./rows.ts";
import { target } from "./targets.ts";

/** Prompts, completions of each, tokens of a prompt, tokens of a completion. */
const sizes = [4, 8, 64, 64].map(String);

export const grpoBench: Bench = async (bench) => {
  for (const threads of [1, 2]) {
    for (const shape of ["nano", "mini"]) {
      const name = `GRPO step ${shape}, ${threads} core${threads > 1 ? "s" : ""}`;
      if (!bench.wanted(name, { quick: name === "GRPO step nano, 1 core" })) continue;
      await bench.row(name, async () => {
        const directory = await bench.models.directory(shape);
        const ours = [process.execPath, join(bench.root, "dist", "bench", "sides", "grpo-step.js")];
        const theirs = [bench.python, join(bench.root, "bench", "peers", "grpo_step.py")];
        const env = threadsEnvironment(threads);
        const side = (group: string, command: string[], precision: string): Side => ({
          name: `${group} ${precision}`,
          command: [...command, directory, precision, ...sizes],
          env,
        });
        const sides = [
          ...(bench.quick ? ["bf16"] : ["bf16", "f32"]).map((precision) => side("medgym", ours, precision)),
          ...(bench.quick ? ["bf16"] : ["bf16", "f32", "autocast"]).map((precision) => side("trl", theirs, precision)),
        ];
        const pool = new Sides(coresFor(threads));
        try {
          const [rounds, seconds] = bench.quick ? [1, 1] : [3, 3];
          const run = await contest(pool, { sides, rounds, seconds, stopLosers: true, log: bench.log });
          return [
            speedRow(name, "tokens/s", run, target(name)),
            memoryRow(`${name}: peak memory`, run, target(`${name}: peak memory`)),
          ];
        } finally {
          pool.stopAll();
        }
      });
    }
  }
};
