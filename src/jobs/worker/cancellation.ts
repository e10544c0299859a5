/** The `cancel` file of an attempt as a signal: `{ reason? }`. */
import { type FSWatcher, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { CancelledError } from "../../core/errors.ts";
import { attemptFiles } from "../attempt.ts";

/** Where the system's notices do not come (network file systems), so often it is looked for. */
const pollMs = 1000;

export function watchCancel(folder: string): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const path = join(folder, attemptFiles.cancel);
  let watcher: FSWatcher | undefined;
  const stop = () => {
    watcher?.close();
    clearInterval(timer);
  };
  const look = () => {
    let asked: { reason?: string };
    try {
      asked = JSON.parse(readFileSync(path, "utf8"));
    } catch {
      return; // it is not there
    }
    stop();
    controller.abort(new CancelledError(asked.reason ?? "cancelled"));
  };
  const timer = setInterval(look, pollMs).unref();
  try {
    watcher = watch(folder, (_, name) => (name === null || name === attemptFiles.cancel) && look());
    watcher.unref();
    watcher.on("error", () => {}); // polling goes on
  } catch {
    // too many watches: polling does it
  }
  look();
  return { signal: controller.signal, stop };
}
