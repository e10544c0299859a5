import type { Passage } from "./passage.ts";

/** Of the file's layout; another number is another layout. */
export const layout = 1;

/**
 * `passages`: as they came, in the order of the file. `words`: the FTS5 index over them, English stems. `frequent`: in how many
 * passages a stem is, for those in more than `rareDocuments`; counting these anew for every search would take too long.
 */
export const createTables = `
  CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
  CREATE TABLE passages (place INTEGER PRIMARY KEY, id TEXT, category TEXT, source TEXT, title TEXT, text TEXT);
  CREATE VIRTUAL TABLE words USING fts5(title, text, content=passages, content_rowid=place,
    tokenize='porter unicode61 remove_diacritics 2');
  CREATE TABLE frequent (stem TEXT PRIMARY KEY, documents INTEGER) WITHOUT ROWID;
`;

export const rareDocuments = 1000;

/** What searches need beyond the rows themselves: ids that are unique, and the frequent stems. May be done twice. */
export const finishTables = `
  CREATE UNIQUE INDEX IF NOT EXISTS passages_by_id ON passages (id);
  CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row);
  INSERT OR REPLACE INTO frequent SELECT term, doc FROM temp.vocabulary WHERE doc > ${rareDocuments};
  DROP TABLE temp.vocabulary;
`;

export const insertPassage =
  "INSERT INTO passages (place, id, title, text, category, source) VALUES (?, ?, ?, ?, ?, ?)";

export const valuesOf = (place: number, { id, title, text, category, source }: Passage) =>
  [place, id, title, text, category, source] as const;

/** Passages from the first place to the last get their words. */
export const insertWords =
  "INSERT INTO words (rowid, title, text) SELECT place, title, text FROM passages WHERE place BETWEEN ? AND ?";

export const tellAbout = "INSERT OR REPLACE INTO about VALUES (?, ?)";

export const askAbout = "SELECT key, value FROM about";

export interface AboutRow {
  key: string;
  value: string;
}

export const aboutFrom = (rows: readonly AboutRow[]): Record<string, string> =>
  Object.fromEntries(rows.map(({ key, value }) => [key, value]));
