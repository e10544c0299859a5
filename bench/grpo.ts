/**
 * Claim: a GRPO step (4 prompts of 64 tokens, 8 completions of 64 each, β 0.04, LoRA rank 16 on all linears) is faster and
 * smaller than TRL's GRPOTrainer on the same weights and prompts. Both sides sample, reward, score under the reference and
 * update as many tokens.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alternate, type BenchContext, bestOf, type Side, table } from "./harness.ts";
import { writeModel } from "./shapes.ts";

interface SideFigures {
  precision: string;
  tokensPerSecond: number;
  peakBytes: number;
}

export interface GrpoBenchRow {
  shape: string;
  threads: number;
  medgym: SideFigures;
  peer: SideFigures;
  speedRatio: number;
  memoryRatio: number;
}

const [prompts, completions, promptTokens, newTokens] = [4, 8, 64, 64];
const tokensPerStep = prompts * completions * newTokens;

export async function grpoBench({ root, python, quick, wanted, log }: BenchContext): Promise<GrpoBenchRow[]> {
  const rows: GrpoBenchRow[] = [];
  const cases: [string, number][] = [["nano", 1]];
  if (!quick) cases.push(["mini", 1], ["nano", 2], ["mini", 2]);
  for (const [shape, threads] of cases.filter((row) => wanted(row.join(" ")))) rows.push(await measure(shape, threads));
  log(`\n${report(rows)}\n`);
  return rows;

  async function measure(shape: string, threads: number): Promise<GrpoBenchRow> {
    const directory = mkdtempSync(join(tmpdir(), "medgym-bench-"));
    try {
      await writeModel(shape, directory);
      const args = [prompts, completions, promptTokens, newTokens, quick ? 3 : 5].map(String);
      const env = { MEDGYM_THREADS: String(threads), OMP_NUM_THREADS: String(threads), HF_HUB_OFFLINE: "1" };
      const ours = [process.execPath, join(root, "dist", "bench", "sides", "grpo-step.js")];
      const peer = [python, join(root, "bench", "peers", "grpo_step.py")];
      const side = (name: string, command: string[], precision: string): Side => ({
        name: `${name} ${precision}`,
        command: [...command, directory, precision, ...args],
        env,
      });
      const sides = [
        ...["f32", "bf16"].map((precision) => side("medgym", ours, precision)),
        ...["f32", "autocast", "bf16"].map((precision) => side("trl", peer, precision)),
      ];
      const cores = Array.from({ length: threads }, (_, i) => i);
      const title = `${shape}, ${threads} thread${threads > 1 ? "s" : ""}`;
      const figures = await alternate(sides, quick ? 1 : 3, cores, (text) => log(`${title}, ${text}`));
      const [medgym, theirs] = [bestOf(figures, "medgym"), bestOf(figures, "trl")];
      return {
        shape,
        threads,
        medgym,
        peer: theirs,
        speedRatio: medgym.tokensPerSecond / theirs.tokensPerSecond,
        memoryRatio: medgym.peakBytes / theirs.peakBytes,
      };
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

function report(rows: GrpoBenchRow[]): string {
  const step = ({ tokensPerSecond }: SideFigures) => (tokensPerStep / tokensPerSecond).toFixed(3);
  const mb = ({ peakBytes }: SideFigures) => `${Math.round(peakBytes / 1e6)}`;
  return table(
    ["GRPO step", "threads", "medgym s", "", "TRL s", "", "speed", "MB", "TRL MB", "memory"],
    rows.map((row) => [
      row.shape,
      String(row.threads),
      step(row.medgym),
      row.medgym.precision,
      step(row.peer),
      row.peer.precision,
      `${row.speedRatio.toFixed(2)}x`,
      mb(row.medgym),
      mb(row.peer),
      `${row.memoryRatio.toFixed(2)}x`,
    ]),
  );
}
