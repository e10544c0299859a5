/** The daemon's end of the socket. */
import { mkdirSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import {
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from "vscode-jsonrpc/node";
import { MedgymError } from "../../core/errors.ts";
import { attemptFolder, checkOwn } from "../home.ts";
import { isOver } from "../job.ts";
import { type Hello, notifications, protocolVersion, requests } from "../protocol.ts";
import type { Daemon } from "./daemon.ts";
import { EventTail } from "./tail.ts";

export interface ServerOptions {
  home: string;
  path: string;
  daemon: Daemon;
  hello: Hello;
  /** A newer daemon is to take over. */
  retire(): void;
  log(text: string): void;
}

const defaultEveryMs = 200;

export class JobsServer {
  readonly #options: ServerOptions;
  readonly #server: Server;
  readonly #clients = new Set<Client>();
  /** When somebody last asked anything; performance.now(). */
  lastAskedMs = performance.now();

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
    options.daemon.onChange = () => {
      for (const client of this.#clients) client.changed();
    };
  }

  /** The caller holds the lock: a socket that lies there is of a daemon that is dead. */
  async listen(): Promise<void> {
    const { path } = this.#options;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    checkOwn(path);
    rmSync(path, { force: true });
    const listening = new Promise<void>((resolve, reject) => {
      this.#server.once("listening", resolve).once("error", reject);
    });
    const before = process.umask(0o177); // the socket is made with its rights, not given them later
    this.#server.listen(path);
    process.umask(before);
    await listening;
  }

  /** Boards that look on. */
  get watched(): boolean {
    return [...this.#clients].some((client) => client.watches);
  }

  close(): void {
    this.#server.close();
    for (const client of this.#clients) client.close();
    rmSync(this.#options.path, { force: true });
  }

  #serve(socket: Socket): void {
    const client = new Client(socket, this.#options, () => {
      this.lastAskedMs = performance.now();
    });
    this.#clients.add(client);
    socket.once("close", () => {
      this.#clients.delete(client);
      client.close();
    });
  }
}

class Client {
  readonly #options: ServerOptions;
  readonly #connection: MessageConnection;
  readonly #socket: Socket;
  readonly #followed = new Map<number, AbortController>();
  #greeted = false;
  #watchTimer?: NodeJS.Timeout;
  #everyMs?: number;
  #toldVersion = -1;
  #sending = false;

  constructor(socket: Socket, options: ServerOptions, asked: () => void) {
    this.#options = options;
    this.#socket = socket;
    socket.on("error", () => {}); // it is closed next
    const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    this.#connection = connection;
    connection.onError(() => socket.destroy());
    const { daemon } = options;
    const refusal = (error: unknown) => {
      const { code = "internal", message } = error as MedgymError;
      if (!(error instanceof MedgymError)) options.log((error as Error).stack ?? message);
      return new ResponseError(-32000, message, { code }) as ResponseError<unknown> as ResponseError<void>;
    };
    const answer = <T>(work: () => T): T | ResponseError<void> => {
      asked();
      try {
        if (!this.#greeted) throw new MedgymError("invalid-argument", "a client says hello first, with our protocol version."); // biome-ignore format: a line
        return work();
      } catch (error) {
        return refusal(error);
      }
    };
    connection.onRequest(requests.hello, ({ version }) => {
      asked();
      this.#greeted = version === protocolVersion;
      return options.hello;
    });
    // An other version's client may ask this too: it is how its daemon gets our place.
    connection.onRequest(requests.retire, () => options.retire());
    connection.onRequest(requests.submit, ({ specs, token }) => answer(() => ({ ids: daemon.submit(specs, token) })));
    connection.onRequest(requests.get, ({ ids }) => answer(() => daemon.desk.get(ids)));
    connection.onRequest(requests.list, (query) => answer(() => daemon.desk.list(query)));
    connection.onRequest(requests.overview, () => answer(() => daemon.desk.overview()));
    connection.onRequest(requests.cancel, ({ id, graceSeconds }) => answer(() => daemon.cancel(id, graceSeconds)));
    connection.onRequest(requests.pause, () => answer(() => daemon.setPaused(true)));
    connection.onRequest(requests.resume, () => answer(() => daemon.setPaused(false)));
    connection.onRequest(requests.result, ({ id }) => answer(() => daemon.desk.result(id) ?? null));
    connection.onRequest(requests.history, ({ id }) => answer(() => daemon.desk.history(id)));
    connection.onRequest(requests.expectation, (job) => answer(() => daemon.desk.expectation(job)));
    connection.onRequest(requests.usage, () => answer(() => daemon.desk.usage()));
    connection.onRequest(requests.prune, (query) => answer(() => daemon.pruner.prune(query).catch(refusal)));
    connection.onRequest(requests.unfollow, ({ id }) => answer(() => this.#followed.get(id)?.abort()));
    connection.onRequest(requests.follow, ({ id, attempt, from }) =>
      answer(() => {
        const [{ attempt: newest }] = daemon.desk.get([id]);
        this.#followed.get(id)?.abort();
        const control = new AbortController();
        this.#followed.set(id, control);
        this.#follow(id, attempt ?? Math.max(1, newest), from ?? 0, control.signal).catch(() => socket.destroy());
      }),
    );
    connection.onRequest(requests.watch, ({ everyMs }) =>
      answer(() => {
        this.#everyMs = everyMs ?? defaultEveryMs;
        this.#toldVersion = daemon.version;
        return daemon.desk.overview();
      }),
    );
    connection.listen();
  }

  get watches(): boolean {
    return this.#everyMs !== undefined;
  }

  close(): void {
    for (const control of this.#followed.values()) control.abort();
    clearTimeout(this.#watchTimer);
    this.#everyMs = undefined;
    this.#connection.dispose();
    this.#socket.destroy();
  }

  changed(): void {
    if (this.#everyMs === undefined || this.#watchTimer) return;
    this.#watchTimer = setTimeout(() => {
      this.#watchTimer = undefined;
      this.#tell().catch(() => this.#socket.destroy());
    }, this.#everyMs);
  }

  /** A client that reads slowly is told less often, never more than it takes. */
  async #tell(): Promise<void> {
    const { daemon } = this.#options;
    if (this.#sending) return this.changed();
    if (this.#everyMs === undefined || this.#toldVersion === daemon.version) return;
    this.#toldVersion = daemon.version;
    this.#sending = true;
    try {
      await this.#connection.sendNotification(notifications.changed, daemon.desk.overview());
    } finally {
      this.#sending = false;
    }
  }

  async #follow(id: number, attempt: number, from: number, signal: AbortSignal): Promise<void> {
    const { daemon, home } = this.#options;
    const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    let at = attempt;
    let tail = new EventTail(`${attemptFolder(home, id, at)}/events.jsonl`, from);
    try {
      while (!signal.aborted) {
        const touched = daemon.touched(id);
        const [job] = daemon.desk.get([id]); // before the reading: what an end leaves is read after it
        let batch = tail.read();
        if (batch.length === 0 && at < job.attempt) {
          tail.close();
          at++;
          tail = new EventTail(`${attemptFolder(home, id, at)}/events.jsonl`);
          batch = tail.read();
        }
        for (const { index, event } of batch) {
          if (signal.aborted) return;
          await this.#connection.sendNotification(notifications.event, { id, attempt: at, index, event });
        }
        if (batch.length > 0 || at < job.attempt) continue;
        if (isOver(job.state)) {
          await this.#connection.sendNotification(notifications.ended, { id, job });
          return;
        }
        await Promise.race([touched, aborted]);
      }
    } finally {
      tail.close();
      if (this.#followed.get(id)?.signal === signal) this.#followed.delete(id);
    }
  }
}
