/** Lines at the top of a cell that speak to the kernel: `%name arguments`. A `%%name` after them takes the whole cell. */
import type { CheckMode, ErrorReport, MagicLine } from "../session/protocol.ts";

export const checkModes: CheckMode[] = ["error", "warn", "off"];

export interface Magics {
  /** The cell with its magic lines blank, so that positions stay. */
  code: string;
  /** `%check`: from this cell on. */
  check?: CheckMode;
  /** `%%name line`: what libraries have registered under that name is told the cell, and runs it or not. */
  magic?: MagicLine;
  error?: ErrorReport;
}

/** What each line magic does with its arguments; returns a complaint or nothing. */
const lineMagics: Record<string, (argument: string, into: Magics) => string | undefined> = {
  check(argument, into) {
    const mode = checkModes.find((known) => known === argument);
    if (!mode) return `%check takes ${checkModes.join(", ")}; got ${JSON.stringify(argument)}.`;
    into.check = mode;
    return undefined;
  },
};

export function readMagics(source: string): Magics {
  const found: Magics = { code: source };
  const lines = source.split("\n");
  for (let i = 0; i < lines.length && !found.magic; i++) {
    const text = lines[i].trim();
    if (text === "") continue;
    const match = /^(%%?)([A-Za-z][\w-]*)\s*(.*)$/.exec(text);
    if (!match) break; // magics stand before the code
    const [, sign, name, argument] = match;
    if (sign === "%%") found.magic = { name, line: argument, at: i };
    else {
      const complaint = lineMagics[name] ? lineMagics[name](argument, found) : unknown(name);
      if (complaint) {
        const traceback = [`\u001b[31mMagicError: ${complaint}\u001b[39m`, `  ${i + 1} | ${lines[i]}`];
        return { ...found, error: { name: "MagicError", value: complaint, traceback } };
      }
    }
    lines[i] = " ".repeat(lines[i].length);
  }
  found.code = lines.join("\n");
  return found;
}

const unknown = (name: string): string =>
  `there is no %${name}. Known: ${Object.keys(lineMagics)
    .map((known) => `%${known}`)
    .join(", ")}.`;

/** The `%%` line that a position lies in, and the position in it; undefined elsewhere. */
export function magicLineAt(source: string, offset: number): { line: string; start: number } | undefined {
  const start = source.lastIndexOf("\n", offset - 1) + 1;
  const end = source.indexOf("\n", offset);
  const line = source.slice(start, end < 0 ? undefined : end);
  // Above it there may be other magics, and blank lines.
  const isFirst = !/^\s*[^%\s]/m.test(source.slice(0, start));
  return isFirst && line.startsWith("%%") ? { line, start } : undefined;
}
