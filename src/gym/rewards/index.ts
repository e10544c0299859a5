import type { RewardTable } from "../reward.ts";
import { accuracy } from "./accuracy.ts";
import { actionScore, turnActions } from "./action-score.ts";
import { assertion } from "./assertion.ts";
import { coherence } from "./coherence.ts";
import { degenerate } from "./degenerate.ts";
import { dialogueQuality } from "./dialogue.ts";
import { format, turnFormats } from "./format.ts";
import { process } from "./process.ts";
import { reasoning } from "./reasoning.ts";
import { safety } from "./safety.ts";

export { accuracy, accuracyWith, type Embedder, openText } from "./accuracy.ts";
export { actionScore, matchActions } from "./action-score.ts";
export { isDegenerate } from "./degenerate.ts";
export { cosineLength, type LengthOptions, softOverlong } from "./length.ts";

/** The parts that every clinical domain pays; [0, 1], but `degenerate` −1 or 0. */
export const clinicalRewards = {
  accuracy,
  action: (context) => {
    const value = actionScore(context);
    return value === null ? null : { value, turns: turnActions(context) };
  },
  format: (context) => ({ value: format(context), turns: turnFormats(context.episode) }),
  process,
  reasoning,
  safety,
  coherence,
  assertion,
  degenerate,
  dialogue: dialogueQuality,
} satisfies RewardTable;

/** What a domain pays if nobody says otherwise. */
export const compositeWeights = {
  accuracy: 0.25,
  format: 0.1,
  process: 0.2,
  safety: 0.2,
  coherence: 0.1,
  assertion: 0.15,
} as const;

/** What the reference's first GRPO runs were meant to use. */
export const seedGrpoWeights = { accuracy: 0.4, format: 0.2, process: 0.4 } as const;
