/** Whether a drug, or a dose of it, suits a patient. */
import { allergyConflict } from "./allergies.ts";
import { type Drug, dailyMg, drugNamed, drugs, hepaticAdvice, renalAdvice } from "./drugs.ts";
import { findInteraction, type Interaction, rank, severityScore } from "./interactions.ts";
import { type Medication, type Patient, unfit } from "./patient.ts";

/** What of a patient bears on a prescription. */
export type Treated = Pick<Patient, "allergies" | "conditions" | "renal" | "hepatic" | "pregnancy" | "medications">;

export interface Found {
  with: string;
  interaction: Interaction;
}

/** Why a drug should not be given; the severities are those of violations. */
export interface Warning {
  severity: 3 | 4 | 5;
  kind: string;
  text: string;
}

/** A drug against all that the patient takes, the worst first. */
export function interactionsOf(drug: Drug, patient: Treated): Found[] {
  return patient.medications
    .filter(({ end }) => end === undefined)
    .flatMap(({ name }): Found[] => {
      const interaction = findInteraction(drug, drugNamed(name));
      return interaction ? [{ with: name, interaction }] : [];
    })
    .sort((a, b) => severityScore(b.interaction) - severityScore(a.interaction));
}

/** Why a drug must not be added, the gravest first: allergy and contraindications (5), interactions (5 contraindicated, 4 major). */
export function objections(drug: Drug, patient: Treated): (Warning & { severity: 4 | 5 })[] {
  const reason = unfit(drug, patient);
  const allergy = allergyConflict(drug, patient.allergies);
  const clashes = interactionsOf(drug, patient).filter(({ interaction }) => rank(interaction.severity) >= 2);
  return [
    ...(reason
      ? [
          {
            severity: 5 as const,
            kind: allergy ? "allergy ignored" : "contraindication ignored",
            text: `${drug.name}: ${reason}`,
          },
        ]
      : []),
    ...clashes.map(({ with: other, interaction: { severity, effect } }) => ({
      severity: severity === "contraindicated" ? (5 as const) : (4 as const),
      kind: "interaction ignored",
      text: `${drug.name} with ${other}: ${severity}, ${effect}`,
    })),
  ].sort((a, b) => b.severity - a.severity);
}

export const verdicts = ["appropriate", "too high", "avoid"] as const;
export type Verdict = (typeof verdicts)[number];

/** A prescribed dose against the kidney, the liver and the usual maximum. */
export function dosageVerdict(medication: Pick<Medication, "name" | "dose" | "frequency">, patient: Treated): Verdict {
  const drug = drugNamed(medication.name);
  const advice = renalAdvice(drug, patient.renal.egfr);
  if (advice.advice === "avoid") return "avoid";
  if (patient.hepatic && hepaticAdvice(drug, patient.hepatic.childPugh) === "avoid") return "avoid";
  const given = dailyMg(medication);
  const reduced = advice.advice === "give" && patient.renal.egfr < (drug.renal?.[0].from ?? 0);
  const limit = reduced ? dailyMg(advice) : drug.maxDailyMg;
  return given !== undefined && limit !== undefined && given > limit * 1.001 ? "too high" : "appropriate";
}

/** What of the record speaks against a drug at its usual first dose. */
export function recordWarnings(patient: Treated, name: string): Warning[] {
  const drug = drugNamed(name);
  const against: Warning[] = objections(drug, patient);
  if (dosageVerdict({ name, ...drug.regimens[0] }, patient) !== "too high") return against;
  const text = `${name} at the usual dose and an eGFR of ${patient.renal.egfr}`;
  return [...against, { severity: 5, kind: "dangerous dose", text }];
}

const nameOf = new Map(
  drugs.map((drug) => [drug, new RegExp(`\\b${drug.name.replace(/[^a-z0-9]/gi, "\\$&")}\\b`, "i")]),
);
const negated =
  /\b(avoid|not|no|never|allerg\w*|instead|rather than|contraindicat\w*|stop\w*|withh\w*|without|held?|hold)\b/i;

/** Drugs that a free text gives: a sentence with a negation is taken as a warning. */
export function drugsGiven(text: string): Drug[] {
  const sentences = text.split(/[.;\n]/).filter((sentence) => !negated.test(sentence));
  return drugs.filter((drug) => sentences.some((sentence) => nameOf.get(drug)!.test(sentence)));
}
