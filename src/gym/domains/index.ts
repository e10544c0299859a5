import { MedgymError } from "../../core/errors.ts";
import { referenceSymbol } from "../../core/job-description.ts";
import { nearest } from "../../core/options.ts";
import { consultation } from "../consultation/index.ts";
import type { Domain } from "../domain.ts";
import { frozenLake, sokoban } from "../games/index.ts";
import { clinicalDiagnosis } from "./clinical-diagnosis/index.ts";
import { crossDomain } from "./cross-domain/index.ts";
import { drugInteraction } from "./drug-interaction/index.ts";
import { ehrManagement } from "./ehr-management/index.ts";
import { medicalQa } from "./medical-qa/index.ts";
import { obstetrics } from "./obstetrics/index.ts";
import { psychiatry } from "./psychiatry/index.ts";
import { radiologyReport } from "./radiology-report/index.ts";
import { triage } from "./triage/index.ts";
import { visualDiagnosis } from "./visual-diagnosis/index.ts";

const all: readonly Domain[] = [
  clinicalDiagnosis, crossDomain, drugInteraction, ehrManagement, medicalQa, obstetrics, psychiatry, radiologyReport, triage, visualDiagnosis,
]; // biome-ignore format: a list

/** In options of a job a shipped domain is its name. */
function named(domains: readonly Domain[]): readonly Domain[] {
  for (const domain of domains)
    Object.defineProperty(domain, referenceSymbol, { value: () => domain.name, configurable: true });
  return domains;
}

named(all);
let texts: readonly Domain[] | undefined;

/** Every domain that is shipped whose actions are tool calls. */
export function domains(): readonly Domain[] {
  return all;
}

/** Everything that is shipped: also what acts by text, consultation and the games, with default options. */
export function allDomains(): readonly Domain[] {
  texts ??= named([consultation(), sokoban(), frozenLake()]);
  return [...all, ...texts];
}

/** One of all by its name, e.g. "drug-interaction". */
export function domain(name: string): Domain {
  const list = allDomains();
  const found = list.find((each) => each.name === name);
  if (found) return found;
  const names = list.map((each) => each.name);
  const near = nearest(name, names);
  throw new MedgymError(
    "not-found",
    `There is no domain "${name}"${near ? ` (did you mean "${near}"?)` : ""}. Domains: ${names.join(", ")}.`,
  );
}
