/** What is wrong with jobs that somebody submits, before anything is queued. */
import { statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { MedgymError } from "../../core/errors.ts";
import { formatBytes } from "../../core/progress-line.ts";
import type { JobSpec } from "../job.ts";
import type { DeviceInfo } from "./devices.ts";

export function checkSpec(spec: JobSpec, devices: readonly DeviceInfo[]): void {
  const wrong = (option: string, text: string) => new MedgymError("invalid-option", `job "${spec.name}": ${option} ${text}`); // biome-ignore format: a line
  if (!Number.isSafeInteger(spec.gpus) || spec.gpus < 0) throw wrong("gpus", `is ${spec.gpus}; it must be an integer, at least 0.`); // biome-ignore format: a line
  if (spec.gpus > devices.length) {
    const kind = devices[0].kind === "gpu" ? "GPU" : "slot";
    throw wrong("gpus", `is ${spec.gpus}, but this machine has ${devices.length} ${kind}${devices.length === 1 ? "" : "s"}. Ask for at most ${devices.length}.`); // biome-ignore format: a sentence
  }
  if (!Number.isFinite(spec.priority)) throw wrong("priority", `is ${spec.priority}; it must be a number.`);
  for (const [
    option,
    value,
  ] of [["timeoutSeconds", spec.timeoutSeconds], ["expectedSeconds", spec.expectedSeconds], ["memoryBytes", spec.memoryBytes]] as const) // biome-ignore format: a table
    if (value !== undefined && !(value > 0)) throw wrong(option, `is ${value}; it must be above 0.`);
  const enough = devices.filter(({ memoryBytes }) => memoryBytes >= (spec.memoryBytes ?? 0)).length;
  if (enough < spec.gpus) {
    const largest = Math.max(...devices.map(({ memoryBytes }) => memoryBytes));
    const there = enough === 0 ? `the largest device has ${formatBytes(largest)}` : `${enough} devices have as much`;
    throw wrong("memory", `is ${formatBytes(spec.memoryBytes!)} on each of ${spec.gpus} devices, but ${there}. Take smaller batches, or fewer slots (MEDGYM_DEVICES=cpu:n), which are larger.`); // biome-ignore format: a sentence
  }
  for (const path of [spec.directory, spec.work.type === "cell" ? spec.work.runner : undefined, spec.program?.at(-1)]) {
    if (path === undefined) continue;
    if (!isAbsolute(path) || !statSync(path, { throwIfNoEntry: false })) throw new MedgymError("not-found", `job "${spec.name}": ${path} does not exist.`); // biome-ignore format: a line
  }
  if (!statSync(spec.directory).isDirectory()) throw wrong("directory", `is ${spec.directory}, which is a file.`);
}

/** Jobs of one call by −1 − index, in an order in which each comes after those that it waits for. Throws where they wait in a ring. */
export function checkOrder(specs: readonly { name: string; needs: readonly number[] }[]): void {
  const done = new Set<number>();
  const open = new Set<number>();
  const visit = (index: number): void => {
    if (done.has(index)) return;
    if (open.has(index))
      throw new MedgymError("invalid-option", `job "${specs[index].name}" waits for itself, by way of ${[...open].map((i) => `"${specs[i].name}"`).join(" → ")}.`); // biome-ignore format: a sentence
    open.add(index);
    for (const need of specs[index].needs) if (need < 0) visit(-1 - need);
    open.delete(index);
    done.add(index);
  };
  specs.forEach((spec, index) => {
    for (const need of spec.needs)
      if (need < 0 && -1 - need >= specs.length)
        throw new MedgymError("not-found", `job "${spec.name}" waits for number ${-1 - need} of ${specs.length} jobs submitted with it.`); // biome-ignore format: a sentence
    visit(index);
  });
}
