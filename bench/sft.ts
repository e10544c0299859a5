/**
 * Claim: a LoRA step (rank 16 on all linears) and a full fine-tuning step are faster and smaller than in PyTorch + PEFT.
 * Both sides load the same directory, train on the same tokens and must report the same first loss.
 */
import { join } from "node:path";
import type { Bench } from "./context.ts";
import { shapes } from "./shapes.ts";
import { trainingStepRows } from "./training-step.ts";

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
        const directory = await bench.models.directory(shape);
        const rest = [mode === "LoRA" ? "lora" : "full", String(sequences), String(tokens)];
        const ours = [process.execPath, join(bench.root, "dist", "bench", "sides", "train-step.js"), directory];
        const theirs = [bench.python, join(bench.root, "bench", "peers", "train_step.py"), directory];
        const large = shape === "0.5b"; // f32 takes twice as long there, on either side
        const programs = [
          {
            name: "medgym",
            precisions: large || bench.quick ? ["bf16"] : ["bf16", "f32"],
            command: (precision: string) => [...ours, precision, ...rest],
          },
          {
            name: "torch",
            precisions: large ? ["bf16", "autocast"] : bench.quick ? ["f32"] : ["f32", "bf16", "autocast"],
            command: (precision: string) => [...theirs, precision, ...rest],
          },
        ];
        return trainingStepRows(bench, { name, threads, programs });
      });
    }
  }
};
