import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { z } from "zod";
import { escapeHtml } from "../../core/display.ts";
import { MedgymError } from "../../core/errors.ts";
import { resolveOptions } from "../../core/options.ts";
import { Run, type RunContext, type RunMeter, type RunView } from "../../core/run.ts";
import { type PlacedRow, readRows } from "../../data/index.ts";
import { DatabaseThread, SqlError, type Values } from "./database-thread.ts";
import { machineStart, sameStart } from "./machine-start.ts";
import type { Passage } from "./passage.ts";
import { type AboutRow, aboutFrom, askAbout, createTables, finishTables, insertPassage, insertWords, layout, tellAbout, valuesOf } from "./schema.ts"; // biome-ignore format: a list

export interface IndexOptions {
  /** The store's file, e.g. "pubmed.store". If an earlier run over the same corpus did not end, this one goes on from there. */
  into: string;
  /** Columns (or keys) in which a passage's fields are. Without an id, the row's number is the id. @default id, title, text, category, source */
  columns?: Partial<Record<keyof Passage, string>>;
  /** Passages that are written at once: what a killed run loses at most. @default 50_000 */
  batchSize?: number;
  /** Cancels the run, as `run.cancel()` does. What is written stays. */
  signal?: AbortSignal;
  /** For tests: pages of 16 KiB that the disk has room for. */
  _internal?: { maxPages?: number };
}

/** Passages are on disk. */
export interface IndexEvent {
  type: "batch-end";
  /** In the store so far. */
  passages: number;
  /** Since this run began. */
  passagesPerSecond: number;
}

export interface IndexResult {
  /** The store's file, for `gym.knowledge.open(path)`. */
  path: string;
  passages: number;
  /** Of them, by this run. */
  added: number;
}

const column = (name: keyof Passage) => z.string().min(1).default(name);
const schema = z.strictObject({
  into: z.string().min(1),
  columns: z.strictObject({ id: column("id"), title: column("title"), text: column("text"), category: column("category"), source: column("source") }).prefault({}), // biome-ignore format: a row
  batchSize: z.int().min(1).default(50_000),
  signal: z.instanceof(AbortSignal).optional(),
  _internal: z.strictObject({ maxPages: z.int().optional() }).prefault({}),
});
type Resolved = z.output<typeof schema>;
type Columns = Resolved["columns"];

/** Of a new store: larger ones than SQLite's own make it a tenth quicker to write, and smaller. */
const pageBytes = 16_384;

/** Rows that go to the database's thread together. */
const sentAtOnce = 1000;

/**
 * Indexes a corpus of passages for BM25 search: rows with a text, and where they have them an id, a title, a category and a
 * source, from .jsonl, .json, .parquet or .csv of any length. A run that was cancelled or killed is gone on with by the same
 * call. `gym.knowledge.open(into)` then searches.
 */
export function index(file: string, options: IndexOptions): Run<IndexResult, IndexEvent> {
  const { signal, ...resolved } = resolveOptions("gym.knowledge.index", options, schema);
  const cancel = () => run.cancel();
  const run = new Run<IndexResult, IndexEvent>(
    "knowledge.index",
    (context) => build(file, resolved, context).finally(() => signal?.removeEventListener("abort", cancel)),
    view,
    meter,
  );
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted) cancel();
  return run;
}

async function build(
  file: string,
  options: Omit<Resolved, "signal">,
  { signal, emit }: RunContext<IndexEvent>,
): Promise<IndexResult> {
  signal.throwIfAborted();
  const { into, batchSize } = options;
  const print = fingerprint(file, options.columns);
  const db = new DatabaseThread(resolve(into));
  let rows = 0;
  let before = 0;
  try {
    const found = await begin(db, print, options);
    before = found.rows;
    if (found.finished) return { path: into, passages: before, added: 0 };
    const startedAt = performance.now();
    const told = () => emit({ type: "batch-end", passages: rows, passagesPerSecond: (1000 * (rows - before)) / (performance.now() - startedAt) }); // biome-ignore format: a row
    const unseen = namedColumns(options.columns);
    const requireSeen = () => {
      if (unseen.size === 0) return;
      throw new MedgymError(
        "invalid-data",
        `none of the first ${rows} rows of ${file} has a column ${[...unseen].join(" or ")}.`,
      );
    };
    let batch: Values[] = [];
    const underWay: Promise<void>[] = [];
    /** While batches are being written the next is read; two, so that the other thread never waits. */
    const send = async () => {
      if (underWay.length === 2) await underWay.shift();
      signal.throwIfAborted();
      const done = rows % batchSize === 0;
      const written = write(db, batch, done ? rows : undefined);
      written.catch(() => {}); // told when awaited
      underWay.push(written);
      batch = [];
      if (done) await Promise.all(underWay.splice(0)).then(told);
    };
    for await (const placed of readRows(file, { schema: "any" })) {
      if (++rows <= before) {
        if (rows % sentAtOnce === 0) signal.throwIfAborted();
        continue;
      }
      batch.push(valuesOf(rows, passageOf(placed, rows, options.columns, unseen)));
      if (batch.length < sentAtOnce && rows % batchSize > 0) continue;
      if (before === 0) requireSeen();
      await send();
    }
    if (before === 0) requireSeen();
    if (rows === 0) throw new MedgymError("invalid-data", `${file} has no rows.`);
    if (batch.length > 0) await send();
    await Promise.all(underWay);
    if (fingerprint(file, options.columns) !== print) throw changed(file, into, "while it was being indexed");
    await finish(db, rows);
    told();
    return { path: into, passages: rows, added: rows - before };
  } catch (error) {
    throw explain(error, into);
  } finally {
    await db.close();
  }
}

/** A new store's tables, or what an earlier run left. */
async function begin(
  db: DatabaseThread,
  print: string,
  { into, _internal: { maxPages } }: Omit<Resolved, "signal">,
): Promise<{ rows: number; finished: boolean }> {
  // One writer at a time: the lock is kept once it is had (to ask for it so from the start would let two runs stop each other).
  await db.exec(
    `PRAGMA page_size = ${pageBytes}; PRAGMA busy_timeout = 100; BEGIN EXCLUSIVE; PRAGMA locking_mode = EXCLUSIVE; COMMIT`,
  );
  // A killed process leaves whole batches. Nothing waits for the disk until the end, so a machine that stops may leave anything.
  await db.exec(
    `PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;
    ${maxPages ? `PRAGMA max_page_count = ${maxPages};` : ""} BEGIN`,
  );
  const [{ tables }] = await db.all<{ tables: number }>("SELECT count(*) AS tables FROM sqlite_schema");
  if (tables === 0) {
    await db.exec(createTables);
    // Words are gathered in memory that fits a cache, then written; sixty-four such parts are merged into one.
    await db.exec(`INSERT INTO words (words, rank) VALUES ('hashsize', ${3 << 20}), ('automerge', 64), ('crisismerge', 1000), ('pgsz', ${pageBytes - 84})`); // biome-ignore format: a row
    await db.run(
      tellAbout,
      Object.entries({ layout: `${layout}`, corpus: print, rows: "0", finished: "no", start: machineStart() }),
    );
    await db.exec("COMMIT; BEGIN");
    return { rows: 0, finished: false };
  }
  const about = aboutFrom(await db.all<AboutRow>(askAbout));
  if (about.layout !== String(layout)) {
    throw new MedgymError(
      "unsupported",
      `${into} has layout ${about.layout}, this medgym writes ${layout}. Remove it.`,
    );
  }
  if (about.corpus !== print) throw otherCorpus(about.corpus, print, into);
  if (about.finished !== "yes") {
    if (about.start && !sameStart(about.start, machineStart())) {
      throw new MedgymError("invalid-data", `${into} was being written when the machine stopped, and may be damaged. Remove it and begin anew.`); // biome-ignore format: a row
    }
    await db.run(tellAbout, [["start", machineStart()]]);
  }
  return { rows: Number(about.rows), finished: about.finished === "yes" };
}

/** `commit`: with this batch so many rows are whole. */
async function write(db: DatabaseThread, batch: readonly Values[], commit?: number): Promise<void> {
  const places = [batch[0][0], batch.at(-1)![0]];
  const steps = [db.run(insertPassage, batch), db.run(insertWords, [places])];
  if (commit !== undefined) {
    steps.push(db.run(tellAbout, [["rows", `${commit}`]]), db.exec("COMMIT; BEGIN"));
  }
  await Promise.all(steps);
}

async function finish(db: DatabaseThread, rows: number): Promise<void> {
  try {
    await db.exec(finishTables);
  } catch (error) {
    if (!/UNIQUE/.test((error as Error).message)) throw error;
    const [twice] = await db.all<{ id: string }>("SELECT id FROM passages GROUP BY id HAVING count(*) > 1 LIMIT 1");
    throw new MedgymError(
      "invalid-data",
      `passages must have ids of their own; "${twice.id}" is there more than once. Name another column: columns: { id: … }.`,
    );
  }
  await db.run(tellAbout, [["rows", `${rows}`]]);
  await db.exec("COMMIT");
  // all that was written is on the disk before it says that it is whole
  await db.exec("PRAGMA synchronous = FULL; BEGIN");
  await db.run(tellAbout, [["finished", "yes"]]);
  await db.exec("COMMIT");
}

/** The corpus as it is now: another content, another print. */
function fingerprint(file: string, columns: Columns): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw new MedgymError("not-found", `there is no file ${file}.`);
  return JSON.stringify([basename(file), stat.size, Math.floor(stat.mtimeMs), columns]);
}

function otherCorpus(before: string, now: string, into: string): MedgymError {
  const [[oldFile, , , oldColumns], [file, , , columns]] = [JSON.parse(before), JSON.parse(now)];
  if (oldFile !== file) {
    return new MedgymError("invalid-argument", `${into} holds passages of ${oldFile}, not of ${file}. Choose another file.`); // biome-ignore format: a row
  }
  if (JSON.stringify(oldColumns) !== JSON.stringify(columns)) {
    return new MedgymError("invalid-argument", `${into} was begun with other columns: ${JSON.stringify(oldColumns)}. Name the same, or remove it and begin anew.`); // biome-ignore format: a row
  }
  return changed(file, into, "since its index was begun");
}

function changed(file: string, into: string, when: string): MedgymError {
  return new MedgymError("invalid-data", `${file} has changed ${when}. Remove ${into} and begin anew.`);
}

/** What SQLite says, in words that say what to do. */
function explain(error: unknown, into: string): unknown {
  if (!(error instanceof SqlError)) return error;
  const told = (code: "io" | "invalid-argument", message: string) => new MedgymError(code, message, { cause: error });
  if (/locked|busy/i.test(error.message)) return told("io", `${into} is being written by another run. Wait for it, or choose another file.`); // biome-ignore format: a row
  if (/full/i.test(error.message)) return told("io", `the disk is full: ${into} takes up to twice the room of its corpus. Make room and call again: it goes on from the last batch.`); // biome-ignore format: a row
  if (/not a database|no such table/i.test(error.message)) return told("invalid-argument", `${into} is there and is no passage store. Choose another file.`); // biome-ignore format: a row
  return told("io", `cannot write ${into}: ${error.message}.`);
}

/** Columns that the caller named: a slip of the pen would otherwise leave a field empty everywhere. */
function namedColumns(columns: Columns): Set<string> {
  return new Set(Object.entries(columns).flatMap(([name, wanted]) => (wanted === name ? [] : [wanted])));
}

function passageOf(
  { row, place }: PlacedRow<Record<string, unknown>>,
  number: number,
  columns: Columns,
  unseen: Set<string>,
): Passage {
  const field = (name: keyof Passage) => {
    const value = row[columns[name]];
    if (value === undefined || value === null) return "";
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "bigint") return String(value);
    throw new MedgymError(
      "invalid-data",
      `${place}: ${columns[name]} is no text. Name another column: columns: { ${name}: … }.`,
    );
  };
  for (const name of unseen) if (name in row) unseen.delete(name);
  const text = field("text");
  if (text === "") {
    throw new MedgymError(
      "invalid-data",
      `${place}: there is no text in ${columns.text}; columns: ${Object.keys(row).join(", ")}. Name the one to take: columns: { text: … }.`,
    );
  }
  return {
    id: field("id") || String(number),
    title: field("title"),
    text,
    category: field("category"),
    source: field("source"),
  };
}

const speed = (perSecond: number) => `${Math.round(perSecond).toLocaleString("en")} passages/s`;

const view: RunView<IndexResult, IndexEvent> = ({ name, status, events, error }) => {
  const last = events.at(-1);
  const said = last ? `${last.passages.toLocaleString("en")} passages, ${speed(last.passagesPerSecond)}` : "reading";
  const line = `${name}: ${status}, ${said}${status === "failed" ? `: ${(error as Error)?.message ?? error}` : ""}`;
  return { "text/plain": line, "text/html": `<div>${escapeHtml(line)}</div>` };
};

const meter: RunMeter<IndexResult, IndexEvent> = ({ events }) => ({
  done: events.at(-1)?.passages ?? 0,
  unit: "passages",
});
