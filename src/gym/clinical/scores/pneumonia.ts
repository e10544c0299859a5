import { z } from "zod";
import { calculator, yes } from "./score.ts";

/** Thirty-day mortality in three groups, as Lim 2003 gives it: 1.5 %, 9.2 %, 22 %. */
export const curb65 = calculator({
  name: "CURB-65",
  title: "Severity of community-acquired pneumonia",
  source: "Lim WS et al., Thorax 2003;58:377; BTS guideline 2009",
  parameters: {
    confusion: yes("new disorientation in person, place or time"),
    urea: z.number().min(0).describe("mmol/L"),
    respiratoryRate: z.number().min(0).describe("per minute"),
    systolic: z.number().min(0).describe("mmHg"),
    diastolic: z.number().min(0).describe("mmHg"),
    age: z.number().min(0).describe("years"),
  },
  rate: ({ confusion, urea, respiratoryRate, systolic, diastolic, age }) => ({
    breakdown: {
      confusion: Number(confusion),
      "urea > 7 mmol/L": Number(urea > 7),
      "respiratory rate >= 30": Number(respiratoryRate >= 30),
      "systolic < 90 or diastolic <= 60 mmHg": Number(systolic < 90 || diastolic <= 60),
      "age >= 65": Number(age >= 65),
    },
    grade: (score) =>
      score <= 1
        ? { risk: "low (30-day mortality about 1.5 %)", recommendation: "treatment at home is usually suitable" }
        : score === 2
          ? {
              risk: "intermediate (30-day mortality about 9 %)",
              recommendation: "short admission or supervised outpatient treatment",
            }
          : {
              risk: "high (30-day mortality about 22 %)",
              recommendation: `admit as severe pneumonia${score >= 4 ? "; assess for intensive care" : ""}`,
            },
  }),
});
