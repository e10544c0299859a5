/** What an attempt before this one left. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { canonicalJson } from "../../core/canonical.ts";
import { attemptFiles } from "../attempt.ts";
import type { Assignment, FunctionWork, JobEvent } from "../job.ts";

/** The newest run folder with a checkpoint of an earlier attempt with the same options; with others its numbers would differ. */
export async function earlierRun(folder: string, options: unknown): Promise<string | undefined> {
  for (let attempt = Number(basename(folder)) - 1; attempt >= 1; attempt--) {
    const earlier = join(dirname(folder), String(attempt));
    try {
      const work: Assignment = JSON.parse(readFileSync(join(earlier, attemptFiles.work), "utf8"));
      if (canonicalJson((work.spec.work as FunctionWork).options) !== canonicalJson(options)) continue;
      const run = runsOf(earlier).findLast((path) => hasCheckpoint(join(path, "checkpoints")));
      if (run) return run;
    } catch {
      // an attempt whose files are gone or torn leaves nothing to go on from
    }
  }
  return undefined;
}

function runsOf(folder: string): string[] {
  const lines = readFileSync(join(folder, attemptFiles.events), "utf8").split("\n");
  return lines.flatMap((line) => {
    if (!line.includes('"type":"run"')) return [];
    try {
      const event = JSON.parse(line) as JobEvent;
      return event.type === "run" ? [event.path] : [];
    } catch {
      return [];
    }
  });
}

const hasCheckpoint = (folder: string) =>
  existsSync(folder) && readdirSync(folder).some((name) => name.startsWith("step-"));
