import { z } from "zod";
import { canonicalJson } from "../core/canonical.ts";
import { type Displayable, displaySymbol, type MimeBundle } from "../core/display.ts";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import { bootstrapMean, type Estimate, type PairedDifference, pairedBootstrap } from "./bootstrap.ts";
import type { Evaluation, Outcome } from "./evaluation.ts";
import { comparisonCard } from "./view.ts";

export interface CompareOptions {
  /** What is compared: "score" (exact match, or the composite), or a part such as "action" or "accuracy". @default "score" */
  by?: string;
  /** Of the bootstrap. @default 0 */
  seed?: number;
  /** @default 0.95 */
  confidence?: number;
}

export interface ComparisonRow {
  /** "all", a domain if there are several, else a kind of task. */
  label: string;
  /** Of each evaluation, over the tasks scored in all of them; null for one that measured nothing here. */
  estimates: (Estimate | null)[];
  /** Of each evaluation but the first: itself minus the first. */
  differences: (PairedDifference | null)[];
  /** Tasks behind it. */
  n: number;
}

export interface Comparison extends Displayable {
  names: string[];
  /** "exact match", "composite", or the part's name. */
  measure: string;
  rows: ComparisonRow[];
  /** Tasks scored in all evaluations. */
  n: number;
  /** Tasks left out, since they failed in at least one, or the part does not apply. */
  unscored: number;
  /** Names whose model has another base than the first: the difference is not what training did. */
  otherBases: string[];
  confidence: number;
}

const schema = z.strictObject({
  by: z.string().min(1).default("score"),
  seed: z.number().int().min(0).default(0),
  confidence: z.number().gt(0).lt(1).default(0.95),
});

/**
 * Evaluations of the same tasks side by side, each against the first: `compare({ before, after })`. Differences are
 * taken task by task. Other task sets and other weights are refused: their scores say nothing about each other; another base model is marked. An evaluation that measured nothing in
 * a row (every prompt too long for its context, say) is shown so, and takes no task from the others.
 */
export function compare(evaluations: Record<string, Evaluation>, options: CompareOptions = {}): Comparison {
  const { by, seed, confidence } = resolveOptions("compare", options, schema);
  const names = Object.keys(evaluations);
  if (names.length < 2) {
    throw new MedgymError(
      "invalid-argument",
      `compare takes at least two evaluations by name; it got ${names.length}.`,
    );
  }
  const tables = names.map((name) => byKey(evaluations[name]));
  checkSameTasks(names, tables);
  checkSameScorer(names, evaluations);
  const numberOf = (outcome: Outcome) => (by === "score" ? outcome.score : (outcome.parts[by] ?? null));
  checkPart(by, tables);
  const rows = groupsOf([...tables[0].values()]).map(({ label, keys }): ComparisonRow => {
    const columns = tables.map((table) => keys.map((key) => numberOf(table.get(key)!)));
    const measured = columns.filter((column) => column.some((value) => value !== null));
    const kept = keys.map((_, i) => measured.length > 0 && measured.every((column) => column[i] !== null));
    const values = columns.map((column) => column.filter((value, i) => kept[i] && value !== null) as number[]);
    const groups = keys.filter((_, i) => kept[i]).map((key) => tables[0].get(key)!.group);
    const bootstrap = { seed, confidence, groups };
    const estimates = values.map((column) => bootstrapMean(column, bootstrap));
    const differences = values.slice(1).map((column) => {
      return column.length === values[0].length ? pairedBootstrap(values[0], column, bootstrap) : null;
    });
    return { label, estimates, differences, n: kept.filter(Boolean).length };
  });
  const { n } = rows[0];
  const measure = by === "score" ? evaluations[names[0]].measure : by;
  const bases = names.map((name) => evaluations[name].base);
  const otherBases = names.filter((_, i) => bases[0] !== null && bases[i] !== null && bases[i] !== bases[0]);
  const comparison = { names, measure, rows, n, unscored: tables[0].size - n, otherBases, confidence };
  return { ...comparison, [displaySymbol]: (): MimeBundle => comparisonCard(comparison as Comparison) };
}

const keyOf = ({ domain, id }: Outcome) => `${domain} ${id}`;

function byKey(evaluation: Evaluation): Map<string, Outcome> {
  return new Map(evaluation.outcomes.map((outcome) => [keyOf(outcome), outcome]));
}

function groupsOf(outcomes: readonly Outcome[]): { label: string; keys: string[] }[] {
  const several = new Set(outcomes.map(({ domain }) => domain)).size > 1;
  const labelOf = (outcome: Outcome) => (several ? outcome.domain : outcome.kind);
  const labels = [...new Set(outcomes.map(labelOf))].sort().filter((label) => label !== "all");
  const keys = (label: string) => outcomes.filter((outcome) => labelOf(outcome) === label).map(keyOf);
  return [{ label: "all", keys: outcomes.map(keyOf) }, ...labels.map((label) => ({ label, keys: keys(label) }))];
}

function checkSameScorer(names: readonly string[], evaluations: Record<string, Evaluation>): void {
  const scorerOf = (name: string) => canonicalJson(evaluations[name].weights);
  const other = names.find((name) => scorerOf(name) !== scorerOf(names[0]));
  if (other === undefined) return;
  throw new MedgymError(
    "invalid-data",
    `compare: "${names[0]}" and "${other}" were scored with other weights. Evaluate both with the same.`,
  );
}

function checkPart(by: string, tables: readonly Map<string, Outcome>[]): void {
  const known = new Set(tables.flatMap((table) => [...table.values()].flatMap(({ parts }) => Object.keys(parts))));
  if (by === "score" || known.has(by)) return;
  throw new MedgymError("invalid-argument", `compare: there is no part "${by}". Parts: ${[...known].join(", ")}.`);
}

function checkSameTasks(names: readonly string[], tables: readonly Map<string, Outcome>[]): void {
  const [first, ...others] = tables;
  const same = (a: Outcome, b: Outcome | undefined) => {
    return (
      b !== undefined &&
      a.trajectory.task.ticket === b.trajectory.task.ticket &&
      a.trajectory.task.answer === b.trajectory.task.answer
    );
  };
  others.forEach((table, i) => {
    const shared = [...first].filter(([key, outcome]) => same(outcome, table.get(key))).length;
    if (shared === first.size && shared === table.size) return;
    throw new MedgymError(
      "invalid-data",
      `compare: "${names[0]}" has ${first.size} tasks, "${names[i + 1]}" ${table.size}, of which ${shared} are the same. Evaluate both on the same tasks.`,
    );
  });
}
