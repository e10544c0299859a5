/**
 * Claim: a LoRA step (rank 16 on all linears) and a full fine-tuning step are faster and smaller than in PyTorch + PEFT.
 * Both sides load the same directory, train on the same tokens and must report the same first loss.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alternate, type BenchContext, bestOf, type Side, table } from "./harness.ts";
import { shapes, writeModel } from "./shapes.ts";

export interface SftBenchRow {
  shape: string;
  mode: "lora" | "full";
  threads: number;
  medgym: { precision: string; tokensPerSecond: number; peakBytes: number };
  peer: { precision: string; tokensPerSecond: number; peakBytes: number };
  speedRatio: number;
  memoryRatio: number;
  /** Largest gap between a side's first loss and the peer's f32 one. */
  lossGap: number;
  all: Record<string, { tokensPerSecond: number[]; peakBytes: number[]; firstLoss?: number }>;
}

export async function sftBench({ root, python, quick, wanted, log }: BenchContext): Promise<SftBenchRow[]> {
  const rows: SftBenchRow[] = [];
  const cases: [string, "lora" | "full", number][] = [
    ["nano", "lora", 1],
    ["mini", "lora", 1],
  ];
  if (!quick)
    cases.push(["nano", "full", 1], ["mini", "full", 1], ["nano", "lora", 2], ["mini", "lora", 2], ["0.5b", "lora", 1]);
  for (const [shape, mode, threads] of cases.filter((row) => wanted(row.join(" "))))
    rows.push(await measure(shape, mode, threads));
  log(`\n${report(rows)}\n`);
  return rows;

  async function measure(shape: string, mode: "lora" | "full", threads: number): Promise<SftBenchRow> {
    const directory = mkdtempSync(join(tmpdir(), "medgym-bench-"));
    try {
      await writeModel(shape, directory);
      const [sequences, tokens] = shapes[shape].batch;
      const args = [mode, String(sequences), String(tokens), quick ? "3" : "5"];
      const env = { MEDGYM_THREADS: String(threads), OMP_NUM_THREADS: String(threads), HF_HUB_OFFLINE: "1" };
      const ours = join(root, "dist", "bench", "sides", "train-step.js");
      const peer = join(root, "bench", "peers", "train_step.py");
      const sides: Side[] = [
        ...["f32", "bf16"].map((p) => ({
          name: `medgym ${p}`,
          command: [process.execPath, ours, directory, p, ...args],
          env,
        })),
        ...["f32", "autocast", "bf16"].map((p) => ({
          name: `torch ${p}`,
          command: [python, peer, directory, p, ...args],
          env,
        })),
      ];
      const cores = Array.from({ length: threads }, (_, i) => i);
      const title = `${shape} ${mode}, ${threads} thread${threads > 1 ? "s" : ""}`;
      const figures = await alternate(sides, quick ? 1 : 3, cores, (text) => log(`${title}, ${text}`));

      const [mine, theirs] = [bestOf(figures, "medgym"), bestOf(figures, "torch")];
      const losses = sides.map((side) => figures.get(side.name)?.[0].firstLoss ?? Number.NaN);
      const reference = figures.get("torch f32")?.[0].firstLoss ?? Number.NaN;
      return {
        shape,
        mode,
        threads,
        medgym: mine,
        peer: theirs,
        speedRatio: mine.tokensPerSecond / theirs.tokensPerSecond,
        memoryRatio: mine.peakBytes / theirs.peakBytes,
        lossGap: Math.max(...losses.map((loss) => Math.abs(loss - reference))),
        all: Object.fromEntries(
          [...figures].map(([name, list]) => [
            name,
            {
              tokensPerSecond: list.map((f) => f.tokensPerSecond),
              peakBytes: list.map((f) => f.peakBytes),
              firstLoss: list[0].firstLoss,
            },
          ]),
        ),
      };
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

function report(rows: SftBenchRow[]): string {
  const mb = (bytes: number) => `${Math.round(bytes / 1e6)}`;
  return table(
    ["step", "threads", "medgym tok/s", "", "torch tok/s", "", "speed", "MB", "torch MB", "memory", "loss gap"],
    rows.map((row) => [
      `${row.shape} ${row.mode}`,
      String(row.threads),
      row.medgym.tokensPerSecond.toFixed(0),
      row.medgym.precision,
      row.peer.tokensPerSecond.toFixed(0),
      row.peer.precision,
      `${row.speedRatio.toFixed(2)}x`,
      mb(row.medgym.peakBytes),
      mb(row.peer.peakBytes),
      `${row.memoryRatio.toFixed(2)}x`,
      row.lossGap.toExponential(1),
    ]),
  );
}
