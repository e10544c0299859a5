import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkExport } from "./module-exports.ts";

const folder = mkdtempSync(join(tmpdir(), "medgym-exports-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is wrong with asking the file for the name; undefined: nothing. */
async function wrong(code: string, path: string, file = "steps.ts"): Promise<string | undefined> {
  const whole = join(folder, file);
  writeFileSync(whole, code);
  return checkExport("submit", whole, path).then(
    () => undefined,
    ({ message }) => message.replace(`submit: ${whole}`, ""),
  );
}

const steps = `
  import { shared } from "../shared";
  export const prepare = async ({ rows }: { rows: number }) => rows, { score, nested: [rank] } = shared;
  export function train<T>(options: T): T { return options; }
  function helper() {}
  export { helper as clean, shared as "with spaces" };
  export * as inner from "../inner";
  export interface Options { steps: number }
  export default train;
`;

test("every way to export a value is known", async () => {
  for (const name of ["prepare", "score", "rank", "train", "clean", "with spaces", "inner", "inner.any", "default"])
    expect([name, await wrong(steps, name)]).toEqual([name, undefined]);
});

test("a misspelt name is told with the near one, or with those there are", async () => {
  expect(await wrong(steps, "trian")).toMatch(
    /^ exports no "trian" \(did you mean "train"\?\)\. It exports .*prepare, /,
  );
  expect(await wrong(steps, "evaluate")).toMatch(
    /^ exports no "evaluate"\. It exports .*prepare, score, rank, train, /,
  );
  expect(await wrong("export {};", "run")).toBe(' exports no "run". It exports nothing.');
  expect(await wrong("export const a = 1;", "b.train")).toBe(' exports no "b" (did you mean "a"?).');
});

test("what is there and not exported is told so, a type is no value", async () => {
  expect(await wrong(steps, "helper")).toBe(' exports no "helper": it is there, write "export" before it.');
  expect(await wrong("const run = () => 1;", "run")).toMatch(/it is there, write "export"/);
  expect(await wrong(steps, "Options")).toMatch(/^ exports no "Options"\. It exports/);
});

test("a file that cannot be parsed is told with the place", async () => {
  expect(await wrong("export const a = 1;\nexport const b = ;", "a")).toMatch(
    /^:2:18 cannot be read: Unexpected token\.$/,
  );
});

test("what only running would tell passes: export * from, CommonJS", async () => {
  expect(await wrong('export * from "../steps";\nexport const a = 1;', "whatever")).toBeUndefined();
  expect(await wrong("exports.run = () => 1;", "run", "steps.cjs")).toBeUndefined();
  expect(await wrong("module.exports = { run() {} };", "run", "steps.js")).toBeUndefined();
  expect(await wrong("export = { run() {} };", "run", "steps.cts")).toBeUndefined();
  expect(await wrong("globalThis.run = 1;", "run", "steps.mjs")).toBe(' exports no "run". It exports nothing.');
});
