import {
  calculators,
  conditions,
  drugsOf,
  findDrug,
  findLabTest,
  labTests,
  type Presentation,
  presentations,
} from "../../clinical/index.ts";
import type { Passage } from "../passage.ts";
import { capital, listed, passage, slug } from "./prose.ts";

export const conditionPassages: readonly Passage[] = conditions.map(({ name, icd10, complaints, drugs, labs = {} }) =>
  passage(
    `condition-${slug(name)}`,
    `${capital(name)} as a long-standing illness`,
    "condition",
    "WHO ICD-10; guidelines as named in the passages of each illness",
    [
      `ICD-10 code of ${name}: ${icd10}`,
      `Patients come with: ${listed(complaints)}`,
      drugs.length > 0 && `Drugs that patients with it often take: ${listed(drugs)}`,
      ...results(labs),
    ],
  ),
);

/** Two of each acute illness: how it is known, and what to do. */
export const illnessPassages: readonly Passage[] = presentations.flatMap((illness) => [
  recognition(illness),
  management(illness),
]);

function recognition({ name, icd10, complaint, symptoms, signs, labs = {}, confirm, source }: Presentation): Passage {
  const { test, result } = confirm;
  const proof = typeof result === "string" ? result : `${result.join(" to ")} ${findLabTest(test)?.unit ?? ""}`.trim();
  return passage(`illness-${slug(name)}`, `${capital(name)}: how it is recognised`, "illness", source, [
    `ICD-10 code of ${name}: ${icd10}`,
    `Typical complaint: ${complaint}`,
    `Symptoms: ${listed(symptoms)}`,
    `Signs: ${listed(signs)}`,
    ...results(labs),
    `Confirming test: ${test}; it shows: ${proof}`,
  ]);
}

function management({
  name,
  advice,
  treatment = [],
  harmful = [],
  score,
  transfer,
  emergency,
  source,
}: Presentation): Passage {
  const [first] = treatment;
  return passage(`guideline-${slug(name)}`, `${capital(name)}: what to do`, "guideline", source, [
    advice.replace(/\.$/, ""),
    score && `Score: ${score}`,
    first
      ? `Drugs in the order of preference for ${name}${first.from === undefined ? "" : ` from ${first.from} points`}: ${listed(first.drugs)}`
      : `No drug is started for ${name} before the specialist sees the patient`,
    ...treatment.slice(1).map(({ from, drugs }) => `From ${from} points: ${listed(drugs)}`),
    harmful.length > 0 && `Drugs that harm in ${name}: ${listed(harmful.map(withMembers))}`,
    emergency && "Emergency: minutes to hours count",
    transfer && `Specialty that takes over: ${transfer}`,
  ]);
}

function withMembers(key: string): string {
  return findDrug(key)
    ? key
    : `${key} (${drugsOf(key)
        .map(({ name }) => name)
        .join(", ")})`;
}

function results(labs: Readonly<Partial<Record<string, readonly [number, number]>>>): string[] {
  const rows = Object.entries(labs).map(([test, range]) =>
    `${test} ${range!.join(" to ")} ${findLabTest(test)?.unit ?? ""}`.trim(),
  );
  return rows.length > 0 ? [`Results in typical cases: ${listed(rows)}`] : [];
}

export const labPassages: readonly Passage[] = labTests.map(({ name, unit, range, critical, category }) =>
  passage(
    `lab-${slug(name)}`,
    `${capital(name)}: reference interval`,
    "laboratory",
    "usual adult reference intervals, SI units",
    [
      `${capital(name)} is a test of the group ${category}`,
      `Reference interval of ${name} in adults: ${range.join(" to ")} ${unit}, both ends normal`,
      critical
        ? `Critical results of ${name}, which are phoned through: below ${critical[0]} or above ${critical[1]} ${unit}`
        : `No critical limit is set for ${name}`,
    ],
  ),
);

export const scorePassages: readonly Passage[] = calculators.map(({ name, title, source, parameters }) =>
  passage(`score-${slug(name)}`, `${name}: ${title}`, "score", source, [
    `${name} rates: ${title}`,
    `Items: ${listed(Object.entries(parameters).map(([item, type]) => `${item} (${(type as { description?: string }).description ?? "see the paper"})`))}`,
    "It is computed with calculateClinicalScore",
  ]),
);
