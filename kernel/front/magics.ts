/** Lines at the top of a cell that speak to the kernel: `%name arguments`. A later `%%name` takes the whole cell. */
import type { CheckMode, ErrorReport } from "../session/protocol.ts";

export const checkModes: CheckMode[] = ["error", "warn", "off"];

export interface Magics {
  /** The cell with its magic lines blank, so that positions stay. */
  code: string;
  /** `%check`: from this cell on. */
  check?: CheckMode;
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
  for (let i = 0; i < lines.length; i++) {
    const text = lines[i].trim();
    if (text === "") continue;
    const match = /^(%%?)([A-Za-z][\w-]*)\s*(.*)$/.exec(text);
    if (!match) break; // magics stand before the code
    const [, sign, name, argument] = match;
    const magic = sign === "%" ? lineMagics[name] : undefined;
    const complaint = magic ? magic(argument, found) : unknown(sign + name);
    if (complaint) {
      const traceback = [`\u001b[31mMagicError: ${complaint}\u001b[39m`, `  ${i + 1} | ${lines[i]}`];
      return { ...found, error: { name: "MagicError", value: complaint, traceback } };
    }
    lines[i] = "";
  }
  found.code = lines.join("\n");
  return found;
}

const unknown = (magic: string): string =>
  `there is no ${magic}. Known: ${Object.keys(lineMagics)
    .map((name) => `%${name}`)
    .join(", ")}.`;
