import { z } from "zod";
import { band, calculator, yes } from "./score.ts";

/** Points of the comorbidity part, van Walraven 2010 (after Schneeweiss); the sum counts 5 from 4 on. */
export const laceComorbidities = {
  "previous myocardial infarction": 1,
  "cerebrovascular disease": 1,
  "peripheral vascular disease": 1,
  "diabetes without complications": 1,
  "congestive heart failure": 2,
  "diabetes with end organ damage": 2,
  "chronic pulmonary disease": 2,
  "mild liver or renal disease": 2,
  "any tumour": 2,
  dementia: 3,
  "connective tissue disease": 3,
  AIDS: 4,
  "moderate or severe liver or renal disease": 4,
  "metastatic solid tumour": 6,
} as const;

type Comorbidity = keyof typeof laceComorbidities;

export const lace = calculator({
  name: "LACE",
  title: "Risk of death or unplanned readmission within 30 days of discharge",
  source: "van Walraven C et al., CMAJ 2010;182:551",
  parameters: {
    lengthOfStayDays: z.int().min(0).describe("days in hospital"),
    acuteAdmission: yes("admitted as an emergency"),
    comorbidities: z.array(z.enum(Object.keys(laceComorbidities) as Comorbidity[])).default([]),
    emergencyVisits: z.int().min(0).describe("in the six months before, this one not counted"),
  },
  rate({ lengthOfStayDays, acuteAdmission, comorbidities, emergencyVisits }) {
    const charlson = [...new Set(comorbidities)].reduce((sum, name) => sum + laceComorbidities[name], 0);
    const stay = band(lengthOfStayDays, [[14, 7], [7, 5], [4, 4], [3, 3], [2, 2], [1, 1]], 0); // biome-ignore format: a table
    return {
      breakdown: {
        lengthOfStay: stay,
        acuteAdmission: acuteAdmission ? 3 : 0,
        comorbidity: charlson >= 4 ? 5 : charlson,
        emergencyVisits: Math.min(4, emergencyVisits),
      },
      grade: (score) =>
        score >= 10
          ? { risk: "high", recommendation: "plan the discharge with early follow-up, within 7 days" }
          : { risk: score >= 5 ? "moderate" : "low", recommendation: "usual follow-up" },
    };
  },
});
