import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../../core/random.ts";
import { write } from "../../data/index.ts";
import { renderCalls } from "../action.ts";
import { defineEnvironment } from "../environment.ts";
import { DatabaseThread } from "./database-thread.ts";
import { index } from "./index-corpus.ts";
import { machineStart, sameStart } from "./machine-start.ts";
import type { Passage } from "./passage.ts";
import { openStore, storeOf } from "./store.ts";
import { knowledgeTools } from "./tools.ts";

const words =
  "fever cough valve stenosis kidney dialysis insulin glucose rash joint pain thyroid anaemia ferritin".split(" ");
const random = new Random(4);
const corpus: Passage[] = Array.from({ length: 3000 }, (_, i) => ({
  id: `p${i}`,
  title: random.choice(words),
  text: Array.from({ length: 12 }, () => random.choice(words)).join(" "),
  category: random.choice(["one", "two"]),
  source: `page ${i}`,
}));
const queries = ["stenosis of a valve", "ferritin in anaemia", "dialysis", "thyroid pain, insulin"];
const found = (store: { search(query: string): unknown }) => queries.map((query) => store.search(query));

let folder: string;
let file: string;
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "medgym-index-"));
  file = written("corpus.jsonl", corpus);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, rows: readonly object[]): string {
  const path = join(folder, name);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
}
const newStore = () => join(folder, `${++count}.store`);
const failure = (run: PromiseLike<unknown>) => Promise.resolve(run).then(() => "no error", (error) => `${error.code}: ${error.message}`); // biome-ignore format: a row

test.each(["jsonl", "csv", "parquet"])("a corpus in .%s is found as one in memory", async (format) => {
  const path = join(folder, `formats.${format}`);
  await write(path, corpus);
  const into = newStore();
  expect(await index(path, { into })).toEqual({ path: into, passages: 3000, added: 3000 });
  const store = openStore(into);
  expect(found(store)).toEqual(found(storeOf(corpus)));
  expect(store.get("p7")).toEqual(corpus[7]);
  store.close();
});

test("fields are taken from the columns that are named; without an id the row's number is it", async () => {
  const rows = [
    { headline: "Rash", body: "A rash.", pmid: 12 },
    { body: "No headline.", pmid: 13 },
  ];
  const path = written("columns.jsonl", rows);
  const [numbered, named] = [newStore(), newStore()];
  await index(path, { into: numbered, columns: { text: "body" } });
  expect(openStore(numbered).search("rash")).toMatchObject([{ id: "1", title: "", text: "A rash." }]);
  await index(path, { into: named, columns: { text: "body", title: "headline", id: "pmid" } });
  expect(openStore(named).search("rash")).toMatchObject([{ id: "12", title: "Rash" }]);
});

test("an environment's tools read in it", async () => {
  const into = newStore();
  await index(file, { into });
  const store = openStore(into);
  const library = defineEnvironment({
    name: "library",
    state: () => ({}),
    tools: (tool) => knowledgeTools(tool, () => store),
  });
  const criteria = { actions: [], assertions: [] };
  const episode = library.start({
    id: "1",
    domain: "library",
    split: "test",
    ticket: "Which?",
    difficulty: 1,
    criteria,
  });
  await episode.step(renderCalls([{ name: "searchEvidence", arguments: { query: queries[0] } }]));
  const [{ id }] = store.search(queries[0]);
  expect(episode.log[0].result).toMatchObject({ results: [{ id }, {}, {}, {}, {}, {}, {}, {}] });
});

test("tells of each batch; a second call finds the work done", async () => {
  const into = newStore();
  const run = index(file, { into, batchSize: 1200 });
  await run;
  expect(run.events.map(({ passages }) => passages)).toEqual([1200, 2400, 3000]);
  for (const { passagesPerSecond } of run.events) expect(passagesPerSecond).toBeGreaterThan(0);
  expect(await index(file, { into })).toEqual({ path: into, passages: 3000, added: 0 });
});

test("killed with -9 it is gone on with, and ends as one that was left alone", async () => {
  const [into, whole] = [newStore(), newStore()];
  const path = (name: string) => JSON.stringify(join(import.meta.dirname, name));
  const program = join(folder, "index.ts");
  writeFileSync(
    program,
    `import { DatabaseThread } from "./database-thread.ts";
import { index } from ${path("index-corpus.ts")};
    for await (const event of index(${JSON.stringify(file)}, { into: ${JSON.stringify(into)}, batchSize: 200 })) {
      process.stdout.write(event.passages + ";");
    }`,
  );
  const hooks = join(import.meta.dirname, "../../../test/ts-hooks.mjs");
  const told = await new Promise<string>((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", hooks, program], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.split(";").length > 4) child.kill("SIGKILL");
    });
    child.once("exit", (code, signal) =>
      signal === "SIGKILL" ? resolve(output) : reject(new Error(`ended: ${code}`)),
    );
  });
  expect(() => openStore(into)).toThrow(/not finished. Call gym.knowledge.index again/);
  const { passages, added } = await index(file, { into, batchSize: 200 });
  const last = Number(told.split(";").at(-2));
  expect(last).toBeGreaterThanOrEqual(800);
  expect([passages, added <= 3000 - last, added > 0]).toEqual([3000, true, true]); // what was told of is not done again
  await index(file, { into: whole });
  expect(found(openStore(into))).toEqual(found(openStore(whole)));
  expect(openStore(into).size).toBe(3000);
});

test("what a machine that stopped has left is not gone on with: nothing had waited for the disk", async () => {
  const into = newStore();
  const run = index(file, { into, batchSize: 500 });
  const cancelled = (async () => {
    for await (const _ of run) run.cancel();
  })();
  expect(await failure(cancelled)).toMatch(/^cancelled/);
  const store = new DatabaseThread(into);
  await store.exec("UPDATE about SET value = 'another' WHERE key = 'start'");
  await store.close();
  expect(await failure(index(file, { into }))).toMatch(
    /^invalid-data: .* was being written when the machine stopped.*begin anew/,
  );
  expect(sameStart("minute 100", "minute 102")).toBe(true);
  expect([sameStart("minute 100", "minute 103"), sameStart("a", "b"), sameStart("a", "a")]).toEqual([
    false,
    false,
    true,
  ]);
  expect(sameStart(machineStart(), machineStart())).toBe(true);
});

test("killed before it could say that it is whole, it only says so", async () => {
  const into = newStore();
  await index(file, { into });
  const store = new DatabaseThread(into);
  await store.exec("UPDATE about SET value = 'no' WHERE key = 'finished'");
  await store.close();
  expect(() => openStore(into)).toThrow(/not finished/);
  expect(await index(file, { into })).toEqual({ path: into, passages: 3000, added: 0 });
  expect(found(openStore(into))).toEqual(found(storeOf(corpus)));
});

test("a signal cancels it; batches that were written stay", async () => {
  const into = newStore();
  const controller = new AbortController();
  const run = index(file, { into, batchSize: 500, signal: controller.signal });
  for await (const event of run) {
    expect(event.passages).toBe(500);
    controller.abort();
    break;
  }
  expect(await failure(run)).toMatch(/^cancelled: /);
  expect(run.status).toBe("cancelled");
  const { added } = await index(file, { into, batchSize: 500 });
  expect([500, 1000]).toContain(3000 - added);
  expect(found(openStore(into))).toEqual(found(storeOf(corpus)));
  expect(await failure(index(file, { into: newStore(), signal: AbortSignal.abort() }))).toMatch(/^cancelled: /);
});

test("a full disk is told of; with room it goes on", async () => {
  const into = newStore();
  const cramped = index(file, { into, batchSize: 1000, _internal: { maxPages: 30 } });
  expect(await failure(cramped)).toMatch(/^io: the disk is full: .*Make room and call again/);
  const before = cramped.events.at(-1)!.passages;
  expect(before).toBeGreaterThanOrEqual(1000);
  expect(statSync(into).size).toBeLessThanOrEqual(30 * 16_384);
  expect(await index(file, { into })).toMatchObject({ passages: 3000, added: 3000 - before });
  expect(found(openStore(into))).toEqual(found(storeOf(corpus)));
});

test("another corpus, another state of the corpus, other columns are not mixed", async () => {
  const [into, path] = [newStore(), written("changing.jsonl", corpus)];
  const part = index(path, { into, batchSize: 100 });
  const cancelled = (async () => {
    for await (const _ of part) part.cancel();
  })();
  expect(await failure(cancelled)).toMatch(/^cancelled/);
  expect(await failure(index(file, { into }))).toMatch(/holds passages of changing.jsonl, not of corpus.jsonl/);
  expect(await failure(index(path, { into, columns: { source: "title" } }))).toMatch(/was begun with other columns/);
  appendFileSync(path, `${JSON.stringify(corpus[50])}\n`);
  expect(await failure(index(path, { into }))).toMatch(
    /^invalid-data: changing.jsonl has changed since its index was begun/,
  );
  const during = index(path, { into: newStore(), batchSize: 100 });
  const touched = (async () => {
    for await (const { passages } of during) if (passages === 100) utimesSync(path, 1, 1);
  })();
  expect(await failure(touched)).toMatch(/has changed while it was being indexed/);
});

test("says what is wrong with the corpus", async () => {
  const fails = (rows: readonly object[], columns = {}) =>
    failure(index(written(`wrong-${++count}.jsonl`, rows), { into: newStore(), columns }));
  expect(await fails([{ text: "a" }, { title: "b", body: "c" }])).toMatch(
    /^invalid-data: .*line 2: there is no text in text; columns: title, body. Name the one to take: columns: { text: … }/,
  );
  expect(await fails([{ text: "a" }], { title: "heading", id: "pmid" })).toMatch(/none of the first 1 rows of .* has a column pmid or heading/); // biome-ignore format: a row
  expect(await fails([{ text: ["a"] }])).toMatch(/line 1: text is no text/);
  expect(await fails([{ id: "x", text: "a" }, { id: "x", text: "b" }])).toMatch(/ids of their own; "x" is there more than once/); // biome-ignore format: a row
  expect(await fails([])).toMatch(/has no rows/);
  expect(await failure(index(join(folder, "absent.jsonl"), { into: newStore() }))).toMatch(
    /^not-found: there is no file/,
  );
});

test("says what is wrong with the store's file", async () => {
  const path = written("notes.txt", [{ text: "no database" }, { text: "x".repeat(2000) }]);
  expect(await failure(index(file, { into: path }))).toMatch(/^invalid-argument: .*is there and is no passage store/);
  expect(await failure(index(file, { into: join(folder, "no", "folder.store") }))).toMatch(/^io: cannot write/);
  const into = newStore();
  const other = new DatabaseThread(into);
  await other.exec("BEGIN EXCLUSIVE; CREATE TABLE written (by_the_other INTEGER)");
  expect(await failure(index(file, { into }))).toMatch(/^io: .* is being written by another run/);
  await other.exec("ROLLBACK");
  await other.close();
  for (let i = 0; i < 2; i++) {
    const [at, twins] = [newStore(), [0, 1]];
    const ends = await Promise.all(twins.map(() => failure(index(file, { into: at, batchSize: 100 }))));
    expect(ends.filter((end) => !/another run/.test(end))).toContain("no error"); // never both refused
  }
  expect(() => index(file, { into, batch: 3 } as never)).toThrow(/has no option "batch"/);
});
