import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";

/** What is bound to one row of a statement. */
export type Values = readonly (string | number)[];

/** As SQLite reports it. */
export class SqlError extends Error {}

interface Request {
  sql: string;
  /** Runs the statement once for each; without them it is executed as a script, or asked for its rows. */
  rows?: readonly Values[];
  ask?: true;
}

/**
 * A database in a thread of its own: what is sent to it is done in order, while this thread goes on. After an error nothing more is
 * written, so that what was sent meanwhile (the end of a transaction!) does no harm; it can still be asked.
 */
export class DatabaseThread {
  readonly #worker: Worker;
  #waiting: { resolve(rows: unknown): void; reject(error: Error): void }[] = [];
  #broken?: Error;

  constructor(path: string) {
    const sqlite = createRequire(import.meta.url).resolve("@photostructure/sqlite");
    this.#worker = new Worker(`(${serve})(require)`, { eval: true, workerData: { path, sqlite }, execArgv: [] });
    this.#worker.on("message", ({ error, rows }: { error?: string; rows?: unknown }) => {
      const { resolve, reject } = this.#waiting.shift()!;
      if (error === undefined) resolve(rows);
      else reject(new SqlError(error));
    });
    this.#worker.on("error", (error) => this.#breakOff(error as Error));
    this.#worker.on("exit", () => this.#breakOff(new Error("the database's thread has ended")));
  }

  /** One statement or many. */
  async exec(sql: string): Promise<void> {
    await this.#send({ sql });
  }

  async all<T>(sql: string): Promise<T[]> {
    return (await this.#send({ sql, ask: true })) as T[];
  }

  /** One statement for each of the rows. */
  async run(sql: string, rows: readonly Values[]): Promise<void> {
    await this.#send({ sql, rows });
  }

  /** After what was sent before; takes back a transaction that is open. */
  async close(): Promise<void> {
    if (this.#broken) return;
    const ended = new Promise((resolve) => this.#worker.once("exit", resolve));
    this.#worker.postMessage("close");
    await ended;
  }

  #send(request: Request): Promise<unknown> {
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  #breakOff(error: Error): void {
    this.#broken ??= error;
    for (const { reject } of this.#waiting) reject(this.#broken);
    this.#waiting = [];
  }
}

/** The thread's program. It travels as text: nothing outside of it may be named in it. */
function serve(require: NodeJS.Require): void {
  const { parentPort, workerData } = require("node:worker_threads") as typeof import("node:worker_threads");
  const { DatabaseSync } = require(workerData.sqlite) as typeof import("@photostructure/sqlite");
  let db: InstanceType<typeof DatabaseSync> | undefined;
  let failed: string | undefined;
  const statements = new Map<string, ReturnType<NonNullable<typeof db>["prepare"]>>();
  parentPort!.on("message", (request: Request | "close") => {
    if (request === "close") {
      db?.close();
      parentPort!.close();
      return;
    }
    const { sql, rows, ask } = request;
    if (failed !== undefined && !ask) {
      parentPort!.postMessage({ error: failed });
      return;
    }
    try {
      db ??= new DatabaseSync(workerData.path);
      if (rows) {
        const statement = statements.get(sql) ?? db.prepare(sql);
        statements.set(sql, statement);
        for (const values of rows) statement.run(...values);
        parentPort!.postMessage({});
      } else if (ask) parentPort!.postMessage({ rows: db.prepare(sql).all() });
      else {
        db.exec(sql);
        parentPort!.postMessage({});
      }
    } catch (error) {
      failed = (error as Error).message;
      parentPort!.postMessage({ error: failed });
    }
  });
}
