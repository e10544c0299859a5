/**
 * Who imports whom: arrows between folders point one way, as docs/contributing.md draws them. They erode silently, so
 * every import of every source is checked here; tests may import what they like.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = dirname(dirname(import.meta.dirname));

/** Direct arrows; what a folder may import is all that can be reached along them. */
const arrows: Record<string, string[]> = {
  "src/core": [],
  "src/plot": ["src/core"],
  "src/text": ["src/core"],
  "src/engine": ["src/core"],
  "src/track": ["src/plot"],
  "src/model": ["src/engine", "src/text"],
  "src/data": ["src/text"],
  "src/gym": ["src/data"],
  "src/generate": ["src/model", "src/gym"],
  "src/evaluate": ["src/generate"],
  "src/train": ["src/evaluate", "src/plot", "src/track"],
  "src/jobs": ["src/core", "src/track"],
  kernel: [],
};

/** These see everything below them, and nothing imports them. */
const roofs = ["src/index.ts", "src/public-data.ts", "cli", "bench", "assets"];

function reachable(folder: string): Set<string> {
  const seen = new Set([folder]);
  for (const from of seen) for (const to of arrows[from] ?? []) seen.add(to);
  return seen;
}

/** The room a file lies in: `src/<folder>`, `src/index.ts`, `kernel`, `cli`, … */
function roomOf(file: string): string {
  const parts = file.split(sep);
  return parts[0] === "src" ? parts.slice(0, 2).join("/") : parts[0];
}

function sources(): string[] {
  return ["src", "kernel", "cli", "bench", "assets"]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))))
    .filter((file) => file.endsWith(".ts") && !/\.test(-d|-helper)?\.ts$/.test(file));
}

function imports(file: string): string[] {
  return ts.preProcessFile(readFileSync(join(root, file), "utf8")).importedFiles.map(({ fileName }) => fileName);
}

function wrongArrow(from: string, to: string): string | undefined {
  if (from === to || roofs.includes(from)) return undefined;
  if (roofs.includes(to)) return `${from} → ${to}: nothing imports ${to}`;
  if (!arrows[from]) return `${from} is a new room: add it to the arrows here and in docs/contributing.md`;
  if (reachable(from).has(to)) return undefined;
  return `${from} → ${to}; allowed: ${[...reachable(from)].slice(1).join(", ") || "nothing"}`;
}

describe("who imports whom", () => {
  const files = sources();

  test("there is something to check", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap(imports).filter((name) => name.startsWith(".")).length).toBeGreaterThan(20);
  });

  test("the check itself: a wrong arrow is found, a right one is not", () => {
    expect(wrongArrow("src/core", "src/engine")).toMatch(/src\/core → src\/engine; allowed: nothing/);
    expect(wrongArrow("kernel", "src/core")).toMatch(/kernel → src\/core/);
    expect(wrongArrow("src/train", "src/engine")).toBeUndefined(); // over evaluate, generate, model
    expect(wrongArrow("src/model", "cli")).toMatch(/nothing imports cli/);
    expect(wrongArrow("src/nowhere", "src/core")).toMatch(/new room/);
  });

  test("arrows point one way", () => {
    const wrong = files.flatMap((file) =>
      imports(file)
        .filter((name) => name.startsWith("."))
        .map((name) => wrongArrow(roomOf(file), roomOf(relative(root, join(root, dirname(file), name)))))
        .filter((text) => text !== undefined)
        .map((text) => `${file}: ${text}`),
    );
    expect(wrong).toEqual([]);
  });

  test("kernel and library meet only at Symbol.for('Jupyter.display')", () => {
    const wrong = files.filter((file) => roomOf(file) === "kernel" && imports(file).includes("medgym"));
    expect(wrong).toEqual([]);
  });

  test("only engine/addon.ts knows the addon, and only at a call: `import 'medgym'` works where it is not built", () => {
    const library = files.filter((file) => roomOf(file).startsWith("src/"));
    const naming = library.filter((file) => readFileSync(join(root, file), "utf8").includes("medgym.node"));
    expect(naming).toEqual([join("src", "engine", "addon.ts")]);
    const importing = library.filter((file) => imports(file).some((name) => name.endsWith("/addon.ts")));
    expect(importing.every((file) => roomOf(file) === "src/engine")).toBe(true);
    expect(library.flatMap(imports).filter((name) => name.endsWith(".node"))).toEqual([]);
  });

  test("every imported package is a dependency", () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const builtin = (name: string) => name.startsWith("node:");
    const packageOf = (name: string) =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/");
    const known = new Set(Object.keys(dependencies));
    const wrong = files.flatMap((file) =>
      imports(file)
        .filter((name) => !name.startsWith(".") && !builtin(name) && !known.has(packageOf(name)))
        .map((name) => `${file}: ${name}${devDependencies[packageOf(name)] ? " is only a dev dependency" : ""}`),
    );
    expect(wrong).toEqual([]);
  });
});
