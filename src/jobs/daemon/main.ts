/**
 * The daemon's program: started by the first client that needs it (client/connection.ts). Its first line on stdout is a `Greeting`; after that
 * it speaks over the socket alone, and to daemon.log.
 */
import { appendFileSync, mkdirSync, renameSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MedgymError } from "../../core/errors.ts";
import { jobsHome, socketPath } from "../home.ts";
import { protocolVersion } from "../protocol.ts";
import { Daemon } from "./daemon.ts";
import { discoverDevices } from "./devices.ts";
import { Launcher } from "./launcher.ts";
import { takeLock } from "./lock.ts";
import { JobsServer } from "./server.ts";
import { Store } from "./store.ts";

/** What the client that started us reads. */
export type Greeting = { status: "ready" } | { status: "other" } | { status: "failed"; code: string; message: string };

const logBytes = 4e6;
/** Ready workers of a quiet daemon are let go after it. */
const coolMs = 60_000;

const home = jobsHome();
const { values } = parseArgs({
  options: {
    /** For tests: another program as worker, a store that is full at so many pages. */
    worker: { type: "string" },
    pages: { type: "string" },
    version: { type: "string", default: "?" },
  },
});

function greet(greeting: Greeting): void {
  try {
    writeSync(1, `${JSON.stringify(greeting)}\n`);
  } catch {
    // Whoever started us is gone; others come.
  }
}

function log(text: string): void {
  try {
    appendFileSync(join(home, "daemon.log"), `${new Date().toISOString()} ${process.pid} ${text}\n`);
  } catch {
    // A full disk must not stop the daemon.
  }
}

function setting(name: string, otherwise: number, unit: string): number {
  const text = process.env[name];
  if (text === undefined || text === "") return otherwise;
  const value = Number(text);
  if (value > 0) return value;
  throw new MedgymError("invalid-option", `${name} is "${text}"; it must be a number above 0, in ${unit}.`);
}

async function start(): Promise<void> {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if ((statSync(join(home, "daemon.log"), { throwIfNoEntry: false })?.size ?? 0) > logBytes)
    renameSync(join(home, "daemon.log"), join(home, "daemon.log.1"));
  if (!takeLock(join(home, "daemon.lock"))) {
    greet({ status: "other" });
    return;
  }
  const idleSeconds = setting("MEDGYM_JOBS_IDLE_SECONDS", 600, "seconds");
  const stalledSeconds = setting("MEDGYM_JOBS_STALLED_SECONDS", 120, "seconds");
  const logDays = setting("MEDGYM_JOBS_LOG_DAYS", 30, "days");
  const devices = await discoverDevices();
  const store = new Store(join(home, "jobs.sqlite"), { pages: values.pages ? Number(values.pages) : undefined });
  const worker = values.worker ? [values.worker] : undefined;
  const warm = Number(process.env.MEDGYM_JOBS_WARM ?? 2);
  const launcher = new Launcher({ home, worker, warm });
  const daemon = new Daemon({ home, store, devices, launcher, stalledSeconds, logDays, log });
  const stop = (why: string) => {
    log(`ends: ${why}`);
    server.close();
    daemon.close();
    process.exit(0);
  };
  const hello = { version: protocolVersion, pid: process.pid, medgym: values.version };
  const path = socketPath(home);
  // The answer to `retire` leaves first.
  const retire = () => void setTimeout(() => stop("another takes over"), 50);
  const server = new JobsServer({ home, path, daemon, hello, retire, log });
  await server.listen();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop(signal));
  setInterval(
    () => {
      const quietMs = performance.now() - server.lastAskedMs;
      if (daemon.busy || server.watched) return;
      if (quietMs > idleSeconds * 1000) stop(`idle for ${idleSeconds} s`);
      else if (quietMs > coolMs) launcher.letCool();
    },
    Math.min(5000, (idleSeconds * 1000) / 4),
  );
  log(`serves ${devices.length} devices (${devices.map(({ name }) => name).join(", ")}) at ${path}`);
  greet({ status: "ready" });
}

process.on("uncaughtException", (error) => {
  log(`crashed: ${error.stack}`);
  process.exit(1);
});

try {
  await start();
} catch (error) {
  const { code = "internal", message, stack } = error as MedgymError;
  log(`cannot start: ${error instanceof MedgymError ? message : stack}`);
  greet({ status: "failed", code, message });
  process.exitCode = 1;
  process.exit();
}
