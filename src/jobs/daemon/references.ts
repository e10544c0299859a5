/** Results of jobs as options of others: `{ "$job": 17, "path": "model" }`. */
import { MedgymError } from "../../core/errors.ts";

type Reference = { $job: number; path?: string };

const isReference = (value: unknown): value is Reference =>
  typeof value === "object" && value !== null && typeof (value as Partial<Reference>).$job === "number";

/** Ids of the jobs that the options refer to. */
export function referredJobs(options: unknown): number[] {
  const ids = new Set<number>();
  replaceReferences(options, ({ $job }) => ids.add($job));
  return [...ids];
}

export function replaceReferences(value: unknown, replace: (reference: Reference) => unknown): unknown {
  if (isReference(value)) return replace(value);
  if (Array.isArray(value)) return value.map((item) => replaceReferences(item, replace));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceReferences(item, replace)]));
}

/** `path`: dotted; "" or undefined: the whole result. */
export function partOf(result: unknown, path: string | undefined, job: string): unknown {
  let at = result;
  for (const key of path ? path.split(".") : []) {
    const known = typeof at === "object" && at !== null ? Object.keys(at) : [];
    if (!known.includes(key)) {
      const there = known.length > 0 ? `It has ${known.join(", ")}.` : "It has no parts.";
      throw new MedgymError("invalid-option", `the result of ${job} has no "${path}". ${there}`);
    }
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
