/**
 * Claim: a LoRA step (rank 16 on all linears) and a full fine-tuning step are faster and smaller than in PyTorch + PEFT.
 * Both sides load the same directory, train on the same tokens and must report the same first loss.
 */
import { join } from "node:path";
import type { Bench } from "./context.ts";
import { contest, coresFor, mustAgree, type Side, Sides, threadsEnvironment } from "./harness.ts";
import { memoryRow, speedRow } from "./rows.ts";
import { shapes } from "./shapes.ts";
import { target } from "./targets.ts";

export const sftBench: Bench = async (bench) => {
  for (const threads of [1, 2]) {
    for (const [mode, shape] of [
      ["LoRA", "nano"],
      ["LoRA", "mini"],
      ["LoRA", "0.5b"],
      ["full", "nano"],
      ["full", "mini"],
    ]) {
      const name = `${mode} step ${shape}, ${threads} core${threads > 1 ? "s" : ""}`;
      if (!bench.wanted(name, { quick: name === "LoRA step nano, 1 core" })) continue;
      await bench.row(name, async () => {
        const [sequences, tokens] = shapes[shape].batch;
        const args = [await bench.models.directory(shape)];
        const rest = [mode === "LoRA" ? "lora" : "full", String(sequences), String(tokens)];
        const ours = [process.execPath, join(bench.root, "dist", "bench", "sides", "train-step.js"), ...args];
        const theirs = [bench.python, join(bench.root, "bench", "peers", "train_step.py"), ...args];
        const env = threadsEnvironment(threads);
        const large = shape === "0.5b"; // f32 takes twice as long there, on either side
        const side = (group: string, command: string[], precision: string): Side => ({
          name: `${group} ${precision}`,
          command: [...command, precision, ...rest],
          env,
        });
        const sides = [
          ...(large || bench.quick ? ["bf16"] : ["bf16", "f32"]).map((p) => side("medgym", ours, p)),
          ...(large ? ["bf16", "autocast"] : bench.quick ? ["f32"] : ["f32", "bf16", "autocast"]).map((p) =>
            side("torch", theirs, p),
          ),
        ];
        const pool = new Sides(coresFor(threads));
        try {
          const [rounds, seconds] = bench.quick ? [1, 1] : [3, 3];
          const run = await contest(pool, { sides, rounds, seconds, stopLosers: true, log: bench.log });
          mustAgree(run);
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
