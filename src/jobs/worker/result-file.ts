/** `result.json` of an attempt: written once, whole. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { attemptFiles } from "../attempt.ts";
import type { JobResult } from "../job.ts";

/** How long a full disk is waited for: the result of hours is not thrown away for want of a kilobyte. */
const mostSeconds = 3600;

export const hasResult = (folder: string): boolean => existsSync(join(folder, attemptFiles.result));

export function writeResultNow(folder: string, result: JobResult): void {
  const path = join(folder, attemptFiles.result);
  const temporary = join(folder, `.tmp-${attemptFiles.result}-${process.pid}`);
  const bytes = Buffer.from(JSON.stringify(result));
  const file = openSync(temporary, "w");
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** `waiting` is called each time there is no room. */
export async function writeResult(folder: string, result: JobResult, waiting: () => void): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return writeResultNow(folder, result);
    } catch (error) {
      const isFull = ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");
      if (!isFull || tries >= mostSeconds) throw error;
      waiting();
      await sleep(1000);
    }
  }
}
