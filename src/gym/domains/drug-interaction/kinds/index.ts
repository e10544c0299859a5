/** The kinds of questions: how each is made from a patient, what is right, and what would be unsafe. */
import { alternative, pregnancyChoice } from "./choices.ts";
import { dosage, hepaticDose, monitoring, renalDose, washout } from "./doses.ts";
import { cyp, food, newDrug, stopOne, worstPair } from "./interactions.ts";
import type { Kind } from "./kind.ts";
import { allergy, pregnancySafety } from "./safety.ts";

export const kinds: Readonly<Record<string, Kind>> = {
  "new-drug": newDrug,
  "worst-pair": worstPair,
  alternative,
  "renal-dose": renalDose,
  "hepatic-dose": hepaticDose,
  "pregnancy-safety": pregnancySafety,
  "pregnancy-choice": pregnancyChoice,
  food,
  allergy,
  monitoring,
  cyp,
  dosage,
  washout,
  "stop-one": stopOne,
};
