import { z } from "zod";
import { bilirubinUmolPerMgDl, calculator, creatinineUmolPerMgDl, yes } from "./score.ts";

const meldItems = {
  bilirubin: z.number().min(0).describe("umol/L"),
  inr: z.number().min(0).describe("INR"),
  creatinine: z.number().min(0).describe("umol/L"),
  dialysis: yes("twice or more in the last week: creatinine counts as 4 mg/dL"),
};

interface MeldItems {
  bilirubin: number;
  inr: number;
  creatinine: number;
  dialysis: boolean;
}

/** Terms of 10·(0.378 ln bilirubin + 1.120 ln INR + 0.957 ln creatinine + 0.643), mg/dL, each at least 1, creatinine at most 4. */
function meldTerms({ bilirubin, inr, creatinine, dialysis }: MeldItems): Record<string, number> {
  const mgDl = dialysis ? 4 : Math.min(4, Math.max(1, creatinine / creatinineUmolPerMgDl));
  return {
    bilirubin: 3.78 * Math.log(Math.max(1, bilirubin / bilirubinUmolPerMgDl)),
    INR: 11.2 * Math.log(Math.max(1, inr)),
    creatinine: 9.57 * Math.log(mgDl),
    constant: 6.43,
  };
}

const total = (terms: Record<string, number>) => Math.round(Object.values(terms).reduce((sum, term) => sum + term, 0));
const rounded = (terms: Record<string, number>) =>
  Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, Math.round(term * 100) / 100]));

/** Three-month mortality on the waiting list, Wiesner R et al., Gastroenterology 2003;124:91. */
function meldRisk(score: number) {
  const percent = score >= 40 ? 71.3 : score >= 30 ? 52.6 : score >= 20 ? 19.6 : score >= 10 ? 6 : 1.9;
  const risk = `${score >= 30 ? "very high" : score >= 20 ? "high" : score >= 10 ? "moderate" : "low"} (3-month mortality about ${percent} %)`;
  const recommendation =
    score >= 15 ? "refer for assessment of liver transplantation" : "treat the cause and repeat at intervals";
  return { risk, recommendation };
}

export const meld = calculator({
  name: "MELD",
  title: "Severity of end-stage liver disease",
  source: "Kamath PS et al., Hepatology 2001;33:464, with the bounds of UNOS",
  parameters: meldItems,
  rate(items) {
    const terms = meldTerms(items);
    return { breakdown: rounded(terms), score: Math.min(40, Math.max(6, total(terms))), grade: meldRisk };
  },
});

export const meldNa = calculator({
  name: "MELD-Na",
  title: "Severity of end-stage liver disease, with sodium",
  source: "Kim WR et al., N Engl J Med 2008;359:1018; formula of OPTN policy 2016",
  parameters: { ...meldItems, sodium: z.number().min(0).describe("mmol/L") },
  rate({ sodium, ...items }) {
    const terms = meldTerms(items);
    const plain = total(terms);
    const deficit = 137 - Math.min(137, Math.max(125, sodium));
    const correction = plain > 11 ? 1.32 * deficit - 0.033 * plain * deficit : 0;
    return {
      breakdown: rounded({ ...terms, sodium: correction }),
      score: Math.min(40, Math.max(6, Math.round(plain + correction))),
      grade: meldRisk,
    };
  },
});

export const childPughClasses = ["A", "B", "C"] as const;
export type ChildPughClass = (typeof childPughClasses)[number];

/** Limits in SI units as usually printed: bilirubin 34 and 50 µmol/L, albumin 35 and 28 g/L, INR 1.7 and 2.3. */
export const childPugh = calculator({
  name: "Child-Pugh",
  title: "Severity of cirrhosis",
  source: "Pugh RNH et al., Br J Surg 1973;60:646, with INR for prothrombin time",
  parameters: {
    bilirubin: z.number().min(0).describe("umol/L"),
    albumin: z.number().min(0).describe("g/L"),
    inr: z.number().min(0).describe("INR"),
    ascites: z.enum(["none", "mild", "moderate"]).describe("moderate: also severe or refractory"),
    encephalopathy: z.enum(["none", "grade 1-2", "grade 3-4"]),
  },
  rate: ({ bilirubin, albumin, inr, ascites, encephalopathy }) => ({
    breakdown: {
      bilirubin: bilirubin > 50 ? 3 : bilirubin >= 34 ? 2 : 1,
      albumin: albumin < 28 ? 3 : albumin <= 35 ? 2 : 1,
      INR: inr > 2.3 ? 3 : inr >= 1.7 ? 2 : 1,
      ascites: ["none", "mild", "moderate"].indexOf(ascites) + 1,
      encephalopathy: ["none", "grade 1-2", "grade 3-4"].indexOf(encephalopathy) + 1,
    },
    grade(score) {
      const risk = `class ${childPughClass(score)}`;
      if (score <= 6) return { risk, recommendation: "compensated; surveillance, usual doses of most drugs" };
      if (score <= 9) return { risk, recommendation: "significant compromise; reduce drugs cleared by the liver" };
      return { risk, recommendation: "decompensated; consider transplantation, avoid drugs cleared by the liver" };
    },
  }),
});

/** A 5-6, B 7-9, C 10-15 */
export function childPughClass(score: number): ChildPughClass {
  return score <= 6 ? "A" : score <= 9 ? "B" : "C";
}
