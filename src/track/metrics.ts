/** metrics.jsonl: one event a line, appended as it happens, so that a crash loses at most the line being written. */
import { closeSync, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { MedgymError } from "../core/errors.ts";
import { writeError, writeFileAtomic } from "../core/files.ts";

export interface Metric {
  type: string;
  step?: number;
  [field: string]: unknown;
}

export class MetricsWriter {
  readonly path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, "a");
  }

  append(metric: Metric): void {
    if (this.#file === undefined) return;
    const line = Buffer.from(`${JSON.stringify(metric)}\n`);
    try {
      for (let written = 0; written < line.length; ) written += writeSync(this.#file, line, written);
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/** All events. A last line torn by a crash is left out; a bad line elsewhere is an error that names it. */
export async function readMetrics(path: string): Promise<Metric[]> {
  const text = await readFile(path, "utf8").catch((error) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const lines = text.split("\n");
  const isTorn = lines[lines.length - 1] !== "";
  const metrics: Metric[] = [];
  lines.forEach((line, i) => {
    if (line === "") return;
    try {
      metrics.push(JSON.parse(line));
    } catch (error) {
      if (i === lines.length - 1 && isTorn) return;
      throw new MedgymError("corrupt", `${path}, line ${i + 1} is not JSON: ${line.slice(0, 60)}. Delete the line.`, {
        cause: error,
      });
    }
  });
  return metrics;
}

/** Before a run goes on from a checkpoint: forgets the events after its step. */
export async function truncateMetrics(path: string, step: number): Promise<Metric[]> {
  const kept = (await readMetrics(path)).filter((metric) => (metric.step ?? 0) <= step);
  await writeFileAtomic(path, kept.map((metric) => `${JSON.stringify(metric)}\n`).join(""));
  return kept;
}
