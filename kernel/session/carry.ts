/**
 * A cell for a process of its own: its code, the imports of earlier cells that it uses, and the values of the names
 * that it uses, as JSON. What JSON cannot hold stays here, and is told before anything starts.
 */
import { fileURLToPath } from "node:url";
import { compileCell, type NotebookNames } from "../language/cell.ts";
import type { Position } from "../language/source-map.ts";
import { lowerCell } from "./lowering.ts";

/** What `kernel/job/run-cell.ts` runs. */
export interface CarriedCell {
  code: string;
  /** Execution count, so that errors name the cell. */
  count: number;
  imports: { specifier: string; attributes: Record<string, string>; names: [exported: string, local: string][] }[];
  /** A name alone is declared, and has no value yet. */
  values: [name: string, value?: unknown][];
}

export interface Carried {
  /** Absolute path of the module whose `runCell` runs it. */
  runner: string;
  cell: CarriedCell;
}

const runner = fileURLToPath(new URL("../job/run-cell.js", import.meta.url));

export async function carry(code: string, count: number, names: NotebookNames): Promise<Carried> {
  const lowered = await lowerCell(code);
  const uses = compileCell(names, lowered).uses();
  const imports: CarriedCell["imports"] = [...names.importedForEffect].map(([specifier, attributes]) => ({
    specifier,
    attributes,
    names: [],
  }));
  const values: CarriedCell["values"] = [];
  const complaints: string[] = [];
  let first: Position | undefined;
  for (const [name, at] of uses) {
    const imported = names.imported.get(name);
    if (imported) {
      const { specifier, attributes, exported } = imported;
      imports.push({ specifier, attributes, names: [[exported, name]] });
    } else if (names.declared.has(name)) {
      const value = (globalThis as Record<string, unknown>)[names.globalName(name)];
      const fault = whyNotJson(value, name, []);
      if (!fault) values.push(value === undefined ? [name] : [name, value]);
      else {
        complaints.push(fault);
        first ??= at;
      }
    }
  }
  if (complaints.length > 0) throw new NotPortable(complaints, first);
  return { runner, cell: { code, count, imports, values } };
}

/** The cell uses what cannot leave this process. */
export class NotPortable extends Error {
  override readonly name = "NotPortable";
  readonly at?: Position;
  constructor(complaints: string[], at?: Position) {
    super(
      `${complaints.join("; ")}. The cell runs in a process of its own, and of earlier cells only imports and JSON come ` +
        "along. Make it in this cell, import it from a file, or write it to a file and read that here.",
    );
    this.at = at;
  }
}

/** In words, what of a value JSON does not hold; undefined where it comes back the same. */
function whyNotJson(value: unknown, path: string, above: unknown[]): string | undefined {
  switch (typeof value) {
    case "undefined":
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : `${path} is ${value}, which JSON does not know`;
    case "bigint":
    case "symbol":
    case "function":
      return `${path} is a ${typeof value === "function" && /^class\b/.test(String(value)) ? "class" : typeof value}`;
  }
  if (value === null) return undefined;
  if (above.includes(value)) return `${path} contains itself`;
  const inside = [...above, value];
  const first = <T>(items: Iterable<T>, ask: (item: T) => string | undefined): string | undefined => {
    for (const item of items) {
      const fault = ask(item);
      if (fault) return fault;
    }
    return undefined;
  };
  if (Array.isArray(value)) return first(value.entries(), ([i, item]) => whyNotJson(item, `${path}[${i}]`, inside));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return `${path} is a ${prototype.constructor?.name || "object of a class"}`;
  }
  return first(Object.entries(value as object), ([key, item]) => whyNotJson(item, `${path}.${key}`, inside));
}
