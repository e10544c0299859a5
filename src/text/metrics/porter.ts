/**
 * Porter's stemmer, https://doi.org/10.1108/eb046814, with the changes that nltk's `PorterStemmer` makes by default and rouge_score
 * so inherits: a list of irregular words, words of up to two letters as they are, and the rules marked below. A measure m counts how
 * often a consonant follows a vowel; a rule whose suffix fits but whose condition does not ends its step.
 */

type Condition = (stem: string) => boolean;
type Rule = readonly [suffix: string, replacement: string, condition?: Condition];

const irregular: Readonly<Record<string, readonly string[]>> = {
  sky: ["sky", "skies"],
  die: ["dying"],
  lie: ["lying"],
  tie: ["tying"],
  news: ["news"],
  inning: ["innings", "inning"],
  outing: ["outings", "outing"],
  canning: ["cannings", "canning"],
  howe: ["howe"],
  proceed: ["proceed"],
  exceed: ["exceed"],
  succeed: ["succeed"],
};
const stems = new Map(Object.entries(irregular).flatMap(([stem, words]) => words.map((word) => [word, stem] as const)));

/** `word` in lower case. */
export function porterStem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined || word.length <= 2) return known ?? word;
  return [plurals, pastAndProgressive, finalY, doubleSuffixes, icFulNess, bareSuffixes, finalE, finalL].reduce(
    (stem, step) => step(stem),
    word,
  );
}

/** Whether each letter is a consonant; y is one at the front and after a vowel. */
function consonants(word: string): boolean[] {
  const is: boolean[] = [];
  for (let i = 0; i < word.length; i++) is.push(word[i] === "y" ? i === 0 || !is[i - 1] : !"aeiou".includes(word[i]));
  return is;
}

function measure(stem: string): number {
  return consonants(stem).filter((is, i, all) => i > 0 && is && !all[i - 1]).length;
}

/** Consonant, vowel, consonant other than w, x, y; nltk: also vowel and consonant alone. */
function endsShort(word: string): boolean {
  const is = consonants(word);
  const [last, vowel] = [is.length - 1, is.length - 2];
  if (vowel < 0 || !is[last] || is[vowel]) return false;
  return word.length === 2 || (is[vowel - 1] && !/[wxy]$/.test(word));
}

const positive: Condition = (stem) => measure(stem) > 0;
const aboveOne: Condition = (stem) => measure(stem) > 1;

function apply(word: string, rules: readonly Rule[]): string {
  for (const [suffix, replacement, condition] of rules) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, word.length - suffix.length);
    return !condition || condition(stem) ? stem + replacement : word;
  }
  return word;
}

/** Step 1a. nltk: dies → die. */
function plurals(word: string): string {
  if (word.endsWith("ies") && word.length === 4) return word.slice(0, -1);
  return apply(word, [["sses", "ss"], ["ies", "i"], ["ss", "ss"], ["s", ""]]); // biome-ignore format: a table
}

/** Step 1b. nltk: died → die, spied → spi. */
function pastAndProgressive(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return positive(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const suffix = ["ed", "ing"].find(
    (each) => word.endsWith(each) && consonants(word.slice(0, -each.length)).includes(false),
  );
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (["at", "bl", "iz"].some((ending) => stem.endsWith(ending))) return `${stem}e`;
  if (stem.at(-1) === stem.at(-2) && consonants(stem).at(-1)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

/** Step 1c. nltk: after a consonant that is not the first letter. */
function finalY(word: string): string {
  return apply(word, [["y", "i", (stem) => stem.length > 1 && consonants(stem).at(-1) === true]]);
}

// biome-ignore format: a table
const step2: readonly Rule[] = [
  ["ational", "ate", positive], ["tional", "tion", positive], ["enci", "ence", positive], ["anci", "ance", positive],
  ["izer", "ize", positive], ["bli", "ble", positive], ["alli", "al", positive], ["entli", "ent", positive],
  ["eli", "e", positive], ["ousli", "ous", positive], ["ization", "ize", positive], ["ation", "ate", positive],
  ["ator", "ate", positive], ["alism", "al", positive], ["iveness", "ive", positive], ["fulness", "ful", positive],
  ["ousness", "ous", positive], ["aliti", "al", positive], ["iviti", "ive", positive], ["biliti", "ble", positive],
  ["fulli", "ful", positive], ["logi", "log", (stem) => positive(`${stem}l`)],
];

/** Step 2. nltk: alli first, then the step again; fulli, logi. */
function doubleSuffixes(word: string): string {
  if (word.endsWith("alli") && positive(word.slice(0, -4))) return doubleSuffixes(word.slice(0, -2));
  return apply(word, step2);
}

// biome-ignore format: a table
const step3: readonly Rule[] = [
  ["icate", "ic", positive], ["ative", "", positive], ["alize", "al", positive], ["iciti", "ic", positive],
  ["ical", "ic", positive], ["ful", "", positive], ["ness", "", positive],
];

function icFulNess(word: string): string {
  return apply(word, step3);
}

const step4: readonly Rule[] = [
  ..."al ance ence er ic able ible ant ement ment ent".split(" ").map((suffix): Rule => [suffix, "", aboveOne]),
  ["ion", "", (stem) => aboveOne(stem) && /[st]$/.test(stem)],
  ..."ou ism ate iti ous ive ize".split(" ").map((suffix): Rule => [suffix, "", aboveOne]),
];

function bareSuffixes(word: string): string {
  return apply(word, step4);
}

/** Step 5a. */
function finalE(word: string): string {
  const stem = word.slice(0, -1);
  const drop = word.endsWith("e") && (aboveOne(stem) || (measure(stem) === 1 && !endsShort(stem)));
  return drop ? stem : word;
}

/** Step 5b: controll → control. */
function finalL(word: string): string {
  return apply(word, [["ll", "l", (stem) => aboveOne(`${stem}l`)]]);
}
