/** From preferences to token sequences: what chosen and rejected begin with alike is kept once. */
import { createHash } from "node:crypto";
import { MedgymError } from "../../core/errors.ts";
import { checkPreference, type PlacedRow, type PreferenceRow } from "../../data/index.ts";
import type { ChatMessage, Tokenizer } from "../../text/tokenizer.ts";
import { commonLength, countScored, encodeRow, type Overlong } from "../examples.ts";
import type { Encoded } from "../jobs/data-job.ts";
import { named, OverlongRows, placedRows, type RowData } from "../rows.ts";

export type PreferenceData = RowData<PreferenceRow>;

/** T tokens after what the pair has in common. */
export interface Completion {
  /** (T) */
  tokens: Int32Array;
  /** (T) 1 on what counts */
  mask: Uint8Array;
}

export interface Pair {
  /** What both begin with: the prompt, up to the first token that counts; may be empty. */
  prompt: Int32Array;
  chosen: Completion;
  rejected: Completion;
  margin: number;
}

/** Tokens of a pair as it is computed. */
export const pairLength = ({ prompt, chosen, rejected }: Pair) =>
  prompt.length + chosen.tokens.length + rejected.tokens.length;

interface Sequence {
  /** (T) tokens of a prompt and its completion */
  ids: Int32Array;
  /** (T) 1 on those that count */
  mask: Uint8Array;
  /** Of them, so many are read by the model. */
  length: number;
}

/** One of a pair's two sequences. */
export type EncodeSide = (
  context: string,
  placed: PlacedRow<PreferenceRow>,
  side: "chosen" | "rejected",
  tokenizer: Tokenizer,
) => Sequence;

export interface PairSettings {
  maxLength: number;
  overlong: Overlong;
}

/** What was made of the rows: told as training starts, and in the manifest. */
export interface PairCounts {
  rows: number;
  pairs: number;
  /** Of prompts (once a pair), chosen and rejected completions. */
  tokens: number;
  /** Of those, what counts. */
  scoredTokens: number;
  /** Pairs of which a sequence was cut, and that were left out as too long. */
  truncated: number;
  dropped: number;
  /** Left out: chosen and rejected are the same tokens. */
  equal: number;
  /** Left out: of chosen or rejected no token counts. */
  unscored: number;
}

export interface Pairs {
  items: Pair[];
  counts: PairCounts;
  /** SHA-256 over ids, masks and margins: the content that training sees. */
  hash: string;
}

/** `context` begins every complaint: verb and option, "dpo: data". */
export async function encodePairs(
  context: string,
  data: PreferenceData,
  tokenizer: Tokenizer,
  encode: EncodeSide,
  settings: PairSettings,
  signal: AbortSignal,
): Promise<Pairs> {
  const items: Pair[] = [];
  const counts: PairCounts = {
    ...{ rows: 0, pairs: 0, tokens: 0, scoredTokens: 0, truncated: 0, dropped: 0, equal: 0, unscored: 0 },
  };
  const hash = createHash("sha256");
  const overlong = new OverlongRows(context, settings.maxLength, encode === encodeJudged ? '"drop"' : undefined);
  for await (const placed of placedRows(context, data, checkPreference, signal)) {
    counts.rows++;
    let sides = (["chosen", "rejected"] as const).map((side) => encode(context, placed, side, tokenizer));
    const longest = Math.max(...sides.map(({ length }) => length));
    if (longest > settings.maxLength) {
      if (settings.overlong === "error") overlong.add(placed.place, longest);
      if (settings.overlong === "truncate") counts.truncated++;
      else counts.dropped++;
      if (settings.overlong !== "truncate") continue;
      sides = sides.map(({ ids, mask }) =>
        sequenceOf(ids.slice(0, settings.maxLength), mask.slice(0, settings.maxLength)),
      );
    }
    if (sides.some(({ mask }) => countScored(mask) === 0)) counts.unscored++;
    else if (isSame(sides[0], sides[1])) counts.equal++;
    else {
      const pair = pairOf(sides[0], sides[1], placed.row.margin ?? 0);
      items.push(pair);
      counts.tokens += pairLength(pair);
      counts.scoredTokens += countScored(pair.chosen.mask) + countScored(pair.rejected.mask);
      for (const { ids, mask } of sides)
        hash.update(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength)).update(mask);
      hash.update(String(pair.margin));
    }
  }
  overlong.refuse();
  counts.pairs = items.length;
  if (items.length === 0) throw emptyError(context, counts);
  return { items, counts, hash: hash.digest("hex") };
}

const sequenceOf = (ids: Int32Array, mask: Uint8Array): Sequence => ({ ids, mask, length: ids.length });

const isSame = (a: Sequence, b: Sequence) =>
  a.ids.length === b.ids.length && commonLength(a.ids, b.ids) === a.ids.length;

function pairOf(chosen: Sequence, rejected: Sequence, margin: number): Pair {
  const shared = Math.min(
    commonLength(chosen.ids, rejected.ids),
    ...[chosen, rejected].map(({ mask }) => mask.indexOf(1)),
  );
  const after = ({ ids, mask }: Sequence) => ({ tokens: ids.subarray(shared), mask: mask.subarray(shared) });
  return { prompt: chosen.ids.subarray(0, shared), chosen: after(chosen), rejected: after(rejected), margin };
}

/** Prompt and completion as in sft: the assistant's tokens, or the completion with its end of sequence, count. */
export const encodeCompletion: EncodeSide = (context, { row, place }, side, tokenizer) => {
  const { prompt, tools } = row;
  if (prompt == null)
    throw new MedgymError("invalid-data", `${context}: ${place}: prompt is missing: what chosen and rejected answer.`);
  const { ids, mask } = encodeRow(
    context,
    { row: { prompt, completion: row[side], tools }, place },
    tokenizer,
    "assistant",
  );
  return sequenceOf(ids, mask);
};

/**
 * The whole text or conversation as `model.reward` reads it. One token more follows, which the model never reads, and which alone
 * counts: the position before it, the text's last token, is where the reward is. Not to be truncated.
 */
export const encodeJudged: EncodeSide = (context, { row, place }, side, tokenizer) => {
  try {
    const judged = tokensJudged(row, side, tokenizer);
    if (judged.length === 0) throw new MedgymError("invalid-data", `${side} has no token.`);
    const ids = new Int32Array(judged.length + 1);
    ids.set(judged);
    const mask = new Uint8Array(ids.length);
    mask[judged.length] = 1;
    return { ids, mask, length: judged.length };
  } catch (error) {
    throw named(`${context}: ${place}`, error);
  }
};

function tokensJudged({ prompt, tools, ...row }: PreferenceRow, side: "chosen" | "rejected", tokenizer: Tokenizer) {
  const completion = row[side];
  if (typeof completion === "string")
    return tokenizer.encode(`${prompt ?? ""}${completion}`, { addSpecialTokens: true });
  const messages = [...((prompt ?? []) as readonly ChatMessage[]), ...completion];
  return tokenizer.encode(tokenizer.applyChatTemplate(messages, { tools, addGenerationPrompt: false }));
}

/** What they come to, for a prediction of memory and time. */
export function countPairs({ items, counts }: Pairs): Encoded {
  return {
    lengths: items.map(pairLength),
    scored: items.map(({ chosen, rejected }) => countScored(chosen.mask) + countScored(rejected.mask)),
    facts: { rows: counts.rows, pairs: counts.pairs, tokens: counts.tokens },
  };
}

export function describePairs(data: PreferenceData, { counts, hash }: Pairs) {
  const path = typeof data === "string" ? data : undefined;
  return { hash, description: { path, ...counts, hash } };
}

function emptyError(context: string, { rows, dropped, equal, unscored }: PairCounts): MedgymError {
  if (rows === 0) return new MedgymError("invalid-data", `${context} is empty: it has no rows.`);
  return new MedgymError(
    "invalid-data",
    `${context}: none of its ${rows} rows is a pair to learn from (${dropped} too long, ${equal} whose chosen and rejected are the ` +
      `same, ${unscored} without a token that counts). Check maxLength, and that chosen and rejected are answers that differ.`,
  );
}

/** What was not learned from, in words. */
export function leftOut(counts: PairCounts | undefined): string[] {
  if (!counts) return [];
  const { rows, dropped, truncated, equal, unscored } = counts;
  const of = (count: number, what: string) => (count > 0 ? [`${count} of ${rows} rows ${what}`] : []);
  return [
    ...of(dropped, "are longer than maxLength and were left out."),
    ...of(truncated, "are longer than maxLength and were cut."),
    ...of(equal, "were left out: chosen and rejected are the same."),
    ...of(unscored, "were left out: of chosen or rejected no token counts."),
  ];
}
