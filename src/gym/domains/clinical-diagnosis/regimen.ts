import { dosageVerdict, drugNamed, type Patient, type Presentation, renalAdvice } from "../../clinical/index.ts";

export interface Regimen {
  dose: string;
  frequency: string;
  route: string;
}

/** The dose that the guideline gives, or the usual one; by kidney function where that is too much. */
export function regimen(patient: Patient, name: string, doses: Presentation["dose"] = {}): Regimen {
  const drug = drugNamed(name);
  const { dose, frequency } = doses[name] ?? drug.regimens[0];
  if (dosageVerdict({ name, dose, frequency }, patient) !== "too high") return { dose, frequency, route: drug.route };
  const advice = renalAdvice(drug, patient.renal.egfr);
  if (advice.advice === "avoid") throw new RangeError(`${name} does not suit ${patient.id}`);
  return { dose: advice.dose, frequency: advice.frequency, route: drug.route };
}
