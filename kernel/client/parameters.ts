import { KernelError } from "./errors.ts";
import { type Cell, type CodeCell, cellTags, type Notebook, newCellId } from "./notebook.ts";

export type ParameterValue = string | number | boolean | null | ParameterValue[] | { [name: string]: ParameterValue };

/** `name=value`: the value is JSON where it parses as JSON (`1e-4`, `true`, `[1,2]`, `"12"`), else a string. */
export function parseParameter(text: string): [name: string, value: ParameterValue] {
  const at = text.indexOf("=");
  const name = text.slice(0, at).trim();
  if (at < 0 || !/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name)) {
    throw new KernelError("invalid-parameter", `"${text}" is not of the form name=value, e.g. -p steps=20.`);
  }
  const value = text.slice(at + 1);
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}

/** How a language writes an assignment, and finds the names that a parameters cell declares. */
interface Language {
  comment: string;
  assign(name: string, value: ParameterValue): string;
  declared: RegExp;
}

const typescript: Language = {
  comment: "//",
  // `let` again, not an assignment: it may replace a `const`, and the kernel lets cells declare a name anew.
  assign: (name, value) => `let ${name} = ${JSON.stringify(value)};`,
  declared: /(?:\b(?:let|const|var)\s+|,\s*)([\p{ID_Start}_$][\p{ID_Continue}$]*)\s*(?::[^=\n]+)?=/gu,
};

const python: Language = {
  comment: "#",
  assign: (name, value) => `${name} = ${pythonLiteral(value)}`,
  declared: /^([\p{ID_Start}_][\p{ID_Continue}]*)\s*(?::[^=\n]+)?=/gmu,
};

const languages: Record<string, Language> = { typescript, javascript: typescript, python };

/**
 * As papermill does: values go into a new cell, tagged "injected-parameters", right after the cell tagged "parameters".
 * Unlike papermill, a name which that cell does not declare is an error, not a warning.
 */
export function injectParameters(
  notebook: Notebook,
  parameters: Record<string, ParameterValue>,
  language: string,
): Notebook {
  const names = Object.keys(parameters);
  if (names.length === 0) return notebook;
  const syntax = languages[language.toLowerCase()];
  if (!syntax) {
    const known = Object.keys(languages).join(", ");
    throw new KernelError("invalid-parameter", `Parameters are written for ${known}; this kernel speaks ${language}.`);
  }
  // Left by an earlier run on its own output: replaced, so that runs can be chained.
  const cells = notebook.cells.filter((cell) => !cellTags(cell).includes("injected-parameters"));
  const at = cells.findIndex((cell) => cell.cell_type === "code" && cellTags(cell).includes("parameters"));
  if (at < 0) {
    const how = 'Tag the cell that declares them with "parameters" (in JupyterLab: the gear at the right).';
    throw new KernelError("invalid-parameter", `The notebook takes no parameters: ${names.join(", ")} given. ${how}`);
  }
  const declared = declaredNames(cells[at], syntax);
  const unknown = names.filter((name) => !declared.includes(name));
  if (unknown.length > 0) {
    const text = `The notebook has no parameter "${unknown.join('", "')}". Parameters: ${declared.join(", ") || "none"}.`;
    throw new KernelError("invalid-parameter", text);
  }
  const lines = names.map((name) => syntax.assign(name, parameters[name]));
  const injected: CodeCell = {
    cell_type: "code",
    id: newCellId(),
    metadata: { tags: ["injected-parameters"] },
    source: [`${syntax.comment} Parameters`, ...lines].join("\n"),
    execution_count: null,
    outputs: [],
  };
  return { ...notebook, cells: [...cells.slice(0, at + 1), injected, ...cells.slice(at + 1)] };
}

function declaredNames(cell: Cell, syntax: Language): string[] {
  return [...cell.source.matchAll(syntax.declared)].map((match) => match[1]);
}

function pythonLiteral(value: ParameterValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (typeof value === "object") {
    const items = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${pythonLiteral(inner)}`);
    return `{${items.join(", ")}}`;
  }
  return JSON.stringify(value);
}
