import { MedgymError } from "../../core/errors.ts";
import { nearest } from "../../core/options.ts";
import type { Domain } from "../domain.ts";
import { clinicalDiagnosis } from "./clinical-diagnosis/index.ts";
import { drugInteraction } from "./drug-interaction/index.ts";
import { ehrManagement } from "./ehr-management/index.ts";
import { medicalQa } from "./medical-qa/index.ts";
import { psychiatry } from "./psychiatry/index.ts";
import { triage } from "./triage/index.ts";

const all: readonly Domain[] = [clinicalDiagnosis, drugInteraction, ehrManagement, medicalQa, psychiatry, triage];

/** Every domain that is shipped. */
export function domains(): readonly Domain[] {
  return all;
}

/** One domain by its name, e.g. "drug-interaction". */
export function domain(name: string): Domain {
  const names = all.map((each) => each.name);
  const found = all.find((each) => each.name === name);
  if (found) return found;
  const near = nearest(name, names);
  throw new MedgymError(
    "not-found",
    `There is no domain "${name}"${near ? ` (did you mean "${near}"?)` : ""}. Domains: ${names.join(", ")}.`,
  );
}
