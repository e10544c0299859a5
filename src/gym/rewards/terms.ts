/** Words and numbers as rewards look for them. English text. */
import { normalizeAnswer } from "../../text/metrics/index.ts";

/** Lower-case words, and numbers with their sign and decimals: "81mg" is 81 and mg, "COVID-19" covid and 19. */
export function terms(text: string): readonly string[] {
  const known = remembered.get(text);
  if (known) return known;
  const found = normalizeAnswer(text).match(/(?<![\p{L}\p{N}])-\p{N}+(?:\.\p{N}+)?|\p{N}+(?:\.\p{N}+)?|\p{L}+/gu) ?? [];
  if (text.length <= shortText) {
    if (remembered.size >= rememberedTexts) remembered.clear();
    remembered.set(text, found);
  }
  return found;
}
/** Phrases of tables and criteria are looked for again and again. */
const remembered = new Map<string, readonly string[]>();
const [shortText, rememberedTexts] = [100, 10_000];

/** Phrases are found as whole words in their order. */
export function phraseFinder(text: string): (phrase: string) => boolean {
  const haystack = ` ${terms(text).join(" ")} `;
  return (phrase) => {
    const needle = terms(phrase).join(" ");
    return needle !== "" && haystack.includes(` ${needle} `);
  };
}

const functionWords = new Set(
  (
    "a an the this that these those it its he she they we i you his her their our my your him them us me who which what " +
    "is are was were be been being has have had do does did will would can could may might should must not no nor and or but " +
    "if then than so as of in on at by for with without from to into over " +
    "under after before between during about against per there here also only more most less very both each any some all"
  ).split(" "),
);

/** Articles, pronouns, auxiliaries, prepositions; in lower case. */
export const isFunctionWord = (word: string) => functionWords.has(word);

/** They do not tell prose from a salad of keywords, which is made of them. */
const connectives = new Set(["because", "since", "while", "although", "however", "therefore", "thus", "hence"]);

/** Words that carry the matter: no function words, at least four letters. */
export function contentWords(text: string): string[] {
  const carries = (term: string) => term.length >= 4 && !functionWords.has(term) && !connectives.has(term);
  return terms(text).filter((term) => /^\p{L}/u.test(term) && carries(term));
}

/**
 * 0…1: whether English sentences were written. A third to a half of the words of prose are function words; in gibberish and in
 * lists of keywords hardly any. Full marks from a fifth on.
 */
export function prose(text: string): number {
  const words = terms(text).filter((term) => /^\p{L}/u.test(term));
  const share = words.length === 0 ? 0 : words.filter((word) => functionWords.has(word)).length / words.length;
  const distinct = new Set(words).size;
  return distinct < 5 || share > 0.8 ? 0 : Math.min(1, share / 0.2);
}
