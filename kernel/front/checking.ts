/** Between a cell and its run: magics, and the type check in the chosen mode. */
import type { Inspection } from "../language/completion.ts";
import type { Problem } from "../language/notebook.ts";
import type { CheckMode, ErrorReport, MagicLine, MimeBundle } from "../session/protocol.ts";
import type { LanguageProcess } from "./language-process.ts";
import { checkModes, readMagics } from "./magics.ts";

export interface Checked {
  /** What to run, when there is no error. */
  code: string;
  error?: ErrorReport;
  /** Takes the cell; with one, the session is told the error, and knows whether there is such a magic. */
  magic?: MagicLine;
  /** Shown on stderr; the cell runs. */
  warnings?: string;
  /** Help that was asked for (`name?`); nothing runs. */
  page?: MimeBundle;
}

/** `console.log?` asks what `console.log` is, as in IPython. */
const question = /^\s*([\w$.]+)\s*\?\s*$/;

const shownProblems = 10;

export class CellChecker {
  readonly #language: LanguageProcess;
  #mode: CheckMode;

  constructor(language: LanguageProcess, mode: string | undefined) {
    this.#language = language;
    this.#mode = checkModes.find((known) => known === mode) ?? "error";
  }

  get mode(): CheckMode {
    return this.#mode;
  }

  /** @param metadata of the execute request; `{ medgym: { check } }` holds for this cell */
  async check(source: string, count: number, metadata: Record<string, unknown>): Promise<Checked> {
    const { code, check, magic, error } = readMagics(source);
    if (error) return { code, error };
    if (check) this.#mode = check;
    return { ...(await this.#checkCode(code, count, metadata, magic === undefined)), magic };
  }

  /** @param keep whether later cells see what the code declares: not where a magic runs it, elsewhere perhaps */
  async #checkCode(code: string, count: number, metadata: Record<string, unknown>, keep: boolean): Promise<Checked> {
    const asked = question.exec(code)?.[1];
    if (asked) {
      const found = await this.#language.inspect(asked, asked.length);
      return { code, page: found ? inspectionBundle(found) : { "text/plain": `Nothing is known about ${asked}.` } };
    }
    const own = (metadata.medgym as { check?: CheckMode } | undefined)?.check;
    const mode = own && checkModes.includes(own) ? own : this.#mode;
    if (mode === "off") {
      if (keep) this.#language.add(code);
      return { code };
    }
    let problems: Problem[];
    try {
      problems = await this.#language.check(code, keep);
    } catch (failure) {
      // A checker that fails must not keep cells from running.
      return { code, warnings: `The type check failed, the cell runs unchecked: ${(failure as Error).message}\n` };
    }
    if (problems.length === 0) return { code };
    const label = `Cell [${count}]`;
    const texts = problems.slice(0, shownProblems).map((problem) => describe(problem, label, code));
    if (problems.length > shownProblems) texts.push(`… and ${problems.length - shownProblems} more`);
    if (mode === "warn") return { code, warnings: `${texts.join("\n")}\n` };
    const [{ code: number, message }] = problems;
    return { code, error: { name: `TS${number}`, value: message, traceback: texts.join("\n").split("\n") } };
  }
}

export function inspectionBundle({ signature, documentation }: Inspection): MimeBundle {
  return {
    "text/plain": [signature, documentation].filter(Boolean).join("\n\n"),
    "text/markdown": [`\`\`\`typescript\n${signature}\n\`\`\``, documentation].filter(Boolean).join("\n\n"),
  };
}

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
const dim = (text: string) => `\u001b[90m${text}\u001b[39m`;

function describe({ code, message, line, column }: Problem, label: string, source: string): string {
  const text = source.split("\n")[line] ?? "";
  const number = String(line + 1);
  const indent = text.slice(0, column).replace(/[^\t]/g, " ");
  return [
    `${dim(`${label}:${line + 1}:${column + 1}`)} ${red(`error TS${code}:`)} ${message}`,
    `  ${dim(`${number} |`)} ${text}`,
    `  ${dim(`${" ".repeat(number.length)} |`)} ${indent}${red("^")}`,
  ].join("\n");
}
