/**
 * Options of a public function: one zod strictObject gives the check, the defaults and the message.
 *
 * Checked synchronously, before any work. A message names the function, the option, the value that was given and what
 * is allowed; unknown names fail with the list of the known ones.
 */
import type { z } from "zod";
import { InvalidOptionError } from "./errors.ts";

type Schema = z.core.$ZodType;
type ObjectSchema = z.ZodObject<z.core.$ZodLooseShape>;

/**
 * Checks `options` of the function called `name` against its schema, fills in defaults and freezes what comes out.
 * Objects that belong to the caller (models, data) are handed through as they are, never frozen.
 */
export function resolveOptions<S extends ObjectSchema>(name: string, options: unknown, schema: S): z.output<S> {
  if (options === null || typeof options !== "object" || Array.isArray(options)) {
    const known = Object.keys(schema.shape).join(", ");
    throw new InvalidOptionError("", `${name} takes one options object; it got ${show(options)}. Options: ${known}.`);
  }
  const parsed = schema.safeParse(options);
  if (parsed.success) return freezeOwn(parsed.data, options) as z.output<S>;
  throw explain(name, options, schema, parsed.error.issues);
}

function explain(name: string, options: unknown, schema: ObjectSchema, issues: readonly z.core.$ZodIssue[]): Error {
  // A misspelt name often makes a required one missing too: the misspelling is what to report.
  const issue = issues.find((i) => i.code === "unrecognized_keys" && i.path.length === 0) ?? issues[0];
  return explainIssue(name, issue.path, options, schema, issue);
}

function explainIssue(
  name: string,
  path: readonly PropertyKey[],
  options: unknown,
  schema: Schema,
  issue: z.core.$ZodIssue,
): InvalidOptionError {
  const option = path.map(String).join(".");
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], options);
  const place = locate(schema, path, value);
  if (issue.code === "unrecognized_keys") {
    const unknown = issue.keys[0];
    const known = place ? knownKeys(place) : [];
    const near = nearest(unknown, known);
    const hint = near ? ` (did you mean "${near}"?)` : "";
    const owner = option ? `${name}: ${option}` : name;
    const full = option ? `${option}.${unknown}` : unknown;
    return new InvalidOptionError(full, `${owner} has no option "${unknown}"${hint}. Options: ${known.join(", ")}.`);
  }
  if (issue.code === "invalid_union") {
    // The branch that got furthest says most: an object with one wrong field is not "none of the alternatives".
    const deep = issue.errors.flat().find((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys");
    if (deep && typeof value === "object" && value !== null) {
      return explainIssue(name, [...path, ...deep.path], options, schema, deep);
    }
  }
  if (issue.code === "custom" && issue.message !== "Invalid input") {
    return new InvalidOptionError(option, option ? `${name}: ${option} ${issue.message}` : `${name}: ${issue.message}`);
  }
  const allowed = place ? describeSchema(place) : issue.message;
  if (value === undefined) return new InvalidOptionError(option, `${name} needs ${option}: ${allowed}.`);
  return new InvalidOptionError(option, `${name}: ${option} is ${show(value)}; it must be ${allowed}.`);
}

type Def = {
  type: string;
  innerType?: Schema;
  shape?: Record<string, Schema>;
  element?: Schema;
  valueType?: Schema;
  options?: Schema[];
  entries?: Record<string, unknown>;
  values?: unknown[];
  checks?: { _zod: { def: Record<string, unknown> } }[];
  in?: Schema;
  format?: string;
};
const defOf = (schema: Schema): Def => schema._zod.def as unknown as Def;

function unwrap(schema: Schema): Schema {
  const def = defOf(schema);
  if (def.innerType) return unwrap(def.innerType);
  if (def.type === "pipe" && def.in) return unwrap(def.in);
  return schema;
}

/** The schema at a path, in the first alternative of each union that has it. */
function locate(schema: Schema, path: readonly PropertyKey[], value: unknown): Schema | undefined {
  const at = unwrap(schema);
  const def = defOf(at);
  if (def.type === "union") {
    if (path.length === 0) {
      const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
      const object = def.options?.find((option) => defOf(unwrap(option)).type === "object");
      return isObject && object && !(value instanceof RegExp) ? unwrap(object) : at;
    }
    for (const option of def.options ?? []) {
      const found = locate(option, path, value);
      if (found) return found;
    }
    return undefined;
  }
  if (path.length === 0) return at;
  const [key, ...rest] = path;
  if (def.type === "object") {
    const field = def.shape?.[String(key)];
    return field && locate(field, rest, value);
  }
  if (def.type === "array" && def.element) return locate(def.element, rest, value);
  if (def.type === "record" && def.valueType) return locate(def.valueType, rest, value);
  return undefined;
}

function knownKeys(schema: Schema): string[] {
  const def = defOf(schema);
  return def.type === "union"
    ? (def.options ?? []).flatMap((option) => knownKeys(unwrap(option)))
    : Object.keys(def.shape ?? {});
}

/** In words, e.g. `an integer, at least 1`; a schema's own `.describe(…)` wins. */
export function describeSchema(schema: Schema): string {
  const own = (schema as { description?: string }).description;
  if (own) return own;
  const at = unwrap(schema);
  if (at !== schema) return describeSchema(at);
  const def = defOf(at);
  switch (def.type) {
    case "number":
      return describeNumber(def);
    case "string":
      return "a string";
    case "boolean":
      return "true or false";
    case "enum":
      return oneOf(Object.values(def.entries ?? {}));
    case "literal":
      return oneOf(def.values ?? []);
    case "union":
      return (def.options ?? []).map(describeSchema).join(", or ");
    case "array":
      return def.element ? `an array, each item ${describeSchema(def.element)}` : "an array";
    case "record":
      return def.valueType ? `an object, each value ${describeSchema(def.valueType)}` : "an object";
    case "object":
      return `an object with ${Object.keys(def.shape ?? {}).join(", ")}`;
    default:
      return def.type === "custom" ? "of another kind" : `a ${def.type}`;
  }
}

function describeNumber(def: Def): string {
  const limits: string[] = [];
  let noun = def.format?.includes("int") ? "an integer" : "a number";
  for (const check of def.checks ?? []) {
    const { check: kind, value, inclusive, format } = check._zod.def;
    if (kind === "greater_than") limits.push(inclusive ? `at least ${value}` : `above ${value}`);
    else if (kind === "less_than") limits.push(inclusive ? `at most ${value}` : `below ${value}`);
    else if (kind === "number_format" && String(format).includes("int")) noun = "an integer";
  }
  return [noun, ...limits].join(", ");
}

function oneOf(values: unknown[]): string {
  const shown = values.map((v) => JSON.stringify(v));
  return shown.length === 1 ? shown[0] : `one of ${shown.join(", ")}`;
}

/** A value as a message shows it: short, with its kind where that is not plain. */
export function show(value: unknown): string {
  if (typeof value === "string")
    return value.length > 60 ? JSON.stringify(`${value.slice(0, 57)}…`) : JSON.stringify(value);
  if (typeof value === "function") return `a function (${value.name || "anonymous"})`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof RegExp || typeof value === "bigint") return `${value}`;
  if (typeof value !== "object" || value === null) return String(value);
  const kind = value.constructor?.name;
  return kind && kind !== "Object" ? `a ${kind}` : `an object with ${Object.keys(value).join(", ") || "no fields"}`;
}

/** The closest known name, if it is close: at most a third of its letters differ. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    const limit = Math.max(1, Math.floor(Math.max(word.length, name.length) / 3));
    if (distance < bestDistance && distance <= limit) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** Damerau-Levenshtein (optimal string alignment): insert, delete, replace, swap of neighbours each cost 1. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const replace = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, replace);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, rows[i - 2][j - 2] + 1);
      rows[i].push(cost);
    }
  }
  return rows[a.length][b.length];
}

/** Freezes the objects that the check made; a reference that is also in the input is the caller's and stays as it is. */
function freezeOwn(value: unknown, input: unknown): unknown {
  if (value === null || typeof value !== "object" || value === input) return value;
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
  for (const key of Object.keys(value)) {
    const given = (input as Record<string, unknown> | undefined)?.[key];
    freezeOwn((value as Record<string, unknown>)[key], given);
  }
  return Object.freeze(value);
}
