import { z } from "zod";
import { egfr as ckdEpi } from "../../../data/clinical/patient.ts";
import { band, calculator, creatinineUmolPerMgDl } from "./score.ts";

const stages = ["G5", "G4", "G3b", "G3a", "G2", "G1"] as const;

export const bmi = calculator({
  name: "BMI",
  title: "Body mass index",
  source: "WHO Technical Report Series 894, 2000",
  parameters: {
    weightKg: z.number().positive().describe("kg"),
    heightCm: z.number().positive().describe("cm"),
  },
  rate({ weightKg, heightCm }) {
    const value = Math.round((weightKg / (heightCm / 100) ** 2) * 10) / 10;
    const classes = [
      "underweight",
      "normal weight",
      "overweight",
      "obesity class I",
      "obesity class II",
      "obesity class III",
    ];
    return {
      breakdown: { weightKg, heightCm },
      score: value,
      grade(score) {
        const step = band(score, [[40, 5], [35, 4], [30, 3], [25, 2], [18.5, 1]], 0); // biome-ignore format: a table
        const advice =
          step === 0 ? "look for the cause; nutrition" : step === 1 ? "none" : "diet, exercise, risk factors";
        return { risk: classes[step], recommendation: advice };
      },
    };
  },
});

const kidneyItems = {
  creatinine: z.number().positive().describe("umol/L"),
  age: z.number().min(18).describe("years"),
  sex: z.enum(["female", "male"]),
};

function kidneyAdvice(score: number): string {
  if (score < 15) return "kidney failure: nephrology, prepare replacement; adjust every drug";
  if (score < 30) return "refer to nephrology; adjust the doses of drugs cleared by the kidney";
  if (score < 60) return "adjust the doses of drugs cleared by the kidney; monitor";
  return "no adjustment for most drugs";
}

export const egfr = calculator({
  name: "eGFR",
  title: "Glomerular filtration rate, CKD-EPI 2021, mL/min/1.73 m2",
  source: "Inker LA et al., N Engl J Med 2021;385:1737; stages of KDIGO 2024",
  parameters: kidneyItems,
  rate: ({ creatinine, age, sex }) => ({
    breakdown: { creatinine, age },
    score: ckdEpi(creatinine, age, sex),
    grade: (score) => ({
      risk: `stage ${stages[band(score, [[90, 5], [60, 4], [45, 3], [30, 2], [15, 1]], 0)]}`, // biome-ignore format: a table
      recommendation: kidneyAdvice(score),
    }),
  }),
});

export const cockcroftGault = calculator({
  name: "Cockcroft-Gault",
  title: "Creatinine clearance, mL/min",
  source: "Cockcroft DW, Gault MH, Nephron 1976;16:31",
  parameters: { ...kidneyItems, weightKg: z.number().positive().describe("kg, actual") },
  rate({ creatinine, age, sex, weightKg }) {
    const clearance = ((140 - age) * weightKg) / (72 * (creatinine / creatinineUmolPerMgDl));
    return {
      breakdown: { creatinine, age, weightKg },
      score: Math.round(clearance * (sex === "female" ? 0.85 : 1)),
      grade: (score) => ({
        risk:
          score < 30
            ? "severely reduced"
            : score < 60
              ? "moderately reduced"
              : score < 90
                ? "mildly reduced"
                : "normal",
        recommendation: kidneyAdvice(score),
      }),
    };
  },
});
