import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as gym from "../src/gym/index.ts";
import { useCli } from "./cli.test-helper.ts";

const cli = useCli();

describe("medgym on the command line", () => {
  test("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(await cli("--version")).toEqual({ code: 0, text: `${version}\n` });
  });

  test("--help names the commands", async () => {
    const { code, text } = await cli("--help");
    expect(code).toBe(0);
    for (const command of ["run", "install", "doctor", "lint-tasks", "contamination", "jobs"])
      expect(text).toMatch(new RegExp(`^ {2}${command} `, "m"));
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
    [["lint-tasks", "--first-seed", "-1"], /must be an integer, at least 0/],
    [["run", "a.ipynb", "--fast"], /unknown option '--fast'/],
  ])("%j fails with a sentence", async (args, reason) => {
    const { code, text } = await cli(...args);
    expect(code).toBe(1);
    expect(text).toMatch(reason);
    expect(text).not.toMatch(/\n {4}at /); // no stack
  });

  test("lint-tasks: a table, and an exit code that says whether there are errors", async () => {
    const shipped = await cli("lint-tasks", "--domain", "frozen-lake", "sokoban", "--seeds", "2", "--first-seed", "3");
    expect(shipped.code).toBe(0);
    expect(shipped.text).toMatch(
      /task linter: 2000 tasks, 0 errors\ndomain .*errors\n *frozen-lake +1000 .* 0\n *sokoban +1000 /,
    );
    const folder = mkdtempSync(join(tmpdir(), "lint-"));
    const file = join(folder, "tasks.jsonl");
    const [task] = gym.domain("sokoban").tasks({ count: 1 });
    writeFileSync(file, `${JSON.stringify({ ...task, state: { rows: ["####", "#PX#", "#O_#", "####"] } })}\n`);
    const own = await cli("lint-tasks", file);
    expect(own.code).toBe(1);
    expect(own.text).toMatch(
      /1 tasks, 1 errors[\s\S]*sokoban-\w+: ceiling: the best reachable success is 0.000, not 1/,
    );
    rmSync(folder, { recursive: true });
  });

  test("lint-tasks --help says what is printed, and what the exit codes mean", async () => {
    const { code, text } = await cli("lint-tasks", "--help");
    expect(code).toBe(0);
    for (const part of [/--seeds <n>/, /--domain <name\.\.\.>/, /Prints a table/, /Exit code: 0/])
      expect(text).toMatch(part);
  });
});
