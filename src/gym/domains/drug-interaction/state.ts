import {
  type Allergy, allergyConflict, type Drug, dailyMg, drugNamed, findDrug, findInteraction, hepaticAdvice, type Interaction,
  type Medication, type Patient, rank, renalAdvice, severityScore, unfit,
} from "../../clinical/index.ts"; // biome-ignore format: a list
import { ToolError } from "../../tool.ts";

/** What a pharmacist sees of a patient. */
export interface Profile
  extends Pick<Patient, "id" | "age" | "sex" | "weightKg" | "conditions" | "renal" | "hepatic" | "pregnancy"> {
  allergies: Allergy[];
  medications: Medication[];
  /** Drug levels and what stands for them. */
  levels: { measure: string; value: number; unit: string; date: string }[];
}

/** What is asked, for judging; the model reads it in the ticket. */
export interface Question {
  drug?: string;
  /** By letter. */
  options?: Record<string, string>;
  food?: string;
}

export interface State {
  profile: Profile;
  question: Question;
}

export function profileOf(patient: Patient): Profile {
  const { id, age, sex, weightKg, conditions, renal, hepatic, pregnancy, allergies, medications } = patient;
  return {
    id, age, sex, weightKg, conditions, renal, allergies, medications, levels: [],
    ...(hepatic ? { hepatic } : {}), ...(pregnancy ? { pregnancy } : {}),
  }; // biome-ignore format: a record
}

/** A drug that the model named. */
export function askedDrug(name: string): Drug {
  const found = findDrug(name);
  if (!found) throw new ToolError(`no drug ${name} in the formulary`);
  return found;
}

export function askedPatient(state: State, id: string): Profile {
  if (id.trim().toUpperCase() !== state.profile.id) throw new ToolError(`no patient ${id}`);
  return state.profile;
}

export interface Found {
  with: string;
  interaction: Interaction;
}

/** A drug against all that the patient takes, the worst first. */
export function interactionsOf(drug: Drug, profile: Profile): Found[] {
  return profile.medications
    .flatMap(({ name }): Found[] => {
      const interaction = findInteraction(drug, drugNamed(name));
      return interaction ? [{ with: name, interaction }] : [];
    })
    .sort((a, b) => severityScore(b.interaction) - severityScore(a.interaction));
}

/** Why a drug must not be added, the gravest first: allergy and contraindications (5), interactions (5 contraindicated, 4 major). */
export function objections(drug: Drug, profile: Profile): { severity: 4 | 5; kind: string; text: string }[] {
  const reason = unfit(drug, profile);
  const allergy = allergyConflict(drug, profile.allergies);
  const clashes = interactionsOf(drug, profile).filter(({ interaction }) => rank(interaction.severity) >= 2);
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
export function dosageVerdict(medication: Pick<Medication, "name" | "dose" | "frequency">, profile: Profile): Verdict {
  const drug = drugNamed(medication.name);
  const advice = renalAdvice(drug, profile.renal.egfr);
  if (advice.advice === "avoid") return "avoid";
  if (profile.hepatic && hepaticAdvice(drug, profile.hepatic.childPugh) === "avoid") return "avoid";
  const given = dailyMg(medication);
  const reduced =
    advice.advice === "give" && advice.dose !== undefined && profile.renal.egfr < (drug.renal?.[0].from ?? 0);
  const limit = reduced ? dailyMg(advice) : drug.maxDailyMg;
  return given !== undefined && limit !== undefined && given > limit * 1.001 ? "too high" : "appropriate";
}

/** Where a level lies. */
export function levelVerdict(drug: Drug, level: number): "below" | "within" | "above" {
  const [low, high] = drug.monitoring!.range;
  return level < low ? "below" : level > high ? "above" : "within";
}

/** Days until five half-lives have passed, by the longest. */
export function washoutDays(drug: Drug): number {
  return Math.ceil((5 * drug.halfLifeHours![1]) / 24);
}
