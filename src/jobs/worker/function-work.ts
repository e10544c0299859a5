/** Calls a module's function with options that came as JSON. */

import { MedgymError } from "../../core/errors.ts";
import { type JobContext, jobDescription } from "../../core/job-description.ts";
import { nearest } from "../../core/options.ts";
import type { FunctionWork } from "../job.ts";
import { importUserModule } from "./typescript.ts";

export interface Called {
  value: unknown;
  fn: Callable;
}

type Callable = (options: unknown) => unknown;

/** The function that the work names, with what it is called on. */
export async function findFunction({ module: name, export: path }: FunctionWork): Promise<Callable> {
  const namespace = await importUserModule(name);
  let at: unknown = namespace;
  let owner: unknown;
  for (const part of path.split(".")) {
    const known = namesOf(at);
    if (!known.includes(part)) {
      const near = nearest(part, known);
      const hint = near ? ` Did you mean "${near}"?` : ` It exports ${known.slice(0, 20).join(", ") || "nothing"}.`;
      throw new MedgymError("not-found", `${name} exports no "${path}".${hint}`);
    }
    owner = at;
    at = (at as Record<string, unknown>)[part];
  }
  if (typeof at !== "function") throw new MedgymError("not-found", `"${path}" of ${name} is no function.`);
  return owner === namespace ? (at as Callable) : Object.assign(at.bind(owner) as Callable, at);
}

const namesOf = (value: unknown) =>
  typeof value === "function" || (typeof value === "object" && value !== null) ? Object.keys(value) : [];

export async function prepared(fn: Callable, options: unknown, context: JobContext): Promise<unknown> {
  const description = jobDescription(fn);
  return description?.prepare ? description.prepare(options as Record<string, unknown>, context) : options;
}

/** Awaits what the function returns; a run is read to its end, since awaiting it would draw it too. */
export async function settled(returned: unknown): Promise<unknown> {
  if (!isRun(returned)) return returned;
  for await (const _ of returned);
  return returned.result;
}

interface RunLike extends AsyncIterable<unknown> {
  readonly result?: unknown;
  cancel(): void;
}

const isRun = (value: unknown): value is RunLike =>
  typeof (value as RunLike | null)?.cancel === "function" && Symbol.asyncIterator in (value as object);
