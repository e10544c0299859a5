/**
 * A TypeScript program that cells are added to without being rebuilt. TypeScript's own way makes a new program and a
 * new checker for every change, which for each cell resolves the global types again (40–80 ms). Here one program and
 * its checker stay, and files come in beside them: cells, the declaration files of packages at first use, the user's
 * modules. A cell is then checked in a millisecond, however many came before.
 *
 * What makes this sound: a file that arrives later is a module, so it adds nothing to the global scope. A file that
 * does (`declare global`, ambient declarations, references to such) becomes a root, and the program is rebuilt.
 */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import ts from "typescript";
import { hasReact, readUserOptions } from "./project.ts";

// Present at run time, not in the public types; the lock file pins the version.
interface Internals {
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
}
interface InternalFile extends ts.SourceFile {
  path: string;
  resolvedPath: string;
  originalFileName: string;
  externalModuleIndicator?: unknown;
  moduleAugmentations?: unknown[];
  symbol?: ts.Symbol;
  locals?: Map<string, ts.Symbol>;
  identifiers: Map<string, string>;
  imports?: ts.StringLiteralLike[];
  ambientModuleNames?: string[];
}
type Resolved = ts.ResolvedModuleWithFailedLookupLocations;
interface InternalProgram extends ts.Program {
  getResolvedModule(file: ts.SourceFile, name: string, mode: ts.ResolutionMode): Resolved | undefined;
}
const internals = ts as unknown as Internals;

export interface ProgramOptions {
  /** The notebook's folder: specifiers resolve from here. */
  folder: string;
  /** Root of the package that this kernel belongs to. */
  installation: string;
  /** Parsed files of another program. */
  registry?: ts.DocumentRegistry;
}

/** Names that the session gives to every cell. */
const kernelGlobals = `
/** Shows values in the output of this cell. */
declare function display(...values: unknown[]): Promise<void>;
declare namespace display {
  /** Empties the output of this cell; with \`wait\`, when the next output comes. */
  function clear(options?: { wait?: boolean }): void;
}
/** Asks the user and resolves with the answer. */
declare function input(question?: string, options?: { password?: boolean }): Promise<string>;
/** Asks the user and waits for the answer. */
declare function prompt(question?: string): string;
declare namespace JSX {
  interface Element { toString(): string }
  interface ElementChildrenAttribute { children: {} }
  interface IntrinsicElements { [tag: string]: any }
}
`;

export class NotebookProgram {
  readonly options: ts.CompilerOptions;
  readonly registry: ts.DocumentRegistry;
  readonly #installation: string;
  #folder: string;
  #host: ts.CompilerHost;
  readonly #service: ts.LanguageService;
  /** Files beside the program: cells, and what they import. */
  readonly #added = new Map<string, { file: InternalFile; stamp: string }>();
  readonly #resolutions = new Map<string, Resolved>();
  readonly #extraRoots = new Set<string>();
  readonly #globalsFile: string;
  #program?: InternalProgram;
  #version = 0;
  #stale = false;

  constructor({ folder, installation, registry }: ProgramOptions) {
    this.#folder = folder;
    this.#installation = installation;
    this.#globalsFile = join(folder, "__kernel_globals.d.ts");
    this.options = compilerOptions(folder, installation);
    this.#host = ts.createCompilerHost(this.options, true);
    this.registry = registry ?? ts.createDocumentRegistry(true, folder);
    this.#service = ts.createLanguageService(this.#serviceHost(), this.registry);
    this.#rebuild();
  }

  get folder(): string {
    return this.#folder;
  }

  /** Makes a program without cells that of another folder; false, and nothing done, where that asks for other options. */
  moveTo(folder: string): boolean {
    if (!isDeepStrictEqual(compilerOptions(folder, this.#installation), this.options)) return false;
    this.#folder = folder;
    this.#host = ts.createCompilerHost(this.options, true); // remembers the working directory
    this.#added.clear();
    this.#resolutions.clear();
    return true;
  }

  /** Names of the files that stand on disk: TypeScript's libraries, Node's types. */
  get files(): string[] {
    const names = this.#program!.getSourceFiles().map(({ fileName }) => fileName);
    return names.filter((name) => name !== this.#globalsFile);
  }

  /** Adds a file, or replaces one. */
  add(name: string, text: string): InternalFile {
    const file = this.#parse(name, text);
    this.#added.set(name, { file, stamp: "" });
    if (augments(file)) {
      this.#extraRoots.add(name);
      this.#rebuild();
    }
    return file;
  }

  remove(name: string): void {
    this.#added.delete(name);
  }

  /** The language service over all files; questions about one file at a time. */
  query<T>(ask: (service: ts.LanguageService) => T): T {
    this.#dropChanged();
    const answer = ask(this.#service);
    if (!this.#stale) return answer;
    // The question led to a file that adds to the global scope: asked again with it in the program.
    this.#rebuild();
    return ask(this.#service);
  }

  /** Names declared at the top of a text, and all identifiers in it. */
  names(text: string, name: string): { declared: Map<string, ts.Symbol>; exported: Set<string>; used: Set<string> } {
    const file = this.#parse(name, text);
    return {
      declared: file.locals ?? new Map(),
      exported: new Set([...(file.symbol?.exports?.keys() ?? [])].map(String)),
      used: new Set(file.identifiers.keys()),
    };
  }

  #parse(name: string, text: string): InternalFile {
    const declaration = /\.d\.[cm]?ts$/.test(name);
    const file = ts.createSourceFile(
      name,
      text,
      {
        languageVersion: this.options.target ?? ts.ScriptTarget.ESNext,
        jsDocParsingMode: ts.JSDocParsingMode.ParseAll,
        // Cells and user files are modules even without import or export.
        setExternalModuleIndicator: declaration ? undefined : forceModule,
      },
      true,
    ) as InternalFile;
    file.path = name;
    file.resolvedPath = name;
    file.originalFileName = name;
    // What a program collects from a file, and its services read.
    file.imports = file.statements.flatMap((statement) => {
      const specifier = (statement as ts.ImportDeclaration | ts.ExportDeclaration).moduleSpecifier;
      return specifier && ts.isStringLiteral(specifier) ? [specifier] : [];
    });
    file.moduleAugmentations = file.statements.filter(
      (statement) => ts.isModuleDeclaration(statement) && (ts.isStringLiteral(statement.name) || isGlobal(statement)),
    );
    file.ambientModuleNames = [];
    internals.bindSourceFile(file, this.options);
    return file;
  }

  /** Rebuilds program and checker; what has been parsed is reused. */
  #rebuild(): void {
    this.#stale = false;
    this.#version++;
    const program = this.#service.getProgram() as InternalProgram;
    if (program === this.#program) return;
    this.#program = program;
    const { getSourceFile, getResolvedModule } = program;
    program.getSourceFile = (name) => getSourceFile(name) ?? this.#addedFile(name);
    program.getResolvedModule = (file, name, mode) =>
      this.#added.has(file.fileName) ? this.#resolve(name, file.fileName, mode) : getResolvedModule(file, name, mode);
    program.getTypeChecker();
  }

  #addedFile(name: string): ts.SourceFile | undefined {
    const known = this.#added.get(name);
    if (known) return known.file;
    const text = ts.sys.readFile(name);
    if (text === undefined) return undefined;
    const file = this.#parse(name, text);
    this.#added.set(name, { file, stamp: stampOf(name) });
    if (augments(file)) {
      this.#extraRoots.add(name);
      this.#stale = true;
    }
    return file;
  }

  #resolve(specifier: string, from: string, mode: ts.ResolutionMode): Resolved {
    const key = `${dirname(from)}\n${specifier}`;
    const known = this.#resolutions.get(key);
    if (known?.resolvedModule) return known;
    const resolved = this.#resolveFresh(specifier, from, mode);
    this.#resolutions.set(key, resolved);
    return resolved;
  }

  #resolveFresh(specifier: string, from: string, mode: ts.ResolutionMode): Resolved {
    const virtual = join(dirname(from), `${specifier}.ts`);
    for (const name of specifier.startsWith("./") ? [virtual, `${virtual}x`] : []) {
      if (this.#added.has(name)) return resolvedTo(name);
    }
    if (specifier === "tslab") return resolvedTo(join(this.#installation, "dist/kernel/session/tslab.d.ts"));
    const resolve = (file: string) =>
      ts.resolveModuleName(specifier, file, this.options, this.#host, undefined, undefined, mode);
    const found = resolve(from);
    if (found.resolvedModule || !/^medgym(\/|$)/.test(specifier)) return found;
    return resolve(join(this.#installation, "notebook.ts"));
  }

  /** Forgets user modules when any of them changed: those that import it hold its old types. */
  #dropChanged(): void {
    const own = [...this.#added].filter(([name, { stamp }]) => stamp && !name.includes("/node_modules/"));
    if (!own.some(([name, { stamp }]) => stampOf(name) !== stamp)) return;
    for (const [name] of own) this.#added.delete(name);
  }

  #serviceHost(): ts.LanguageServiceHost {
    const text = (name: string) =>
      name === this.#globalsFile ? kernelGlobals : (this.#added.get(name)?.file.text ?? this.#host.readFile(name));
    return {
      getCurrentDirectory: () => this.#folder,
      getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
      useCaseSensitiveFileNames: () => this.#host.useCaseSensitiveFileNames(),
      realpath: ts.sys.realpath,
      getProjectVersion: () => String(this.#version),
      getCompilationSettings: () => this.options,
      getScriptFileNames: () => [this.#globalsFile, ...this.#extraRoots],
      getScriptVersion: (name) => stampOf(name),
      getScriptSnapshot: (name) => {
        const content = text(name);
        return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
      },
      fileExists: (name) => name === this.#globalsFile || this.#added.has(name) || this.#host.fileExists(name),
      readFile: text,
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
    };
  }
}

const resolvedTo = (resolvedFileName: string): Resolved =>
  ({
    resolvedModule: {
      resolvedFileName,
      extension: /\.d\.ts$/.test(resolvedFileName) ? ".d.ts" : /\.tsx$/.test(resolvedFileName) ? ".tsx" : ".ts",
      isExternalLibraryImport: false,
    },
    failedLookupLocations: [],
  }) as unknown as Resolved;

function forceModule(file: ts.SourceFile): void {
  (file as InternalFile).externalModuleIndicator = true;
}

/** Whether a file says something about the world outside itself. */
function augments(file: InternalFile): boolean {
  const references =
    file.referencedFiles.length + file.typeReferenceDirectives.filter((r) => r.fileName !== "node").length;
  return !file.externalModuleIndicator || (file.moduleAugmentations?.length ?? 0) > 0 || references > 0;
}

const isGlobal = (statement: ts.Statement): boolean => (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0;

/** Changes when the file does. */
export function stampOf(name: string): string {
  const stat = statSync(name, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size}` : "missing";
}

function compilerOptions(folder: string, installation: string): ts.CompilerOptions {
  const typeRoots: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    typeRoots.push(join(at, "node_modules/@types"));
    if (dirname(at) === at) break;
  }
  // Where npm put our own dependencies: beside us, or above us when we are installed as a package.
  for (let at = installation; ; at = dirname(at)) {
    typeRoots.push(join(at, "node_modules/@types"));
    if (dirname(at) === at) break;
  }
  return {
    strict: true,
    noImplicitAny: false,
    useUnknownInCatchVariables: false,
    esModuleInterop: true,
    resolveJsonModule: true,
    lib: ["lib.esnext.d.ts"],
    types: ["node"],
    jsx: hasReact(folder) ? ts.JsxEmit.ReactJSX : ts.JsxEmit.Preserve,
    ...readUserOptions(folder),
    // What the kernel does, whatever a tsconfig says about other builds.
    typeRoots: [...new Set(typeRoots)].filter((root) => ts.sys.directoryExists(root)),
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    customConditions: ["node"],
    allowImportingTsExtensions: true,
    isolatedModules: false,
    verbatimModuleSyntax: false,
    skipLibCheck: true,
    noEmit: true,
  };
}
