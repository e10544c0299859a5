/** TypeScript and JSX to JavaScript of this Node version, by oxc: 0.01 ms for a small cell. */
import type { OxcError } from "oxc-transform";
import { transformSync } from "oxc-transform";
import { lineStarts, type Position, positionAt } from "./source-map.ts";

export interface Lowered {
  code: string;
  /** `mappings` of the source map to the text that was lowered. */
  mappings: string;
}

/** What a parser refused. Positions are in the text that was given, from 0. */
export class SyntaxProblem extends SyntaxError {
  override readonly name = "SyntaxError";
  readonly at?: Position;

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
      decorator: { legacy: true, emitDecoratorMetadata: false },
      jsx:
        options.jsx === "react"
          ? { runtime: "automatic" }
          : { runtime: "classic", pragma: jsxFactory, pragmaFrag: jsxFragment },
    });
    const error = errors.find((e) => e.severity === "Error");
    if (!error) return { code, mappings: map!.mappings };
    problem ??= error;
  }
  throw SyntaxProblem.from(problem!, source);
}
