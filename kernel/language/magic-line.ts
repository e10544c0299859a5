/**
 * Completion and help on a `%%name option=value` line. The magics are a library's: medgym exports an interface
 * `CellMagics` with a property for each, whose type has a property for each option; TypeScript tells them, with their
 * documentation.
 */
import { type Completions, complete, type Inspection, inspectAt } from "./completion.ts";
import type { Notebook } from "./notebook.ts";

const magics = 'import("medgym").CellMagics';

/** @param cursor in the line */
export function completeMagic(notebook: Notebook, line: string, cursor: number): Completions {
  const before = line.slice(0, cursor);
  const typed = /[\w-]*$/.exec(before)![0];
  const start = cursor - typed.length;
  const end = cursor + /^[\w-]*/.exec(line.slice(cursor))![0].length;
  const name = /^%%([\w-]+)\s/.exec(before)?.[1];
  if (!name) {
    const draft = `const magic: keyof ${magics} = "${typed}`;
    return { ...complete(notebook, `${draft}";`, draft.length), start, end };
  }
  const [quotes, isValue] = [before.match(/"/g)?.length ?? 0, /=[^\s"]*$/.test(before)];
  if (quotes % 2 === 1 || isValue) return { matches: [], kinds: [], start: cursor, end: cursor };
  const given = [...line.matchAll(/(\w+)=/g)].map(([, option]) => option);
  const draft = `const options: ${magics}[${JSON.stringify(name)}] = { ${typed}`;
  const found = complete(notebook, `${draft} };`, draft.length);
  // Of a magic that nobody knows, every name in sight.
  const matches = found.matches
    .filter((option, i) => found.kinds[i] === "property" && !given.includes(option))
    .map((option) => `${option}=`);
  return { matches, kinds: matches.map(() => "property"), start, end };
}

export function inspectMagic(notebook: Notebook, line: string, cursor: number): Inspection | undefined {
  const name = /^%%([\w-]+)/.exec(line)?.[1];
  if (!name) return undefined;
  // The option that the cursor is in, or whose value it is in.
  const option = [...line.matchAll(/(\w+)=(?:"[^"]*"|\S*)/g)].find(
    (match) => match.index <= cursor && cursor <= match.index + match[0].length,
  )?.[1];
  const magic = `(undefined as unknown as ${magics})[${JSON.stringify(name)}]`;
  if (!option) {
    const draft = `(undefined as unknown as ${magics}).${name}`;
    return inspectAt(notebook, draft, draft.length);
  }
  const draft = `${magic}.${option}`;
  return inspectAt(notebook, draft, draft.length);
}
