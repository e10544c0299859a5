/**
 * Runs a cell that was carried out of its session: in a session of its own, with the imports and values it came with.
 * Whoever ran the cell's notebook may be gone.
 */
import { LanguageProcess } from "../front/language-process.ts";
import { SessionProcess } from "../front/session-process.ts";
import type { CarriedCell } from "../session/carry.ts";
import type { ErrorReport, Report } from "../session/protocol.ts";
import { type CellOutput, Outputs } from "./outputs.ts";

export interface CellContext {
  emit(output: CellOutput): void;
  signal: AbortSignal;
}

export type CellOutcome =
  | { status: "succeeded"; value: unknown }
  | { status: "failed"; error: { name: string; message: string; code?: string; traceback: string[] } };

/** A session whose main thread does not hear that it should end is interrupted after this long. */
const deafMs = 1000;

export async function runCell(cell: unknown, { emit, signal }: CellContext): Promise<CellOutcome> {
  const { code, count, imports, values } = cell as CarriedCell;
  const outputs = new Outputs(emit);
  const session = new CellSession(outputs, count);
  const cancel = () => session.cancel();
  try {
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel, { once: true });
    const prepared = await session.run(preamble(imports, values), { silent: true });
    if (prepared.error) return failed(prepared.error);
    const { error, value } = await session.run(code, { silent: false });
    return error ? failed(error) : { status: "succeeded", value: value ?? null };
  } finally {
    signal.removeEventListener("abort", cancel);
    await session.stop();
    outputs.flush();
  }
}

const failed = ({ name, value, traceback, code }: ErrorReport): CellOutcome => ({
  status: "failed",
  error: { name, message: value, traceback, ...(code && { code }) },
});

/** What earlier cells have brought, as the first cell of the new session. */
export function preamble(imports: CarriedCell["imports"], values: CarriedCell["values"]): string {
  const from = ({ specifier, attributes, names }: CarriedCell["imports"][number]) => {
    const source = `${JSON.stringify(specifier)}${Object.keys(attributes).length > 0 ? ` with ${JSON.stringify(attributes)}` : ""}`;
    if (names.length === 0) return `import ${source};`;
    return names
      .map(([exported, local]) =>
        exported === "*"
          ? `import * as ${local} from ${source};`
          : `import { ${JSON.stringify(exported)} as ${local} } from ${source};`,
      )
      .join(" ");
  };
  const lets = values.map(([name, ...value]) =>
    // As text: in an object literal, the key __proto__ would not be a key.
    value.length === 0 ? `let ${name};` : `let ${name} = JSON.parse(${JSON.stringify(JSON.stringify(value[0]))});`,
  );
  return [...imports.map(from), ...lets].join("\n");
}

interface Done {
  error?: ErrorReport;
  value?: unknown;
}

/** The same session process that a kernel has, with an ear for what its cell puts out. */
class CellSession {
  readonly #process = new SessionProcess();
  readonly #language = new LanguageProcess();
  readonly #outputs: Outputs;
  readonly #count: number;
  #settle?: (done: Done) => void;
  /** Why nothing runs any more. */
  #over?: Done;
  #exitCode?: number;
  /** The last of what it wrote to the real stderr: why V8 gave up, for instance. */
  #lastWords = "";
  #deaf?: NodeJS.Timeout;

  constructor(outputs: Outputs, count: number) {
    this.#outputs = outputs;
    this.#count = count;
    this.#process.listen({
      report: (report) => this.#onReport(report),
      raw: (name, text) => {
        if (name === "stderr") this.#lastWords = (this.#lastWords + text).slice(-20_000);
        outputs.stream(name, text);
      },
      died: ({ code, signal }) => this.#onDeath(signal ?? `code ${this.#exitCode ?? code}`),
    });
  }

  run(code: string, { silent }: { silent: boolean }): Promise<Done> {
    if (this.#over) return Promise.resolve(this.#over);
    return new Promise((resolve) => {
      this.#settle = resolve;
      const settings = { silent, allowStdin: false, userExpressions: {}, wantsValue: !silent };
      this.#process.send({ type: "execute", cell: "job", count: this.#count, code, ...settings });
    });
  }

  cancel(): void {
    // Between its imports and the cell, nothing would hear it.
    this.#over ??= { error: { name: "Interrupted", value: "cancelled before it began", traceback: [] } };
    this.#process.send({ type: "cancel", cell: "job" });
    this.#deaf = setTimeout(() => this.#process.signal({ type: "interrupt", cell: "job" }), deafMs);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#deaf);
    this.#language.stop();
    await this.#process.stop();
    await new Promise((resolve) => setImmediate(resolve)); // what native code wrote last is read
  }

  #onReport(report: Report): void {
    switch (report.type) {
      case "stream":
        return this.#outputs.stream(report.name, report.text);
      case "display":
      case "update":
      case "result":
        return this.#outputs.show(report);
      case "clear":
        return this.#outputs.clear(report.wait);
      case "handled":
        return clearTimeout(this.#deaf);
      case "exit":
        this.#exitCode = report.code;
        return;
      case "transpile":
        return void this.#transpile(report.id, report.code, report.file);
      case "done":
        this.#settle?.({ error: report.error, value: report.value });
    }
  }

  async #transpile(id: number, code: string, file: string): Promise<void> {
    try {
      this.#process.send({ type: "transpiled", id, ...(await this.#language.transpile(code, file)) });
    } catch (error) {
      this.#process.send({ type: "transpiled", id, error: (error as Error).message });
    }
  }

  #onDeath(how: string): void {
    const heap = /JavaScript heap out of memory/.test(this.#lastWords);
    const value = heap
      ? "the session's JavaScript heap is full; NODE_OPTIONS=--max-old-space-size=… gives it more megabytes"
      : `the session that ran the cell ended (${how})`;
    const report = { name: heap ? "OutOfMemory" : "SessionEnded", value, ...(heap && { code: "out-of-memory" }) };
    this.#over = { error: { ...report, traceback: [`\u001b[31m${report.name}: ${value}\u001b[39m`] } };
    this.#settle?.(this.#over);
  }
}
