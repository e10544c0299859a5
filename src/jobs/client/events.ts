import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { attemptFiles } from "../attempt.ts";
import type { JobEvent } from "../job.ts";

/** What an attempt told so far; lines that a full disk or a crash tore are left out. */
export async function readEvents(folder: string): Promise<JobEvent[]> {
  const text = await readFile(join(folder, attemptFiles.events), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    if (line === "") return [];
    try {
      return [JSON.parse(line) as JobEvent];
    } catch {
      return [];
    }
  });
}
