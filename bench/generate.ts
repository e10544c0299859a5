/**
 * Claim: greedy generation and prefill are faster than transformers' on the same weights and prompts, and give the same
 * tokens in f32.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alternate, type BenchContext, bestOf, type Figures, median, type Side, table } from "./harness.ts";
import { writeModel } from "./shapes.ts";

interface GenerateFigures extends Figures {
  prefillTokensPerSecond: number;
  /** First 16 tokens of the first sequence. */
  firstTokens: number[];
}

export interface GenerateBenchRow {
  shape: string;
  sequences: number;
  threads: number;
  medgym: { precision: string; tokensPerSecond: number; peakBytes: number };
  peer: { precision: string; tokensPerSecond: number; peakBytes: number };
  speedRatio: number;
  /** Tokens/s of a 512-token prompt: best of each side. */
  prefill: { medgym: number; peer: number; ratio: number };
  memoryRatio: number;
  /** Of 16 tokens in f32, how many agree before the first that does not. */
  sameTokens: number;
}

const promptTokens = 64;
const newTokens = 64;

export async function generateBench({ root, python, quick, wanted, log }: BenchContext): Promise<GenerateBenchRow[]> {
  const rows: GenerateBenchRow[] = [];
  // shape, sequences, threads
  const cases: [string, number, number][] = [
    ["nano", 1, 1],
    ["nano", 16, 1],
    ["mini", 1, 1],
    ["mini", 16, 1],
  ];
  if (!quick) cases.push(["nano", 16, 2], ["mini", 16, 2], ["0.5b", 1, 1], ["0.5b", 16, 1]);
  for (const [shape, sequences, threads] of cases.filter((row) => wanted(row.join(" "))))
    rows.push(await measure(shape, sequences, threads));
  log(`\n${report(rows)}\n`);
  return rows;

  async function measure(shape: string, sequences: number, threads: number): Promise<GenerateBenchRow> {
    const directory = mkdtempSync(join(tmpdir(), "medgym-bench-"));
    try {
      await writeModel(shape, directory);
      const args = [sequences, promptTokens, newTokens, quick ? 2 : 5].map(String);
      const env = { MEDGYM_THREADS: String(threads), OMP_NUM_THREADS: String(threads), HF_HUB_OFFLINE: "1" };
      const ours = [process.execPath, join(root, "dist", "bench", "sides", "generate.js")];
      const peer = [python, join(root, "bench", "peers", "generate.py")];
      const sides: Side[] = ["f32", "bf16"].flatMap((precision) => [
        { name: `medgym ${precision}`, command: [...ours, directory, precision, ...args], env },
        { name: `torch ${precision}`, command: [...peer, directory, precision, ...args], env },
      ]);
      const cores = Array.from({ length: threads }, (_, i) => i);
      const title = `${shape}, ${sequences} sequences, ${threads} thread${threads > 1 ? "s" : ""}`;
      const run = await alternate(sides, quick ? 1 : 3, cores, (text) => log(`${title}, ${text}`));
      const figures = run as Map<string, GenerateFigures[]>;
      const [mine, theirs] = [bestOf(figures, "medgym"), bestOf(figures, "torch")];
      const [medgym, torch] = [bestPrefill(figures, "medgym"), bestPrefill(figures, "torch")];
      const tokens = (name: string) => figures.get(name)?.[0].firstTokens ?? [];
      const differ = tokens("medgym f32").findIndex((token, i) => token !== tokens("torch f32")[i]);
      return {
        shape,
        sequences,
        threads,
        medgym: mine,
        peer: theirs,
        speedRatio: mine.tokensPerSecond / theirs.tokensPerSecond,
        prefill: { medgym, peer: torch, ratio: medgym / torch },
        memoryRatio: mine.peakBytes / theirs.peakBytes,
        sameTokens: differ < 0 ? 16 : differ,
      };
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

function bestPrefill(figures: Map<string, GenerateFigures[]>, prefix: string): number {
  const sides = [...figures].filter(([name]) => name.startsWith(prefix));
  return Math.max(...sides.map(([, list]) => median(list.map((f) => f.prefillTokensPerSecond))));
}

function report(rows: GenerateBenchRow[]): string {
  const header = ["decode", "threads", "medgym tok/s", "", "torch tok/s", "", "speed"];
  return table(
    [...header, "prefill tok/s", "torch", "speed", "memory", "same tokens"],
    rows.map((row) => [
      `${row.shape} × ${row.sequences}`,
      String(row.threads),
      row.medgym.tokensPerSecond.toFixed(0),
      row.medgym.precision,
      row.peer.tokensPerSecond.toFixed(0),
      row.peer.precision,
      `${row.speedRatio.toFixed(2)}x`,
      row.prefill.medgym.toFixed(0),
      row.prefill.peer.toFixed(0),
      `${row.prefill.ratio.toFixed(2)}x`,
      `${row.memoryRatio.toFixed(2)}x`,
      `${row.sameTokens}/16`,
    ]),
  );
}
