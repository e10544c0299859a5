import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../core/sqlite.ts";
import type { JobRecord, JobState } from "../job.ts";
import { sleeping } from "../testing/jobs.test-helper.ts";
import { type Job, Store } from "./store.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "medgym-store-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function job(id: number, given: Partial<JobRecord> = {}): Job {
  const record: JobRecord = { id, spec: sleeping(), state: "queued", attempt: 0, devices: [], submittedMs: id, runs: [], ...given }; // biome-ignore format: a record
  return { record, retries: 0, unbegun: 0 };
}

test("what was written is there for the next one: jobs, leases, settings, submissions", () => {
  const path = join(folder(), "jobs.sqlite");
  const store = new Store(path);
  const first = job(1, { reason: "€ 'quoted'" });
  store.transaction(() => {
    store.insert(first);
    store.insert(job(2, { state: "running" }));
    store.lease(2, [0, 3]);
    store.set("paused", "true");
    store.keepSubmission("token", [1, 2]);
  });
  store.close();
  const next = new Store(path);
  expect(next.get(1)).toEqual(first);
  expect(next.get(3)).toBeUndefined();
  expect(next.leases()).toEqual([{ device: 0, job: 2 }, { device: 3, job: 2 }]); // biome-ignore format: a list
  expect([next.setting("paused"), next.submission("token"), next.submission("other")]).toEqual(["true", [1, 2], undefined]); // biome-ignore format: a list
  expect(next.nextId()).toBe(3);
  expect([...next.counts()]).toEqual([["queued", 1], ["running", 1]]); // biome-ignore format: a list
  next.close();
});

test("a transaction that fails leaves nothing behind", () => {
  const store = new Store(join(folder(), "jobs.sqlite"));
  expect(() =>
    store.transaction(() => {
      store.insert(job(1));
      throw new Error("stop");
    }),
  ).toThrow("stop");
  expect(store.list({})).toEqual([]);
  store.close();
});

test("a full disk is said with what to do, and what was there stays", () => {
  const path = join(folder(), "jobs.sqlite");
  const full = new Store(path, { pages: 12 });
  full.insert(job(1));
  const large = job(2, { spec: sleeping({ value: "x".repeat(100_000) }) });
  const write = () => full.transaction(() => full.insert(large));
  expect(write).toThrow(/cannot write .*: no space is left on the device\. Free some space/);
  expect(full.list({}).map(({ record }) => record.id)).toEqual([1]);
  full.close();
  const store = new Store(path);
  store.transaction(() => store.insert(large));
  expect(store.get(2)).toEqual(large);
  store.close();
});

test("a damaged store is called that, with what to do", () => {
  const path = join(folder(), "jobs.sqlite");
  writeFileSync(path, "this is no database ".repeat(1000));
  expect(() => new Store(path)).toThrow(expect.objectContaining({ code: "corrupt", message: expect.stringMatching(/is damaged: .*Move it away/) })); // biome-ignore format: a line
});

// A new job 1 took the claim and the result that lay in the old one's folder for its own.
test("beside folders of a store that was moved away, a new one begins behind their numbers", () => {
  const home = folder();
  for (const name of ["7", "12", "notes"]) mkdirSync(join(home, "jobs", name), { recursive: true });
  const store = new Store(join(home, "jobs.sqlite"));
  expect(store.nextId()).toBe(13);
  store.close();
});

test("a store of a newer medgym is not touched", () => {
  const path = join(folder(), "jobs.sqlite");
  new Store(path).close();
  const database = openDatabase(path);
  database.exec("PRAGMA user_version = 99");
  database.close();
  expect(() => new Store(path)).toThrow(expect.objectContaining({ code: "unsupported" }));
});

test("lists by state, notebook and page, newest first", () => {
  const store = new Store(join(folder(), "jobs.sqlite"));
  const states: JobState[] = ["queued", "failed", "succeeded"];
  store.transaction(() => {
    for (let id = 1; id <= 9; id++)
      store.insert(job(id, { state: states[id % 3], spec: sleeping({}, { notebook: `n${id % 2}` }) }));
  });
  const ids = (query: Parameters<Store["list"]>[0]) => store.list(query).map(({ record }) => record.id);
  expect(ids({ limit: 3 })).toEqual([9, 8, 7]);
  expect(ids({ before: 7, limit: 2 })).toEqual([6, 5]);
  expect(ids({ states: ["failed"], notebook: "n1" })).toEqual([7, 1]);
  store.close();
});
