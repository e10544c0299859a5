/** A client's end of the socket: finds the daemon or starts it, and finds it again after its death. */
import { randomUUID } from "node:crypto";
import { connect as connectSocket, type Socket } from "node:net";
import { join } from "node:path";
import {
  createMessageConnection,
  type MessageConnection,
  type RequestType,
  type RequestType0,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from "vscode-jsonrpc/node";
import { outsideCells } from "../../core/display.ts";
import { type ErrorCode, MedgymError } from "../../core/errors.ts";
import { checkOwn, jobsHome, socketPath } from "../home.ts";
import type { JobEvent, JobRecord, JobSpec } from "../job.ts";
import { type Hello, notifications, type Overview, protocolVersion, requests } from "../protocol.ts";
import { FollowSink } from "./follow-sink.ts";
import { programArguments } from "./program.ts";
import { packageVersion, startDaemon } from "./start-daemon.ts";

export interface ConnectOptions {
  /** Starts the daemon if none answers. @default true */
  start?: boolean;
  /** Folder of the jobs. @default jobsHome() */
  home?: string;
  /** For tests: further arguments and the environment of a daemon that is started. */
  _internal?: { daemon?: readonly string[]; environment?: NodeJS.ProcessEnv };
}

export interface FollowedEvent {
  attempt: number;
  /** Of the event in its attempt, from 0. */
  index: number;
  event: JobEvent;
}

/** How long a daemon may take to come up, or another to give its place. */
const startMs = 20_000;
const retryMs = 30;
const againMs = 1000;
/** A daemon may be killed while it answers; so often, and the question kills it. */
const mostLost = 10;
/** A daemon may be killed while it starts; so often in a row is no chance. */
const silentStarts = 4;

/** Connects; the first use on a machine starts the daemon. Throws "not-found" where none runs and none is to be started. */
export async function connectJobs(options: ConnectOptions = {}): Promise<JobsConnection> {
  const connection = new JobsConnection(options);
  await connection.open();
  return connection;
}

type Link = { rpc: MessageConnection; socket: Socket; hello: Hello; lost: Promise<void> };

/**
 * One client. Calls that a dying daemon did not answer are made again to its successor; none of them does anything twice. Unanswered
 * calls and open iterations keep the process alive, the connection itself does not.
 */
export class JobsConnection {
  readonly home: string;
  readonly #options: ConnectOptions;
  readonly #sinks = new Map<number, FollowSink>();
  #link?: Promise<Link>;
  #closed = false;
  #holds = 0;
  #watch?: { everyMs?: number; told(overview: Overview): void };

  constructor(options: ConnectOptions = {}) {
    this.#options = options;
    this.home = options.home ?? jobsHome();
  }

  /** Who answers. */
  async open(): Promise<Hello> {
    return this.#hold(async () => (await this.#linked()).hello);
  }

  async request<P, R>(type: RequestType<P, R, void>, params: P): Promise<R>;
  async request<R>(type: RequestType0<R, void>): Promise<R>;
  async request(type: { method: string }, params?: unknown): Promise<unknown> {
    const given = type.method === requests.submit.method ? submission(params as Submission) : params;
    // Stopped half-way with its cell, a request would block all after it.
    return outsideCells(() => this.#hold(() => this.#ask(type.method, given)));
  }

  async #ask(method: string, given: unknown): Promise<unknown> {
    for (let lostLinks = 0; ; lostLinks++) {
      if (lostLinks > mostLost) throw new MedgymError("internal", `the daemon of medgym's jobs ended ${lostLinks} times while it was asked for ${method}. ${join(this.home, "daemon.log")} says why.`); // biome-ignore format: a sentence
      const link = await this.#linked();
      const answer = given === undefined ? link.rpc.sendRequest(method) : link.rpc.sendRequest(method, given);
      const lost = link.lost.then(() => lostSymbol);
      try {
        const outcome = await Promise.race([answer, lost]);
        if (outcome !== lostSymbol) return outcome;
      } catch (error) {
        if (error instanceof ResponseError && error.data) throw fromDaemon(error);
        if (!link.socket.destroyed) throw error;
      }
      if (this.#closed) throw closedError();
    }
  }

  /**
   * Events of a job from its newest attempt's first on (or from `attempt`, `from`), across retries and daemons, until it is over; the
   * iteration's return value is the job at its end. Breaking off the loop ends the following, not the job.
   */
  async *follow(
    id: number,
    { attempt, from, signal }: { attempt?: number; from?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<FollowedEvent, JobRecord> {
    if (this.#sinks.has(id)) throw new MedgymError("invalid-argument", `job ${id} is followed already over this connection.`); // biome-ignore format: a line
    const sink = new FollowSink();
    this.#sinks.set(id, sink);
    const abort = () => sink.wake();
    signal?.addEventListener("abort", abort);
    this.#keep(1);
    let next = { attempt, from };
    try {
      for (;;) {
        const link = await this.#linked();
        sink.reset(link);
        await this.request(requests.follow, { id, ...next });
        for (;;) {
          signal?.throwIfAborted();
          if (this.#closed) throw closedError();
          const got = sink.items.shift();
          if (got && "event" in got) {
            next = { attempt: got.attempt, from: got.index + 1 };
            yield { attempt: got.attempt, index: got.index, event: got.event };
          } else if (got) return got.job;
          else if (sink.broken) break;
          else await sink.waiting();
        }
      }
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#sinks.delete(id);
      this.#keep(-1);
      if (!sink.ended && !this.#closed) this.request(requests.unfollow, { id }).catch(() => {});
    }
  }

  /** The machine's state now and after each change, at most every `everyMs`; one watch a connection. */
  async *watch({ everyMs, signal }: { everyMs?: number; signal?: AbortSignal } = {}): AsyncGenerator<Overview, void> {
    let newest: Overview | undefined;
    let wake: () => void = () => {};
    const told = (overview: Overview) => {
      newest = overview;
      wake();
    };
    const mine = { everyMs, told };
    this.#watch = mine;
    const abort = () => wake();
    signal?.addEventListener("abort", abort);
    this.#keep(1);
    try {
      while (!signal?.aborted && !this.#closed && this.#watch === mine) {
        const link = await this.#linked();
        newest = await this.request(requests.watch, { everyMs });
        const lost = link.lost.then(() => wake());
        while (!signal?.aborted && !this.#closed && this.#watch === mine) {
          if (newest) {
            const overview: Overview = newest;
            newest = undefined;
            yield overview;
          } else if (link.socket.destroyed) break;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
              if (newest || signal?.aborted || link.socket.destroyed) resolve();
            });
        }
        void lost;
      }
    } finally {
      signal?.removeEventListener("abort", abort);
      if (this.#watch === mine) this.#watch = undefined;
      this.#keep(-1);
    }
  }

  close(): void {
    this.#closed = true;
    for (const sink of this.#sinks.values()) sink.wake();
    this.#link?.then(
      ({ rpc, socket }) => {
        rpc.dispose();
        socket.destroy();
      },
      () => {},
    );
  }

  async #hold<T>(work: () => Promise<T>): Promise<T> {
    this.#keep(1);
    try {
      return await work();
    } finally {
      this.#keep(-1);
    }
  }

  #keep(change: number): void {
    this.#holds += change;
    this.#link?.then(
      ({ socket }) => (this.#holds > 0 ? socket.ref() : socket.unref()),
      () => {},
    );
  }

  #linked(): Promise<Link> {
    if (this.#closed) return Promise.reject(closedError());
    if (!this.#link) {
      const link = this.#connect();
      this.#link = link;
      const forget = () => {
        if (this.#link === link) this.#link = undefined;
      };
      link.then(({ lost, socket }) => {
        if (this.#holds === 0) socket.unref();
        lost.then(forget);
      }, forget);
    }
    return this.#link;
  }

  async #connect(): Promise<Link> {
    const deadline = performance.now() + startMs;
    const mayStart = this.#options.start ?? true;
    let startAt = 0;
    let silent = 0;
    for (;;) {
      const link = await this.#tryConnect();
      if (link) {
        if (link.hello.version === protocolVersion) return link;
        await this.#otherVersion(link);
      } else if (!mayStart) {
        throw new MedgymError("not-found", "no daemon of medgym's jobs runs on this machine: nothing was submitted yet, or it ended because it was idle."); // biome-ignore format: a sentence
      } else if (performance.now() >= startAt) {
        const spoke = await startDaemon(this.home, this.#options._internal);
        if (!spoke && ++silent === silentStarts) throw new MedgymError("internal", `the daemon of medgym's jobs ended ${silent} times while it started. ${join(this.home, "daemon.log")} says why.`); // biome-ignore format: a sentence
        // Where another holds the lock, it comes up, or goes down and leaves the place to ours.
        startAt = spoke ? performance.now() + againMs : 0;
      }
      if (performance.now() > deadline)
        throw new MedgymError("io", `the daemon of medgym's jobs does not answer at ${socketPath(this.home)}. ${join(this.home, "daemon.log")} may say why.`); // biome-ignore format: a sentence
      if (!link) await pause(retryMs);
    }
  }

  async #otherVersion({ rpc, socket, hello, lost }: Link): Promise<void> {
    if (hello.version > protocolVersion)
      throw new MedgymError("unsupported", `the daemon of medgym's jobs is of a newer medgym (${hello.medgym}, protocol ${hello.version}; this one speaks ${protocolVersion}). Restart this kernel or program with the newer one.`); // biome-ignore format: a sentence
    await rpc.sendRequest(requests.retire).catch(() => {});
    await Promise.race([lost, pause(5000)]);
    rpc.dispose();
    socket.destroy();
  }

  async #tryConnect(): Promise<Link | undefined> {
    const path = socketPath(this.home);
    checkOwn(path);
    const socket = connectSocket(path);
    const lost = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const connected = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    if (!connected) return undefined;
    socket.on("error", () => {});
    const rpc = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    rpc.onError(() => socket.destroy());
    socket.once("close", () => rpc.dispose());
    rpc.onNotification(notifications.event, (got) => this.#sinks.get(got.id)?.take(socket, got));
    rpc.onNotification(notifications.ended, (got) => this.#sinks.get(got.id)?.take(socket, got));
    rpc.onNotification(notifications.changed, (overview) => this.#watch?.told(overview));
    rpc.listen();
    const hello = { version: protocolVersion, pid: process.pid, medgym: packageVersion() };
    const answer = await Promise.race([rpc.sendRequest(requests.hello, hello).catch(() => undefined), lost]);
    if (!answer) {
      socket.destroy();
      return undefined;
    }
    return { rpc, socket, hello: answer, lost };
  }
}

type Submission = { specs: JobSpec[]; token?: string };

/** May be repeated; its jobs are done by the medgym that submits them, whichever the daemon is of. */
function submission({ specs, token = randomUUID() }: Submission): Submission {
  const program = programArguments(new URL("../worker/main.ts", import.meta.url));
  return { specs: specs.map((spec) => ({ program, ...spec })), token };
}

const lostSymbol = Symbol("lost");
const closedError = () => new MedgymError("invalid-argument", "this connection to the jobs was closed.");
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function fromDaemon({ message, data }: ResponseError<unknown>): MedgymError {
  return new MedgymError((data as { code?: ErrorCode }).code ?? "internal", message);
}
