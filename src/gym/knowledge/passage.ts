/** A piece of text that an answer may rest on. */
export interface Passage {
  /** Unique in its store. */
  id: string;
  title: string;
  text: string;
  /** What searches may be limited to, e.g. "guideline"; "" if the store has none. */
  category: string;
  /** Whom to cite. */
  source: string;
}

/** A passage that a search found. */
export interface Hit extends Passage {
  /** BM25, higher is better; comparable within one search. */
  score: number;
}
