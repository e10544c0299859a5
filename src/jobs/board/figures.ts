/** What a job's result says in numbers, for tables: whatever function made it. */
import type { Measured } from "../../plot/builders.ts";

export type Figures = Map<string, Measured>;

/** Names that say nothing of how good a model is. */
const bookkeeping =
  /^(id|seed|steps?|epochs?|seconds|rank|alpha|n|count|confidence|rows|rollouts|learningRate|\w*(Steps?|Tokens|Ms|Bytes|Seconds?)|tokens\w*)$/;

/**
 * Numbers and estimates `{ value, low, high }` of a result or of its `summary`, and those one level down as
 * "scores.all".
 */
export function figuresOf(result: unknown): Figures {
  const figures: Figures = new Map();
  const collect = (value: unknown, name: string, depth: number) => {
    const measured = name ? measuredOf(value) : undefined;
    if (measured) {
      if (!bookkeeping.test(name.split(".").at(-1)!)) figures.set(name, measured);
      return;
    }
    if (depth === 0 || typeof value !== "object" || value === null || Array.isArray(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      collect(inner, name && name !== "summary" ? `${name}.${key}` : key === "summary" ? key : key, depth - 1);
    }
  };
  collect(result, "", 3);
  return figures;
}

function measuredOf(value: unknown): Measured | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? { value } : undefined;
  const estimate = value as Partial<Measured> | null;
  return typeof estimate === "object" && typeof estimate?.value === "number" ? (estimate as Measured) : undefined;
}

/** "0.712 [0.650, 0.771]" */
export function measuredText(measured: Measured | undefined): string {
  if (!measured) return "";
  const { value, low, high } = measured;
  const text = numberText(value);
  return low === undefined || high === undefined ? text : `${text} [${numberText(low)}, ${numberText(high)}]`;
}

const numberText = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) >= 10
    ? value.toLocaleString("en")
    : Math.abs(value) >= 100
      ? value.toFixed(0)
      : Math.abs(value) >= 0.001 || value === 0
        ? value.toFixed(3)
        : value.toExponential(1);

/**
 * At most `most` names of figures that the jobs share: those with an interval first, then those that most of them have; of several that
 * always say the same, the first.
 */
export function commonFigures(all: readonly Figures[], most: number): string[] {
  const names = new Map<string, { count: number; intervals: number }>();
  for (const figures of all) {
    for (const [name, { low }] of figures) {
      const seen = names.get(name) ?? { count: 0, intervals: 0 };
      names.set(name, { count: seen.count + 1, intervals: seen.intervals + (low === undefined ? 0 : 1) });
    }
  }
  const said = new Set<string>();
  return [...names]
    .sort(([, a], [, b]) => Math.sign(b.intervals) - Math.sign(a.intervals) || b.count - a.count)
    .map(([name]) => name)
    .filter((name) => {
      const column = all.map((figures) => measuredText(figures.get(name))).join("|");
      return !said.has(column) && said.add(column);
    })
    .slice(0, most);
}
