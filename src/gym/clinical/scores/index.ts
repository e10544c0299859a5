import { cha2ds2Vasc, hasBled } from "./atrial-fibrillation.ts";
import { bmi, cockcroftGault, egfr } from "./body.ts";
import { apache2, glasgow, qsofa } from "./critical-care.ts";
import { news2 } from "./deterioration.ts";
import { esi } from "./esi.ts";
import { childPugh, meld, meldNa } from "./liver.ts";
import { gad7, phq9 } from "./mood.ts";
import { apgar, biophysicalProfile, bishop, ctg, epds, gestationalAge } from "./obstetrics.ts";
import { curb65 } from "./pneumonia.ts";
import { audit, cage, cSsrs, dast10, mmse, pcl5, scoff } from "./psychiatry.ts";
import { lace } from "./readmission.ts";
import type { Calculator } from "./score.ts";
import { wellsDvt, wellsPe } from "./thrombosis.ts";

export { cha2ds2Vasc, hasBled } from "./atrial-fibrillation.ts";
export { bmi, cockcroftGault, egfr } from "./body.ts";
export { apache2, glasgow, qsofa } from "./critical-care.ts";
export { news2 } from "./deterioration.ts";
export { dangerZone, esi } from "./esi.ts";
export { type ChildPughClass, childPugh, childPughClass, childPughClasses, meld, meldNa } from "./liver.ts";
export { gad7, phq9 } from "./mood.ts";
export {
  apgar,
  biophysicalProfile,
  bishop,
  ctg,
  daysByCrownRump,
  decelerations,
  epds,
  gestationalAge,
} from "./obstetrics.ts";
export { curb65 } from "./pneumonia.ts";
export { audit, cage, cSsrs, dast10, mmse, pcl5, scoff } from "./psychiatry.ts";
export { lace, laceComorbidities } from "./readmission.ts";
export type { Calculator, Score } from "./score.ts";
export { wellsDvt, wellsPe } from "./thrombosis.ts";

/** Every score; `find` by name for tools that take one. */
export const calculators = [
  curb65, wellsDvt, wellsPe, cha2ds2Vasc, hasBled, meld, meldNa, childPugh, apache2, qsofa, glasgow, lace, bmi, egfr,
  cockcroftGault, phq9, gad7, news2, esi, cSsrs, audit, dast10, mmse, pcl5, cage, scoff,
  gestationalAge, bishop, biophysicalProfile, apgar, epds, ctg,
] as unknown as readonly Calculator[]; // biome-ignore format: a list

/** By its name, in any case and with or without punctuation: "curb65", "CHA2DS2-VASc". */
export function findCalculator(name: string): Calculator | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  return calculators.find((known) => plain(known.name) === plain(name));
}
