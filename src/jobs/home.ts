/**
 * Where jobs live: one folder a user and machine.
 *
 * ```
 * jobs.sqlite                 jobs, leases, events of the scheduler; written by the daemon alone
 * daemon.lock                 held for the daemon's life (an SQLite lock: the system frees it, however the daemon ends)
 * daemon.log
 * jobs/<id>/<attempt>/        one attempt:
 *   work.json                 what to do: Assignment
 *   claim                     made once, by the worker or by a daemon that gives the attempt up (claim.ts)
 *   events.jsonl              JobEvent, one a line; appended by the worker
 *   beat.json                 Beat, once a second, by a thread of the worker; renamed into place
 *   beat-<pid>.json           of a process that the worker started and that loads medgym: for its stack
 *   downshift.json            options that need less memory; written by the worker at its start, for the case that it dies of memory
 *   cancel                    made by the daemon: end soon
 *   result.json               JobResult; written under another name, then renamed
 *   output.log                what reached the process's stdout and stderr past us: native code, crashes
 *   artefacts/
 * ```
 *
 * A worker writes files and speaks to nobody, so daemon and kernel may die and come back while it works. An attempt runs once: whoever
 * makes `claim` has it.
 */
import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { homedir, hostname, tmpdir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { MedgymError } from "../core/errors.ts";

export function jobsHome(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.MEDGYM_JOBS) return resolve(environment.MEDGYM_JOBS);
  const state = environment.XDG_STATE_HOME || join(homedir(), ".local", "state");
  return join(state, "medgym", `jobs-${hostname()}`);
}

/**
 * Paths of Unix sockets end at 107 bytes: a longer one is put under the folder for temporary files, in a folder of the user's own, which
 * `checkOwn` looks at: there, anybody could have made it.
 */
export function socketPath(home: string): string {
  const path = join(home, "daemon.sock");
  if (Buffer.byteLength(path) <= 100) return path;
  const name = createHash("sha256").update(home).digest("hex").slice(0, 16);
  return join(tmpdir(), `medgym-${userInfo().uid}`, `${name}.sock`);
}

/** Throws where the folder of a socket belongs to somebody else: whoever made it could answer in the daemon's place. */
export function checkOwn(socket: string): void {
  const folder = dirname(socket);
  if (existsSync(folder) && statSync(folder).uid !== userInfo().uid)
    throw new MedgymError("io", `${folder} belongs to another user. Set MEDGYM_JOBS to a shorter path in a folder of your own.`); // biome-ignore format: a sentence
}

export const jobFolder = (home: string, id: number): string => join(home, "jobs", String(id));

export const attemptFolder = (home: string, id: number, attempt: number): string =>
  join(jobFolder(home, id), String(attempt));

/** Tells the worker (and all it starts) where its attempt lies. */
export const attemptVariable = "MEDGYM_JOB_ATTEMPT";
