/**
 * Tables of docs/performance.md, made of bench/results: for every row its newest measurement, between the lines
 * `<!-- bench: training -->` and `<!-- /bench -->`. What stands between such markers is never written by hand.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LearningDetails } from "./learning.ts";
import type { Machine } from "./machine.ts";
import { type FailedRow, type Figure, met, type Row, ratio, type Target } from "./rows.ts";

/** What one bench left in bench/results. */
export interface Results {
  bench: string;
  machine: Machine;
  /** `--only` of that run. */
  only?: string;
  rows: (Row | FailedRow)[];
}

/** The tables, by the word in their marker: rows whose names begin so, in this order. */
const tables: Record<string, string[]> = {
  training: ["LoRA step", "full step", "GRPO step", "DPO step", "reward model step"],
  generation: ["decode", "prefill"],
  start: ["import", "tokenizer"],
  kernel: ["kernel"],
  gym: ["gym"],
  knowledge: ["knowledge"],
  learning: ["learning"],
  jobs: ["jobs"],
};

export function readResults(folder: string): Results[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Results);
}

/** Rewrites the page's tables; returns the names of the rows that are in none. */
export function writeReport(resultsFolder: string, page: string): string[] {
  const all = readResults(resultsFolder);
  writeFileSync(page, withTables(readFileSync(page, "utf8"), all));
  const prefixes = Object.values(tables).flat();
  return newest(all)
    .map(({ row }) => row.name)
    .filter((name) => !prefixes.some((prefix) => name.startsWith(prefix)));
}

/** The page with every table between markers made anew. */
export function withTables(page: string, results: Results[]): string {
  const measured = newest(results);
  return page.replace(
    /(<!-- bench: (\w+) -->\n)[\s\S]*?(<!-- \/bench -->)/g,
    (_, begin: string, name: string, end: string) => {
      const prefixes = tables[name];
      if (!prefixes) throw new Error(`no table is called ${name}; there are ${Object.keys(tables).join(", ")}`);
      const rank = ({ row }: Measured) => prefixes.findIndex((prefix) => row.name.startsWith(prefix));
      const chosen = measured.filter((one) => rank(one) >= 0).sort((a, b) => rank(a) - rank(b));
      return `${begin}${chosen.length ? (name === "learning" ? renderLearning(chosen) : renderTable(chosen)) : "Not measured yet.\n"}${end}`;
    },
  );
}

interface Measured {
  row: Row | FailedRow;
  machine: Machine;
}

/** Every row once, as last measured, in the order of its first run: a row measured again keeps its place. */
function newest(results: Results[]): Measured[] {
  const byName = new Map<string, Measured>();
  for (const { machine, rows } of [...results].sort((a, b) => (a.machine.date < b.machine.date ? -1 : 1))) {
    for (const row of rows) {
      byName.set(row.name, { row, machine });
    }
  }
  return [...byName.values()];
}

/** Lifts: greedy with the interval of the paired difference, and at temperature 1. */
function renderLearning(measured: Measured[]): string {
  const header = ["", "n", "start", "after", "lift", "target", "met"];
  const more = ["T = 1: start", "after", "lift", "groups that differ", "start made in", "trained in", "measured"];
  const lift = ({ value, low, high }: { value: number; low: number; high: number }) =>
    `${signed(value)} [${signed(low)}, ${signed(high)}]`;
  const lines = measured.map(({ row, machine }) => {
    const when = whenMeasured(measured, machine);
    if ("failed" in row) return [row.name, "failed", ...Array.from({ length: 11 }, () => ""), when];
    const { n, greedy, drawn, mixed, sftSeconds, seconds } = row.details as LearningDetails;
    const verdict = met(row) ? "yes" : "**no**";
    return [
      ...[row.name.replace("learning ", ""), String(n), greedy.before.value.toFixed(3), greedy.after.value.toFixed(3)],
      ...[
        lift(greedy.difference),
        row.target && "atLeast" in row.target ? `≥ ${signed(row.target.atLeast)}` : "",
        verdict,
      ],
      ...[drawn.before.value.toFixed(3), drawn.after.value.toFixed(3), lift(drawn.difference)],
      ...[`${Math.round(100 * mixed)} %`, `${Math.round(sftSeconds)} s`, `${Math.round(seconds)} s`, when],
    ];
  });
  return `${table([...header, ...more], lines)}\n${machineLines(measured)}`;
}

const signed = (value: number) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(3);

function renderTable(measured: Measured[]): string {
  const withPeer = measured.some(({ row }) => !("failed" in row) && row.peer);
  const header = ["", "medgym", ...(withPeer ? ["best peer", "ratio"] : []), "target", "met", "measured"];
  const lines = measured.map(({ row, machine }) => {
    const when = whenMeasured(measured, machine);
    if ("failed" in row) return [row.name, "failed", ...(withPeer ? ["", ""] : []), "", "no", when];
    const times = ratio(row);
    const peer = withPeer ? [row.peer ? cell(row.peer, row.unit) : "", times ? `${number(times)} ×` : ""] : [];
    const reached = met(row);
    const verdict = reached === undefined ? "" : reached ? "yes" : "**no**";
    return [row.name, cell(row.ours, row.unit), ...peer, targetText(row.target, row.unit), verdict, when];
  });
  const notes = measured.flatMap(({ row }) =>
    "failed" in row ? [] : (row.notes ?? []).map((n) => `${row.name}: ${n}`),
  );
  return `${table(header, lines)}\n${notes.map((line) => `- ${line}\n`).join("")}${machineLines(measured)}`;
}

const table = (header: string[], lines: string[][]) =>
  [header, header.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |\n`).join("");

const machinesOf = (measured: Measured[]) => [...new Set(measured.map(({ machine }) => describe(machine)))];

function whenMeasured(measured: Measured[], machine: Machine): string {
  const letter = String.fromCharCode(65 + machinesOf(measured).indexOf(describe(machine)));
  return `${machine.date.slice(0, 10)}, ${letter}, ${machine.commit.slice(0, 7)}${machine.dirty ? " + changes" : ""}`;
}

const machineLines = (measured: Measured[]) =>
  machinesOf(measured)
    .map((text, i) => `- ${String.fromCharCode(65 + i)}: ${text}\n`)
    .join("");

const describe = ({ cpu, cores, memoryGiB, isa, governor, node }: Machine) =>
  `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${isa}${governor === "unknown" ? "" : `, governor ${governor}`}, Node ${node}`;

/** Median with the spread, and of which side where it has several: `38,010 tokens/s (37,900–38,400, bf16)`. */
function cell({ name, median, min, max }: Figure, unit: string): string {
  const spread = min === max ? "" : `${number(min)}–${number(max)}`;
  const which = name.replace(/^medgym ?/, "");
  const inside = [spread, which].filter(Boolean).join(", ");
  return `${number(median)} ${unit}${inside ? ` (${inside})` : ""}`;
}

/** Three digits, or all of the whole part. */
export function number(value: number): string {
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", { maximumFractionDigits: Math.min(digits, 4) });
}

export function targetText(target: Target | undefined, unit: string): string {
  if (!target) return "";
  if ("times" in target) return `≥ ${target.times} ×`;
  if ("share" in target) return `≤ ${target.share} ×`;
  return "atMost" in target ? `≤ ${target.atMost} ${unit}` : `≥ ${target.atLeast} ${unit}`;
}

/** One line for the terminal. */
export function summary(row: Row | FailedRow): string {
  const took = row.seconds === undefined ? "" : ` [${row.seconds.toFixed(0)} s]`;
  if ("failed" in row) return `${row.name}: FAILED${took}\n${row.failed.replace(/^/gm, "    ")}`;
  const times = ratio(row);
  const reached = met(row);
  const parts = [
    cell(row.ours, row.unit),
    row.peer && `peer ${cell(row.peer, row.unit)}`,
    times && `${number(times)} ×`,
    row.target && `target ${targetText(row.target, row.unit)}: ${reached ? "met" : "MISSED"}`,
    ...(row.notes ?? []),
  ];
  return `${row.name}: ${parts.filter(Boolean).join("; ")}${took}`;
}
