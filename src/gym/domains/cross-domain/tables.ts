/**
 * The pathways, and what is known of feverish children: traffic light of NICE NG143 2019 for children under five, doses of NICE NG138
 * 2019 (amoxicillin, clarithromycin) and of the BNF for Children (paracetamol). Simplified for teaching software: never for care.
 */
export const phases = ["arrival", "imaging", "diagnosis", "treatment"] as const;
export type Phase = (typeof phases)[number];

/** Whose tools a phase uses. */
export const domainOf: Readonly<Record<Phase, string>> = {
  arrival: "triage",
  imaging: "visual-diagnosis",
  diagnosis: "clinical-diagnosis",
  treatment: "clinical-diagnosis, drug-interaction",
};

export interface Pathway {
  name: string;
  /** Name of the acute illness; none: a child with fever. */
  presentation?: string;
  /** Words that the notes must have, where the illness alone is not the pathway. */
  needs?: string;
  picture: "inferior infarct" | "rhythm" | "infarct on the left" | "consolidation or not" | "effusion or not";
  source: string;
}

// biome-ignore format: a table
export const pathways: readonly Pathway[] = [
  { name: "chest-pain", presentation: "acute myocardial infarction", picture: "inferior infarct", source: "ESC 2023 acute coronary syndromes" },
  { name: "diabetic-ketoacidosis", presentation: "diabetic ketoacidosis", picture: "rhythm", source: "JBDS 2023" },
  { name: "stroke", presentation: "ischaemic stroke", picture: "infarct on the left", source: "AHA/ASA 2019; NICE NG128 2019" },
  { name: "sepsis", presentation: "sepsis", picture: "consolidation or not", source: "Surviving Sepsis Campaign 2021" },
  { name: "post-operative", presentation: "pulmonary embolism", needs: "knee replacement", picture: "effusion or not", source: "ESC 2019 pulmonary embolism" },
  { name: "paediatric-fever", picture: "consolidation or not", source: "NICE NG143 2019" },
];

export const pneumonia = "community-acquired pneumonia";
export const viral = "viral infection";

/** Signs of the traffic light that a note can have, under five years. */
export const feverSigns = {
  red: ["mottled skin", "grunting", "no response to social cues", "non-blanching rash"],
  amber: ["nasal flaring", "dry mucous membranes", "crackles", "pallor reported by a parent"],
  green: ["normal colour", "smiles", "moist mucous membranes"],
} as const;
export type Light = keyof typeof feverSigns;

/** Traffic light of a child of one to four years. */
export function trafficLight(child: {
  ageYears: number;
  heartRate: number;
  respiratoryRate: number;
  oxygenSaturation: number;
  signs: readonly string[];
}): { light: Light; because: string[] } {
  const { ageYears, heartRate, respiratoryRate, oxygenSaturation, signs } = child;
  const said = (light: Light) =>
    feverSigns[light].filter((sign) => signs.some((one) => one.toLowerCase().includes(sign)));
  const red = [...said("red"), ...(respiratoryRate > 60 ? ["respiratory rate above 60"] : [])];
  if (red.length > 0) return { light: "red", because: red };
  const limit = ageYears < 2 ? 150 : 140;
  const amber = [
    ...said("amber"),
    ...(heartRate > limit ? [`heart rate above ${limit}`] : []),
    ...(respiratoryRate > 40 ? ["respiratory rate above 40"] : []),
    ...(oxygenSaturation <= 95 ? ["saturation of 95 % or less"] : []),
  ];
  return amber.length > 0 ? { light: "amber", because: amber } : { light: "green", because: said("green") };
}

/** By weight: below so many kg. */
const clarithromycin: readonly (readonly [below: number, dose: string])[] = [
  [12, "62.5 mg"],
  [20, "125 mg"],
  [30, "187.5 mg"],
  [Number.POSITIVE_INFINITY, "250 mg"],
];

export interface ChildDose {
  dose: string;
  frequency: string;
}

/** Oral doses of children of one to four years, up to 40 kg; undefined: not in the table. */
export function childDose(drug: string, ageYears: number, weightKg: number): ChildDose | undefined {
  if (ageYears < 1 || ageYears >= 5 || weightKg > 40) return undefined;
  switch (drug.trim().toLowerCase()) {
    case "amoxicillin":
      return { dose: "250 mg", frequency: "three times daily" };
    case "clarithromycin":
      if (weightKg < 8) return undefined;
      return { dose: clarithromycin.find(([below]) => weightKg < below)![1], frequency: "twice daily" };
    case "paracetamol":
      return { dose: ageYears < 2 ? "120 mg" : ageYears < 4 ? "180 mg" : "240 mg", frequency: "four times daily" };
    default:
      return undefined;
  }
}
