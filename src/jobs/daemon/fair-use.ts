import type { JobRecord } from "../job.ts";

/** In which what was used counts half. */
const halfLifeMs = 10 * 60_000;

/** Device-seconds that each notebook has used, the past weighing less and less. */
export class FairUse {
  readonly #seconds = new Map<string, number>();
  #lastMs = performance.now();

  now(): ReadonlyMap<string, number> {
    return this.#seconds;
  }

  /** What these jobs have used since the last call. */
  add(running: readonly JobRecord[]): void {
    const now = performance.now();
    const passedMs = now - this.#lastMs;
    this.#lastMs = now;
    const kept = 0.5 ** (passedMs / halfLifeMs);
    for (const [notebook, seconds] of this.#seconds) {
      if (seconds * kept < 0.01) this.#seconds.delete(notebook);
      else this.#seconds.set(notebook, seconds * kept);
    }
    for (const { spec, devices } of running) {
      const before = this.#seconds.get(spec.notebook) ?? 0;
      this.#seconds.set(spec.notebook, before + (Math.max(devices.length, 0.1) * passedMs) / 1000);
    }
  }
}
