/** What a job would be, before it is one. */
import { type Displayable, displaySymbol, type MimeBundle } from "../../core/display.ts";
import type { JobCheck, MemoryEstimate } from "../../core/job-description.ts";
import { formatBytes, formatDuration } from "../../core/progress-line.ts";
import { tableBundle } from "../../core/table.ts";
import type { Expectation } from "../protocol.ts";

export class DryRun implements Displayable {
  readonly name: string;
  /** As resolved; JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Undefined where the function cannot tell, or not yet. */
  readonly memory?: MemoryEstimate;
  /** How long it will take, from how long others took. */
  readonly expected?: Expectation;
  /** Rows, tokens, steps, tasks. */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly warnings: readonly string[];

  constructor(name: string, { options, memory, facts, warnings }: JobCheck, expected?: Expectation) {
    Object.assign(this, { memory, expected });
    this.name = name;
    this.options = options;
    this.facts = facts;
    this.warnings = warnings;
  }

  toString(): string {
    return String(this[displaySymbol]()["text/plain"]);
  }

  [displaySymbol](): MimeBundle {
    const { name, memory, expected, facts, warnings } = this;
    const rows = Object.entries(facts).map(([fact, value]) => [
      fact,
      typeof value === "number" ? value.toLocaleString("en") : value,
    ]);
    if (memory) rows.push(["memory", formatBytes(memory.bytes)], ...partRows(memory));
    else rows.push(["memory", "not known before it runs"]);
    if (expected) rows.push(...timeRows(expected));
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

function timeRows({ seconds, low, high, jobs }: Expectation): string[][] {
  const from = jobs === 0 ? "none like it has run here" : `from ${jobs} earlier job${jobs === 1 ? "" : "s"} here`;
  return [
    ["time, about", formatDuration(seconds)],
    ["  four in five", `${formatDuration(low)} to ${formatDuration(high)}, ${from}`],
  ];
}

const partRows = ({ parts }: MemoryEstimate) =>
  Object.entries(parts).map(([part, bytes]) => [`  ${part}`, formatBytes(bytes)]);
