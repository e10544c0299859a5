import { closeSync, openSync, writeSync } from "node:fs";
import { Random } from "../src/core/random.ts";

const words = vocabulary(300_000);

/** Words by their rank: function words first, as in any text, then made ones, longer the rarer, with endings that stems lose. */
function vocabulary(size: number): string[] {
  const common = "the of and in to with a was for is were by that as or at on from be are this patients an not we which had have between study"; // biome-ignore format: a list
  const onsets = ["b", "c", "ch", "d", "f", "fl", "g", "gl", "h", "l", "m", "n", "p", "ph", "pl", "r", "s", "st", "t", "th", "tr", "v"]; // biome-ignore format: a list
  const endings = ["", "", "s", "al", "ation", "itis", "ing", "ed", "oma", "osis", "ic"];
  const random = new Random(0);
  const syllable = () => random.choice(onsets) + random.choice(["a", "e", "i", "o", "u", "ae", "io"]);
  const made = new Set(common.split(" "));
  while (made.size < size) {
    const syllables = Math.max(1, Math.min(3, Math.floor(Math.log10(made.size))) - random.integer(2));
    const stem = Array.from({ length: syllables }, syllable).join("");
    made.add(stem + random.choice(["n", "r", "l", "t", "m"]) + random.choice(endings));
  }
  return [...made];
}

/** Texts of words by Zipf's law with exponent 1: P(rank < r) = ln(1 + r) / ln(1 + words). The same seed gives the same texts. */
export function writer(seed: number): (length: number) => string {
  // a hundred million words want a quicker generator than ours: mulberry32
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x100000000;
  };
  const word = () => words[Math.floor(Math.exp(uniform() * Math.log(1 + words.length))) - 1];
  return (length) => {
    let text = word();
    for (let i = 1; i < length; i++) text += (i % 17 === 0 ? ". " : " ") + word();
    return text;
  };
}

/** A corpus in JSONL: passages of 100 words, each with an id and a title of six. */
export function writeCorpus(path: string, passages: number): void {
  const write = writer(1);
  const file = openSync(path, "w");
  try {
    let lines = "";
    for (let i = 1; i <= passages; i++) {
      lines += `${JSON.stringify({ id: `p${i}`, title: write(6), text: `${write(100)}.` })}\n`;
      if (i % 1000 > 0 && i < passages) continue;
      writeSync(file, lines);
      lines = "";
    }
  } finally {
    closeSync(file);
  }
}
