/** Runs one cell at a time, and reports how it ended. */
import { types } from "node:util";
import vm from "node:vm";
import { type CompiledCell, cellGlobal, compileCell, type ImportRequest, NotebookNames } from "../language/cell.ts";
import { SyntaxProblem } from "../language/lower.ts";
import { type Cell, inCell } from "./cells.ts";
import { report } from "./channel.ts";
import { bundleOf, isThenable, send } from "./display.ts";
import { describeError, registerSource, syntaxErrorReport } from "./errors.ts";
import { declareGlobals, defineImport, makeConstant, setHidden } from "./globals.ts";
import { type Attributes, importModule, type Namespace } from "./modules.ts";
import type { ErrorReport, ExecuteCommand, MimeBundle, UserExpression } from "./protocol.ts";

const provided = { require: undefined, __dirname: process.cwd(), __filename: undefined };
const names = new NotebookNames(Object.getOwnPropertyNames(globalThis), Object.keys(provided));

/** What compiled cells call. */
export const cellRuntime = {
  constant: makeConstant,
  async import(request: ImportRequest): Promise<void> {
    const namespace = await importModule(request.specifier, request.attributes);
    setHidden(request.namespace, namespace);
    names.import(request);
    for (const [exported, local] of request.names) {
      defineImport(local, exported === "*" ? () => namespace : () => namespace[exported]);
    }
  },
};

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
  inCell(cell, () => {
    evaluate(
      command.code,
      `Cell [${count}]`,
      (value) => {
        const bundle = silent ? undefined : bundleOf(value);
        // Shown here and now where possible; a promise only where drawing takes one.
        whenReady(
          bundle,
          (ready) => {
            if (ready) send("result", cell, ready);
            finish(run);
          },
          (error) => finish(run, describeError(error)),
        );
      },
      (error) => finish(run, error),
    );
  });
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
  let compiled: CompiledCell;
  let result: unknown;
  try {
    compiled = compileCell(code, names);
    const file = `cell:${++scripts}`;
    registerSource(file, { label, source: code, locate: compiled.locate });
    const script = new vm.Script(compiled.code, {
      filename: file,
      importModuleDynamically: ((specifier: string, _: unknown, attributes: Attributes): Promise<Namespace> =>
        importModule(specifier, attributes)) as never,
    });
    names.declare(compiled.declared);
    declareGlobals(compiled.globals, compiled.fresh);
    result = script.runInThisContext({ displayErrors: false });
  } catch (error) {
    return error instanceof SyntaxProblem
      ? failed(syntaxErrorReport(label, code, error.message, error.at))
      : fail(error);
  }
  const { hasValue } = compiled;
  // The last expression's promise is awaited: its value is what the reader wants, and its failure the cell's.
  const settleLast = (value: unknown) => {
    if (!hasValue) settle(undefined);
    else if (types.isPromise(value)) value.then(settle, fail);
    else settle(value);
  };
  if (compiled.isAsync) {
    (result as Promise<{ value: unknown } | undefined>).then((outcome) => settleLast(outcome?.value), fail);
  } else settleLast(result);
}

function finish(run: Running, error?: ErrorReport, interrupted = false): void {
  if (running !== run) return; // interrupted before
  running = undefined;
  const done = (userExpressions: Record<string, UserExpression>) =>
    report({ type: "done", cell: run.cell.id, error, interrupted, userExpressions });
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

/** Called on a clean stack after an interrupt: whatever the cell still waits for, it is over. */
export function settleInterrupted(): void {
  const run = running;
  if (!run) return;
  const message = "the cell was interrupted; variables are kept";
  run.cell.interruption.abort(new DOMException(message, "AbortError"));
  finish(
    run,
    { name: "Interrupted", value: message, traceback: [`\u001b[31mInterrupted: ${message}\u001b[39m`] },
    true,
  );
}

export function installCellRuntime(): void {
  setHidden(cellGlobal, cellRuntime);
}
