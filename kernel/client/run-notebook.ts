import { KernelError } from "./errors.ts";
import type { ExecuteReply, Kernel } from "./kernel.ts";
import { type CodeCell, cellTags, type ErrorOutput, type Notebook } from "./notebook.ts";
import { NotebookOutputs } from "./outputs.ts";

export type NotebookEvent =
  /** `number` of `total` counts the code cells that run, from 1. */
  | { type: "cell-start"; number: number; total: number; cell: CodeCell }
  /** The last line of text that a running cell put out. */
  | { type: "cell-output"; number: number; line: string }
  | { type: "cell-end"; number: number; total: number; cell: CodeCell; status: CellStatus; elapsedMs: number };

export type CellStatus = "ok" | "error" | "timeout";

export interface RunNotebookOptions {
  /** For each cell; then it is interrupted. @default none */
  timeoutMs?: number;
  /** Go on after a cell that fails. @default false */
  allowErrors?: boolean;
  onEvent?: (event: NotebookEvent) => void;
  /** Called when a cell begins, after each cell and at the end: write the notebook here. */
  save?: () => void;
}

export interface CellFailure {
  /** Place among the notebook's cells, from 1. */
  cellNumber: number;
  cell: CodeCell;
  error: ErrorOutput;
}

export interface NotebookResult {
  failures: CellFailure[];
  /** Code cells that ran. */
  ran: number;
}

/** After an interrupt, the kernel gets this long to end the cell before it is killed. */
const interruptGraceMs = 10_000;

/**
 * Runs all code cells in order and fills in their outputs, counts and times; stops at the first that fails, unless
 * errors are allowed or the cell has the tag "raises-exception". Cells tagged "skip-execution" and empty cells are left
 * out, as nbclient does. Throws a KernelError when the kernel itself fails; the notebook then holds what came until then.
 */
export async function runNotebook(
  notebook: Notebook,
  kernel: Kernel,
  options: RunNotebookOptions = {},
): Promise<NotebookResult> {
  const outputs = new NotebookOutputs();
  const cells = notebook.cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
  for (const cell of cells) {
    cell.outputs = [];
    cell.execution_count = null;
  }
  describeKernel(notebook, kernel);
  const runnable = cells.filter((cell) => cell.source.trim() && !cellTags(cell).includes("skip-execution"));
  let number = 0;
  const stopListening = kernel.onIopub((message) => {
    const change = outputs.handle(message);
    if (change?.line) options.onEvent?.({ type: "cell-output", number, line: change.line });
  });
  const failures: CellFailure[] = [];
  try {
    for (const cell of runnable) {
      number++;
      const total = runnable.length;
      options.onEvent?.({ type: "cell-start", number, total, cell });
      const startedAt = performance.now();
      const { status, reply } = await runCell(cell, kernel, outputs, options.timeoutMs);
      const elapsedMs = performance.now() - startedAt;
      options.save?.();
      options.onEvent?.({ type: "cell-end", number, total, cell, status, elapsedMs });
      if (status === "ok" || cellTags(cell).includes("raises-exception")) continue;
      failures.push({
        cellNumber: notebook.cells.indexOf(cell) + 1,
        cell,
        error: errorOf(cell, status, reply, options),
      });
      if (!options.allowErrors || !kernel.running) break;
    }
  } finally {
    stopListening();
    options.save?.();
  }
  return { failures, ran: number };
}

async function runCell(
  cell: CodeCell,
  kernel: Kernel,
  outputs: NotebookOutputs,
  timeoutMs?: number,
): Promise<{ status: CellStatus; reply?: ExecuteReply }> {
  const startedAt = new Date();
  const execution = kernel.execute(cell.source);
  outputs.open(execution.id, cell.outputs);
  let timedOut = false;
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<undefined>((resolve) => {
    if (!timeoutMs) return;
    timer = setTimeout(() => {
      timedOut = true;
      kernel.interrupt().catch(() => {}); // if that fails, the kill follows
      timer = setTimeout(resolve, interruptGraceMs, undefined);
    }, timeoutMs);
  });
  try {
    const reply = await Promise.race([execution.done, stuck]);
    if (!reply) {
      await kernel.shutdown({ graceMs: 0 });
      return { status: "timeout" };
    }
    cell.execution_count = reply.executionCount;
    return { status: timedOut ? "timeout" : reply.status === "ok" ? "ok" : "error", reply };
  } finally {
    clearTimeout(timer);
    // As JupyterLab records them.
    const ended = new Date().toISOString();
    const times = { "iopub.execute_input": startedAt.toISOString(), "shell.execute_reply": ended };
    cell.metadata = { ...cell.metadata, execution: times };
  }
}

/** What stands in the notebook as the cell's error; added where the kernel sent none. */
function errorOf(
  cell: CodeCell,
  status: CellStatus,
  reply: ExecuteReply | undefined,
  options: RunNotebookOptions,
): ErrorOutput {
  if (status === "timeout") {
    const end = reply ? "It was interrupted." : "It did not stop when interrupted, so the kernel was killed.";
    return addError(cell, "TimeoutError", `The cell ran longer than ${(options.timeoutMs ?? 0) / 1000} s. ${end}`);
  }
  const shown = cell.outputs.findLast((output): output is ErrorOutput => output.output_type === "error");
  if (shown) return shown;
  return addError(
    cell,
    reply?.ename ?? "Error",
    reply?.evalue ?? `The kernel answered ${reply?.status}.`,
    reply?.traceback,
  );
}

function addError(cell: CodeCell, ename: string, evalue: string, traceback = [`${ename}: ${evalue}`]): ErrorOutput {
  const error: ErrorOutput = { output_type: "error", ename, evalue, traceback };
  cell.outputs.push(error);
  return error;
}

/** Front ends choose kernel and syntax colours by these. */
function describeKernel(notebook: Notebook, kernel: Kernel): void {
  const { name, displayName, language } = kernel.spec;
  notebook.metadata.kernelspec = { name, display_name: displayName, language };
  notebook.metadata.language_info = kernel.info.language_info ?? { name: language };
}

/** The kernel that a notebook asks for, unless the user names one. */
export function kernelNameOf(notebook: Notebook): string {
  const { name } = (notebook.metadata.kernelspec ?? {}) as { name?: unknown };
  if (typeof name === "string" && name) return name;
  throw new KernelError("invalid-notebook", "The notebook names no kernel. Choose one with --kernel NAME.");
}
