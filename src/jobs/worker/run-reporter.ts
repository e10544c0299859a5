/** Makes a job's progress, curves and run folders of what the runs in it tell. */
import { type ObservedRun, observeRuns } from "../../core/run-observers.ts";
import type { JobProgress, Phase, UntimedJobEvent } from "../job.ts";
import { phaseOf } from "./phases.ts";

/** Least time between two tellings of progress in the same phase. */
const intervalMs = 250;

interface Active {
  run: ObservedRun;
  /** "sft", the second of a name "sft 2". */
  label: string;
  /** Where it stood when it first could tell, and when: a resumed run begins in the middle, and loading is no step. */
  from?: { done: number; ms: number };
}

/** The runs of this process. */
export class RunReporter {
  readonly #emit: (event: UntimedJobEvent) => void;
  readonly #active: Active[] = [];
  readonly #names = new Map<string, number>();
  #phase: Phase = "working";
  #toldMs = Number.NEGATIVE_INFINITY;
  #pending?: NodeJS.Timeout;

  constructor(emit: (event: UntimedJobEvent) => void) {
    this.#emit = emit;
    observeRuns({
      started: (run) => this.#started(run),
      event: (run, event) => this.#event(run, event as Record<string, unknown>),
      ended: (run) => this.#ended(run),
    });
  }

  /** All that run, outer ones first. */
  cancel(): void {
    for (const { run } of [...this.#active]) run.cancel();
  }

  #started(run: ObservedRun): void {
    const count = (this.#names.get(run.name) ?? 0) + 1;
    this.#names.set(run.name, count);
    this.#active.push({ run, label: count === 1 ? run.name : `${run.name} ${count}` });
    this.#enter(phaseOf(run.name));
  }

  #event(run: ObservedRun, event: Record<string, unknown>): void {
    const active = this.#active.find((each) => each.run === run);
    if (!active || typeof event !== "object" || event === null) return;
    if (event.type === "start" && typeof event.path === "string") this.#emit({ type: "run", path: event.path });
    if (isStep(event)) {
      const values = figuresOf(event);
      if (Object.keys(values).length > 0)
        this.#emit({ type: "metric", run: active.label, step: event.step as number, values });
    }
    this.#enter(event.type === "eval-end" ? "evaluating" : phaseOf(run.name, event));
  }

  #ended(run: ObservedRun): void {
    if (this.#pending) this.#tell();
    const at = this.#active.findIndex((each) => each.run === run);
    if (at >= 0) this.#active.splice(at, 1);
    const outer = this.#active.at(-1);
    if (outer) this.#enter(phaseOf(outer.run.name));
  }

  /** A change of phase is told at once, everything else now and then. */
  #enter(phase: Phase): void {
    const wait = phase === this.#phase ? this.#toldMs + intervalMs - performance.now() : 0;
    this.#phase = phase;
    if (wait <= 0) return this.#tell();
    this.#pending ??= setTimeout(() => this.#tell(), wait).unref();
  }

  #tell(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#toldMs = performance.now();
    this.#emit({ type: "progress", ...this.#progress() });
  }

  /** Of the outermost run that can tell. */
  #progress(): JobProgress {
    for (const active of this.#active) {
      const { progress } = active.run;
      if (!progress) continue;
      const { done, total, unit = "steps", detail } = progress;
      active.from ??= { done, ms: Date.now() };
      const { from } = active;
      const seconds = (Date.now() - from.ms) / 1000;
      const isKnown = total !== undefined && done > from.done;
      const etaSeconds = isKnown ? Math.round(((total - done) * seconds) / (done - from.done)) : undefined;
      return { phase: this.#phase, done, total, unit, etaSeconds, detail };
    }
    return { phase: this.#phase };
  }
}

const isStep = ({ type, step }: Record<string, unknown>) =>
  (type === "step-end" || type === "eval-end") && typeof step === "number";

/** Beside what is no figure of learning. */
const noFigures = ["step", "etaSeconds", "memoryBytes", "seconds"];

/** Finite numbers of an event, those one level down as "parts.accuracy"; moments `{ mean, … }` count by their mean. */
function figuresOf(event: Record<string, unknown>): Record<string, number> {
  const figures: Record<string, number> = {};
  const add = (name: string, value: unknown) => {
    if (typeof value === "number" && Number.isFinite(value)) figures[name] = value;
  };
  for (const [name, value] of Object.entries(event)) {
    if (noFigures.includes(name)) continue;
    add(name, value);
    if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
    for (const [part, inner] of Object.entries(value)) {
      add(`${name}.${part}`, typeof inner === "object" && inner !== null ? (inner as { mean?: unknown }).mean : inner);
    }
  }
  return figures;
}
