/**
 * `%%job gpus=1 name="sft-r16"`: the cell runs as a job, in a process of its own. The kernel hands over the cell as what runs it
 * elsewhere needs it; it knows nothing of jobs, and this file nothing of the kernel but the symbol under which magics are registered.
 */
import { InvalidOptionError } from "../../core/errors.ts";
import { showJob } from "../board/show-job.ts";
import { showOutputs } from "./cell-outputs.ts";
import { client } from "./client.ts";
import { feedOf } from "./feed.ts";
import { Job } from "./job-handle.ts";
import { duration, parseLine } from "./magic-line.ts";
import { submitWork } from "./submit.ts";
import type { SubmitOptions, Waited } from "./submit-options.ts";

const options = ["gpus", "name", "after", "priority", "timeout", "retry", "memory", "shared", "expected"] as const;

/** Options on the line of `%%job`, as `gpus=1 name="sft r16" after=demos,17 timeout=30m memory=8GB shared`. */
export type CellJobOptions = Pick<SubmitOptions, (typeof options)[number]>;

/** Cell magics that importing medgym brings: what the kernel completes and explains on a `%%` line. */
export interface CellMagics {
  /**
   * Runs the cell as a job: in a process of its own, on devices of its own, while later cells run. Its outputs come into this cell. Of
   * earlier cells it has the imports and the values that JSON holds; its last expression is the job's result.
   */
  job: CellJobOptions;
}

interface MagicCell {
  line: string;
  folder: string;
  variable(name: string): unknown;
  carry(): Promise<{ runner: string; cell: unknown }>;
}

const registry = Symbol.for("Jupyter.cellMagics");

/** Makes `%%job` known, where there is a kernel. */
export function registerCellMagics(): void {
  const magics = (globalThis as { [registry]?: Map<string, (cell: MagicCell) => Promise<{ value?: unknown }>> })[
    registry
  ];
  magics?.set("job", runCellAsJob);
}

async function runCellAsJob({ line, folder, variable, carry }: MagicCell): Promise<{ value?: unknown }> {
  const { after, timeout, name, ...settings } = parseLine("%%job", line, options);
  const given: Record<string, unknown> = { ...settings, directory: folder };
  if (name !== undefined) given.name = String(name);
  if (timeout !== undefined) given.timeout = duration(timeout);
  if (after !== undefined) given.after = [after].flat().map((each) => waited(each, variable));
  const { runner, cell } = await carry();
  const job = submitWork({ type: "cell", runner, cell }, given as SubmitOptions);
  await job.submitted; // what is refused is this cell's error
  showJob(job, { hidesOutput: true });
  streamInto(job);
  return {};
}

/** The output comes below the job's card for as long as the job goes on; the cell itself is over. */
async function streamInto(job: Job): Promise<void> {
  try {
    const { connection } = await client();
    await showOutputs(feedOf(connection, await job.submitted).read());
  } catch (error) {
    process.stderr.write(`The outputs of ${job.name} cannot be followed any more: ${(error as Error).message}\n`);
  }
}

/** A number, a variable of the notebook that holds a job, or the name of a job. */
function waited(given: string | number | boolean, variable: (name: string) => unknown): Waited {
  if (typeof given === "boolean")
    throw new InvalidOptionError("after", "%%job: after takes jobs: a variable, a name, or a number.");
  if (typeof given === "number") return given;
  const value = variable(given);
  return value instanceof Job ? value : given;
}
