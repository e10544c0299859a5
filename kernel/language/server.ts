/** Entry point of the language process: TypeScript's answers about the notebook. Started by the front, once needed. */
import ts from "typescript";
import { complete, inspectAt } from "./completion.ts";
import { completeMagic, inspectMagic } from "./magic-line.ts";
import { Notebook } from "./notebook.ts";
import type { LanguageRequest, LanguageRequests } from "./requests.ts";

const [folder, installation] = process.argv.slice(2);
let notebook: Notebook | undefined;
const current = (): Notebook => {
  notebook ??= new Notebook({ folder, installation });
  return notebook;
};

const handlers: {
  [Type in keyof LanguageRequests]: (request: LanguageRequests[Type]["ask"]) => LanguageRequests[Type]["answer"];
} = {
  check: ({ code, diagnose, keep }) => current().check(code, diagnose, keep),
  complete: ({ code, cursor }) => complete(current(), code, cursor),
  inspect: ({ code, cursor }) => inspectAt(current(), code, cursor) ?? null,
  completeMagic: ({ line, cursor }) => completeMagic(current(), line, cursor),
  inspectMagic: ({ line, cursor }) => inspectMagic(current(), line, cursor) ?? null,
  transpile: ({ code, file }) => transpile(code, file),
  reset: () => {
    notebook?.forget();
    return null;
  },
};

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

// Before the first question: parsed libraries, resolved globals, a first check.
setImmediate(() => current().warm());

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
