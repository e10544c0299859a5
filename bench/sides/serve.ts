import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** Highest resident memory of this process (VmHWM), bytes. */
export function peakBytes(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;
}

/**
 * A side of a bench: one line of JSON that says what was loaded, then one per line of JSON on standard input, until that
 * ends. `measure` returns the figure; the peak memory goes with it. The peers in Python and C++ speak the same.
 */
export async function serve<Request>(
  ready: object,
  measure: (request: Request & { seconds: number }) => Promise<number>,
): Promise<void> {
  console.log(JSON.stringify(ready));
  for await (const line of createInterface({ input: process.stdin })) {
    const value = await measure(JSON.parse(line));
    console.log(JSON.stringify({ value, peakBytes: peakBytes() }));
  }
}

/** Times a second that `work` ran, over at least `seconds` and one run. */
export async function rate(work: () => Promise<unknown>, seconds: number): Promise<number> {
  const start = performance.now();
  let times = 0;
  do {
    await work();
    times++;
  } while (performance.now() - start < seconds * 1000);
  return times / ((performance.now() - start) / 1000);
}
