/** In a process that a worker started (a cell's session, a program of the job's own): its runs are the job's too, and its stack where it hangs. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { attemptFiles } from "../attempt.ts";
import { attemptVariable } from "../home.ts";
import type { Assignment } from "../job.ts";
import { startBeat } from "./beat.ts";
import { EventFile } from "./event-file.ts";
import { RunReporter } from "./run-reporter.ts";

let isReporting = false;

/** Nothing outside of jobs, and in the worker itself, which has its own reporter. */
export function reportRuns(): void {
  const folder = process.env[attemptVariable];
  if (!folder || isReporting || Symbol.for("medgym.worker") in globalThis) return;
  const path = join(folder, attemptFiles.events);
  if (!existsSync(path)) return;
  isReporting = true;
  const events = new EventFile(path);
  new RunReporter((event) => events.append(event));
  const { stalledSeconds } = JSON.parse(readFileSync(join(folder, attemptFiles.work), "utf8")) as Assignment;
  startBeat({ beat: join(folder, `beat-${process.pid}.json`), events: path }, stalledSeconds);
}
