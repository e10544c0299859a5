/** Runs one cell at a time, and reports how it ended. */
import { getEventListeners } from "node:events";
import { createRequire } from "node:module";
import { types } from "node:util";
import vm from "node:vm";
import { cellGlobal, compileCell, type ImportRequest, NotebookNames } from "../language/cell.ts";
import { type Lowered, SyntaxProblem } from "../language/lower.ts";
import { type Cell, contextCell, inCell, setLatest } from "./cells.ts";
import { report } from "./channel.ts";
import { bundleOf, isThenable, send } from "./display.ts";
import { element, fragment } from "./elements.ts";
import { describeError, registerSource, syntaxErrorReport } from "./errors.ts";
import { declareGlobals, defineImport, makeConstant, setHidden } from "./globals.ts";
import { lowerCell } from "./lowering.ts";
import { callMagic } from "./magics.ts";
import { type Attributes, importModule, type Namespace } from "./modules.ts";
import { notebookFile, notebookFolder } from "./notebook.ts";
import type { ErrorReport, ExecuteCommand, MimeBundle, UserExpression } from "./protocol.ts";
import { importMeta } from "./user-modules.ts";

const provided: Record<string, unknown> = {
  require: createRequire(notebookFile),
  __dirname: notebookFolder,
  __filename: notebookFile,
  "import.meta": importMeta(notebookFile),
};
const names = new NotebookNames(Object.getOwnPropertyNames(globalThis), Object.keys(provided));

/** Cells that were interrupted or cancelled. */
const ended = new Set<string>();
let awaited: unknown;

/** What compiled cells call. */
const cellRuntime = {
  /** Whether the cell has ended before its code did; keeps the value for `last`. */
  over(value?: unknown): boolean {
    awaited = value;
    return ended.size > 0 && ended.has(contextCell() ?? "");
  },
  last(): unknown {
    const value = awaited;
    awaited = undefined;
    return value;
  },
  never: new Promise(() => {}),
  constant: makeConstant,
  element,
  fragment,
  async import(request: ImportRequest): Promise<void> {
    const namespace = withDefaults(await importModule(request.specifier, request.attributes), request);
    setHidden(request.namespace, namespace);
    names.import(request);
    for (const [exported, local] of request.names) {
      defineImport(local, exported === "*" ? () => namespace : () => namespace[exported]);
    }
  },
};

/**
 * Names of a CommonJS module that Node does not see from outside are taken from its `default`, which is the module's
 * `exports`.
 */
function withDefaults(namespace: Namespace, request: ImportRequest): Namespace {
  const fallback = namespace.default as Namespace | null | undefined;
  if ((typeof fallback !== "object" && typeof fallback !== "function") || fallback === null) return namespace;
  const missing = request.names.map(([exported]) => exported).filter((name) => name !== "*" && !(name in namespace));
  if (!missing.some((name) => name in fallback)) return namespace;
  return new Proxy(namespace, {
    get: (target, name) => (name in target ? target[name as string] : fallback[name as string]),
  });
}

/** Lives as long as the script: made inside `runLowered`, it would keep the cell's syntax tree with it. */
const importModuleDynamically = ((specifier: string, _: unknown, attributes: Attributes): Promise<Namespace> =>
  importModule(specifier, attributes)) as never;

interface Running {
  cell: Cell;
  command: ExecuteCommand;
}

let running: Running | undefined;
let scripts = 0;

export function executeCell(command: ExecuteCommand): void {
  const { cell: id, count, silent, allowStdin } = command;
  const cell: Cell = { id, count, silent, allowStdin, interruption: new AbortController() };
  const run: Running = { cell, command };
  running = run;
  setLatest(cell);
  if (stoppedBefore === id) return endInterrupted(run);
  const failed = (error: ErrorReport) => finish(run, error);
  const done = (value: unknown) => {
    const bundle = silent ? undefined : bundleOf(value);
    // Shown here and now where possible; a promise only where drawing takes one.
    whenReady(
      bundle,
      (ready) => {
        if (ready) send("result", cell, ready);
        if (command.wantsValue) finishWithValue(run, value);
        else finish(run);
      },
      (error) => failed(describeError(error)),
    );
  };
  inCell(cell, () => {
    if (command.magic) callMagic(command, names, done, failed);
    else evaluate(command.code, `Cell [${count}]`, done, failed);
  });
}

/** The cell's work is done when its last expression's is, be it a promise or a run. */
function finishWithValue(run: Running, value: unknown): void {
  whenReady(
    value,
    (settled) => {
      let json = "null";
      try {
        json = JSON.stringify(settled) ?? json;
      } catch (error) {
        const { message } = error as Error;
        process.stderr.write(`The last expression is no JSON (${message}): the result is null.\n`);
      }
      finish(run, undefined, { value: JSON.parse(json) });
    },
    (error) => finish(run, describeError(error)),
  );
}

function whenReady<T>(value: T | PromiseLike<T>, then: (value: T) => void, fail: (error: unknown) => void): void {
  if (isThenable(value)) (value as PromiseLike<T>).then(then, fail);
  else then(value);
}

/**
 * Compiles and runs, without a promise of the kernel's own in between: an interrupt drops what waits in the microtask
 * queue.
 */
function evaluate(
  code: string,
  label: string,
  done: (value: unknown) => void,
  failed: (error: ErrorReport) => void,
): void {
  const settle = (value: unknown) => {
    try {
      done(value);
    } catch (error) {
      failed(describeError(error));
    }
  };
  const fail = (error: unknown) => failed(describeError(error));
  const refuse = (error: unknown) =>
    error instanceof SyntaxProblem
      ? failed(syntaxErrorReport(error.file?.label ?? label, error.file?.source ?? code, error.message, error.at))
      : fail(error);
  const run = (lowered: Lowered) => {
    try {
      runLowered(lowered);
    } catch (error) {
      refuse(error);
    }
  };
  try {
    whenReady(lowerCell(code), run, refuse);
  } catch (error) {
    refuse(error);
  }

  function runLowered(lowered: Lowered): void {
    const compiled = compileCell(names, lowered);
    const file = `cell:${++scripts}`;
    registerSource(file, { label, source: code, locate: compiled.locate });
    const script = new vm.Script(compiled.code, { filename: file, importModuleDynamically });
    names.declare(compiled.declared);
    declareGlobals(compiled.globals, compiled.fresh);
    const result = script.runInThisContext({ displayErrors: false });
    // The last expression's promise is awaited: its value is what the reader wants, and its failure the cell's.
    const settleLast = (value: unknown) => {
      if (!compiled.hasValue) settle(undefined);
      else if (types.isPromise(value)) value.then(settle, refuse);
      else settle(value);
    };
    if (compiled.isAsync) {
      (result as Promise<{ value: unknown } | undefined>).then((outcome) => settleLast(outcome?.value), refuse);
    } else settleLast(result);
  }
}

function finish(run: Running, error?: ErrorReport, how: { interrupted?: boolean; value?: unknown } = {}): void {
  if (running !== run) return; // interrupted before
  running = undefined;
  const done = (userExpressions: Record<string, UserExpression>) =>
    report({ type: "done", cell: run.cell.id, error, ...how, userExpressions });
  const expressions = Object.entries(run.command.userExpressions);
  if (error || expressions.length === 0) done({});
  else evaluateExpressions(run.cell, expressions, done);
}

function evaluateExpressions(
  cell: Cell,
  expressions: [string, string][],
  done: (results: Record<string, UserExpression>) => void,
): void {
  const results: Record<string, UserExpression> = {};
  const next = (index: number): void => {
    if (index === expressions.length) return done(results);
    const [name, code] = expressions[index];
    const failed = (error: ErrorReport) => {
      results[name] = { status: "error", ename: error.name, evalue: error.value, traceback: error.traceback };
      next(index + 1);
    };
    evaluate(
      code,
      `user expression ${name}`,
      (value) =>
        whenReady(
          value === undefined ? { "text/plain": "undefined" } : bundleOf(value),
          (bundle) => {
            results[name] = { status: "ok", data: (bundle ?? {}) as MimeBundle, metadata: {} };
            next(index + 1);
          },
          (error) => failed(describeError(error)),
        ),
      failed,
    );
  };
  inCell(cell, () => next(0));
}

/** A cell that was interrupted before it arrived here. */
let stoppedBefore: string | undefined;

/**
 * Called on a clean stack after an interrupt: whatever the cell still waits for, it is over.
 * @param cell the one that is meant
 */
export function settleInterrupted(cell?: string): void {
  const run = running;
  if (cell !== undefined && run?.cell.id !== cell) stoppedBefore = cell;
  else if (run) endInterrupted(run);
}

function endInterrupted(run: Running): void {
  ended.add(run.cell.id);
  const message = "the cell was interrupted; variables are kept";
  run.cell.interruption.abort(new DOMException(message, "AbortError"));
  const traceback = [`\u001b[31mInterrupted: ${message}\u001b[39m`];
  finish(run, { name: "Interrupted", value: message, traceback }, { interrupted: true });
}

/** Ends the running cell, without stopping what is at work on ending itself: a run keeps its last checkpoint. */
export function cancelCell(id: string): void {
  if (running?.cell.id !== id) return;
  const { interruption } = running.cell;
  if (getEventListeners(interruption.signal, "abort").length === 0) return endInterrupted(running);
  interruption.abort(new DOMException("the cell was cancelled", "AbortError"));
}

export function installCellRuntime(): void {
  setHidden(cellGlobal, cellRuntime);
  for (const [name, value] of Object.entries(provided)) setHidden(names.globalName(name), value);
  // Helpers of lowered syntax (`using`), which oxc's output expects under this name.
  const require = createRequire(import.meta.url);
  const helpers = new Proxy({}, { get: (_, name) => require(`@oxc-project/runtime/helpers/${String(name)}`) });
  setHidden("babelHelpers", helpers);
}
