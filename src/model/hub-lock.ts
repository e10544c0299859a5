import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 200;
/** A holder on another machine counts as gone when its file has not grown for so long. */
const idleMs = 60_000;

/**
 * Runs `body` while holding `<path>.lock`, so that two notebooks do not write one file. A holder that died (kill -9) does
 * not block: its process number, or on another machine the age of what it wrote, tells. Two that wait for a dead holder
 * could both believe to be next in the microseconds between looking and removing; the checksum of the download is there
 * for that.
 */
export async function withLock<T>(path: string, signal: AbortSignal, body: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  while (!take(lock)) {
    if (isAbandoned(lock, path)) rmSync(lock, { force: true });
    else await sleep(pollMs, undefined, { signal });
  }
  try {
    return await body();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    const file = openSync(lock, "wx");
    writeSync(file, JSON.stringify({ host: hostname(), pid: process.pid }));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function isAbandoned(lock: string, path: string): boolean {
  const holder = readHolder(lock);
  if (holder?.host === hostname()) return !isAlive(holder.pid);
  return Date.now() - Math.max(touched(path), touched(lock)) > idleMs;
}

function readHolder(lock: string): { host: string; pid: number } | undefined {
  try {
    return JSON.parse(readFileSync(lock, "utf8"));
  } catch {
    return undefined; // gone again, or not yet written
  }
}

const touched = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
