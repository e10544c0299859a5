import { z } from "zod";
import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { MedgymError } from "../../core/errors.ts";
import { resolveOptions } from "../../core/options.ts";
import { tableBundle } from "../../core/table.ts";
import { readRows } from "../../data/index.ts";
import { questionsOf, taskOf, textsOf } from "./row-text.ts";
import { RunTable } from "./run-table.ts";
import { visitRuns, WordHasher } from "./words.ts";

/** Rows, or a file of them (.jsonl, .json, .parquet, .csv); training rows are read one after the other. */
export type RowSource = string | Iterable<object> | AsyncIterable<object>;

export interface ContaminationOptions {
  /** Words of a run. @default 13, as in https://arxiv.org/abs/2005.14165, appendix C */
  words?: number;
  /** A test row is contaminated if at least this share of its runs is in the training data. @default 0.5 */
  share?: number;
  /** Runs that more test rows have are nobody's own (templates of tickets) and do not count. @default 10 */
  common?: number;
}

export interface ContaminatedRow {
  /** Place in the test data, from 0. */
  row: number;
  /** Of the task, where it has one. */
  id?: string;
  reason: "task" | "text";
  /** Of its runs, in the training data. */
  share: number;
  /** How it begins. */
  text: string;
}

const schema = z.strictObject({
  words: z.number().int().min(2).default(13),
  share: z.number().gt(0).max(1).default(0.5),
  common: z.number().int().min(1).default(10),
});

/** Texts of fewer words (yes, B, a name) say nothing. */
const leastWords = 5;

/** What the gate found; draws itself. */
export class ContaminationReport {
  readonly trainRows: number;
  readonly testRows: number;
  readonly contaminated: readonly ContaminatedRow[];
  /** Test rows of which any run at all is in the training data. */
  readonly touched: number;

  constructor(fields: Pick<ContaminationReport, "trainRows" | "testRows" | "contaminated" | "touched">) {
    this.trainRows = fields.trainRows;
    this.testRows = fields.testRows;
    this.contaminated = fields.contaminated;
    this.touched = fields.touched;
  }

  get ok(): boolean {
    return this.contaminated.length === 0;
  }

  /** Throws if test data is in the training data, unless `force` says that this is wanted. */
  assert({ force = false }: { force?: boolean } = {}): this {
    if (this.ok || force) return this;
    const advice =
      "Take these rows out of the training data, or go on with force: true: the test's figures then mean nothing.";
    throw new MedgymError("invalid-data", `${this}\n${advice}`);
  }

  toString(): string {
    return String(this[displaySymbol]()["text/plain"]);
  }

  [displaySymbol](): MimeBundle {
    const { trainRows, testRows, touched, contaminated } = this;
    const count = (reason: string) => String(contaminated.filter((row) => row.reason === reason).length);
    const caption = `contamination: ${contaminated.length} of ${testRows} test rows are in the training data (${trainRows} rows)`;
    const cells = [
      ["the same task", count("task")],
      ["the same text", count("text")],
      ["some words in common", String(touched)],
    ];
    const shown = contaminated.slice(0, 10).map(({ row, id, reason, share, text }) => {
      const what = reason === "task" ? "the same task" : `${(100 * share).toFixed(0)} % of its text`;
      return `test row ${row + 1}${id ? ` (${id})` : ""}: ${what}: ${text}`;
    });
    if (contaminated.length > 10) shown.push(`and ${contaminated.length - 10} more`);
    return tableBundle(caption, ["", "test rows"], cells, shown);
  }
}

/**
 * Whether test rows are in the training data: by their task's id, and by runs of 13 words of what they ask. Takes tasks, chat rows, prompts with
 * completions and plain texts on both sides. The test data is held in memory (some 50 bytes a word), the training data is not.
 */
export async function contamination(
  train: RowSource,
  test: RowSource,
  options: ContaminationOptions = {},
): Promise<ContaminationReport> {
  const resolved = resolveOptions("gym.contamination", options, schema);
  const tests: object[] = [];
  for await (const row of rowsOf(test)) tests.push(row);
  const index = new TestIndex(tests, resolved.words);
  let trainRows = 0;
  for await (const row of rowsOf(train)) {
    index.meet(row);
    trainRows++;
  }
  return new ContaminationReport({
    trainRows,
    testRows: tests.length,
    ...index.judge(resolved.share, resolved.common),
  });
}

class TestIndex {
  readonly #tests: readonly object[];
  readonly #words: number;
  readonly #hasher = new WordHasher();
  readonly #runs = new RunTable();
  readonly #met: Uint8Array;
  /** Domains of the training tasks by id; "" where none is named. */
  readonly #tasks = new Map<string, Set<string>>();

  constructor(tests: readonly object[], words: number) {
    this.#tests = tests;
    this.#words = words;
    tests.forEach((row, text) => {
      this.#visit(questionsOf(row), (a, b) => this.#runs.add(a, b, text));
    });
    this.#met = new Uint8Array(this.#runs.places);
  }

  #visit(texts: readonly string[], visit: (a: number, b: number) => void): void {
    for (const text of texts) {
      const count = this.#hasher.read(text);
      visitRuns(this.#hasher.hashes, count, this.#words, leastWords, visit);
    }
  }

  /** A training row. */
  meet(row: object): void {
    const task = taskOf(row);
    if (task) this.#tasks.set(task.id, (this.#tasks.get(task.id) ?? new Set()).add(task.domain ?? ""));
    this.#visit(textsOf(row), (a, b) => {
      const place = this.#runs.indexOf(a, b);
      if (place >= 0) this.#met[place] = 1;
    });
  }

  judge(limit: number, common: number): Pick<ContaminationReport, "contaminated" | "touched"> {
    const contaminated: ContaminatedRow[] = [];
    let touched = 0;
    this.#tests.forEach((test, row) => {
      let [own, met] = [0, 0];
      this.#visit(questionsOf(test), (a, b) => {
        const place = this.#runs.indexOf(a, b);
        if (this.#runs.textsAt(place) > common) return;
        own++;
        met += this.#met[place];
      });
      if (met > 0) touched++;
      const share = own === 0 ? 0 : met / own;
      const task = taskOf(test);
      const same = task !== undefined && this.#hasTask(task);
      if (!same && share < limit) return;
      const text = beginning(questionsOf(test).join(" "));
      contaminated.push({ row, ...(task ? { id: task.id } : {}), reason: same ? "task" : "text", share, text });
    });
    return { contaminated, touched };
  }

  /** Ids belong to a domain; where one side names none, the id alone decides. */
  #hasTask({ id, domain = "" }: { id: string; domain?: string }): boolean {
    const domains = this.#tasks.get(id);
    return domains !== undefined && (domain === "" || domains.has("") || domains.has(domain));
  }
}

async function* rowsOf(source: RowSource): AsyncGenerator<object> {
  if (typeof source !== "string") {
    yield* source;
    return;
  }
  for await (const { row } of readRows(source, { schema: "any" })) yield row;
}

function beginning(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
