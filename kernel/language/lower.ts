/** TypeScript and JSX to JavaScript of this Node version, by oxc: 0.01 ms for a small cell. */
import { parseSync } from "oxc-parser";
import type { OxcError } from "oxc-transform";
import { transformSync } from "oxc-transform";
import { children, type Node } from "./scope.ts";
import { lineStarts, type Position, positionAt } from "./source-map.ts";

export interface Lowered {
  code: string;
  /** `mappings` of the source map to the text that was lowered. */
  mappings: string;
  /** Standard decorators are left, which Node cannot read. */
  decorated?: boolean;
}

/** What a parser refused. Positions are in the text that was given, from 0. */
export class SyntaxProblem extends SyntaxError {
  override readonly name = "SyntaxError";
  readonly at?: Position;
  /** Where it is, when it is not the text of the cell. */
  file?: { label: string; source: string };

  constructor(message: string, at?: Position) {
    super(message);
    this.at = at;
  }

  static from(error: Pick<OxcError, "message" | "labels" | "helpMessage">, source: string): SyntaxProblem {
    const offset = error.labels[0]?.start;
    const hint = error.helpMessage ? ` (${error.helpMessage})` : "";
    return new SyntaxProblem(
      error.message + hint,
      offset === undefined ? undefined : positionAt(lineStarts(source), offset),
    );
  }
}

export type JsxRuntime = "react" | "kernel";

/** Names of the kernel's own element factory. */
export const jsxFactory = "__cell.element";
export const jsxFragment = "__cell.fragment";

export interface LowerOptions {
  /** File name, for its extension. */
  file?: string;
  jsx?: JsxRuntime;
  /** TypeScript's `experimentalDecorators`. */
  legacyDecorators?: boolean;
}

/** @throws SyntaxProblem */
export function lower(source: string, options: LowerOptions = {}): Lowered {
  const extension = /\.([cm]?[jt]sx?)$/.exec(options.file ?? "cell.ts")?.[1] ?? "ts";
  const isCell = options.file === undefined;
  const base = extension.includes("ts") ? "ts" : "jsx";
  // `<T>value` is a cast in .ts and an element in .tsx: a cell may hold either, so the likelier reading goes first.
  const languages = !isCell
    ? [extension.endsWith("tsx") ? "tsx" : base]
    : /<\/|\/>/.test(source)
      ? ["tsx", "ts"]
      : ["ts", "tsx"];
  let problem: OxcError | undefined;
  for (const lang of languages as ("ts" | "tsx" | "jsx")[]) {
    const { code, map, errors } = transformSync(options.file ?? "cell.ts", source, {
      lang,
      sourceType: "module",
      sourcemap: true,
      target: "es2023",
      typescript: { onlyRemoveTypeImports: isCell },
      helpers: { mode: "External" as never },
      decorator: { legacy: options.legacyDecorators ?? false },
      jsx:
        options.jsx === "react"
          ? { runtime: "automatic" }
          : { runtime: "classic", pragma: jsxFactory, pragmaFrag: jsxFragment },
    });
    const error = errors.find((e) => e.severity === "Error");
    if (!error) return withDecorators({ code, mappings: map!.mappings }, source, options);
    problem ??= error;
  }
  throw SyntaxProblem.from(problem!, source);
}

/** Decorators start a line or follow punctuation, an operator or a modifier. */
const mayDecorate = /(^|[\s(){};,])@[A-Za-z_$(]/m;

/** Node has no decorators yet, and oxc lowers only TypeScript's older kind, the only one that parameters can have. */
function withDecorators(lowered: Lowered, source: string, options: LowerOptions): Lowered {
  if (options.legacyDecorators || !mayDecorate.test(lowered.code)) return lowered;
  const { program, errors } = parseSync("cell.js", lowered.code);
  if (errors.length > 0) return lower(source, { ...options, legacyDecorators: true });
  return { ...lowered, decorated: hasDecorator(program as unknown as Node) };
}

const hasDecorator = (node: Node): boolean => node.type === "Decorator" || children(node).some(hasDecorator);
