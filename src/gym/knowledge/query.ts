/** From words to an FTS5 query that stays cheap in a store of millions. */

import type { Database } from "../../core/sqlite.ts";
import { isFunctionWord } from "../rewards/terms.ts";
import { rareDocuments } from "./schema.ts";

/** Passages that one search ranks, about; each costs some microseconds. */
const rankedPassages = 4000;
/** Words of a query that count, beside which more are noise. */
const maxWords = 48;

/** Distinct words without function words; all words if nothing else is there. */
export function queryWords(text: string): string[] {
  const words = [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])];
  const carrying = words.filter((word) => !isFunctionWord(word));
  return (carrying.length > 0 ? carrying : words).slice(0, maxWords);
}

export interface Plan {
  match: string;
  /** What to try if `match` finds too little. */
  wider?: string;
}

const anyOf = (words: readonly string[]) => words.map((word) => `"${word}"`).join(" OR ");

/** For stores where every passage with any of the words can be ranked. */
export function planAll(words: readonly string[]): Plan | undefined {
  return words.length === 0 ? undefined : { match: anyOf(words) };
}

/**
 * For large stores: the rarest words, as many as together are in no more than `rankedPassages` passages. What is left out is
 * common, so that BM25 gives it little. If even the rarest is too common, a passage must also have another of the words.
 */
export function planRarest(words: readonly string[], documents: (word: string) => number): Plan | undefined {
  const counted = words
    .map((word) => ({ word, count: documents(word) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.count - b.count || (a.word < b.word ? -1 : 1));
  if (counted.length === 0) return undefined;
  const chosen: string[] = [];
  for (let i = 0, sum = counted[0].count; sum <= rankedPassages; sum += counted[++i]?.count ?? rankedPassages + 1) {
    chosen.push(counted[i].word);
  }
  if (chosen.length > 0) return { match: anyOf(chosen) };
  const [rarest, ...others] = counted.map(({ word }) => word);
  if (others.length === 0) return { match: anyOf([rarest]) };
  return { match: `"${rarest}" AND "${others[0]}"`, wider: anyOf([rarest]) };
}

/** In how many passages a word's stem is. */
export function documentCounter(db: Database): (word: string) => number {
  db.exec(`
    CREATE VIRTUAL TABLE temp.asked USING fts5(text, tokenize='porter unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE temp.asked_stems USING fts5vocab(temp, asked, row);
    CREATE VIRTUAL TABLE temp.stems USING fts5vocab(main, words, row);
  `);
  const [ask, forget] = ["INSERT INTO temp.asked (rowid, text) VALUES (1, ?)", "DELETE FROM temp.asked"].map((sql) =>
    db.prepare(sql),
  );
  const stems = db.prepare("SELECT term FROM temp.asked_stems");
  const frequent = db.prepare("SELECT documents FROM frequent WHERE stem = ?");
  const count = db.prepare("SELECT doc AS documents FROM temp.stems WHERE term = ?");
  const known = new Map<string, number>();
  return (word) => {
    const earlier = known.get(word);
    if (earlier !== undefined) return earlier;
    ask.run(word);
    const [stem] = stems.all() as { term: string }[];
    forget.run();
    const found = stem && ((frequent.get(stem.term) ?? count.get(stem.term)) as { documents: number } | undefined);
    const documents = found ? found.documents : 0;
    if (known.size >= rememberedWords) known.clear();
    known.set(word, documents);
    return documents;
  };
}

const rememberedWords = 100_000;
/** Below this no word can be too common to be ranked. */
export const smallStore = Math.max(rankedPassages, rareDocuments);
