import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { displaySymbol } from "../core/display.ts";
import { readJsonLines } from "../core/json-lines.ts";
import { checkpointFault, listCheckpoints, newestCheckpoint, pruneCheckpoints, saveCheckpoint } from "./checkpoints.ts";
import * as track from "./index.ts";
import { gitState, jsonable, medgymVersion } from "./manifest.ts";
import { type Metric, truncateMetrics } from "./metrics.ts";
import { useRunsFolder } from "./runs-folder.test-helper.ts";
import { findRun, RunFolder } from "./store.ts";

const hooks = join(import.meta.dirname, "../../test/ts-hooks.mjs");
const runs = useRunsFolder();

describe("run store", () => {
  it("writes a manifest first, and reads the run back with its events, checkpoints and end", async () => {
    const run = await RunFolder.create("sft", {
      options: { rank: 8, targets: /q_proj/, data: { toJSON: () => ({ rows: 3 }) } },
      seed: 7,
      engineVersion: "fake-1",
    });
    expect(run.id).toMatch(/^sft-\d{4}-\d\d-\d\d-[0-9a-f]{6}$/);
    run.log({ type: "step-end", step: 1, loss: 2 });
    await saveCheckpoint(run.checkpoints, 1, (at) => writeFile(join(at, "state.json"), "{}"));
    expect((await track.load(run.id)).status).toBe("running");
    await run.end("succeeded", { summary: { loss: 2 } });
    const stored = await track.load(run.id.slice(0, -2));
    expect(stored).toMatchObject({ id: run.id, status: "succeeded", summary: { loss: 2 } });
    expect(stored.manifest).toMatchObject({
      options: { rank: 8, targets: "/q_proj/", data: { rows: 3 } },
      seed: 7,
      versions: { medgym: medgymVersion(), engine: "fake-1", node: process.versions.node },
    });
    expect(stored.metrics).toMatchObject([{ type: "step-end", step: 1, loss: 2 }]);
    expect(stored.checkpoints.map((c) => c.step)).toEqual([1]);
    expect(stored[displaySymbol]()["text/html"]).toContain(run.id);
  });

  it("lists runs newest first and draws them as a table", async () => {
    const first = await RunFolder.create("sft", { options: {} });
    await first.end("failed", { error: new Error("loss is NaN") });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await RunFolder.create("grpo", { options: {} });
    await second.end("succeeded", { summary: { reward: 0.51234 } });
    const list = await track.runs();
    expect(list.map((r) => [r.id, r.status])).toEqual([
      [second.id, "succeeded"],
      [first.id, "failed"],
    ]);
    expect(list[displaySymbol]()["text/plain"]).toContain("reward 0.5123");
  });

  it("tells what is there when an id is unknown or not enough", async () => {
    await expect(findRun("nothing")).rejects.toThrow(/no run "nothing" in .*The newest are: none/);
    const a = await RunFolder.create("sft", { options: {} });
    const b = await RunFolder.create("sft", { options: {} });
    for (const run of [a, b]) await run.end("succeeded");
    await expect(findRun("sft")).rejects.toThrow(/begins 2 runs: sft-/);
    expect(await findRun(a.path)).toBe(a.path);
    await expect(findRun("/tmp")).rejects.toThrow("holds no manifest.json");
  });

  it("calls a run interrupted whose process is gone", async () => {
    const run = await RunFolder.create("sft", { options: {} });
    const path = join(run.path, "status.json");
    const gone = spawnSync("true").pid;
    writeFileSync(path, readFileSync(path, "utf8").replace(`"pid": ${process.pid}`, `"pid": ${gone}`));
    expect((await track.load(run.id)).status).toBe("interrupted");
  });

  it("knows the commit of a repository and whether files differ from it", async () => {
    expect(await gitState(runs.path)).toBeNull();
    const git = (...args: string[]) =>
      spawnSync("git", ["-C", runs.path, "-c", "user.name=t", "-c", "user.email=t@t", ...args]);
    git("init", "-q");
    writeFileSync(join(runs.path, "a"), "1");
    git("add", "a");
    git("commit", "-qm", "a");
    expect(await gitState(runs.path)).toEqual({ commit: expect.stringMatching(/^[0-9a-f]{40}$/), dirty: false });
    writeFileSync(join(runs.path, "a"), "2");
    expect((await gitState(runs.path))?.dirty).toBe(true);
  });

  it("writes options that are not JSON as their names", () => {
    class Model {}
    const long = Array.from({ length: 200 }, () => 0);
    expect(jsonable({ model: new Model(), long, loss: () => 1, lr: Number.NaN, none: undefined })).toEqual({
      model: "[Model]",
      long: "[200 items]",
      loss: "[function loss]",
      lr: "NaN",
    });
  });
});

describe("metrics.jsonl", () => {
  it("tolerates a torn last line and names a bad line elsewhere", async () => {
    const path = join(runs.path, "metrics.jsonl");
    writeFileSync(path, '{"type":"a","step":1}\n{"type":"a","step":2}\n{"type":"a","st');
    expect((await readJsonLines<Metric>(path)).map((m) => m.step)).toEqual([1, 2]);
    writeFileSync(path, '{"type":"a","step":1}\nbroken\n{"type":"a","step":2}\n');
    await expect(readJsonLines<Metric>(path)).rejects.toThrow(/metrics.jsonl, line 2 is not JSON: broken/);
    expect(await readJsonLines<Metric>(join(runs.path, "none"))).toEqual([]);
  });

  it("forgets what came after a checkpoint, torn line included", async () => {
    const path = join(runs.path, "metrics.jsonl");
    writeFileSync(path, '{"type":"start"}\n{"type":"a","step":1}\n{"type":"a","step":2}\n{"ty');
    expect(await truncateMetrics(path, 1)).toHaveLength(2);
    appendFileSync(path, '{"type":"a","step":2}\n');
    expect((await readJsonLines<Metric>(path)).map((m) => m.step)).toEqual([undefined, 1, 2]);
  });
});

describe("checkpoints", () => {
  const fill = (content: string) => async (at: string) => {
    await writeFile(join(at, "weights"), content);
    await writeFile(join(at, "state.json"), "{}");
  };

  it("takes the newest that is whole, whatever damaged the newer ones", async () => {
    for (const step of [1, 2, 3, 4, 10]) await saveCheckpoint(runs.path, step, fill(`w${step}`));
    expect((await listCheckpoints(runs.path)).map((c) => c.step)).toEqual([1, 2, 3, 4, 10]);
    truncateSync(join(runs.path, "step-10/weights"), 1);
    writeFileSync(join(runs.path, "step-4/weights"), "xx"); // same size, other bytes
    rmSync(join(runs.path, "step-3/checksums.json"));
    expect(await checkpointFault(join(runs.path, "step-10"))).toBe("weights has 1 bytes instead of 3");
    expect(await checkpointFault(join(runs.path, "step-4"))).toBe("weights does not match its checksum");
    expect(await checkpointFault(join(runs.path, "step-3"))).toBe("checksums.json is missing or not JSON");
    expect((await newestCheckpoint(runs.path)).step).toBe(2);
    for (const step of [1, 2]) rmSync(join(runs.path, `step-${step}/weights`));
    await expect(newestCheckpoint(runs.path)).rejects.toThrow(
      /none of its 5 checkpoints is whole \(step-10: weights has 1/,
    );
    await expect(newestCheckpoint(join(runs.path, "none"))).rejects.toThrow("it has none");
  });

  it("keeps the newest and the spared, and clears what crashes left", async () => {
    for (const step of [1, 2, 3, 4]) await saveCheckpoint(runs.path, step, fill("w"));
    mkdirSync(join(runs.path, ".tmp-step-5-1-abc"));
    await pruneCheckpoints(runs.path, 2, [1]);
    expect(readdirSync(runs.path).sort()).toEqual(["step-1", "step-3", "step-4"]);
  });

  it("a full disk leaves the checkpoints before it and no half one", () => {
    // A file size limit makes write() fail in the middle of a file, as a full disk does.
    const child = runChild(
      `await saveCheckpoint(folder, 1, (at) => writeFile(join(at, "w"), Buffer.alloc(1000)));
       try { await saveCheckpoint(folder, 2, (at) => writeFile(join(at, "w"), Buffer.alloc(100_000))); }
       catch (error) { console.log(error.code + ": " + error.message); }`,
      "ulimit -f 32",
    );
    expect(child.stdout).toMatch(/^io: cannot write .*step-2: the file would exceed the size limit/);
    expect(readdirSync(runs.path)).toEqual(["step-1"]);
  });

  it.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")(
    "a really full file system does so too",
    async () => {
      const disk = join(runs.path, "disk");
      mkdirSync(disk);
      const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", disk]);
      if (mounted.status !== 0) return; // a container that may not mount
      try {
        await saveCheckpoint(disk, 1, fill("w"));
        const full = saveCheckpoint(disk, 2, (at) => writeFile(join(at, "w"), Buffer.alloc(1_000_000)));
        await expect(full).rejects.toMatchObject({ code: "io", message: expect.stringContaining("no space is left") });
        expect(readdirSync(disk)).toEqual(["step-1"]);
        expect((await newestCheckpoint(disk)).step).toBe(1);
      } finally {
        spawnSync("umount", [disk]);
      }
    },
  );

  it("kill -9 at any moment leaves only whole checkpoints", async () => {
    const script = childScript(
      `for (let step = 1; ; step++) await saveCheckpoint(folder, step, (at) => writeFile(join(at, "w"), Buffer.alloc(300_000, step)));`,
    );
    for (const delay of [0, 7, 23]) {
      const child = spawn(process.execPath, ["--import", hooks, script], { stdio: "ignore" });
      while ((await listCheckpoints(runs.path)).length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, delay));
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      for (const { path } of await listCheckpoints(runs.path)) expect(await checkpointFault(path)).toBeUndefined();
      await pruneCheckpoints(runs.path, 0);
      expect(readdirSync(runs.path).filter((name) => name !== "child.ts")).toEqual([]);
    }
  });

  function childScript(body: string): string {
    const path = join(runs.path, "child.ts");
    const source = `import { writeFile } from "node:fs/promises";
      import { join } from "node:path";
      import { saveCheckpoint } from ${JSON.stringify(join(import.meta.dirname, "checkpoints.ts"))};
      const folder = ${JSON.stringify(runs.path)};
      ${body}`;
    writeFileSync(path, source);
    return path;
  }

  function runChild(body: string, setup: string) {
    const script = childScript(body);
    const child = spawnSync("bash", ["-c", `${setup}; exec "$0" --import "$1" "$2"`, process.execPath, hooks, script], {
      encoding: "utf8",
    });
    rmSync(script);
    expect(existsSync(script)).toBe(false);
    return child;
  }
});
