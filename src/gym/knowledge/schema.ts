import type { Passage } from "./passage.ts";
import type { Database } from "./sqlite.ts";

/** Of the file's layout; another number is another layout. */
export const layout = 1;

/**
 * `passages`: as they came, in the order of the file. `words`: the FTS5 index over them, English stems. `frequent`: in how many
 * passages a stem is, for those in more than `rareDocuments`; counting these anew for every search would take too long.
 */
export function createTables(db: Database): void {
  db.exec(`
    CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
    CREATE TABLE passages (place INTEGER PRIMARY KEY, id TEXT, category TEXT, source TEXT, title TEXT, text TEXT);
    CREATE VIRTUAL TABLE words USING fts5(title, text, content=passages, content_rowid=place,
      tokenize='porter unicode61 remove_diacritics 2');
    CREATE TABLE frequent (stem TEXT PRIMARY KEY, documents INTEGER) WITHOUT ROWID;
  `);
}

export const rareDocuments = 1000;

/** What searches need beyond the rows themselves: ids that are unique, and the frequent stems. */
export function finishTables(db: Database): void {
  db.exec(`
    CREATE UNIQUE INDEX passages_by_id ON passages (id);
    CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row);
    INSERT INTO frequent SELECT term, doc FROM temp.vocabulary WHERE doc > ${rareDocuments};
    DROP TABLE temp.vocabulary;
  `);
}

export function inserter(db: Database): (place: number, passage: Passage) => void {
  const passages = db.prepare("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)");
  const words = db.prepare("INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)");
  return (place, { id, category, source, title, text }) => {
    passages.run(place, id, category, source, title, text);
    words.run(place, title, text);
  };
}

export function tellAbout(db: Database, about: Record<string, string | number>): void {
  const put = db.prepare("INSERT OR REPLACE INTO about VALUES (?, ?)");
  for (const [key, value] of Object.entries(about)) put.run(key, String(value));
}

export function readAbout(db: Database): Record<string, string> {
  const rows = db.prepare("SELECT key, value FROM about").all() as { key: string; value: string }[];
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}
