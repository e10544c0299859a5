/** The devices of this machine: GPUs that the driver lists, or slots of processors. */
import { execFile } from "node:child_process";
import { availableParallelism, totalmem } from "node:os";
import { promisify } from "node:util";
import { MedgymError } from "../../core/errors.ts";

export interface DeviceInfo {
  /** Place in the list. */
  index: number;
  name: string;
  kind: "slot" | "gpu";
  memoryBytes: number;
  /** What the driver calls a GPU, whatever order programs see them in. */
  uuid?: string;
  /** Threads of a slot. */
  threads: number;
}

/** Use of a GPU, by anybody. */
export interface GpuUse {
  uuid: string;
  utilisation?: number;
  usedBytes?: number;
}

const run = promisify(execFile);
const forms = 'Use "cpu:8" for slots, "cuda" for all GPUs, "cuda:0,2" for some.';

/**
 * `MEDGYM_DEVICES` says which: `cpu:8`, `cuda`, `cuda:0,2`. Without it: the GPUs, as far as CUDA_VISIBLE_DEVICES lets us see them; on a
 * machine without any, a slot for each core.
 */
export async function discoverDevices(environment: NodeJS.ProcessEnv = process.env): Promise<DeviceInfo[]> {
  const wanted = environment.MEDGYM_DEVICES?.trim();
  if (!wanted) {
    const gpus = visible(await gpuList().catch(() => []), environment.CUDA_VISIBLE_DEVICES);
    return gpus.length > 0 ? numbered(gpus) : slots(availableParallelism());
  }
  const cpu = /^cpu(?::(\d+))?$/.exec(wanted);
  if (cpu) {
    const count = cpu[1] === undefined ? availableParallelism() : Number(cpu[1]);
    if (count < 1 || count > 1024)
      throw new MedgymError("invalid-option", `MEDGYM_DEVICES is "${wanted}"; a machine has 1 to 1024 slots. ${forms}`);
    return slots(count);
  }
  const cuda = /^cuda(?::(\d+(?:,\d+)*))?$/.exec(wanted);
  if (!cuda) throw new MedgymError("invalid-option", `MEDGYM_DEVICES is "${wanted}". ${forms}`);
  const gpus = await gpuList().catch((error) => {
    throw new MedgymError("not-found", `MEDGYM_DEVICES is "${wanted}", but nvidia-smi does not run: ${error.message}. Install the driver, or set MEDGYM_DEVICES=cpu.`); // biome-ignore format: a sentence
  });
  if (cuda[1] === undefined) return numbered(gpus);
  return numbered(
    [...new Set(cuda[1].split(",").map(Number))].map((index) => {
      if (gpus[index]) return gpus[index];
      const there = gpus.length === 1 ? "GPU 0 alone" : `GPUs 0 to ${gpus.length - 1}`;
      throw new MedgymError("not-found", `MEDGYM_DEVICES is "${wanted}", but this machine has ${gpus.length === 0 ? "no GPU" : there}.`); // biome-ignore format: a sentence
    }),
  );
}

function slots(count: number): DeviceInfo[] {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const threads = Math.max(1, Math.floor(availableParallelism() / count));
  return Array.from({ length: count }, (_, index) => ({
    index,
    name: `cpu:${index}`,
    kind: "slot",
    memoryBytes: Math.floor(memory / count),
    threads,
  }));
}

type Gpu = Omit<DeviceInfo, "index"> & { uuid: string; driverIndex: string };

const numbered = (gpus: readonly Gpu[]): DeviceInfo[] =>
  gpus.map(({ driverIndex: _, ...gpu }, index) => ({ index, ...gpu }));

async function gpuList(): Promise<Gpu[]> {
  const rows = await query("index,uuid,name,memory.total");
  const threads = Math.max(1, Math.floor(availableParallelism() / Math.max(1, rows.length)));
  return rows.map(([driverIndex, uuid, name, memory]) => {
    const memoryBytes = mebibytes(memory);
    if (memoryBytes === undefined || !uuid)
      throw new MedgymError("corrupt", `nvidia-smi tells of a GPU what is not understood: "${[driverIndex, uuid, name, memory].join(", ")}".`); // biome-ignore format: a sentence
    return { driverIndex, uuid, name: `${name} (${driverIndex})`, kind: "gpu", memoryBytes, threads };
  });
}

/** CUDA_VISIBLE_DEVICES names GPUs by number or by the begin of their uuid; CUDA stops at the first that is not there. */
function visible(gpus: readonly Gpu[], only: string | undefined): Gpu[] {
  if (only === undefined) return [...gpus];
  const found: Gpu[] = [];
  for (const name of only.split(",").map((text) => text.trim())) {
    const gpu = gpus.find(({ driverIndex, uuid }) => (name.startsWith("GPU-") ? uuid.startsWith(name) : driverIndex === name)); // biome-ignore format: a condition
    if (!gpu) break;
    if (!found.includes(gpu)) found.push(gpu);
  }
  return found;
}

export async function gpuUse(): Promise<GpuUse[]> {
  const rows = await query("uuid,utilization.gpu,memory.used");
  return rows.map(([uuid, percent, used]) => ({
    uuid,
    utilisation: number(percent) === undefined ? undefined : number(percent)! / 100,
    usedBytes: mebibytes(used),
  }));
}

/** Bytes of GPU memory by process. */
export async function gpuProcesses(): Promise<{ pid: number; uuid: string; bytes: number }[]> {
  const rows = await smi("--query-compute-apps=pid,gpu_uuid,used_memory");
  return rows.map(([pid, uuid, used]) => ({ pid: Number(pid), uuid, bytes: mebibytes(used) ?? 0 }));
}

const query = (fields: string) => smi(`--query-gpu=${fields}`);

async function smi(what: string): Promise<string[][]> {
  const { stdout } = await run("nvidia-smi", [what, "--format=csv,noheader,nounits"], { timeout: 10_000 });
  const lines = stdout.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => line.split(",").map((cell) => cell.trim()));
}

/** The driver writes "[N/A]" for what a card does not measure. */
function number(cell: string): number | undefined {
  const value = Number(cell);
  return cell === "" || Number.isNaN(value) ? undefined : value;
}

function mebibytes(cell: string): number | undefined {
  const value = number(cell);
  return value === undefined ? undefined : value * 2 ** 20;
}
