import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attemptFiles, claimAttempt, deathOf, identity, isAlive, readClaim } from "./attempt.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "medgym-attempt-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("claim", () => {
  it("is the first one's", () => {
    expect(readClaim(folder)).toBeUndefined();
    expect(claimAttempt(folder)).toBe(true);
    expect(claimAttempt(folder, { pid: 1, startTime: null })).toBe(false);
    expect(readClaim(folder)).toEqual(identity(process.pid));
  });

  it("tells the process that claimed from a later one with its number, and from a dead one", async () => {
    const me = identity(process.pid);
    expect(isAlive(me)).toBe(true);
    expect(isAlive({ ...me, startTime: "1" })).toBe(me.startTime === null);
    expect(isAlive({ pid: spawnSync("true").pid, startTime: null })).toBe(false);
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    const living = identity(child.pid!);
    expect(isAlive(living)).toBe(true);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    expect(isAlive(living)).toBe(false);
  });
});

describe("a worker without a result died", () => {
  it("of memory, when the daemon killed it for it or its last words say so", async () => {
    expect(await deathOf(folder, { signal: "SIGKILL", overMemory: { bytes: 3e9, granted: 2e9 } })).toMatchObject({
      state: "out-of-memory",
      reason: "It held 3.00 GB of memory; 2.00 GB were granted.",
    });
    const filler = "x".repeat(40_000);
    writeFileSync(
      join(folder, attemptFiles.output),
      `${filler}\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n 1: 0xb8 node::Abort()\n`,
    );
    const death = await deathOf(folder, { signal: "SIGABRT" });
    expect(death).toMatchObject({ state: "out-of-memory", error: { code: "out-of-memory" } });
    expect(death.error!.traceback.at(-1)).toBe(" 1: 0xb8 node::Abort()");
  });

  it("of a crash, or nobody knows how", async () => {
    expect(await deathOf(folder, { code: 3 })).toMatchObject({
      state: "failed",
      reason: "Its worker crashed with exit code 3.",
    });
    expect((await deathOf(folder, { signal: "SIGSEGV" })).reason).toBe("Its worker crashed by SIGSEGV.");
    expect((await deathOf(folder, { signal: "SIGKILL" })).state).toBe("lost");
    expect(await deathOf(folder, {})).toEqual({
      state: "lost",
      reason: "Its worker ended without a word, without a result.",
    });
  });
});
