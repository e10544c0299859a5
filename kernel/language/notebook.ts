/**
 * The cells as TypeScript sees them: one module each, which exports what it declares and imports what it uses of
 * earlier cells. Exports and imports stand behind the cell's text, so that positions are the cell's own.
 */
import { join } from "node:path";
import ts from "typescript";
import { NotebookProgram, type ProgramOptions } from "./program.ts";

/** What TypeScript refuses for other module systems and the kernel runs: `import fs = require("fs")`. */
const tolerated = new Set([1202]);

export interface Problem {
  /** e.g. 2322 */
  code: number;
  message: string;
  /** From 0. */
  line: number;
  column: number;
}

interface Declaration {
  /** Module specifier of the cell that declares it. */
  module: string;
  /** `let` and `var` may be assigned in other cells; an import may not. */
  assignable: boolean;
}

export class Notebook {
  readonly program: NotebookProgram;
  readonly #declared = new Map<string, Declaration>();
  #cells = 0;

  constructor(options: ProgramOptions) {
    this.program = new NotebookProgram(options);
  }

  /**
   * Checks a cell, then remembers what it declares for the cells after it.
   * @param keep false: it does not run in this session, so later cells do not see it
   */
  check(code: string, diagnose = true, keep = true): Problem[] {
    const module = `./__cell_${++this.#cells}`;
    const name = this.#fileName(module, code);
    const { declared, exported, used } = this.program.names(code, name);
    const own = [...declared.keys()].filter((declaredName) => declaredName !== "default");
    const exports = `export { ${own.filter((declaredName) => !exported.has(declaredName)).join(", ")} };`;
    const before = [...used].filter((usedName) => !declared.has(usedName) && this.#declared.has(usedName));
    this.program.add(name, `${code}\n${exports} ${this.#imports(before)}`);
    const problems = diagnose ? this.#diagnose(name, code.length) : [];
    if (!keep) {
      this.program.remove(name);
      return problems;
    }
    for (const declaredName of own) {
      const assignable =
        (declared.get(declaredName)!.flags & ts.SymbolFlags.Variable) !== 0 && !isConstant(declared.get(declaredName)!);
      this.#declared.set(declaredName, { module, assignable });
    }
    return problems;
  }

  /** Resolves what nearly every cell touches. */
  warm(): void {
    const name = this.draft("console.log([1].map((n) => n.toFixed()), await Promise.resolve({ a: 1 }));");
    this.program.query((service) => service.getSemanticDiagnostics(name));
  }

  /** The cells are gone: their session has ended. */
  forget(): void {
    this.#declared.clear();
  }

  /** A text in which every name of the notebook is visible, as a file of its own. Returns the file's name. */
  draft(code: string): string {
    const name = this.#fileName("./__draft", code);
    const { declared } = this.program.names(code, name);
    const visible = [...this.#declared.keys()].filter((declaredName) => !declared.has(declaredName));
    this.program.add(name, `${code}\nexport {}; ${this.#imports(visible)}`);
    return name;
  }

  #fileName(module: string, code: string): string {
    // An element needs .tsx, where `<T>value` is no cast.
    return join(this.program.folder, `${module}.${/<\/|\/>/.test(code) ? "tsx" : "ts"}`);
  }

  #imports(names: string[]): string {
    return names
      .map((name) => {
        const { module, assignable } = this.#declared.get(name)!;
        return assignable
          ? `declare let ${name}: typeof import("${module}").${name};`
          : `import { ${name} } from "${module}";`;
      })
      .join(" ");
  }

  #diagnose(name: string, length: number): Problem[] {
    const diagnostics = this.program.query((service) => {
      const syntactic = service.getSyntacticDiagnostics(name);
      return syntactic.length > 0 ? syntactic : service.getSemanticDiagnostics(name);
    });
    const problems: Problem[] = [];
    for (const { category, code, messageText, file, start } of diagnostics) {
      // What lies behind the cell is our own text.
      if (category !== ts.DiagnosticCategory.Error || !file || start === undefined || start > length) continue;
      if (tolerated.has(code)) continue;
      const { line, character } = file.getLineAndCharacterOfPosition(start);
      const message = ts.flattenDiagnosticMessageText(messageText, "\n");
      problems.push({ ...assignedConstant(code, message), line, column: character });
    }
    return problems;
  }
}

const isConstant = (symbol: ts.Symbol): boolean =>
  (symbol.declarations ?? []).some(
    (declaration) => (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Constant) !== 0,
  );

/** That constants of earlier cells are imports is our affair. */
function assignedConstant(code: number, message: string): { code: number; message: string } {
  if (code !== 2632) return { code, message };
  return { code: 2588, message: message.replace("because it is an import", "because it is a constant") };
}
