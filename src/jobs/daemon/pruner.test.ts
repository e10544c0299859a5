/** Jobs that are over, removed: what goes, what stays, and what a daemon that is killed meanwhile leaves to the next. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { MedgymError } from "../../core/errors.ts";
import { attemptFolder } from "../home.ts";
import type { JobEvent, JobRecord } from "../job.ts";
import { requests } from "../protocol.ts";
import { begun, jobsFolder, jobsForTest, over, sleeping, submit } from "../testing/jobs.test-helper.ts";
import { Pruner } from "./pruner.ts";
import { Roll } from "./roll.ts";
import { Store } from "./store.ts";

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  return { ...real, rm: vi.fn(real.rm) };
});

const dayMs = 24 * 3600 * 1000;

/** Jobs that an earlier daemon saw end, with what they left. */
function leave(home: string, ...jobs: (Partial<JobRecord> & { id: number; value?: unknown })[]): void {
  const store = new Store(join(home, "jobs.sqlite"));
  store.transaction(() => {
    for (const { value = "kept", ...given } of jobs) {
      const record: JobRecord = { spec: sleeping(), state: "succeeded", attempt: 1, devices: [], submittedMs: 0, endedMs: Date.now(), runs: [], ...given }; // biome-ignore format: a record
      store.insert({ record, retries: 0, unbegun: 0 });
      store.note(record.id, "ended");
      if (record.state !== "succeeded") continue;
      const folder = attemptFolder(home, record.id, 1);
      mkdirSync(join(folder, "artefacts"), { recursive: true });
      writeFileSync(join(folder, "artefacts", "model"), "weights".repeat(10_000));
      writeFileSync(join(folder, "result.json"), JSON.stringify({ status: "succeeded", value }));
    }
  });
  store.close();
}

const folders = (home: string) => readdirSync(join(home, "jobs")).map(Number).sort((a, b) => a - b); // biome-ignore format: a line

/** In this process, where its disk can be made to fail. */
function prunerOf(home: string): { pruner: Pruner; store: Store; said: string[] } {
  const store = new Store(join(home, "jobs.sqlite"));
  const said: string[] = [];
  const pruner = new Pruner({ home, store, roll: new Roll(store), logDays: 30, log: (text) => said.push(text), changed() {} }); // biome-ignore format: a line
  onTestFinished(() => {
    pruner.close();
    store.close();
  });
  return { pruner, store, said };
}

test("a daemon prunes: old ones go with their folders, what is needed stays, named ones go but not while they run", async () => {
  const home = jobsFolder();
  const endedMs = Date.now() - 40 * dayMs;
  const inFolder = (id: number) => join(attemptFolder(home, id, 1), "artefacts", "model");
  leave(home, { id: 1, endedMs }, { id: 2, endedMs }, { id: 3, endedMs, value: { model: inFolder(2) } }, { id: 4, endedMs }, { id: 5 }); // biome-ignore format: a list
  const jobs = await jobsForTest({}, home);
  await jobs.request(requests.pause);
  // One takes the result of 3, which names a file of 2; the other names a file of 4 itself.
  const work = { type: "function", module: "sleeper", export: "sleep", options: { value: { $job: 3, path: "model" } } } as const; // biome-ignore format: a line
  const [first, second] = await submit(jobs, sleeping({}, { work }), sleeping({ value: inFolder(4), ms: 60_000 }));
  const query = { olderThanSeconds: 30 * 24 * 3600 };
  const planned = await jobs.request(requests.prune, { ...query, dryRun: true });
  expect(folders(home)).toEqual([1, 2, 3, 4, 5]);
  const done = await jobs.request(requests.prune, query);
  expect(done).toEqual(planned);
  expect(done.removed).toMatchObject([{ id: 1, name: "sleep", state: "succeeded", endedMs }]);
  expect(done.removed[0].bytes).toBeGreaterThan(70_000);
  expect(done.stay.map(({ id }) => id).sort()).toEqual([2, 3, 4]);
  expect(folders(home)).toEqual([2, 3, 4, 5]);
  expect((await jobs.request(requests.list, {})).map(({ id }) => id)).toEqual([second, first, 5, 4, 3, 2]);
  expect((await jobs.request(requests.overview)).counts.succeeded).toBe(4);
  await expect(jobs.request(requests.get, { ids: [1] })).rejects.toThrow("there is no job 1 any more: it was pruned");
  await expect(submit(jobs, sleeping({}, { after: [1] }))).rejects.toThrow("there is no job 1 any more");

  await jobs.request(requests.resume);
  await over(jobs, first);
  expect(await jobs.request(requests.result, { id: first })).toBe(inFolder(2));
  await begun(jobs, second);
  await expect(jobs.request(requests.prune, { ids: [2, second] })).rejects.toThrow("(sleep) is running. Cancel it first"); // biome-ignore format: a line
  await jobs.request(requests.cancel, { id: second, graceSeconds: 0 });
  await over(jobs, second);
  const all = { ids: [2, 3, 4, 5, first, second] };
  expect((await jobs.request(requests.prune, all)).removed.map(({ id }) => id)).toEqual(all.ids);
  expect((await jobs.request(requests.prune, all)).removed).toEqual([]); // asked again after a lost answer
  expect(folders(home)).toEqual([]);
  expect(await submit(jobs, sleeping())).toEqual([second + 1]); // numbers are not given again
});

test("a daemon that was killed between the store and the folders: the next one removes them", async () => {
  const home = jobsFolder();
  leave(home, { id: 1 }, { id: 2 }, { id: 3 });
  const { pruner, store } = prunerOf(home);
  store.transaction(() => store.remove([1, 3]));
  expect([folders(home), store.removals()]).toEqual([[1, 2, 3], [1, 3]]); // biome-ignore format: a list
  await pruner.tidy();
  expect([folders(home), store.removals()]).toEqual([[2], []]);
  expect([store.notes(1), store.notes(2).length]).toEqual([[], 1]);
});

test("a folder that cannot be removed is told, and tried again by the next daemon", async () => {
  const home = jobsFolder();
  leave(home, { id: 1 }, { id: 2 });
  const { pruner, store, said } = prunerOf(home);
  vi.mocked(rm).mockRejectedValueOnce(new Error("EBUSY: somebody mounted it"));
  const { removed, failed } = await pruner.prune({});
  expect([removed.map(({ id }) => id), failed]).toEqual([[2], [{ id: 1, name: "sleep", reason: "EBUSY: somebody mounted it" }]]); // biome-ignore format: a line
  expect(said).toEqual([expect.stringContaining("folder of job 1")]);
  expect([folders(home), store.removals()]).toEqual([[1], [1]]);
  await prunerOf(home).pruner.tidy();
  expect([folders(home), store.removals()]).toEqual([[], []]);
});

// Pruning is for a full disk, on which the store cannot write that it pruned.
test("on a full disk logs go first, which makes room for the store", async () => {
  const home = jobsFolder();
  leave(home, { id: 1 });
  const log = join(attemptFolder(home, 1, 1), "output.log");
  writeFileSync(log, "many words");
  const { pruner, store } = prunerOf(home);
  const write = store.transaction.bind(store);
  vi.spyOn(store, "transaction").mockImplementation((work) => {
    if (existsSync(log)) throw new MedgymError("io", "no space is left");
    return write(work);
  });
  expect((await pruner.prune({ ids: [1] })).removed).toMatchObject([{ id: 1 }]);
  expect(folders(home)).toEqual([]);
});

test("logs of what is over for long go, results and curves stay, and the newest thousand keep theirs", async () => {
  const home = jobsFolder();
  const long = Date.now() - 40 * dayMs;
  const filling = Array.from({ length: 999 }, (_, i) => ({ id: 4 + i, endedMs: long, state: "cancelled" as const, attempt: 0 })); // biome-ignore format: a list
  leave(home, { id: 1, endedMs: long }, { id: 2, endedMs: Date.now() - 20 * dayMs }, { id: 3, endedMs: long }, ...filling); // biome-ignore format: a list
  const events: JobEvent[] = [
    { time: 1, type: "started", pid: 1 },
    { time: 2, type: "stream", name: "stdout", text: "many words" },
    { time: 3, type: "metric", run: "sft", step: 1, values: { loss: 2 } },
    { time: 4, type: "artefact", name: "model", path: "model" },
  ];
  const at = (id: number, name = "") => join(attemptFolder(home, id, 1), name);
  for (const id of [1, 2, 3]) {
    writeFileSync(at(id, "events.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    for (const name of ["output.log", "beat.json", "beat-77.json", "work.json", "claim"]) writeFileSync(at(id, name), "{}"); // biome-ignore format: a line
  }
  const { pruner, store } = prunerOf(home);
  await pruner.tidy();
  expect(store.get(1)!.record.logsRemovedMs).toBeGreaterThan(long);
  const types = readFileSync(at(1, "events.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line).type); // biome-ignore format: a line
  expect(types).toEqual(["started", "metric", "artefact"]);
  expect(readdirSync(at(1)).sort()).toEqual(["artefacts", "claim", "events.jsonl", "result.json", "work.json"]);
  for (const id of [2, 3]) {
    expect(store.get(id)!.record.logsRemovedMs).toBeUndefined();
    expect(readdirSync(at(id))).toHaveLength(8);
  }
});
