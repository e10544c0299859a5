import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { type ChatRow, preview } from "../../data/index.ts";
import type { ChatMessage } from "../../text/tokenizer.ts";
import type { Split } from "../task.ts";
import { countsTable } from "./view.ts";

/** A solved task as a row to learn from; every tool result in it is the environment's own. */
export interface Demo extends ChatRow {
  /** From the system message to the last turn of the assistant. */
  messages: ChatMessage[];
  metadata: {
    domain: string;
    taskId: string;
    kind?: string;
    patientId?: string;
    split: Split;
    /** The task's right answer, where it has one. */
    answer?: string;
    strategy: string;
    source: "expert" | "self-play";
    /** Of the episode: `environment.start(task, { seed })`. */
    seed: number;
    /** What the environment, or the judge, gave. */
    score: number;
  };
}

/** Counts of demonstrations. */
export interface SynthesisJson {
  rows: number;
  domains: Record<string, number>;
  /** Attempts that were not kept, by reason. */
  rejected: Readonly<Record<string, number>>;
  /** Of a job: the file of the rows, as `data` of sft. */
  data?: string;
}

/** Demonstrations, with counts; an iterable of its rows, so that `sft({ data })` takes it. Draws itself. */
export class Synthesis implements Iterable<Demo> {
  readonly rows: readonly Demo[];
  /** Attempts that were not kept, by reason. */
  readonly rejected: Readonly<Record<string, number>>;

  constructor(rows: readonly Demo[], rejected: Readonly<Record<string, number>>) {
    this.rows = rows;
    this.rejected = rejected;
  }

  get length(): number {
    return this.rows.length;
  }

  /** Rows by what their metadata say, the most frequent first. */
  counts(by: "domain" | "strategy" | "source" | "kind"): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { metadata } of this.rows) {
      const name = metadata[by] ?? "(none)";
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
  }

  [Symbol.iterator](): Iterator<Demo> {
    return this.rows[Symbol.iterator]();
  }

  toJSON(): SynthesisJson {
    return { rows: this.length, domains: this.counts("domain"), rejected: this.rejected };
  }

  toString(): string {
    return String(countsTable(this)["text/plain"]);
  }

  async [displaySymbol](): Promise<MimeBundle> {
    const table = countsTable(this);
    const rows = await preview(this.rows, { count: 2 })[displaySymbol]();
    return {
      "text/plain": `${table["text/plain"]}\n${rows?.["text/plain"]}`,
      "text/html": `${table["text/html"]}${rows?.["text/html"]}`,
    };
  }
}
