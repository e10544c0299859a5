/** What a job would be, before it is one. */
import { type Displayable, displaySymbol, type MimeBundle } from "../../core/display.ts";
import type { JobCheck, MemoryEstimate } from "../../core/job-description.ts";
import { formatBytes, formatDuration } from "../../core/progress-line.ts";
import { tableBundle } from "../../core/table.ts";

export class DryRun implements Displayable {
  readonly name: string;
  /** As resolved; JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Undefined where the function cannot tell, or not yet. */
  readonly memory?: MemoryEstimate;
  /** Roughly, on this machine alone. */
  readonly expectedSeconds?: number;
  /** Rows, tokens, steps, tasks. */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly warnings: readonly string[];

  constructor(name: string, { options, memory, expectedSeconds, facts, warnings }: JobCheck) {
    Object.assign(this, { memory, expectedSeconds });
    this.name = name;
    this.options = options;
    this.facts = facts;
    this.warnings = warnings;
  }

  toString(): string {
    return String(this[displaySymbol]()["text/plain"]);
  }

  [displaySymbol](): MimeBundle {
    const { name, memory, expectedSeconds, facts, warnings } = this;
    const rows = Object.entries(facts).map(([fact, value]) => [
      fact,
      typeof value === "number" ? value.toLocaleString("en") : value,
    ]);
    if (memory) rows.push(["memory", formatBytes(memory.bytes)], ...partRows(memory));
    else rows.push(["memory", "not known before it runs"]);
    if (expectedSeconds !== undefined) rows.push(["time, roughly", formatDuration(expectedSeconds)]);
    return tableBundle(`${name}: dry run`, ["", ""], rows, [...warnings]);
  }
}

/** A memory estimate that shows itself. */
export class Estimate implements MemoryEstimate, Displayable {
  readonly bytes: number;
  readonly parts: Record<string, number>;
  readonly #name: string;

  constructor(name: string, { bytes, parts }: MemoryEstimate) {
    this.bytes = bytes;
    this.parts = parts;
    this.#name = name;
  }

  [displaySymbol](): MimeBundle {
    return tableBundle(`${this.#name}: memory`, ["", ""], [["in all", formatBytes(this.bytes)], ...partRows(this)], []);
  }
}

const partRows = ({ parts }: MemoryEstimate) =>
  Object.entries(parts).map(([part, bytes]) => [`  ${part}`, formatBytes(bytes)]);
