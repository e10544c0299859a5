/** TypeScript's answers about the notebook, to the front's requests. */
import ts from "typescript";
import { complete, inspectAt } from "./completion.ts";
import { completeMagic, inspectMagic } from "./magic-line.ts";
import type { Notebook } from "./notebook.ts";
import { type LanguageRequest, type LanguageRequests, ready } from "./requests.ts";

/** @param notebook made when the first question is there, or earlier */
export function serve(notebook: () => Notebook): void {
  const handlers: {
    [Type in keyof LanguageRequests]: (request: LanguageRequests[Type]["ask"]) => LanguageRequests[Type]["answer"];
  } = {
    check: ({ code, diagnose, keep }) => notebook().check(code, diagnose, keep),
    complete: ({ code, cursor }) => complete(notebook(), code, cursor),
    inspect: ({ code, cursor }) => inspectAt(notebook(), code, cursor) ?? null,
    completeMagic: ({ line, cursor }) => completeMagic(notebook(), line, cursor),
    inspectMagic: ({ line, cursor }) => inspectMagic(notebook(), line, cursor) ?? null,
    transpile: ({ code, file }) => transpile(code, file),
    reset: () => {
      notebook().forget();
      return null;
    },
  };
  process.on("message", ({ id, type, request }: LanguageRequest) => {
    try {
      const handler = handlers[type] as (request: unknown) => unknown;
      process.send!({ id, answer: handler(request) });
    } catch (error) {
      process.send!({ id, error: String((error as Error).stack) });
    }
  });
  process.on("disconnect", () => process.exit(0)); // the front is gone
  process.on("SIGINT", () => {});
  process.send!({ id: ready });
}

/** Standard decorators, which neither Node nor oxc knows. */
function transpile(code: string, file: string): { code: string; map: string } {
  const { outputText, sourceMapText } = ts.transpileModule(code, {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      sourceMap: true,
      jsx: ts.JsxEmit.React,
      jsxFactory: "__cell.element",
      jsxFragmentFactory: "__cell.fragment",
    },
  });
  return {
    code: outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"),
    map: JSON.parse(sourceMapText!).mappings,
  };
}
