import { rougeN, rougeTokens, sentenceBleu, tokenF1 } from "../../text/metrics/index.ts";
import type { Reward, RewardContext } from "../reward.ts";
import type { Task } from "../task.ts";
import { numberOf } from "./action-score.ts";
import { phraseFinder, terms } from "./terms.ts";
import { answerOf } from "./written.ts";

/** Vectors of texts, of one length each. */
export type Embedder = (texts: readonly string[]) => Promise<ArrayLike<number>[]>;

/** Answers longer than this are open text. */
const shortAnswerWords = 6;

/**
 * Options: the letter or the option's text 1, the text among other words 0.5. Short answers: equal after normalising 1, contained
 * 0.5. Longer ones: token F1. null without an answer in the task.
 */
export function accuracy({ task, episode }: Pick<RewardContext, "task" | "episode">): number | null {
  if (task.answer === undefined) return null;
  const answer = answerOf(episode.submission);
  if (terms(answer).length === 0) return 0;
  if (task.options) return choiceAccuracy(answer, task.answer, task.options);
  if (isOpen(task)) return isSame(answer, task.answer) ? 1 : tokenF1(answer, task.answer);
  return shortAccuracy(answer, task.answer);
}

/** `accuracy`, with open text scored by `openText` with this embedder. */
export function accuracyWith(embedder: Embedder): Reward {
  return async (context) => {
    const answer = answerOf(context.episode.submission);
    if (!isOpen(context.task) || terms(answer).length === 0) return accuracy(context);
    return openText(answer, context.task.answer!, embedder);
  };
}

function isOpen(task: Task): boolean {
  return task.answer !== undefined && !task.options && terms(task.answer).length > shortAnswerWords;
}

/** 0.25·ROUGE-1 + 0.25·BLEU-1 + 0.5·cosine of the embeddings, the cosine not below 0. */
export async function openText(answer: string, expected: string, embedder: Embedder): Promise<number> {
  const [ours, theirs] = await embedder([answer, expected]);
  const bleu1 = sentenceBleu(rougeTokens(answer), rougeTokens(expected), 1);
  return 0.25 * rougeN(answer, expected, 1).f + 0.25 * bleu1 + 0.5 * Math.max(0, cosine(ours, theirs));
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, left, right] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    left += a[i] ** 2;
    right += b[i] ** 2;
  }
  return left === 0 || right === 0 ? 0 : dot / Math.sqrt(left * right);
}

export function shortAccuracy(answer: string, expected: string): number {
  if (isSame(answer, expected)) return 1;
  return phraseFinder(answer)(expected) ? 0.5 : 0;
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) return left === right;
  return terms(a).join(" ") === terms(b).join(" ");
}

export function choiceAccuracy(answer: string, expected: string, options: Readonly<Record<string, string>>): number {
  const letters = Object.keys(options);
  const right = rightLetter(expected, options);
  if (right === undefined) return shortAccuracy(answer, expected);
  const chosen = chosenLetter(answer, letters) ?? letters.find((letter) => isSame(options[letter], answer));
  if (chosen !== undefined) return chosen === right ? 1 : 0;
  const says = phraseFinder(answer);
  const named = letters.filter((letter) => says(options[letter]));
  return named.length === 1 && named[0] === right ? 0.5 : 0;
}

/** Which option the task's answer is, given by letter or by text. */
export function rightLetter(expected: string, options: Readonly<Record<string, string>>): string | undefined {
  return Object.keys(options).find((letter) => isSame(letter, expected) || isSame(options[letter], expected));
}

/** "C", "(c)", "C. Warfarin", "the answer is C", "Warfarin (C)"; undefined if no letter was chosen. */
export function chosenLetter(answer: string, letters: readonly string[]): string | undefined {
  const text = answer.trim();
  const said = [...text.matchAll(/\b(?:answer|option|choice)\b(?:\s{1,3}is)?[\s:*"'(]{0,6}([A-Z])(?![\w'])/gi)].filter(
    ([, letter]) => letter === letter.toUpperCase(),
  );
  const found =
    /^\W{0,8}([A-Z])\W{0,8}$/i.exec(text) ??
    /^\W{0,8}([A-Z])[.):]/i.exec(text) ??
    said.at(-1) ??
    /\(([A-Z])\)\W{0,4}$/.exec(text.slice(-8));
  const letter = found?.[1].toUpperCase();
  return letters.find((known) => known.toUpperCase() === letter);
}
