/** The store: every job, who holds which device. Only the daemon opens it; what is written is on disk when a call returns. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ErrorCode, MedgymError } from "../../core/errors.ts";
import { type Database, openDatabase } from "../../core/sqlite.ts";
import { type JobRecord, type JobSpec, type JobState, terminalStates } from "../job.ts";
import type { ListQuery } from "../protocol.ts";

/** A job as the daemon knows it: what clients see, and what they need not. */
export interface Job {
  record: JobRecord;
  /** Attempts that were made because one ended badly. */
  retries: number;
  /** Attempts in a row whose worker never began. */
  unbegun: number;
  /** Options of the next attempt, if not those of the spec. */
  options?: unknown;
  /** Somebody wants its end, for this reason. */
  ending?: Ending;
}

export interface Ending {
  why: "cancel" | "timeout" | "memory";
  reason: string;
  /** When its processes are killed. */
  killMs: number;
}

const version = 1;
const schema = `
  CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, notebook TEXT NOT NULL, spec TEXT NOT NULL, job TEXT NOT NULL);
  CREATE INDEX jobs_state ON jobs (state, id);
  CREATE INDEX jobs_notebook ON jobs (notebook, id);
  CREATE TABLE leases (device INTEGER NOT NULL, job INTEGER NOT NULL, PRIMARY KEY (device, job)) WITHOUT ROWID;
  CREATE TABLE submissions (token TEXT PRIMARY KEY, ids TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE events (time INTEGER NOT NULL, job INTEGER, what TEXT NOT NULL);
  PRAGMA user_version = ${version};
`;

/** Jobs whose rows are gone and whose folders may still be there. Beside the tables of the version: an older medgym may leave it alone. */
const removals = "CREATE TABLE IF NOT EXISTS removals (job INTEGER PRIMARY KEY)";

type Row = { id: number; state: JobState; spec: string; job: string };

export class Store {
  readonly path: string;
  readonly #database: Database;

  /** `pages`: of 4 KiB, that the file may have at most: a full disk, for tests. */
  constructor(path: string, _internal: { pages?: number } = {}) {
    this.path = path;
    this.#database = this.#guard(() => {
      const database = openDatabase(path);
      // FULL: what was answered to a client outlives a power cut.
      database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
      return database;
    });
    this.#guard(() => {
      const [{ user_version: found }] = this.#all<{ user_version: number }>("PRAGMA user_version");
      if (found > version)
        throw new MedgymError("unsupported", `${path} was written by a newer medgym (its form is ${found}, this one knows ${version}). Use that one, or set MEDGYM_JOBS to another folder.`); // biome-ignore format: a sentence
      if (found === 0) this.transaction(() => this.#begin());
      const damage = this.#all<{ quick_check: string }>("PRAGMA quick_check(1)")[0].quick_check;
      if (damage !== "ok") throw this.#corrupt(damage);
      this.#database.exec(removals);
      if (_internal.pages !== undefined) this.#database.exec(`PRAGMA max_page_count = ${_internal.pages}`);
    });
  }

  /** Where an earlier store was moved away, folders of its jobs lie beside this one: their numbers are not given again. */
  #begin(): void {
    this.#database.exec(schema);
    const folder = join(dirname(this.path), "jobs");
    const last = Math.max(0, ...(existsSync(folder) ? readdirSync(folder) : []).map(Number).filter(Number.isInteger));
    this.#run("INSERT INTO sqlite_sequence (name, seq) VALUES ('jobs', ?)", last);
  }

  /** All of `work` is written, or nothing of it. */
  transaction<T>(work: () => T): T {
    return this.#guard(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        const value = work();
        this.#database.exec("COMMIT");
        return value;
      } catch (error) {
        // A full disk may have rolled it back already.
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  /** The id that the next job gets. */
  nextId(): number {
    const [row] = this.#all<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'jobs'");
    return (row?.seq ?? 0) + 1;
  }

  insert(job: Job): void {
    const { id, state, spec } = job.record;
    this.#run("INSERT INTO jobs (id, state, notebook, spec, job) VALUES (?, ?, ?, ?, ?)", id, state, spec.notebook, JSON.stringify(spec), withoutSpec(job)); // biome-ignore format: a statement
  }

  update(job: Job): void {
    this.#run("UPDATE jobs SET state = ?, job = ? WHERE id = ?", job.record.state, withoutSpec(job), job.record.id);
  }

  /** Devices of a job from now on. */
  lease(job: number, devices: readonly number[]): void {
    this.#run("DELETE FROM leases WHERE job = ?", job);
    for (const device of devices) this.#run("INSERT INTO leases (device, job) VALUES (?, ?)", device, job);
  }

  leases(): { device: number; job: number }[] {
    return this.#all("SELECT device, job FROM leases ORDER BY device, job");
  }

  get(id: number): Job | undefined {
    return this.#all<Row>("SELECT id, state, spec, job FROM jobs WHERE id = ?", id).map(jobOf)[0];
  }

  /** All whose state is one of these, oldest first. */
  inStates(states: readonly JobState[]): Job[] {
    const marks = states.map(() => "?").join(", ");
    return this.#all<Row>(`SELECT id, state, spec, job FROM jobs WHERE state IN (${marks}) ORDER BY id`, ...states).map(jobOf); // biome-ignore format: a statement
  }

  /** Newest first. */
  list({ states, notebook, limit = 100, before }: ListQuery): Job[] {
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    if (states) {
      conditions.push(`state IN (${states.map(() => "?").join(", ")})`);
      values.push(...states);
    }
    if (notebook !== undefined) {
      conditions.push("notebook = ?");
      values.push(notebook);
    }
    if (before !== undefined) {
      conditions.push("id < ?");
      values.push(before);
    }
    const where = conditions.length ? `WHERE ${conditions.join(" AND ")}` : "";
    return this.#all<Row>(`SELECT id, state, spec, job FROM jobs ${where} ORDER BY id DESC LIMIT ?`, ...values, limit).map(jobOf); // biome-ignore format: a statement
  }

  counts(): Map<JobState, number> {
    const rows = this.#all<{ state: JobState; n: number }>("SELECT state, count(*) AS n FROM jobs GROUP BY state");
    return new Map(rows.map(({ state, n }) => [state, n]));
  }

  /** Those over for so long that their logs go, but not among the newest `beyond` that are over; oldest first, some at a time. */
  overSince(beforeMs: number, { beyond }: { beyond: number }): Job[] {
    const over = `state IN (${terminalStates.map((state) => `'${state}'`).join(", ")})`;
    const [limit] = this.#all<{ id: number }>(`SELECT id FROM jobs WHERE ${over} ORDER BY id DESC LIMIT 1 OFFSET ?`, beyond); // biome-ignore format: a statement
    if (!limit) return [];
    return this.#all<Row>(`SELECT id, state, spec, job FROM jobs WHERE ${over} AND id <= ? AND json_extract(job, '$.record.endedMs') < ? AND json_extract(job, '$.record.logsRemovedMs') IS NULL ORDER BY id LIMIT 200`, limit.id, beforeMs).map(jobOf); // biome-ignore format: a statement
  }

  /** Takes jobs out, and notes that their folders are to go: `removals` until `removed`. */
  remove(ids: readonly number[]): void {
    const list = JSON.stringify(ids);
    this.#run("INSERT OR IGNORE INTO removals (job) SELECT value FROM json_each(?)", list);
    for (const [table, column] of [["jobs", "id"], ["leases", "job"], ["events", "job"]]) // biome-ignore format: a table
      this.#run(`DELETE FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?))`, list);
    // A client repeats a submission within minutes; of those whose jobs are all gone nobody asks.
    this.#run("DELETE FROM submissions WHERE NOT EXISTS (SELECT 1 FROM json_each(submissions.ids) AS each JOIN jobs ON jobs.id = each.value)"); // biome-ignore format: a statement
  }

  removals(): number[] {
    return this.#all<{ job: number }>("SELECT job FROM removals ORDER BY job").map(({ job }) => job);
  }

  /** The folders of these are gone. */
  removed(ids: readonly number[]): void {
    this.#run("DELETE FROM removals WHERE job IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
  }

  submission(token: string): number[] | undefined {
    const [row] = this.#all<{ ids: string }>("SELECT ids FROM submissions WHERE token = ?", token);
    return row && JSON.parse(row.ids);
  }

  keepSubmission(token: string, ids: readonly number[]): void {
    this.#run("INSERT INTO submissions (token, ids) VALUES (?, ?)", token, JSON.stringify(ids));
  }

  setting(name: string): string | undefined {
    return this.#all<{ value: string }>("SELECT value FROM settings WHERE name = ?", name)[0]?.value;
  }

  set(name: string, value: string): void {
    this.#run("INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value); // biome-ignore format: a statement
  }

  /** What the scheduler did, for those who look for the reason later. */
  note(job: number | undefined, what: string): void {
    this.#run("INSERT INTO events (time, job, what) VALUES (?, ?, ?)", Date.now(), job ?? null, what);
  }

  notes(job: number): { time: number; what: string }[] {
    return this.#all("SELECT time, what FROM events WHERE job = ? ORDER BY rowid", job);
  }

  close(): void {
    this.#database.close();
  }

  readonly #statements = new Map<string, ReturnType<Database["prepare"]>>();

  #statement(sql: string) {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#guard(() => this.#statement(sql).run(...values));
  }

  #all<T>(sql: string, ...values: (string | number)[]): T[] {
    return this.#guard(() => this.#statement(sql).all(...values)) as T[];
  }

  /** What SQLite says, in words that tell what to do. */
  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const kind = (error as { sqliteCodeName?: string }).sqliteCodeName ?? "";
      if (/^SQLITE_(NOTADB|CORRUPT)/.test(kind)) throw this.#corrupt((error as Error).message);
      const advice = Object.entries(problems).find(([name]) => kind.startsWith(name))?.[1];
      if (!advice) throw error;
      const [code, text] = advice;
      throw new MedgymError(code, `cannot write ${this.path}: ${text}`, { cause: error });
    }
  }

  #corrupt(what: string): MedgymError {
    return new MedgymError(
      "corrupt",
      `${this.path} is damaged: ${what}. Move it away (results and logs lie in the folder jobs beside it and stay), or bring back a copy.`,
    );
  }
}

const problems: Record<string, [ErrorCode, string]> = {
  SQLITE_FULL: ["io", "no space is left on the device. Free some space: jobs wait until there is some."],
  SQLITE_IOERR: ["io", "the disk reports an error."],
  SQLITE_READONLY: ["io", "the file is read-only. Give this user the right to write it, or set MEDGYM_JOBS to another folder."], // biome-ignore format: a sentence
  SQLITE_CANTOPEN: [
    "io",
    "it cannot be opened. Give this user the right to its folder, or set MEDGYM_JOBS to another.",
  ],
};

function withoutSpec({ record, ...rest }: Job): string {
  const { spec, ...told } = record;
  return JSON.stringify({ record: told, ...rest });
}

function jobOf(row: Row): Job {
  const { record, ...rest } = JSON.parse(row.job) as Job;
  return { ...rest, record: { ...record, id: row.id, spec: JSON.parse(row.spec) as JobSpec, state: row.state } };
}
