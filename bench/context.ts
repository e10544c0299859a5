import type { Models } from "./models.ts";
import type { FailedRow, Row } from "./rows.ts";

export interface BenchContext {
  /** Package root. */
  root: string;
  /** Python of the peers' environment, with torch, transformers, PEFT and TRL. */
  python: string;
  /** The compiled llama.cpp peer; made on the first call. */
  llama(): Promise<string>;
  /** Model folders, made once a run. */
  models: Models;
  quick: boolean;
  log(text: string): void;
  /** Whether a row of this name was asked for, and is short enough when `quick` (only the rows marked so). */
  wanted(name: string, options?: { quick?: boolean }): boolean;
  /**
   * Runs `work`, which gives rows, and records and prints them with the time they took; when it throws, a failed row
   * of that name is recorded and the bench goes on.
   */
  row(name: string, work: () => Promise<Row | Row[]>): Promise<void>;
  rows: (Row | FailedRow)[];
}

export type Bench = (context: BenchContext) => Promise<void>;
