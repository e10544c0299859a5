/** Past runs in a cell: `await track.runs()` lists them, `await track.load(id)` reads one back. */
import { displaySymbol, escapeHtml, type MimeBundle } from "../core/display.ts";
import { formatDuration } from "../core/progress-line.ts";
import type { Figure } from "../plot/figure.ts";
import { training } from "../plot/training.ts";
import { type Checkpoint, listCheckpoints } from "./checkpoints.ts";
import type { Manifest } from "./manifest.ts";
import type { Metric } from "./metrics.ts";
import { findRun, type RunRecord, readRecord, readRecords, readRunMetrics, type StoredStatus } from "./store.ts";

export type { Checkpoint } from "./checkpoints.ts";
export type { Manifest } from "./manifest.ts";
export type { Metric } from "./metrics.ts";
export { type RunRecord, runsFolder, type StoredStatus } from "./store.ts";

/** One run, read back from its folder. Drawn, it shows its facts and curves. */
export class StoredRun {
  readonly id: string;
  readonly path: string;
  readonly status: StoredStatus;
  readonly manifest: Manifest;
  readonly summary: Record<string, unknown>;
  readonly error?: string;
  /** Every event, in order. */
  readonly metrics: readonly Metric[];
  readonly checkpoints: readonly Checkpoint[];
  readonly #record: RunRecord;

  constructor(record: RunRecord, metrics: readonly Metric[], checkpoints: readonly Checkpoint[]) {
    this.id = record.id;
    this.path = record.path;
    this.status = record.status;
    this.manifest = record.manifest;
    this.summary = record.summary ?? {};
    this.error = record.error;
    this.metrics = metrics;
    this.checkpoints = checkpoints;
    this.#record = record;
  }

  /** Its curves. */
  figure(): Figure {
    return training(this.metrics, { title: this.id });
  }

  [displaySymbol](): MimeBundle {
    const facts = factsOf(this.#record);
    const rows = facts.map(
      ([key, value]) =>
        `<tr><th style="text-align:left">${escapeHtml(key)}</th><td style="text-align:left">${escapeHtml(value)}</td></tr>`,
    );
    const text = facts.map(([key, value]) => `${key}: ${value}`).join("\n");
    if (this.metrics.length === 0) return { "text/html": `<table>${rows.join("")}</table>`, "text/plain": text };
    const { "image/svg+xml": svg, "text/html": html } = this.figure()[displaySymbol]();
    return { "text/html": `<table>${rows.join("")}</table>${html}`, "image/svg+xml": svg, "text/plain": text };
  }
}

/** Reads a run back by its id (the start of it is enough when it is the only one) or its folder. */
export async function load(id: string): Promise<StoredRun> {
  const path = await findRun(id);
  const [record, metrics] = [await readRecord(path), await readRunMetrics(path)];
  return new StoredRun(record, metrics, await listCheckpoints(`${path}/checkpoints`));
}

/** An array that a cell shows as a table. */
export type RunList = RunRecord[] & { [displaySymbol](): MimeBundle };

/** Every run in the store, newest first. */
export async function runs(): Promise<RunList> {
  const records = await readRecords();
  Object.defineProperty(records, displaySymbol, { value: () => drawList(records), enumerable: false });
  return records as RunList;
}

function drawList(records: RunRecord[]): MimeBundle {
  const columns = ["run", "status", "began", "took", "result"];
  const rows = records.map((record) => {
    const { id, status, manifest } = record;
    return [id, status, manifest.createdAt.slice(0, 16).replace("T", " "), tookOf(record), summaryText(record)];
  });
  const html = [columns, ...rows].map((row, i) => {
    const tag = i === 0 ? "th" : "td";
    return `<tr>${row.map((cell) => `<${tag} style="text-align:left">${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  });
  const widths = columns.map((_, i) => Math.max(...[columns, ...rows].map((row) => row[i].length)));
  const text = [columns, ...rows].map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join("  ")
      .trimEnd(),
  );
  return { "text/html": `<table>${html.join("")}</table>`, "text/plain": text.join("\n") };
}

function factsOf(record: RunRecord): [string, string][] {
  const { manifest, status, error } = record;
  const { device, versions, git } = manifest;
  return [
    ["run", record.id],
    ["status", error ? `${status}: ${error}` : status],
    ["began", manifest.createdAt],
    ["took", tookOf(record)],
    ["result", summaryText(record)],
    ["device", device ? `${device.name}, ${device.isa}, ${device.threads} threads` : "unknown"],
    ["versions", `medgym ${versions.medgym}, engine ${versions.engine ?? "unknown"}, Node ${versions.node}`],
    ["git", git ? `${git.commit.slice(0, 12)}${git.dirty ? ", with changes" : ""}` : "no repository"],
    ["folder", record.path],
  ];
}

function tookOf({ manifest, endedAt }: RunRecord): string {
  return endedAt ? formatDuration((Date.parse(endedAt) - Date.parse(manifest.createdAt)) / 1000) : "";
}

function summaryText({ summary = {} }: RunRecord): string {
  return Object.entries(summary)
    .filter(([, value]) => typeof value === "number")
    .slice(0, 5)
    .map(([key, value]) => `${key} ${Number((value as number).toPrecision(4))}`)
    .join(", ");
}
