import { existsSync } from "node:fs";
import { MedgymError } from "../../core/errors.ts";
import { type Database, openDatabase } from "../../core/sqlite.ts";
import type { Hit, Passage } from "./passage.ts";
import { documentCounter, type Plan, planAll, planRarest, queryWords, smallStore } from "./query.ts";
import {
  type AboutRow,
  aboutFrom,
  askAbout,
  createTables,
  finishTables,
  insertPassage,
  insertWords,
  layout,
  valuesOf,
} from "./schema.ts";

export interface SearchOptions {
  /** At most so many passages. @default 8 */
  maxResults?: number;
  /** Only of this category. */
  category?: string;
}

const searchesKept = 256;

/** How much more a word in the title says. */
const titleWeight = 3;

/** Passages that can be searched: BM25 (k1 1.2, b 0.75) over SQLite FTS5, English stems. The same query gives the same passages. */
export class PassageStore {
  readonly size: number;
  readonly #db: Database;
  readonly #plan: (words: readonly string[]) => Plan | undefined;
  readonly #ranked: ReturnType<Database["prepare"]>;
  readonly #rankedOf: ReturnType<Database["prepare"]>;
  readonly #byId: ReturnType<Database["prepare"]>;
  /** What was asked last: rollouts of one task ask alike. */
  readonly #found = new Map<string, readonly Hit[]>();

  /** Use `openStore` or `storeOf`. */
  constructor(db: Database) {
    this.#db = db;
    this.size = (db.prepare("SELECT count(*) AS n FROM passages").get() as { n: number }).n;
    if (this.size <= smallStore) this.#plan = planAll;
    else {
      const documents = documentCounter(db);
      this.#plan = (words) => planRarest(words, documents);
    }
    // ranked by number alone, so that only the best are read
    const ranked = (join: string) =>
      db.prepare(`
        WITH best AS (
          SELECT words.rowid AS place, bm25(words, ${titleWeight}, 1) AS badness FROM words ${join}
          AND words MATCH ? ORDER BY badness, words.rowid LIMIT ?)
        SELECT id, title, text, category, source, -badness AS score FROM best JOIN passages USING (place)
        ORDER BY badness, place`);
    this.#ranked = ranked("WHERE true");
    this.#rankedOf = ranked("JOIN passages AS p ON p.place = words.rowid WHERE p.category = ?");
    this.#byId = db.prepare("SELECT id, title, text, category, source FROM passages WHERE id = ?");
  }

  /** The passages that fit best, the best first; equally good ones in the order of the corpus. Empty if no word of the query is in the store. */
  search(query: string, { maxResults = 8, category }: SearchOptions = {}): Hit[] {
    const key = JSON.stringify([query, maxResults, category]);
    const known = this.#found.get(key) ?? this.#search(query, maxResults, category);
    this.#found.delete(key); // to the end of the line
    this.#found.set(key, known);
    if (this.#found.size > searchesKept) this.#found.delete(this.#found.keys().next().value!);
    return known.map((hit) => ({ ...hit }));
  }

  #search(query: string, maxResults: number, category: string | undefined): Hit[] {
    const plan = this.#plan(queryWords(query));
    if (!plan) return [];
    const run = (match: string) =>
      (category === undefined
        ? this.#ranked.all(match, maxResults)
        : this.#rankedOf.all(category, match, maxResults)) as unknown as Hit[];
    const found = run(plan.match);
    return found.length < maxResults && plan.wider ? run(plan.wider) : found;
  }

  get(id: string): Passage | undefined {
    return this.#byId.get(id.trim()) as unknown as Passage | undefined;
  }

  /** Releases the file. */
  close(): void {
    this.#db.close();
  }
}

/** A store in memory. */
export function storeOf(passages: Iterable<Passage>): PassageStore {
  const db = openDatabase(":memory:");
  db.exec(createTables);
  db.exec("BEGIN");
  const insert = db.prepare(insertPassage);
  let place = 0;
  for (const passage of passages) insert.run(...valuesOf(++place, passage));
  db.prepare(insertWords).run(1, place);
  db.exec(finishTables);
  db.exec("COMMIT");
  return new PassageStore(db);
}

/** Opens what `gym.knowledge.index` made. */
export function openStore(path: string): PassageStore {
  if (!existsSync(path))
    throw new MedgymError("not-found", `there is no passage store ${path}. Make it with gym.knowledge.index.`);
  const db = openDatabase(path, { readOnly: true });
  const about = aboutOf(db, path);
  if (about.layout !== String(layout)) {
    throw new MedgymError(
      "unsupported",
      `${path} has layout ${about.layout}; this medgym reads ${layout}. Index the corpus again.`,
    );
  }
  if (about.finished !== "yes") {
    db.close();
    throw unfinished(path);
  }
  return new PassageStore(db);
}

function aboutOf(db: Database, path: string): Record<string, string> {
  try {
    return aboutFrom(db.prepare(askAbout).all() as unknown as AboutRow[]);
  } catch (error) {
    db.close();
    // being written, or left in the middle of a batch, which only a writer may take back
    if (/locked/.test((error as Error).message) || existsSync(`${path}-journal`)) throw unfinished(path, error);
    throw new MedgymError("invalid-data", `${path} is no passage store.`, { cause: error });
  }
}

function unfinished(path: string, cause?: unknown): MedgymError {
  const advice = "Call gym.knowledge.index again: it goes on from the last batch";
  return new MedgymError("invalid-data", `${path} is of an index that is not finished. ${advice}.`, { cause });
}
