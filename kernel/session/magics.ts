/**
 * Cell magics of libraries: `%%name line` hands the cell to the function that is registered under that name in
 * `globalThis[Symbol.for("Jupyter.cellMagics")]`, a Map. medgym registers its own when it is imported, which the first
 * `%%` cell does.
 */
import type { NotebookNames } from "../language/cell.ts";
import { SyntaxProblem } from "../language/lower.ts";
import { type Carried, carry, NotPortable } from "./carry.ts";
import { describeError, excerpt, syntaxErrorReport } from "./errors.ts";
import { importModule } from "./modules.ts";
import { notebookFolder } from "./notebook.ts";
import type { ErrorReport, ExecuteCommand, MagicLine } from "./protocol.ts";
import { userModules } from "./user-modules.ts";

/** What a magic is given. */
export interface MagicCell {
  /** Behind the name. */
  line: string;
  /** The notebook's folder, absolute. */
  folder: string;
  /** Value of a name that the notebook declares or imports; undefined without such a name. */
  variable(name: string): unknown;
  /** The cell for a process of its own. Throws where it uses what cannot go there. */
  carry(): Promise<Carried>;
}

/** `value` is shown as the cell's; in a box, since a promise of a job would wait for the job. */
type CellMagic = (cell: MagicCell) => Promise<{ value?: unknown }>;

const registry = new Map<string, CellMagic>();

export function installMagics(): void {
  for (const [name, value] of [
    ["Jupyter.cellMagics", registry],
    ["Jupyter.modules", userModules],
  ] as const) {
    Object.defineProperty(globalThis, Symbol.for(name), { value, configurable: true });
  }
}

export function callMagic(
  command: ExecuteCommand,
  names: NotebookNames,
  done: (value: unknown) => void,
  failed: (error: ErrorReport) => void,
): void {
  const { code, count, magic } = command;
  const { name, line, refused } = magic!;
  const call = async () => {
    if (!registry.has(name)) await importModule("medgym", {});
    const run = registry.get(name);
    if (!run) throw new UnknownMagic(name);
    if (refused) return failed(refused);
    const variable = (wanted: string) =>
      names.declared.has(wanted) || names.imported.has(wanted)
        ? (globalThis as Record<string, unknown>)[names.globalName(wanted)]
        : undefined;
    const { value } = await run({ line, folder: notebookFolder, variable, carry: () => carry(code, count, names) });
    done(value);
  };
  call().catch((error) => failed(describe(error, command)));
}

function describe(error: unknown, { code, count, magic }: ExecuteCommand): ErrorReport {
  const label = `Cell [${count}]`;
  if (error instanceof UnknownMagic) return error.report(magic!);
  if (error instanceof SyntaxProblem) return syntaxErrorReport(label, code, error.message, error.at);
  if (!(error instanceof NotPortable)) return describeError(error);
  const { name, message, at } = error;
  const traceback = [...(at ? excerpt(label, code, at) : [label]), `\u001b[31m${name}: ${message}\u001b[39m`];
  return { name, value: message, traceback };
}

class UnknownMagic extends Error {
  constructor(name: string) {
    const known = [...registry.keys()].map((other) => `%%${other}`);
    super(`there is no %%${name}. Known: ${known.join(", ") || "none"}.`);
  }

  report({ name, line, at }: MagicLine): ErrorReport {
    const traceback = [`\u001b[31mMagicError: ${this.message}\u001b[39m`, `  ${at + 1} | %%${name} ${line}`.trimEnd()];
    return { name: "MagicError", value: this.message, traceback };
  }
}
