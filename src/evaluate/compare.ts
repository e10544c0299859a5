import { z } from "zod";
import { type Displayable, displaySymbol, type MimeBundle } from "../core/display.ts";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import { bootstrapMean, type Estimate, type PairedDifference, pairedBootstrap } from "./bootstrap.ts";
import type { Outcome } from "./episode.ts";
import type { Evaluation } from "./evaluate.ts";
import { comparisonCard } from "./view.ts";

export interface CompareOptions {
  /** Of the bootstrap. @default 0 */
  seed?: number;
  /** @default 0.95 */
  confidence?: number;
}

export interface ComparisonRow {
  /** "all", or a kind of task */
  label: string;
  /** Exact match of each evaluation, over the tasks scored in all of them. */
  estimates: (Estimate | null)[];
  /** Of each evaluation but the first: itself minus the first. */
  differences: (PairedDifference | null)[];
}

export interface Comparison extends Displayable {
  names: string[];
  rows: ComparisonRow[];
  /** Tasks scored in all evaluations. */
  n: number;
  /** Tasks left out, since they failed in at least one. */
  unscored: number;
  confidence: number;
}

const schema = z.strictObject({
  seed: z.number().int().min(0).default(0),
  confidence: z.number().gt(0).lt(1).default(0.95),
});

/**
 * Evaluations of the same tasks side by side, each against the first: `compare({ before, after })`. Differences are
 * taken task by task. Other task sets are refused: their scores say nothing about each other.
 */
export function compare(evaluations: Record<string, Evaluation>, options: CompareOptions = {}): Comparison {
  const { seed, confidence } = resolveOptions("compare", options, schema);
  const names = Object.keys(evaluations);
  if (names.length < 2) {
    throw new MedgymError(
      "invalid-argument",
      `compare takes at least two evaluations by name; it got ${names.length}.`,
    );
  }
  const tables = names.map((name) => byId(evaluations[name]));
  checkSameTasks(names, tables);
  const scored = [...tables[0].values()].filter(({ id }) =>
    tables.every((table) => table.get(id)!.exactMatch !== null),
  );
  const labels = ["all", ...[...new Set(scored.map(({ kind }) => kind))].sort().filter((kind) => kind !== "all")];
  const rows = labels.map((label) => {
    const ids = scored.filter(({ kind }) => label === "all" || kind === label).map(({ id }) => id);
    const columns = tables.map((table) => ids.map((id) => Number(table.get(id)!.exactMatch)));
    return {
      label,
      estimates: columns.map((values) => bootstrapMean(values, { seed, confidence })),
      differences: columns.slice(1).map((values) => pairedBootstrap(columns[0], values, { seed, confidence })),
    };
  });
  const unscored = tables[0].size - scored.length;
  const comparison = { names, rows, n: scored.length, unscored, confidence };
  return { ...comparison, [displaySymbol]: (): MimeBundle => comparisonCard(comparison as Comparison) };
}

function byId(evaluation: Evaluation): Map<string, Outcome> {
  return new Map(evaluation.outcomes.map((outcome) => [outcome.id, outcome]));
}

function checkSameTasks(names: readonly string[], tables: readonly Map<string, Outcome>[]): void {
  const [first, ...others] = tables;
  others.forEach((table, i) => {
    const same = [...first.values()].filter(({ id, expected }) => table.get(id)?.expected === expected).length;
    if (same === first.size && same === table.size) return;
    throw new MedgymError(
      "invalid-data",
      `compare: "${names[0]}" has ${first.size} tasks, "${names[i + 1]}" ${table.size}, of which ${same} are the same. Evaluate both on the same tasks.`,
    );
  });
}
