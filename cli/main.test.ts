import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runCli } from "./main.ts";

let printed = "";

beforeEach(() => {
  printed = "";
  const print = (text: unknown) => {
    printed += text;
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(print);
  vi.spyOn(process.stderr, "write").mockImplementation(print);
  vi.spyOn(console, "error").mockImplementation(print);
});

afterEach(() => vi.restoreAllMocks());

const cli = (...args: string[]) => runCli(["node", "medgym", ...args]);

describe("medgym on the command line", () => {
  test("--version is the package's", async () => {
    expect(await cli("--version")).toBe(0);
    expect(printed.trim()).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
  });

  test("--help names the commands", async () => {
    expect(await cli("--help")).toBe(0);
    for (const command of ["run", "install", "doctor", "lint-tasks", "contamination"])
      expect(printed).toMatch(new RegExp(`^ {2}${command} `, "m"));
  });

  test.each([
    [["rum"], /unknown command 'rum'/],
    [["run"], /missing required argument 'notebook'/],
    [["run", "none.ipynb"], /Cannot read .*none\.ipynb/],
    [["run", "a.ipynb", "-p", "steps"], /"steps" is not of the form name=value/],
    [["run", "a.ipynb", "--timeout", "soon"], /must be a number above 0/],
    [["contamination", "train.jsonl"], /missing required argument 'test'/],
    [["lint-tasks", "none.jsonl"], /there is no file none\.jsonl/],
    [["lint-tasks", "--domain", "astrology"], /There is no domain "astrology"/],
    [["lint-tasks", "--seeds", "0"], /must be an integer, at least 1/],
    [["run", "a.ipynb", "--fast"], /unknown option '--fast'/],
  ])("%j fails with a sentence", async (args, reason) => {
    expect(await cli(...args)).toBe(1);
    expect(printed).toMatch(reason);
    expect(printed).not.toMatch(/\n {4}at /); // no stack
  });
});
