/** Where the language process starts from: its snapshot, or the files when that cannot be used. */
import { fork } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LanguageAnswer, ready, staleExitCode } from "../language/requests.ts";
import { compileKernel, root } from "../testing/build.ts";
import type * as Language from "./language-process.ts";
import type * as Snapshot from "./snapshot.ts";

let built: typeof Language & typeof Snapshot;
let folder: string;
beforeAll(async () => {
  compileKernel();
  const front = join(root, "dist/kernel/front");
  built = { ...(await import(join(front, "language-process.js"))), ...(await import(join(front, "snapshot.js"))) };
  folder = mkdtempSync(join(tmpdir(), "snapshot-test-"));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function copyOfSnapshot(name: string): string {
  const file = join(folder, name);
  copyFileSync(built.snapshotFile, file);
  return file;
}

function damage(file: string): void {
  const fd = openSync(file, "r+");
  writeSync(fd, Buffer.alloc(64, 0x58), 0, 64, 20_000_000);
}

/** What a process that starts from it says first, or how it ends; with a cell, the problems in it. */
function start(
  file: string,
  {
    installation = built.installation,
    args = built.snapshotArguments(file),
    cell = undefined as string | undefined,
  } = {},
) {
  return new Promise<Partial<LanguageAnswer> & { code?: number | null }>((resolve) => {
    const child = fork("language.js", [folder, installation], {
      execArgv: args,
      env: built.snapshotEnvironment(),
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    child.on("message", (message: LanguageAnswer) => {
      if (cell !== undefined && message.id === ready) {
        return child.send({ id: 1, type: "check", request: { code: cell, diagnose: true, keep: true } });
      }
      resolve(message);
      child.kill();
    });
    child.on("exit", (code) => resolve({ code }));
  });
}

describe("the snapshot", () => {
  test("is there after a build, and a process that starts from it is up at once", async () => {
    expect(await start(built.snapshotFile)).toEqual({ id: ready });
  });

  test("made with other V8 options, as with another Node, is refused", async () => {
    const args = ["--snapshot-blob", built.snapshotFile];
    expect(await start(built.snapshotFile, { args })).toMatchObject({ code: expect.any(Number) });
  });

  test("of an installation elsewhere is stale", async () => {
    expect(await start(built.snapshotFile, { installation: "/elsewhere/" })).toEqual({ code: staleExitCode });
  });

  test("serves a folder with options of its own", async () => {
    expect((await start(built.snapshotFile, { cell: "function f(a) { return a; }" })).answer).toEqual([]);
    writeFileSync(join(folder, "tsconfig.json"), '{ "compilerOptions": { "noImplicitAny": true } }');
    const { answer } = await start(built.snapshotFile, { cell: "function f(a) { return a; }" });
    rmSync(join(folder, "tsconfig.json"));
    expect(answer).toMatchObject([{ code: 7006, line: 0 }]);
  });

  test("cut short ends the process before it says a word", async () => {
    const file = copyOfSnapshot("cut");
    truncateSync(file, 3_000_000);
    expect(await start(file)).not.toHaveProperty("id");
  });

  test("is built by one process at a time, and not kept when the building is stopped", async () => {
    const file = join(folder, "once");
    const building = built.startBuilding(file)!;
    expect(built.startBuilding(file)).toBeUndefined();
    building.stop();
    expect(await building.done).toBe(false);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(`${file}.building`)).toBe(false);
  });
});

describe("the language process", () => {
  test("answers from the snapshot, about the folder it is in", async () => {
    const language = new built.LanguageProcess();
    const [problem] = await language.check("const n: number = 'x'", true);
    expect(problem).toMatchObject({ code: 2322, line: 0, column: 6 });
    expect((await language.complete("n.toF", 5)).matches).toEqual(["toFixed"]);
    expect((await language.inspect("console.log", 9))?.documentation).toContain("stdout");
    expect(await language.check("import { readFileSync } from 'node:fs'; readFileSync(1n)", false)).toHaveLength(1);
    language.stop();
    expect(existsSync(built.snapshotFile)).toBe(true);
  });

  test("with a damaged one loses no question, and makes a new one", async () => {
    const file = copyOfSnapshot("damaged");
    damage(file);
    const language = new built.LanguageProcess(file);
    const transpiled = language.transpile("const a: number = 1", "a.ts");
    expect((await transpiled).code).toContain("const a = 1");
    expect(existsSync(file)).toBe(false);
    expect(existsSync(`${file}.building`)).toBe(true);
    language.stop();
    expect(existsSync(`${file}.building`)).toBe(false);
  });
});
