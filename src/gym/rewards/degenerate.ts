import { ngramCounts, splitWords } from "../../text/metrics/index.ts";
import type { RewardContext } from "../reward.ts";

/** Below so many tokens every text repeats itself by chance or not at all. */
const fewTokens = 24;
const minDistinct = 0.3;
const loopRepeats = 4;
const longestLoop = 64;

/** −1 if any completion of the episode is degenerate, else 0. Trainers may leave such an episode out of its group instead. */
export function degenerate({ episode }: Pick<RewardContext, "episode">): number {
  return episode.turns.some(({ completion }) => isDegenerate(completion)) ? -1 : 0;
}

/** Fewer than 30 % different 4-grams in the second half, or an end that is one block four times over (of 12 tokens at least). */
export function isDegenerate(text: string): boolean {
  const tokens = tokensOf(text);
  if (tokens.length < fewTokens) return false;
  return distinct(tokens.slice(tokens.length >> 1)) < minDistinct || endsInLoop(tokens);
}

/** Different ÷ all 4-grams; 1 for a text too short to have any. */
export function distinctRatio(text: string): number {
  return distinct(tokensOf(text));
}

function distinct(tokens: readonly string[]): number {
  const all = tokens.length - 3;
  return all <= 0 ? 1 : ngramCounts(tokens, 4).size / all;
}

function endsInLoop(tokens: readonly string[]): boolean {
  const end = tokens.length;
  for (let period = 1; period <= longestLoop; period++) {
    const length = Math.max(loopRepeats * period, 12);
    if (length > end) return false;
    let same = period;
    while (same < length && tokens[end - 1 - same] === tokens[end - 1 - same + period]) same++;
    if (same === length) return true;
  }
  return false;
}

/** Words; characters where a text has no spaces to speak of. */
function tokensOf(text: string): string[] {
  const words = splitWords(text);
  return words.length > 0 && text.length / words.length > 20 ? [...text.replace(/\s/g, "")] : words;
}
