/** Commands that documents and notebooks name can be given: words and flags are those of the programs' own help. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { useCli } from "../../cli/cli.test-helper.ts";

const root = dirname(dirname(import.meta.dirname));
const read = (name: string) => readFileSync(join(root, name), "utf8");
const under = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

interface Cell {
  cell_type: string;
  source: string | string[];
}
const prose = (notebook: string) =>
  (JSON.parse(read(notebook)).cells as Cell[])
    .filter(({ cell_type }) => cell_type === "markdown")
    .map(({ source }) => [source].flat().join(""))
    .join("\n");

const texts = [
  ...["README.md", ...under("docs", ".md")].map((name) => ({ name, text: read(name) })),
  ...under("notebooks", ".ipynb").map((name) => ({ name, text: prose(name) })),
];

/** Every command that begins so: its words after that. A command ends with its backtick, its line, its comment or its column. */
function commandsOf(start: string): { name: string; words: string[] }[] {
  const all = new RegExp(`(?<![\\w/])${start}(?![\\w-])([^\\n\`#|)]*)`, "g");
  return texts.flatMap(({ name, text }) =>
    [...text.matchAll(all)].map(([, rest]) => {
      const [command] = rest.split(/ {2,}|, |; /);
      return {
        name,
        words: command
          .replaceAll(/[[\]…]/g, "")
          .split(/\s+/)
          .filter(Boolean),
      };
    }),
  );
}

const flagsOf = (help: string) => help.match(/(?<![\w-])--?[a-z][\w-]*/g) ?? [];
const flagsAmong = (words: string[]) =>
  words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split("=")[0]);

function helpOf(script: string): string {
  const program = join(root, "test/soak", `${script}.ts`);
  const args = ["--import", join(root, "test/ts-hooks.mjs"), program, "--help"];
  return spawnSync(process.execPath, args, { encoding: "utf8" }).stdout;
}

const cli = useCli();
const subcommands = (help: string) =>
  [...(help.split("Commands:\n")[1] ?? "").matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name]) => name);

test("npx medgym: commands and flags", async () => {
  const commands = commandsOf("npx medgym").filter(({ words }) => words.length > 0);
  expect(commands.length).toBeGreaterThan(10);
  for (const { name, words } of commands) {
    const said = `${name}: npx medgym ${words.join(" ")}`;
    let { text: help } = await cli("--help");
    let depth = 0;
    for (let known = subcommands(help); known.length > 0; known = subcommands(help)) {
      if (depth > 0 && words[depth] === undefined) break; // a group by its name
      expect(known, said).toContain(words[depth]);
      ({ text: help } = await cli(...words.slice(0, ++depth), "--help"));
    }
    expect(flagsOf(help), said).toEqual(expect.arrayContaining(flagsAmong(words)));
  }
});

describe("npm scripts: what follows them", () => {
  const after = (start: string) =>
    commandsOf(start).map(({ name, words: [dashes = "--", ...words] }) => {
      expect(dashes, `${name}: ${start} ${dashes}`).toBe("--");
      return { name, words };
    });

  test("test", () => {
    const source = read("scripts/test.mjs");
    for (const { name, words } of after("npm test"))
      for (const word of words) expect(source, name).toContain(`"${word}"`);
  });

  test("bench", () => {
    const source = read("bench/main.ts");
    const names = /const benches[^{]*\{([^}]*)\}/.exec(source)![1].match(/\w+(?=:)/g)!;
    const help = /const help = `([^`]*)`/.exec(source)![1];
    expect(names).toContain("sft");
    const commands = after("npm run bench");
    expect(commands.length).toBeGreaterThan(5);
    for (const { name, words } of commands) {
      const flagged = words.findIndex((word) => word.startsWith("--"));
      expect(names, name).toEqual(expect.arrayContaining(flagged < 0 ? words : words.slice(0, flagged)));
      expect(flagsOf(help), name).toEqual(expect.arrayContaining(flagsAmong(words)));
    }
  });

  test("soak", () => {
    const helps: Record<string, string[]> = {};
    for (const { name, words } of after("npm run soak")) {
      if (words.length === 0) continue;
      expect(["gym", "jobs"], name).toContain(words[0]);
      helps[words[0]] ??= flagsOf(helpOf(words[0]));
      expect(helps[words[0]], name).toEqual(expect.arrayContaining(flagsAmong(words)));
    }
    expect(Object.keys(helps).sort()).toEqual(["gym", "jobs"]);
  });
});

test("npx vitest run: the path is there", () => {
  for (const { name, words } of commandsOf("npx vitest run"))
    for (const word of words) expect(existsSync(join(root, word)), `${name}: ${word}`).toBe(true);
});

test("make -C native: the targets are there", () => {
  const targets = /^\.PHONY: (.*)$/m.exec(read("native/Makefile"))![1].split(" ");
  for (const { name, words } of commandsOf("make -C native"))
    for (const word of words.filter((word) => !/[=/-]/.test(word))) expect(targets, name).toContain(word);
});
