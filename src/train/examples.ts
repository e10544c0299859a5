/** From rows to token sequences with the tokens that are learned. */
import { createHash } from "node:crypto";
import { MedgymError } from "../core/errors.ts";
import { checkRow, type PlacedRow } from "../data/index.ts";
import type { ChatMessage, Tokenizer } from "../text/tokenizer.ts";
import { named, OverlongRows, placedRows, type SftData } from "./rows.ts";

/** T tokens of one sequence. */
export interface Example {
  /** (T) */
  ids: Int32Array;
  /** (T) 1 on the tokens that are learned; token 0 is never predicted */
  mask: Uint8Array;
}

/** "assistant": what the model is to say; "completion": its last turn only; "all": every token. */
export type LossOn = "assistant" | "completion" | "all";
export type Overlong = "error" | "truncate" | "drop";

export interface EncodeSettings {
  lossOn: LossOn;
  maxLength: number;
  overlong: Overlong;
}

export interface Examples {
  items: Example[];
  rows: number;
  /** Tokens of the items; of them, those that are learned. */
  tokens: number;
  scoredTokens: number;
  truncated: number;
  dropped: number;
  /** Rows left out since nothing in them is learned. */
  unscored: number;
  /** SHA-256 over ids and masks: the content that training sees. */
  hash: string;
}

/** Encodes a data set. `context` begins every complaint: verb and option, "sft: data". */
export async function encodeExamples(
  context: string,
  data: SftData,
  tokenizer: Tokenizer,
  settings: EncodeSettings,
  signal: AbortSignal,
): Promise<Examples> {
  const examples: Examples = {
    items: [],
    rows: 0,
    tokens: 0,
    scoredTokens: 0,
    truncated: 0,
    dropped: 0,
    unscored: 0,
    hash: "",
  };
  const hash = createHash("sha256");
  const overlong = new OverlongRows(context, settings.maxLength);
  for await (const placed of placedRows(context, data, checkRow, signal)) {
    examples.rows++;
    let example = encodeRow(context, placed, tokenizer, settings.lossOn);
    if (example.ids.length > settings.maxLength) {
      if (settings.overlong === "error") overlong.add(placed.place, example.ids.length);
      if (settings.overlong === "truncate") examples.truncated++;
      else examples.dropped++;
      if (settings.overlong !== "truncate") continue;
      example = { ids: example.ids.slice(0, settings.maxLength), mask: example.mask.slice(0, settings.maxLength) };
    }
    const scored = countScored(example.mask);
    if (scored === 0) {
      examples.unscored++;
      continue;
    }
    examples.items.push(example);
    examples.tokens += example.ids.length;
    examples.scoredTokens += scored;
    hash
      .update(new Uint8Array(example.ids.buffer, example.ids.byteOffset, example.ids.byteLength))
      .update(example.mask);
  }
  overlong.refuse();
  if (examples.items.length === 0) throw emptyError(context, examples);
  examples.hash = hash.digest("hex");
  return examples;
}

export function encodeRow(context: string, { row, place }: PlacedRow, tokenizer: Tokenizer, lossOn: LossOn): Example {
  try {
    if ("messages" in row) {
      const { ids, assistantMask } = tokenizer.encodeChat(row.messages, { tools: row.tools });
      return withLoss(ids, lossOn === "completion" ? lastSpan(assistantMask) : assistantMask, lossOn);
    }
    if ("text" in row) {
      const ids = endWithEos(tokenizer.encode(row.text, { addSpecialTokens: true }), tokenizer);
      return withLoss(ids, new Uint8Array(ids.length).fill(1), lossOn);
    }
    if (typeof row.prompt === "string") {
      // Apart, since at generation the prompt is tokenised without knowing what follows.
      const prompt = tokenizer.encode(row.prompt, { addSpecialTokens: true });
      const completion = endWithEos(tokenizer.encode(row.completion as string), tokenizer);
      const ids = new Int32Array(prompt.length + completion.length);
      ids.set(prompt);
      ids.set(completion, prompt.length);
      return withLoss(ids, new Uint8Array(ids.length).fill(1, prompt.length), lossOn);
    }
    const turns = row.prompt as readonly ChatMessage[];
    const { tools } = row;
    const { ids, assistantMask } = tokenizer.encodeChat([...turns, ...(row.completion as readonly ChatMessage[])], {
      tools,
    });
    const prompt = tokenizer.encode(tokenizer.applyChatTemplate(turns, { tools, addGenerationPrompt: true }));
    return withLoss(ids, assistantMask.fill(0, 0, commonLength(ids, prompt)), lossOn);
  } catch (error) {
    throw named(`${context}: ${place}`, error);
  }
}

/** Tokens at the beginning that are the same: a template may render a turn differently when more follows it. */
export function commonLength(a: Int32Array, b: Int32Array): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** Nothing predicts the first token. */
function withLoss(ids: Int32Array, mask: Uint8Array, lossOn: LossOn): Example {
  const learned = lossOn === "all" ? new Uint8Array(ids.length).fill(1) : mask;
  if (learned.length > 0) learned[0] = 0;
  return { ids, mask: learned };
}

function lastSpan(mask: Uint8Array): Uint8Array {
  const span = new Uint8Array(mask.length);
  let t = mask.lastIndexOf(1);
  for (; t >= 0 && mask[t] === 1; t--) span[t] = 1;
  return span;
}

/** The model learns to stop: text and completions end with the end-of-sequence token. */
function endWithEos(ids: Int32Array, tokenizer: Tokenizer): Int32Array {
  const [eos] = tokenizer.eosTokenIds;
  if (eos === undefined || ids[ids.length - 1] === eos) return ids;
  const ended = new Int32Array(ids.length + 1);
  ended.set(ids);
  ended[ids.length] = eos;
  return ended;
}

export function countScored(mask: Uint8Array): number {
  let count = 0;
  for (const m of mask) count += m;
  return count;
}

function emptyError(context: string, { rows, dropped, unscored }: Examples): MedgymError {
  if (rows === 0) return new MedgymError("invalid-data", `${context} is empty: it has no rows.`);
  return new MedgymError(
    "invalid-data",
    `${context}: none of its ${rows} rows has anything to learn (${dropped} too long, ${unscored} without a learned token). ` +
      "Check that the rows have assistant turns or completions, and maxLength.",
  );
}
