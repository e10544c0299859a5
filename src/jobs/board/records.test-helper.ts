/** Made-up jobs on eight slots, for what draws them. */
import type { Device, JobRecord, JobSpec } from "../job.ts";
import { specForTest } from "../testing/spec.test-helper.ts";
import type { JobFindings } from "./board-view.ts";
import { Curves } from "./curves.ts";

export const nowMs = 1_800_000_000_000;

export function job(id: number, name: string, fields: Partial<JobRecord> = {}, spec: Partial<JobSpec> = {}): JobRecord {
  return {
    id,
    spec: specForTest({
      name,
      notebook: "ablations.ipynb",
      directory: "/notebooks",
      work: { type: "function", module: "medgym", export: "sft", options: {} },
      ...spec,
    }),
    state: "running",
    attempt: 1,
    devices: [],
    submittedMs: nowMs - 200_000,
    runs: [],
    ...fields,
  };
}

export const slots = (count: number): Device[] =>
  Array.from({ length: count }, (_, index) => ({
    index,
    name: `cpu:${index}`,
    kind: "slot",
    memoryBytes: 2e9,
    jobs: [],
  }));

export function curves(steps: number, from: number, to: number, seed: number): JobFindings {
  const all = new Curves();
  for (let step = 1; step <= steps; step++) {
    const done = 1 - Math.exp((-4 * step) / steps);
    const noise = 0.06 * Math.sin(step * (3 + seed)) * Math.cos(step * 1.7 * seed);
    all.add({ run: "sft", step, values: { loss: from + (to - from) * done + noise, gradNorm: 1 / step } });
    if (step % 10 === 0) all.add({ run: "sft", step, values: { evalLoss: from + (to - from) * done + 0.1 } });
  }
  return { curves: all.all };
}

/** Eight slots in the middle of an afternoon: everything that a board can show. */
export function busyMachine(): { devices: Device[]; jobs: JobRecord[]; findings: Map<number, JobFindings> } {
  const ago = (seconds: number) => nowMs - seconds * 1000;
  const estimate = { bytes: 210e6, parts: { weights: 60e6, optimizer: 90e6, activations: 60e6 } };
  const jobs = [
    job(1, "sft-r8-attention", {
      state: "succeeded",
      devices: [0],
      startedMs: ago(190),
      endedMs: ago(95),
      peakBytes: 205e6,
    }),
    job(2, "sft-r16-attention", {
      state: "succeeded",
      devices: [1],
      startedMs: ago(190),
      endedMs: ago(80),
      peakBytes: 211e6,
    }),
    job(
      3,
      "sft-r32-all-linear",
      {
        devices: [2],
        startedMs: ago(190),
        peakBytes: 232e6,
        progress: { phase: "updating", done: 64, total: 100, unit: "steps", detail: "loss 0.512", etaSeconds: 58 },
      },
      { estimate },
    ),
    job(4, "evaluate-r8", {
      devices: [0],
      startedMs: ago(90),
      progress: { phase: "evaluating", done: 31, total: 48, unit: "tasks", etaSeconds: 50 },
    }),
    job(5, "grpo", {
      devices: [3, 4],
      startedMs: ago(150),
      progress: { phase: "generating", done: 12, total: 40, unit: "steps", detail: "reward 0.412", etaSeconds: 350 },
    }),
    job(6, "long-context", {
      state: "out-of-memory",
      devices: [5],
      startedMs: ago(160),
      endedMs: ago(120),
      reason: "It held 2.31 GB; 2.00 GB were granted.",
      peakBytes: 2.31e9,
      downshift: { batchSize: 2, accumulate: 4 },
    }),
    job(7, "ppo", {
      state: "stalled",
      devices: [6],
      startedMs: ago(170),
      reason: "Nothing was done for 130 s.",
      lastProgressMs: ago(130),
      stack: "    at score (judge.ts:41:9)\n    at episode (rollout.ts:88:15)",
      progress: { phase: "scoring", done: 3, total: 40, unit: "steps" },
    }),
    job(8, "prepare", {
      state: "failed",
      devices: [5],
      startedMs: ago(110),
      endedMs: ago(100),
      reason: 'data: demos.parquet has no column "messages"',
      error: {
        name: "MedgymError",
        message: 'data: demos.parquet has no column "messages"',
        code: "invalid-data",
        traceback: [
          '\u001b[31mMedgymError: data: demos.parquet has no column "messages"\u001b[39m',
          "    at Cell [4]:2:15",
        ],
      },
    }),
    job(
      9,
      "compare",
      { state: "queued", reason: "after evaluate-r8 (running) and 2 others" },
      { gpus: 0, after: [4, 10, 11] },
    ),
    job(10, "grpo-wide", { state: "queued", reason: "needs 4 devices at once; 2 are free" }, { gpus: 4 }),
    job(
      11,
      "notes",
      { state: "cancelled", startedMs: ago(60), endedMs: ago(40), reason: "cancelled by the user" },
      { gpus: 0 },
    ),
  ];
  const devices = slots(8);
  for (const { id, state, devices: held } of jobs) {
    if (state === "running" || state === "stalled") for (const index of held) devices[index].jobs.push(id);
  }
  for (const device of devices)
    if (device.jobs.length === 0) device.idleReason = "kept for grpo-wide, which needs 4 devices at once";
  const findings = new Map<number, JobFindings>([
    [
      1,
      {
        ...curves(100, 2.1, 0.62, 1),
        result: { summary: { evalLoss: 0.72 }, scores: { all: { value: 0.61, low: 0.52, high: 0.7, n: 48 } } },
      },
    ],
    [
      2,
      {
        ...curves(100, 2.1, 0.55, 2),
        result: { summary: { evalLoss: 0.65 }, scores: { all: { value: 0.66, low: 0.57, high: 0.75, n: 48 } } },
      },
    ],
    [3, curves(64, 2.1, 0.5, 3)],
  ]);
  return { devices, jobs, findings };
}
