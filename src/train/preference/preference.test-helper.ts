/** Small preferences on the fake engine, with bytes for tokens. */
import type { PreferenceRow } from "../../data/index.ts";

/** The capital of a letter is preferred to its neighbour: learnable from one token. */
export const rows: PreferenceRow[] = [..."abcdefghijklmnop"].map((letter) => ({
  prompt: `${letter}:`,
  chosen: letter.toUpperCase(),
  rejected: `${String.fromCharCode(letter.charCodeAt(0) + 1)}?`,
}));
export const heldOut: PreferenceRow[] = rows.slice(0, 4);

/** Rewards are read at the last token, which for the fake engine's one layer must tell good from bad: a mark does. */
export const judged: PreferenceRow[] = [..."abcdefghijklmnop"].map((letter, i) => ({
  prompt: `${letter}:`,
  chosen: `yes ${letter.repeat(i % 3)}+`,
  rejected: `no ${letter}-`,
  margin: 0.5,
}));
