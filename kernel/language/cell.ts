/**
 * A cell becomes a script: TypeScript is lowered by oxc, then what the top level declares turns into assignments to
 * properties of the global object, so that later cells and closures of earlier cells see one live binding, which any
 * cell may declare again. `const` stays constant until it is declared again. What is imported is read from the module's
 * namespace at every use. Names that libraries look for on the global object (`performance`, `process`, `window`, …)
 * get a name of their own when a cell declares them: the cells see the cell's, libraries see the real one.
 */
import { parseSync } from "oxc-parser";
import { type Lowered, SyntaxProblem } from "./lower.ts";
import { Rewriter } from "./rewrite.ts";
import {
  boundNames,
  children,
  importMetaName,
  isFunction,
  type Node,
  type Reference,
  topLevelReferences,
  varDeclarations,
} from "./scope.ts";
import { lineStarts, type Position, positionAt, SourceMapReader } from "./source-map.ts";

/** The global through which compiled cells call the session. */
export const cellGlobal = "__cell";

export interface ImportRequest {
  /** Global that holds the namespace. */
  namespace: string;
  specifier: string;
  attributes: Record<string, string>;
  /** [exported name, local name]; exported "*" is the namespace itself. */
  names: [string, string][];
}

export interface CompiledCell {
  code: string;
  /** Whether the script's value is a promise of `{ value }` (top-level await) or the value itself. */
  isAsync: boolean;
  /** Whether the cell ends with an expression, whose value is shown. */
  hasValue: boolean;
  /** Names that the cell declares. */
  declared: string[];
  /** The same as they are called on the global object. */
  globals: string[];
  /** Of those, what must start as undefined: enums and namespaces would merge with the cell's previous run. */
  fresh: string[];
  imports: ImportRequest[];
  /** Names that it reads and does not bring itself: of earlier cells, or global. Each with its first place in the cell. */
  uses(): Map<string, Position | undefined>;
  /** Position in the cell of a position in the script. Lines and columns from 0. */
  locate(at: Position): Position | undefined;
}

/** Names a library may test for, though Node does not define them. */
const environmentNames =
  "window document self navigator location name status event history parent top define module exports require " +
  "importScripts WorkerGlobalScope Deno Bun jest __dirname __filename";

export interface ImportedName {
  /** The expression that reads it. */
  read: string;
  specifier: string;
  attributes: Record<string, string>;
  /** "*" is the namespace. */
  exported: string;
}

/** What the cells of one session have named so far. */
export class NotebookNames {
  readonly #protected: Set<string>;
  /** By local name. */
  readonly imported = new Map<string, ImportedName>();
  /** Imports without names, for what the module does. */
  readonly importedForEffect = new Map<string, Record<string, string>>();
  readonly declared = new Set<string>();
  /** Declared protected name → its own global. */
  readonly renamed = new Map<string, string>();
  #imports = 0;

  /**
   * @param globals names that must keep their meaning for libraries
   * @param provided names that only cells see, e.g. `require`; the session defines their `globalName`
   */
  constructor(globals: Iterable<string>, provided: string[] = []) {
    this.#protected = new Set([...globals, ...environmentNames.split(" ")]);
    for (const name of provided) this.renamed.set(name, this.globalName(name));
  }

  /** What a name is called on the global object. */
  globalName(name: string): string {
    if (name === importMetaName) return `${cellGlobal}_meta`;
    return this.#protected.has(name) ? `${cellGlobal}_${name}` : name;
  }

  nextNamespace(): string {
    return `${cellGlobal}_import_${++this.#imports}`;
  }

  declare(names: Iterable<string>): void {
    for (const name of names) {
      this.imported.delete(name);
      this.declared.add(name);
      if (this.#protected.has(name)) this.renamed.set(name, this.globalName(name));
    }
  }

  import({ specifier, attributes, namespace, names }: ImportRequest): void {
    if (names.length === 0) this.importedForEffect.set(specifier, attributes);
    for (const [exported, local] of names) {
      this.renamed.delete(local);
      this.declared.delete(local);
      this.imported.set(local, { read: readImport(namespace, exported), specifier, attributes, exported });
    }
  }
}

const readImport = (namespace: string, exported: string): string =>
  exported === "*"
    ? namespace
    : /^[\w$]+$/.test(exported)
      ? `${namespace}.${exported}`
      : `${namespace}[${JSON.stringify(exported)}]`;

/** @throws SyntaxProblem */
export function compileCell(names: NotebookNames, lowered: Lowered): CompiledCell {
  const js = lowered.code;
  const { program, errors } = parseSync("cell.js", js, { preserveParens: false, sourceType: "module" });
  if (errors.length > 0) throw SyntaxProblem.from(errors[0], js);
  const body = flattenUsing(program.body as unknown as Node[]);
  const cell = new CellRewriter(js, names, body);
  const suspensions = topLevelSuspensions(program as unknown as Node);
  const isAsync = cell.imports.length > 0 || suspensions.length > 0;
  const references = topLevelReferences(program);
  cell.rewriteReferences(references);
  const text = cell.compose(isAsync, suspensions);
  const map = new SourceMapReader(lowered.mappings);
  return {
    code: text.text,
    isAsync,
    hasValue: cell.hasValue,
    declared: [...cell.declared],
    globals: [...cell.declared].map((name) => names.globalName(name)),
    fresh: [...cell.fresh].map((name) => names.globalName(name)),
    imports: cell.imports,
    uses: () => {
      const own = new Set(cell.declared);
      for (const request of cell.imports) for (const [, local] of request.names) own.add(local);
      const [starts, uses] = [lineStarts(js), new Map<string, Position | undefined>()];
      for (const { name, start } of references) {
        if (!own.has(name) && !uses.has(name)) uses.set(name, map.original(positionAt(starts, start)));
      }
      return uses;
    },
    locate: locator(text, js, map),
  };
}

/** Kept as long as the session, so it must not hold the cell's syntax tree: a function of its own. */
const locator =
  (text: Rewriter, js: string, map: SourceMapReader): CompiledCell["locate"] =>
  (at) => {
    const starts = lineStarts(text.text);
    return map.original(positionAt(lineStarts(js), text.sourceOffset((starts[at.line] ?? 0) + at.column)));
  };

/** oxc lowers `using` at the top level by putting the whole program into one try block. */
function flattenUsing(body: Node[]): Node[] {
  return body.flatMap((statement) => {
    const first = statement.type === "TryStatement" && statement.block.body[0];
    const using =
      first && first.type === "VariableDeclaration" && first.declarations[0].id.name?.startsWith("_usingCtx");
    return using ? statement.block.body : [statement];
  });
}

/** Where the top level waits: `await` and `for await`, outer ones before those inside. */
function topLevelSuspensions(node: Node, found: Node[] = []): Node[] {
  if (node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await)) found.push(node);
  for (const child of children(node)) {
    if (isFunction(child) || child.type === "StaticBlock") continue;
    // Of a class, only heritage and computed keys belong to the top level; field values and blocks are functions.
    if (child.type === "PropertyDefinition" || child.type === "AccessorProperty" || child.type === "MethodDefinition") {
      if (child.computed) topLevelSuspensions(child.key, found);
    } else topLevelSuspensions(child, found);
  }
  return found;
}

class CellRewriter {
  readonly declared = new Set<string>();
  readonly fresh = new Set<string>();
  readonly imports: ImportRequest[] = [];
  hasValue = false;
  readonly #js: string;
  readonly #names: NotebookNames;
  readonly #text: Rewriter;
  readonly #functions: Node[] = [];
  readonly #value?: Node;

  constructor(js: string, names: NotebookNames, body: Node[]) {
    this.#js = js;
    this.#names = names;
    this.#text = new Rewriter(js);
    for (const statement of body) this.#statement(statement);
    for (const statement of body) {
      if (statement.type === "VariableDeclaration") continue; // done as a statement
      const declaration = statement.declaration?.type === "VariableDeclaration" ? statement.declaration : undefined;
      for (const nested of varDeclarations(statement)) if (nested !== declaration) this.#variables(nested, statement);
    }
    const last = body.findLast(
      (statement) => statement.type !== "FunctionDeclaration" && statement.type !== "EmptyStatement",
    );
    if (last?.type === "ExpressionStatement") {
      this.hasValue = true;
      this.#value = last;
    }
  }

  rewriteReferences(references: Reference[]): void {
    const imported = new Map([...this.#names.imported].map(([local, { read }]) => [local, read]));
    for (const name of this.declared) imported.delete(name);
    for (const request of this.imports) {
      for (const [exported, local] of request.names) imported.set(local, readImport(request.namespace, exported));
    }
    for (const { name, start, end, shorthand, callee } of references) {
      const read = imported.get(name);
      const own = this.declared.has(name) ? this.#names.globalName(name) : this.#names.renamed.get(name);
      const target = read ?? own ?? name;
      if (target === name) continue;
      // (0, m.f)() so that the module's namespace is not the receiver
      this.#text.replace(start, end, shorthand ? `${name}: ${target}` : callee && read ? `(0, ${target})` : target);
    }
  }

  compose(isAsync: boolean, suspensions: Node[]): Rewriter {
    const out = this.#text;
    const value = this.#value;
    if (value && isAsync) {
      out.replace(value.start, value.start, "return { value: (");
      out.replace(this.#bodyEnd(value), value.end, ") };");
    } else if (value) {
      // Parentheses, so that a string alone is an expression and no directive.
      out.replace(value.start, value.start, "(");
      out.replace(this.#bodyEnd(value), value.end, ");");
    }
    this.#endAtSuspensions(suspensions);
    out.literal(isAsync ? '(async () => { "use strict"; ' : '"use strict"; ');
    for (const fn of this.#functions) {
      const name = this.#names.globalName(fn.id.name);
      // Anonymous, and so named by the assignment; a name of its own would hide a later redefinition from its body.
      const ownName = name === fn.id.name ? "" : ` ${fn.id.name}`;
      out.literal(`${name} = ${fn.async ? "async " : ""}function${fn.generator ? "*" : ""}${ownName}`);
      out.render(fn.id.end, fn.end);
      out.literal("; ");
    }
    for (const request of this.imports) out.literal(`await ${cellGlobal}.import(${JSON.stringify(request)}); `);
    out.render(0, this.#js.length);
    if (isAsync) out.literal("\n})()");
    return out;
  }

  /** Once the cell is over, interrupted for instance, what it waited for does not make it go on. */
  #endAtSuspensions(suspensions: Node[]): void {
    const wait = `await ${cellGlobal}.never`;
    for (const { type, start, body } of suspensions) {
      if (type === "AwaitExpression") this.#text.replace(start, start, `(${cellGlobal}.over(`);
      else this.#text.replace(body.start, body.start, `{ if (${cellGlobal}.over()) ${wait}; `);
    }
    for (const { type, end } of suspensions.toReversed()) {
      this.#text.replace(end, end, type === "AwaitExpression" ? `) ? ${wait} : ${cellGlobal}.last())` : " }");
    }
  }

  /** End of a statement without its semicolon; an expression's own end leaves its parentheses out. */
  #bodyEnd(statement: Node): number {
    return this.#js[statement.end - 1] === ";" ? statement.end - 1 : statement.end;
  }

  #statement(statement: Node): void {
    const text = this.#text;
    switch (statement.type) {
      case "ImportDeclaration":
        this.#import(statement);
        return text.replace(statement.start, statement.end, "");
      case "ExportAllDeclaration":
        return text.replace(statement.start, statement.end, "");
      case "ExportNamedDeclaration":
        if (!statement.declaration) return text.replace(statement.start, statement.end, "");
        text.replace(statement.start, statement.declaration.start, "");
        return this.#statement(statement.declaration);
      case "ExportDefaultDeclaration": {
        const { declaration } = statement;
        if (declaration.id) {
          text.replace(statement.start, declaration.start, "");
          return this.#statement(declaration);
        }
        text.replace(statement.start, statement.start + "export default".length, "void (");
        return text.replace(this.#bodyEnd(statement), statement.end, ");");
      }
      case "FunctionDeclaration":
        this.declared.add(statement.id.name);
        this.#functions.push(statement);
        return text.replace(statement.start, statement.end, "");
      case "ClassDeclaration":
        this.declared.add(statement.id.name);
        text.replace(statement.start, statement.start, `${this.#names.globalName(statement.id.name)} = `);
        return text.replace(statement.end, statement.end, ";");
      case "VariableDeclaration":
        return this.#variables(statement, undefined);
    }
  }

  /** @param within the statement around a nested `var`, which may be the head of a loop */
  #variables(declaration: Node, within: Node | undefined): void {
    const text = this.#text;
    const { declarations, kind } = declaration;
    const names: string[] = declarations.flatMap((declarator: Node) => boundNames(declarator.id));
    for (const name of names) {
      this.declared.add(name);
      if (this.#js.includes(`${name} || {}`) || this.#js.includes(`${name} || (${name} = {})`)) this.fresh.add(name);
    }
    if (within && isLoopTarget(within, declaration)) {
      return text.replace(declaration.start, declarations[0].start, ""); // for (var x of …) → for (x of …)
    }
    text.replace(declaration.start, declarations[0].start, "(");
    for (const { id, init, start, end } of declarations as Node[]) {
      if (!init) text.replace(start, end, kind === "var" ? "void 0" : `${this.#names.globalName(id.name)} = void 0`);
    }
    const end = declarations.at(-1).end;
    const inHead = within && isLoopHead(within, declaration);
    const freeze =
      kind === "const"
        ? ` ${cellGlobal}.constant(${JSON.stringify(names.map((n) => this.#names.globalName(n)))});`
        : "";
    text.replace(end, declaration.end, inHead ? ")" : `);${freeze}`);
  }

  #import(statement: Node): void {
    const specifiers: Node[] = statement.specifiers;
    const nameOf = (node: Node): string => node.name ?? node.value;
    this.imports.push({
      namespace: this.#names.nextNamespace(),
      specifier: statement.source.value,
      attributes: Object.fromEntries(statement.attributes.map((a: Node) => [nameOf(a.key), a.value.value])),
      names: specifiers.map((specifier) => [
        specifier.type === "ImportSpecifier"
          ? nameOf(specifier.imported)
          : specifier.type === "ImportDefaultSpecifier"
            ? "default"
            : "*",
        specifier.local.name,
      ]),
    });
  }
}

const loops = (node: Node): Node[] => [
  ...(node.type === "ForStatement" || node.type === "ForInStatement" || node.type === "ForOfStatement" ? [node] : []),
  ...children(node)
    .filter((child) => !isFunction(child))
    .flatMap(loops),
];
const isLoopTarget = (node: Node, declaration: Node): boolean => loops(node).some((loop) => loop.left === declaration);
const isLoopHead = (node: Node, declaration: Node): boolean => loops(node).some((loop) => loop.init === declaration);
