import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LearningDetails } from "./learning.ts";
import type { Machine } from "./machine.ts";
import { number, type Results, summary, targetText, writeReport } from "./report.ts";
import { met, type Row, ratio } from "./rows.ts";
import { target } from "./targets.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "medgym-report-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const machine: Machine = {
  cpu: "Some CPU",
  cores: 2,
  isa: "avx512bf16",
  governor: "unknown",
  memoryGiB: 24,
  node: "v20.20.2",
  commit: "0123456789abcdef",
  dirty: false,
  loadBefore: 0.1,
  date: "2026-11-20T10:00:00.000Z",
};
const one = (name: string, median: number) => ({ name, median, min: median, max: median });
const step = (median: number): Row => ({
  name: "LoRA step nano, 1 core",
  unit: "tokens/s",
  better: "more",
  ours: { name: "medgym bf16", median, min: median - 1, max: median + 1 },
  peer: one("torch f32", 10_000),
  target: { times: 3 },
});
const memory: Row = {
  name: "LoRA step nano, 1 core: peak memory",
  unit: "MB",
  better: "less",
  ours: one("medgym bf16", 300),
  peer: one("torch f32", 600),
  target: { share: 0.4 },
};

function report(runs: Results[], page: string): { text: string; left: string[] } {
  const results = join(folder, "results");
  mkdirSync(results);
  for (const [i, run] of runs.entries()) writeFileSync(join(results, `${i}.json`), JSON.stringify(run));
  const file = join(folder, "page.md");
  writeFileSync(file, page);
  const left = writeReport(results, file);
  return { text: readFileSync(file, "utf8"), left };
}

test("a table is made of the newest measurement of every row; prose around it stays", () => {
  const older: Results = { bench: "sft", machine, rows: [step(25_000), memory] };
  const later = { ...machine, date: "2026-11-21T10:00:00.000Z", commit: "fedcba9876543210", dirty: true };
  // The file read last is the older one: dates count, not names.
  const newer: Results = { bench: "sft", machine: later, only: "LoRA", rows: [step(38_010)] };
  const { text } = report([newer, older], "# Page\n\n<!-- bench: training -->\nold\n<!-- /bench -->\n\nProse.\n");
  expect(text).toBe(`# Page

<!-- bench: training -->
|  | medgym | best peer | ratio | target | met | measured |
| --- | --- | --- | --- | --- | --- | --- |
| LoRA step nano, 1 core | 38,010 tokens/s (38,009–38,011, bf16) | 10,000 tokens/s (torch f32) | 3.8 × | ≥ 3 × | yes | 2026-11-21, A, fedcba9 + changes |
| LoRA step nano, 1 core: peak memory | 300 MB (bf16) | 600 MB (torch f32) | 0.5 × | ≤ 0.4 × | **no** | 2026-11-20, A, 0123456 |

- A: Some CPU, 2 cores, 24 GiB, avx512bf16, Node v20.20.2
<!-- /bench -->

Prose.
`);
});

test("a row that failed, a table without peers, notes and another machine", () => {
  const kernel: Row = {
    name: "kernel: first 1+1",
    unit: "ms",
    better: "less",
    ours: one("medgym", 12),
    target: { atMost: 15 },
  };
  const noted = { ...step(1), name: "decode nano", notes: ["memory read 18 GB/s"] };
  const runs: Results[] = [
    { bench: "kernel", machine, rows: [kernel] },
    { bench: "generate", machine, rows: [noted] },
    { bench: "generate", machine: { ...machine, cpu: "Other" }, rows: [{ name: "prefill nano", failed: "no model" }] },
    { bench: "x", machine, rows: [{ ...step(1), name: "unheard of" }] },
  ];
  const page = ["kernel", "generation", "start"].map((t) => `<!-- bench: ${t} -->\n<!-- /bench -->\n`).join("");
  const { text, left } = report(runs, page);
  expect(text).toContain("|  | medgym | target | met | measured |\n");
  expect(text).toContain("| kernel: first 1+1 | 12 ms | ≤ 15 ms | yes | 2026-11-20, A, 0123456 |\n");
  expect(text).toContain("| prefill nano | failed |  |  |  | no | 2026-11-20, B, 0123456 |\n");
  expect(text).toContain("- decode nano: memory read 18 GB/s\n");
  expect(text).toContain("- B: Other, 2 cores");
  expect(text).toContain("<!-- bench: start -->\nNot measured yet.\n<!-- /bench -->");
  expect(left).toEqual(["unheard of"]);
});

test("a marker that names no table is refused", () => {
  expect(() => report([], "<!-- bench: nonsense -->\n<!-- /bench -->\n")).toThrow(
    /no table is called nonsense; there are training/,
  );
});

test("ratios: times better where the unit says less is better, the share of the peer's where the target is a share", () => {
  expect(ratio(step(30_000))).toBe(3);
  expect(met(step(29_999))).toBe(false);
  expect(ratio(memory)).toBe(0.5);
  expect(ratio({ ...memory, target: { times: 2 } })).toBe(2);
  expect(met({ ...memory, target: { times: 2 } })).toBe(true);
  expect(met({ ...memory, target: { atMost: 299 } })).toBe(false);
  expect(met({ ...memory, target: { atLeast: 300 } })).toBe(true);
  expect(met({ ...memory, target: undefined })).toBeUndefined();
});

test("rows on one core and on two have the same target", () => {
  expect(target("LoRA step nano, 2 cores")).toEqual({ times: 3 });
  expect(target("LoRA step nano, 1 core: peak memory")).toEqual({ share: 0.4 });
  expect(target("decode mini, batch 16, 1 core")).toEqual({ times: 2.2 });
  expect(target("no such row")).toBeUndefined();
});

test("numbers keep three digits", () => {
  expect([0, 0.2124, 3.296, 97.28, 1234.5, 38_010.4].map(number)).toEqual([
    "0",
    "0.212",
    "3.3",
    "97.3",
    "1,235",
    "38,010",
  ]);
  expect(targetText({ atLeast: 90 }, "%")).toBe("≥ 90 %");
});

test("the terminal's line", () => {
  expect(summary({ ...memory, seconds: 61.4 })).toBe(
    "LoRA step nano, 1 core: peak memory: 300 MB (bf16); peer 600 MB (torch f32); 0.5 ×; target ≤ 0.4 ×: MISSED [61 s]",
  );
  expect(summary({ name: "x", failed: "a\nb", seconds: 2 })).toBe("x: FAILED [2 s]\n    a\n    b");
});

test("lifts have a table of their own: greedy with interval and target, at T = 1, seconds", () => {
  const about = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, n: 200 });
  const change = (before: number, after: number) => ({
    ...{ before: about(before), after: about(after) },
    difference: { ...about(after - before), p: 0.001 },
  });
  const details: LearningDetails = {
    ...{ course: "frozen-lake", verb: "grpo", measure: "success", seed: 1, n: 200, mixed: 0.4375, warnings: [] },
    ...{ seconds: 123.4, sftSeconds: 56, greedy: change(0.25, 0.875), drawn: change(0.125, 0.5) },
  };
  const name = "learning frozen-lake, seed 1: grpo, success";
  const row: Row = { ...step(0.625), name, unit: "lift", peer: undefined, target: { atLeast: 0.55 }, details };
  const { text, left } = report(
    [{ bench: "learning", machine, rows: [row, { name: "learning x", failed: "no" }] }],
    "<!-- bench: learning -->\n<!-- /bench -->\n",
  );
  expect(left).toEqual([]);
  const cells = "frozen-lake, seed 1: grpo, success | 200 | 0.250 | 0.875 | +0.625 [+0.525, +0.725] | ≥ +0.550 | yes";
  expect(text).toContain(
    `| ${cells} | 0.125 | 0.500 | +0.375 [+0.275, +0.475] | 44 % | 56 s | 123 s | 2026-11-20, A, 0123456 |`,
  );
  expect(text).toMatch(/\| learning x \| failed \|( {2}\|){11} 2026-11-20/);
});
