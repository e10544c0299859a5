import { adverseEffect, contraindication, enzyme, mechanism, pregnancy, renalDose } from "./drug-kinds.ts";
import { avoidedDrug, confirmingTest, diagnosis, firstDrug } from "./illness-kinds.ts";
import { interactionEffect, interactionManagement } from "./interaction-kinds.ts";
import { labResult, score } from "./number-kinds.ts";
import type { Kind } from "./question.ts";

/** The kinds of questions, by the name that tasks carry. */
export const kinds: Readonly<Record<string, Kind>> = {
  mechanism,
  contraindication,
  "adverse-effect": adverseEffect,
  pregnancy,
  enzyme,
  "renal-dose": renalDose,
  "interaction-effect": interactionEffect,
  "interaction-management": interactionManagement,
  diagnosis,
  "confirming-test": confirmingTest,
  "first-drug": firstDrug,
  "avoided-drug": avoidedDrug,
  score,
  "lab-result": labResult,
};
