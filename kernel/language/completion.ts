/** Completions and inspection over the notebook's TypeScript program. Offsets count UTF-16 units. */
import ts from "typescript";
import type { Notebook } from "./notebook.ts";

export interface Completions {
  matches: string[];
  /** Stretch of the code that a match replaces. */
  start: number;
  end: number;
  /** Kind of each match, as TypeScript names it: "method", "const", … */
  kinds: string[];
}

/** Names a reader never types: those of the kernel's own text. */
const hidden = /^__(cell|draft|kernel)_/;
const limit = 500;

export function complete(notebook: Notebook, code: string, cursor: number): Completions {
  const name = notebook.draft(code);
  const found = notebook.program.query((service) =>
    service.getCompletionsAtPosition(name, cursor, { includeCompletionsWithInsertText: false }),
  );
  const typed = /[\w$\u0080-\uffff]*$/.exec(code.slice(0, cursor))![0];
  const nothing = { matches: [], kinds: [], start: cursor - typed.length, end: cursor };
  if (!found) return nothing;
  const { start, end } = replaced(found, nothing, code);
  const prefix = code.slice(start, cursor);
  const entries = found.entries
    .filter((entry) => !hidden.test(entry.name) && entry.name.toLowerCase().startsWith(prefix.toLowerCase()))
    // As typed before other cases, then TypeScript's own order.
    .sort(
      (a, b) =>
        Number(b.name.startsWith(prefix)) - Number(a.name.startsWith(prefix)) ||
        compare(a.sortText, b.sortText) ||
        compare(a.name, b.name),
    )
    .slice(0, limit);
  return { matches: entries.map((entry) => entry.name), kinds: entries.map((entry) => entry.kind), start, end };
}

/** Inside strings (paths, keys) an entry says what it replaces. */
function replaced(
  found: ts.CompletionInfo,
  otherwise: { start: number; end: number },
  code: string,
): { start: number; end: number } {
  const span = found.entries[0]?.replacementSpan ?? found.optionalReplacementSpan;
  if (!span || span.start + span.length > code.length) return otherwise;
  return { start: span.start, end: Math.max(otherwise.end, span.start + span.length) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export interface Inspection {
  /** The declaration, as TypeScript writes it. */
  signature: string;
  /** Markdown. */
  documentation: string;
}

/** What stands at the cursor; between the parentheses of a call, what is called. */
export function inspectAt(notebook: Notebook, code: string, cursor: number): Inspection | undefined {
  const name = notebook.draft(code);
  return notebook.program.query((service) => {
    for (const at of [cursor, cursor - 1]) {
      if (at < 0 || !/[\w$\u0080-\uffff]/.test(code[at] ?? "")) continue;
      const info = service.getQuickInfoAtPosition(name, at);
      if (info) return describe(info.displayParts, info.documentation, info.tags);
    }
    const help = service.getSignatureHelpItems(name, cursor, undefined);
    if (!help) return undefined;
    const item = help.items[help.selectedItemIndex];
    const parameters = item.parameters.flatMap((parameter, i) => [
      ...(i > 0 ? item.separatorDisplayParts : []),
      ...parameter.displayParts,
    ]);
    const parts = [...item.prefixDisplayParts, ...parameters, ...item.suffixDisplayParts];
    return describe(parts, item.documentation, item.tags);
  });
}

function describe(
  parts: ts.SymbolDisplayPart[] | undefined,
  documentation: ts.SymbolDisplayPart[] | undefined,
  tags: ts.JSDocTagInfo[] | undefined,
): Inspection {
  const paragraphs = [ts.displayPartsToString(documentation)];
  for (const { name, text } of tags ?? []) {
    const words = ts.displayPartsToString(text);
    const [subject, ...rest] = words.split(/\s/);
    if (name === "param") paragraphs.push(`- \`${subject}\` ${rest.join(" ")}`.trimEnd());
    else if (name === "example")
      paragraphs.push(`*example*\n${words.includes("```") ? words : `\`\`\`ts\n${words}\n\`\`\``}`);
    else paragraphs.push(`*${name}*${words ? ` ${words}` : ""}`);
  }
  return { signature: ts.displayPartsToString(parts), documentation: paragraphs.filter(Boolean).join("\n\n") };
}
