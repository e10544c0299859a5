import { mkdirSync, realpathSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { KernelError } from "../kernel/client/errors.ts";
import { Kernel } from "../kernel/client/kernel.ts";
import { findKernelspec, jupyterDataPaths } from "../kernel/client/kernelspec.ts";
import { readNotebook, writeNotebook } from "../kernel/client/notebook.ts";
import { injectParameters, type ParameterValue } from "../kernel/client/parameters.ts";
import { extractPlots } from "../kernel/client/plots.ts";
import { type CellFailure, kernelNameOf, runNotebook } from "../kernel/client/run-notebook.ts";
import { localDataPath } from "./local.ts";
import { NotebookProgress } from "./notebook-progress.ts";

export interface RunCommandOptions {
  parameters: Record<string, ParameterValue>;
  output?: string;
  timeoutSeconds?: number;
  allowErrors?: boolean;
  kernel?: string;
  cwd?: string;
}

/** As a shell sees a process that Ctrl-C ended. */
const interruptedExitCode = 130;

/** `medgym run`: executes a notebook headless, saves it after each cell, extracts its plots. Returns the exit code. */
export async function runCommand(file: string, options: RunCommandOptions): Promise<number> {
  const source = resolve(file);
  const output = resolve(options.output ?? source.replace(/(\.ipynb)?$/, "-executed.ipynb"));
  const original = readNotebook(source);
  const spec = findKernelspec(options.kernel ?? kernelNameOf(original), [...jupyterDataPaths(), localDataPath()]);
  const notebook = injectParameters(original, options.parameters, spec.language);
  if (output === source)
    throw new KernelError("invalid-notebook", "--output is the notebook itself. Choose another file.");
  mkdirSync(dirname(output), { recursive: true });

  const progress = new NotebookProgress(process.stdout);
  // Jupyter's convention: a kernel works in its notebook's folder.
  const kernel = await Kernel.start(spec, { cwd: resolve(options.cwd ?? dirname(realpathSync(source))) });
  const interrupts = watchInterrupts(kernel, progress);
  try {
    const { failures } = await runNotebook(notebook, kernel, {
      timeoutMs: options.timeoutSeconds === undefined ? undefined : options.timeoutSeconds * 1000,
      allowErrors: options.allowErrors,
      onEvent: (event) => progress.handle(event),
      save: () => writeNotebook(output, notebook),
    });
    progress.stop();
    for (const failure of failures) console.error(describeFailure(failure));
    const plots = extractPlots(notebook, output.replace(/\.ipynb$/, "-plots"));
    console.log(`Executed notebook: ${show(output)}`);
    if (plots.length > 0) console.log(`Plots: ${plots.length} in ${show(dirname(plots[0]))}`);
    if (interrupts.count > 0) return interruptedExitCode;
    return failures.length > 0 && !options.allowErrors ? 1 : 0;
  } catch (error) {
    progress.stop();
    if (interrupts.count === 0) throw error;
    console.error(`Stopped. What ran until then: ${show(output)}`);
    return interruptedExitCode;
  } finally {
    interrupts.stop();
    await kernel.shutdown();
  }
}

/** The first Ctrl-C interrupts the cell, so that the notebook ends with what it has; the second stops the kernel. */
function watchInterrupts(kernel: Kernel, progress: NotebookProgress): { count: number; stop(): void } {
  const state = { count: 0, stop: () => void process.removeListener("SIGINT", onInterrupt) };
  function onInterrupt(): void {
    state.count++;
    if (state.count === 1) {
      progress.note("Interrupting the cell. Ctrl-C again stops the kernel.");
      kernel.interrupt().catch((error: Error) => progress.note(`The kernel was not interrupted: ${error.message}`));
    } else void kernel.shutdown({ graceMs: 0 });
  }
  process.on("SIGINT", onInterrupt);
  return state;
}

function describeFailure({ cellNumber, cell, error }: CellFailure): string {
  const traceback = error.traceback.length > 0 ? error.traceback.join("\n") : `${error.ename}: ${error.evalue}`;
  const text = process.stderr.isTTY ? traceback : stripVTControlCharacters(traceback);
  const number = cell.execution_count === null ? "" : `, In [${cell.execution_count}]`;
  return `\nCell ${cellNumber} of the notebook${number} failed:\n${text}\n`;
}

/** Relative where that is shorter. */
function show(path: string): string {
  const near = relative(process.cwd(), path);
  return near && near.length < path.length ? near : path;
}
