import { createHash } from "node:crypto";
import { z } from "zod";
import { InvalidOptionError, MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";

export interface SplitOptions<T, Name extends string = string> {
  /**
   * What must not be torn apart: a field ("patientId", "metadata.patientId") or a function of the row. Rows of one group
   * go to one split. @default the whole row, so that equal rows stay together
   */
  by?: string | ((row: T, index: number) => string | number);
  /** Name → fraction of the rows; together 1. @default { train: 0.8, validation: 0.1, test: 0.1 } */
  fractions?: Record<Name, number>;
  /** @default 0 */
  seed?: number;
}

const schema = z.strictObject({
  by: z
    .union([z.string().min(1), z.custom<(row: never, index: number) => unknown>((v) => typeof v === "function")])
    .describe("the name of a field, or a function of the row")
    .optional(),
  fractions: z.record(z.string(), z.number().gt(0).max(1)).default({ train: 0.8, validation: 0.1, test: 0.1 }),
  seed: z.int().default(0),
});

interface Group {
  key: string;
  /** Place in the order of splitting: depends on seed and key alone. */
  order: string;
  rows: number[];
}

/**
 * Splits rows by groups: no group is in two splits. Which split a group goes to depends on the set of groups and the
 * seed, not on the order of the rows; the order within a split is that of the rows.
 *
 * Sizes are as near to the fractions as whole groups allow.
 */
export function split<T, Name extends string = "train" | "validation" | "test">(
  rows: readonly T[],
  options: SplitOptions<T, Name> = {},
): Record<Name, T[]> {
  const { by, fractions, seed } = resolveOptions("data.split", options, schema);
  const names = Object.keys(fractions);
  const sum = names.reduce((total, name) => total + fractions[name], 0);
  if (Math.abs(sum - 1) > 1e-6) {
    throw new InvalidOptionError("fractions", `data.split: fractions add up to ${sum}; they must add up to 1.`);
  }
  const groups = groupsOf(rows, (row, i) => keyOf(by as SplitOptions<T>["by"], row, i), seed);
  const chosen = new Map<string, number[]>(names.map((name) => [name, []]));
  let before = 0;
  for (const group of groups) {
    // The split in whose stretch of [0, 1) the middle of the group falls.
    const middle = (before + group.rows.length / 2) / rows.length;
    chosen.get(nameAt(names, fractions, middle))!.push(...group.rows);
    before += group.rows.length;
  }
  const empty = names.find((name) => chosen.get(name)!.length === 0);
  if (empty !== undefined) {
    throw new MedgymError(
      "invalid-data",
      `data.split: "${empty}" (${fractions[empty]} of ${rows.length} rows in ${groups.length} groups) would be empty. ` +
        "Give more rows, a larger fraction, or group by something finer.",
    );
  }
  const result = names.map((name) => [
    name,
    chosen
      .get(name)!
      .sort((a, b) => a - b)
      .map((i) => rows[i]),
  ]);
  return Object.fromEntries(result) as Record<Name, T[]>;
}

function groupsOf<T>(rows: readonly T[], key: (row: T, index: number) => string, seed: number): Group[] {
  const groups = new Map<string, Group>();
  rows.forEach((row, i) => {
    const own = key(row, i);
    const group = groups.get(own);
    if (group) group.rows.push(i);
    else groups.set(own, { key: own, order: createHash("sha256").update(`${seed}\0${own}`).digest("hex"), rows: [i] });
  });
  return [...groups.values()].sort((a, b) => (a.order < b.order ? -1 : 1));
}

function keyOf<T>(by: SplitOptions<T>["by"], row: T, index: number): string {
  if (by === undefined) return JSON.stringify(row);
  const key =
    typeof by === "function"
      ? by(row, index)
      : by.split(".").reduce<unknown>((at, field) => (at as Record<string, unknown> | undefined)?.[field], row);
  if (typeof key === "string" || typeof key === "number") return `${typeof key} ${key}`;
  const name = typeof by === "string" ? `field "${by}"` : "by";
  throw new MedgymError(
    "invalid-data",
    `data.split: row ${index + 1}: ${name} is ${key}; a group's key is text or a number.`,
  );
}

function nameAt(names: readonly string[], fractions: Record<string, number>, position: number): string {
  let end = 0;
  for (const name of names) {
    end += fractions[name];
    if (position < end) return name;
  }
  return names[names.length - 1];
}
