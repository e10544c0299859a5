/** Links between the documents lead somewhere, and the commands they name exist. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const root = dirname(dirname(import.meta.dirname));
const documents = [
  "README.md",
  ...readdirSync(join(root, "docs"), { recursive: true })
    .map((name) => join("docs", String(name)))
    .filter((name) => name.endsWith(".md")),
];

/** Anchors as GitHub makes them from headings. */
function anchors(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```.*?^```/gms, "");
}

describe.each(documents)("%s", (name) => {
  const text = readFileSync(join(root, name), "utf8");

  test("links resolve", () => {
    const broken: string[] = [];
    for (const [, target] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, anchor] = target.split("#");
      const file = path ? join(root, dirname(name), path) : join(root, name);
      if (!existsSync(file)) broken.push(target);
      else if (anchor && file.endsWith(".md") && !anchors(readFileSync(file, "utf8")).includes(anchor))
        broken.push(target);
    }
    expect(broken).toEqual([]);
  });

  test("npm scripts and files in backticks exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const commands = [...text.matchAll(/npm run ([a-z:-]+)/g)].map(([, script]) => script);
    expect(commands.filter((script) => !scripts[script])).toEqual([]);
    const paths = [
      ...text.matchAll(/`((?:src|kernel|cli|native|scripts|test|docs|notebooks|bench|assets)\/[\w./-]+)`/g),
    ];
    // Built files are not in a clone.
    const missing = paths
      .map(([, path]) => path)
      .filter((path) => !existsSync(join(root, path)) && !/\/build\//.test(path));
    expect(missing).toEqual([]);
  });

  test("names no path of a machine", () => {
    expect(text).not.toMatch(/(^|[\s`"'(])\/(home|Users|root|work)\//);
  });
});
