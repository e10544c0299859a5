/** What goes from process to process is JSON: options strictly, results as far as they can be written. */
import { MedgymError } from "../core/errors.ts";
import { referenceSymbol } from "../core/job-description.ts";
import { show } from "../core/options.ts";

/** Names the place in options: `data[3].prompt`. */
const placeOf = (path: readonly (string | number)[]) =>
  path.map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`)).join("");

type Replace = (value: object) => { json: unknown } | undefined;

/**
 * Options as JSON; throws with the path of what is none. Models and environments become references to themselves, `replace` answers
 * for what else stands for something.
 */
export function optionsJson(verb: string, options: unknown, replace: Replace = () => undefined): unknown {
  const refuse = (path: readonly (string | number)[], what: string): never => {
    const place = placeOf(path);
    throw new MedgymError(
      "invalid-option",
      `${verb}: ${place ? `option ${place}` : "its options"} ${what}. A job runs in another process, so its options must survive JSON: ` +
        "give a model or data by path, an environment by name, a function as a module's export.",
    );
  };
  const seen = new Set<object>();
  const visit = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (value === null || typeof value === "string" || typeof value === "boolean" || value === undefined) return value;
    if (typeof value === "number") {
      if (!Number.isFinite(value)) refuse(path, `is ${value}`);
      return value;
    }
    if (typeof value !== "object" && typeof value !== "function") return refuse(path, `is ${show(value)}`);
    const replaced = replace(value);
    if (replaced) return replaced.json;
    const refer = (value as { [referenceSymbol]?: () => unknown })[referenceSymbol];
    if (typeof refer === "function") return refer.call(value);
    if (typeof value === "function") return refuse(path, `is ${show(value)}`);
    if (seen.has(value)) return refuse(path, "contains itself");
    seen.add(value);
    const json = visitObject(value, path);
    seen.delete(value);
    return json;
  };
  const visitObject = (value: object, path: readonly (string | number)[]): unknown => {
    if (Array.isArray(value)) return value.map((item, i) => visit(item ?? null, [...path, i]));
    if (value instanceof RegExp) return refuse(path, `is ${value}, a regular expression`);
    if ("toJSON" in value && typeof value.toJSON === "function") return visit(value.toJSON(), path);
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return refuse(path, `is ${show(value)}`);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])]));
  };
  return visit(options, []);
}

/** A result as JSON, and the places of what could not be kept. */
export function resultJson(value: unknown): { json: unknown; lost: string[] } {
  const lost: string[] = [];
  const seen = new Set<object>();
  const visit = (at: unknown, path: readonly (string | number)[]): unknown => {
    if (at === undefined) return path.length === 0 ? null : undefined;
    if (at === null || typeof at === "string" || typeof at === "boolean") return at;
    if (typeof at === "number") return Number.isFinite(at) ? at : null;
    if (typeof at !== "object" || seen.has(at)) {
      lost.push(placeOf(path) || "the result");
      return null;
    }
    seen.add(at);
    const json = visitObject(at, path);
    seen.delete(at);
    return json;
  };
  const visitObject = (at: object, path: readonly (string | number)[]): unknown => {
    if ("toJSON" in at && typeof at.toJSON === "function") return visit(at.toJSON(), path);
    if (Array.isArray(at)) return at.map((item, i) => visit(item ?? null, [...path, i]));
    if (ArrayBuffer.isView(at) && !(at instanceof DataView)) return visit([...(at as Float64Array)], path);
    if (at instanceof Map || at instanceof Set) {
      lost.push(placeOf(path) || "the result");
      return null;
    }
    return Object.fromEntries(Object.entries(at).map(([key, item]) => [key, visit(item, [...path, key])]));
  };
  return { json: visit(value, []), lost };
}
