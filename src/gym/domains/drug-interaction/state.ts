import { type Allergy, type Drug, findDrug, type Medication, type Patient } from "../../clinical/index.ts";
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
    id,
    age,
    sex,
    weightKg,
    conditions,
    renal,
    allergies,
    medications,
    levels: [],
    ...(hepatic ? { hepatic } : {}),
    ...(pregnancy ? { pregnancy } : {}),
  };
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

/** Where a level lies. */
export function levelVerdict(drug: Drug, level: number): "below" | "within" | "above" {
  const [low, high] = drug.monitoring!.range;
  return level < low ? "below" : level > high ? "above" : "within";
}

/** Days until five half-lives have passed, by the longest. */
export function washoutDays(drug: Drug): number {
  return Math.ceil((5 * drug.halfLifeHours![1]) / 24);
}
