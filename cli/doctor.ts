import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import { join } from "node:path";
import { findKernelspec, jupyterDataPaths } from "../kernel/client/kernelspec.ts";
import { packageRoot } from "../src/engine/addon.ts";
import { nativeEngine } from "../src/engine/native.ts";
import { localDataPath } from "./local.ts";

export interface Check {
  name: string;
  /** "missing" is no failure: something optional is not there. */
  status: "ok" | "missing" | "failed";
  /** What was found. */
  detail: string;
  /** What to do about it. */
  advice?: string;
}

/** `medgym doctor`: what this machine has, and what to do about what it lacks. Returns the exit code. */
export async function doctorCommand(options: { hub?: boolean }): Promise<number> {
  const checks = [node(), compiler(), await engine(), memory(), kernelspec(), jupyter()];
  if (options.hub) checks.push(await hub());
  for (const check of checks) console.log(describeCheck(check));
  return checks.some((check) => check.status === "failed") ? 1 : 0;
}

export function describeCheck({ name, status, detail, advice }: Check): string {
  const mark = { ok: "✓", missing: "–", failed: "✗" }[status];
  return `${mark} ${name.padEnd(10)} ${detail}${advice ? `\n    → ${advice}` : ""}`;
}

/** First line of what a command prints; undefined when it is not there. */
function firstLineOf(command: string, args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n")[0];
  } catch {
    return undefined;
  }
}

function node(): Check {
  const detail = `${process.version}, ${process.platform} ${process.arch}`;
  return { name: "node", status: "ok", detail }; // an older one does not get this far: medgym.mjs
}

/** Needed only to build the engine. */
function compiler(): Check {
  const found = [firstLineOf(process.env.CXX ?? "g++", ["--version"]), firstLineOf("make", ["--version"])];
  const detail = `${found[0] ?? "no g++"}; ${found[1] ?? "no make"}`;
  if (found.every(Boolean)) return { name: "compiler", status: "ok", detail };
  return { name: "compiler", status: "missing", detail, advice: "To build the engine: apt-get install g++ make" };
}

async function engine(): Promise<Check> {
  try {
    const native = nativeEngine();
    const { isa, threads } = (await native.device("cpu")).info();
    const detail = `native ${native.version}, cpu: ${isa}, ${threads} of ${availableParallelism()} threads`;
    return { name: "engine", status: "ok", detail };
  } catch (error) {
    const advice = `npm run build --prefix ${packageRoot()}`;
    return { name: "engine", status: "failed", detail: (error as Error).message, advice };
  }
}

function memory(): Check {
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  // In a container less than the machine has may be ours.
  const limit = process.constrainedMemory?.() ?? 0;
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  const free = Math.min(freemem(), total);
  const detail = `${gb(free)} free of ${gb(total)}`;
  if (free > 1e9) return { name: "memory", status: "ok", detail };
  return { name: "memory", status: "failed", detail, advice: "The quickstart needs about 1 GB: close other programs." };
}

function kernelspec(): Check {
  try {
    const spec = findKernelspec("medgym", [...jupyterDataPaths(), localDataPath()]);
    const program = spec.argv.find((arg) => /\.m?js$/.test(arg));
    if (program && !existsSync(program)) {
      const detail = `${spec.directory} points to ${program}, which is gone`;
      return { name: "kernelspec", status: "failed", detail, advice: "npx medgym install" };
    }
    return { name: "kernelspec", status: "ok", detail: spec.directory };
  } catch {
    const advice = "npx medgym install (for your user), or npm start (for this folder)";
    return { name: "kernelspec", status: "missing", detail: "not installed", advice };
  }
}

function jupyter(): Check {
  const local = join(packageRoot(), ".medgym", "venv", "bin", "python");
  const version = firstLineOf("jupyter-lab", ["--version"]);
  const own = firstLineOf(local, ["-m", "jupyterlab", "--version"]);
  if (version) return { name: "jupyter", status: "ok", detail: `JupyterLab ${version}` };
  if (own) return { name: "jupyter", status: "ok", detail: `JupyterLab ${own}, started by npm run lab` };
  const advice = "npm run lab installs one for itself; notebooks also run without: npx medgym run NOTEBOOK";
  return { name: "jupyter", status: "missing", detail: "no JupyterLab", advice };
}

/** Asked for only: nothing else here leaves the machine. */
async function hub(): Promise<Check> {
  const address = process.env.HF_ENDPOINT ?? "https://huggingface.co";
  try {
    const response = await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(10_000) });
    return { name: "hub", status: "ok", detail: `${address} answers (${response.status})` };
  } catch (error) {
    const { message, cause } = error as Error;
    const detail = `${address}: ${(cause as Error | undefined)?.message ?? message}`;
    const advice = "Set HF_ENDPOINT to a mirror, or load models from folders: nothing else needs the hub.";
    return { name: "hub", status: "failed", detail, advice };
  }
}
