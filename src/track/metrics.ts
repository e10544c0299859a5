/** metrics.jsonl: one event a line. */
import { writeFileAtomic } from "../core/files.ts";
import { readJsonLines } from "../core/json-lines.ts";

export interface Metric {
  type: string;
  step?: number;
  [field: string]: unknown;
}

/** Before a run goes on from a checkpoint: forgets the events after its step. */
export async function truncateMetrics(path: string, step: number): Promise<Metric[]> {
  const kept = (await readJsonLines<Metric>(path)).filter((metric) => (metric.step ?? 0) <= step);
  await writeFileAtomic(path, kept.map((metric) => `${JSON.stringify(metric)}\n`).join(""));
  return kept;
}
