import {
  apache2,
  bmi,
  type Calculator,
  cha2ds2Vasc,
  curb65,
  meld,
  type Patient,
  qsofa,
  type ScoreName,
  wellsDvt,
  wellsPe,
} from "../../clinical/index.ts";

/** What a score is worked out from: what somebody at the bedside knows. */
export interface Observed extends Pick<Patient, "age" | "sex" | "weightKg" | "heightCm"> {
  vitals: Omit<Patient["vitals"][number], "date">;
  /** Latest values by test. */
  labs: Readonly<Record<string, number>>;
  /** Names of long-standing illnesses. */
  conditions: readonly string[];
  /** Items of the score that history and examination gave. */
  items: readonly string[];
}

export interface ScoreCall {
  tool: string;
  arguments: Record<string, unknown>;
  /** Arguments that must be right; rounding is not judged. */
  compareArgs: string[];
}

/** Scores by tool. */
export const scoreTools = {
  calculateCurb65: curb65,
  calculateWellsPe: wellsPe,
  calculateWellsDvt: wellsDvt,
  calculateCha2ds2Vasc: cha2ds2Vasc,
  calculateMeld: meld,
  calculateApache2: apache2,
  calculateQsofa: qsofa,
  calculateBmi: bmi,
} as const;

const present = (items: readonly string[]) => Object.fromEntries(items.map((item) => [item, true]));

const argumentsOf: Readonly<Record<ScoreName, (seen: Observed) => Record<string, unknown>>> = {
  "CURB-65": ({ vitals: { respiratoryRate, systolic, diastolic }, labs, age, items }) => ({
    confusion: items.includes("confusion"),
    urea: labs.urea,
    respiratoryRate,
    systolic,
    diastolic,
    age,
  }),
  "Wells PE": ({ vitals: { heartRate }, items }) => ({ ...present(items), heartRate }),
  "Wells DVT": ({ items }) => present(items),
  "CHA2DS2-VASc": ({ age, sex, conditions }) => ({
    age,
    sex,
    heartFailure: conditions.includes("heart failure"),
    hypertension: conditions.includes("hypertension"),
    diabetes: conditions.some((name) => name.endsWith("diabetes")),
    strokeOrTia: conditions.includes("stroke"),
    vascularDisease: conditions.some((name) =>
      ["old myocardial infarction", "peripheral artery disease"].includes(name),
    ),
  }),
  MELD: ({ labs }) => ({ bilirubin: labs.bilirubin, inr: labs.INR, creatinine: labs.creatinine }),
  "APACHE II": ({ vitals, labs, age }) => ({
    temperature: vitals.temperature,
    meanArterialPressure: Math.round((vitals.systolic + 2 * vitals.diastolic) / 3),
    heartRate: vitals.heartRate,
    respiratoryRate: vitals.respiratoryRate,
    fio2: 0.21,
    pao2: labs.pO2,
    arterialPh: labs.pH,
    sodium: labs.sodium,
    potassium: labs.potassium,
    creatinine: labs.creatinine,
    haematocrit: labs.haematocrit,
    whiteCells: labs["white cells"],
    glasgow: 15,
    age,
  }),
  qSOFA: ({ vitals: { respiratoryRate, systolic }, items }) => ({
    respiratoryRate,
    systolic,
    alteredMentation: items.includes("alteredMentation"),
  }),
  BMI: ({ weightKg, heightCm }) => ({ weightKg, heightCm }),
};

export function scoreCall(name: ScoreName, seen: Observed): ScoreCall {
  const [tool] = Object.entries(scoreTools).find(([, known]) => known.name === name)!;
  const args = argumentsOf[name](seen);
  return { tool, arguments: args, compareArgs: Object.keys(args).filter((key) => key !== "meanArterialPressure") };
}

export function scoreOf(name: ScoreName, seen: Observed): number {
  const known = Object.values(scoreTools).find((each) => each.name === name) as unknown as Calculator;
  return known.compute(argumentsOf[name](seen)).score;
}
