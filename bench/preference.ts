/**
 * Claim: a step of DPO and one of a reward model (8 pairs, prompts of 64 tokens, completions of 64, LoRA rank 16 on all linears) are
 * faster and smaller than TRL's on the same weights and pairs. DPO's reference is scored before training on both sides; the
 * figure is completion tokens a second over whole steps. TRL 1 has no PPO any more, so there is no row for it.
 */
import { join } from "node:path";
import type { Bench } from "./context.ts";
import { contest, coresFor, mustAgree, type Side, Sides, threadsEnvironment } from "./harness.ts";
import { memoryRow, speedRow } from "./rows.ts";

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
          const ours = [process.execPath, join(bench.root, "dist", "bench", "sides", "preference-step.js")];
          const theirs = [bench.python, join(bench.root, "bench", "peers", "preference_step.py")];
          const env = threadsEnvironment(threads);
          const side = (group: string, command: string[], precision: string): Side => ({
            name: `${group} ${precision}`,
            command: [...command, directory, precision, kind, ...sizes],
            env,
          });
          const sides = [
            ...(bench.quick ? ["bf16"] : ["bf16", "f32"]).map((precision) => side("medgym", ours, precision)),
            ...(bench.quick ? ["bf16"] : ["bf16", "f32", "autocast"]).map((precision) =>
              side("trl", theirs, precision),
            ),
          ];
          const pool = new Sides(coresFor(threads));
          try {
            const [rounds, seconds] = bench.quick ? [1, 1] : [3, 3];
            const run = await contest(pool, { sides, rounds, seconds, stopLosers: true, log: bench.log });
            mustAgree(run);
            return [speedRow(name, "tokens/s", run), memoryRow(`${name}: peak memory`, run)];
          } finally {
            pool.stopAll();
          }
        });
      }
    }
  }
};
