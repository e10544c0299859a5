/** Who is told of every run of the process, whoever began it: the worker of a job makes its progress and curves of them. */
import type { RunProgress } from "./progress-line.ts";

export interface ObservedRun {
  readonly name: string;
  readonly status: string;
  readonly progress: RunProgress | undefined;
  cancel(): void;
}

/** Called in the middle of a run: must be quick, and must not throw. */
export interface RunObserver {
  started?(run: ObservedRun): void;
  event?(run: ObservedRun, event: unknown): void;
  ended?(run: ObservedRun): void;
}

const symbol = Symbol.for("medgym.runObservers");
const registry = globalThis as { [symbol]?: RunObserver[] };

/** Of runs that begin from now on; shared by all copies of this module. */
export function observeRuns(observer: RunObserver): void {
  registry[symbol] = [...runObservers(), observer];
}

export const runObservers = (): readonly RunObserver[] => registry[symbol] ?? [];
