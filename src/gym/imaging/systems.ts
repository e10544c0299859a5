/** Systems by which measurements are classified, each after the paper named. Simplified for teaching software: never for care. */

export interface System {
  name: string;
  /** Values that it takes. */
  needs: readonly string[];
  source: string;
  /** `category` is one of few words; `detail` says what it rests on. */
  classify(values: Readonly<Record<string, number>>): { category: string; detail: string };
}

export const territories = {
  anterior: ["V1", "V2", "V3", "V4"],
  inferior: ["II", "III", "aVF"],
  lateral: ["I", "aVL", "V5", "V6"],
} as const;
export type Territory = keyof typeof territories;

/** Millimetres at the J point from which on a lead counts, by lead, sex and age. */
export function stLimit(lead: string, age: number, male: boolean): number {
  if (lead !== "V2" && lead !== "V3") return 1;
  if (!male) return 1.5;
  return age < 40 ? 2.5 : 2;
}

/** Width × height × depth ÷ 2, in millilitres, of lengths in millimetres. */
export function ellipsoidMl(a: number, b: number, c: number): number {
  return (a * b * c) / 2000;
}

const round = (value: number, digits = 1) => Number(value.toFixed(digits));

export const systems: readonly System[] = [
  {
    name: "lung opacity",
    needs: ["longMm"],
    source:
      "Fleischner Society glossary (Bankier 2024, Radiology 310:e232558): a nodule is up to 30 mm, a mass is larger",
    classify: ({ longMm }) => ({ category: longMm > 30 ? "mass" : "nodule", detail: `${round(longMm)} mm` }),
  },
  {
    name: "cardiothoracic ratio",
    needs: ["ratio"],
    source: "Danzer 1919, Am J Med Sci 157:513: above 0.50 on a posteroanterior film the heart is enlarged",
    classify: ({ ratio }) => ({
      category: ratio > 0.5 ? "enlarged" : "normal",
      detail: `cardiothoracic ratio ${round(ratio, 2)}, limit 0.50`,
    }),
  },
  {
    name: "cup-to-disc ratio",
    needs: ["ratio"],
    source:
      "Foster 2002, Br J Ophthalmol 86:238: vertical ratio of 0.7, the 97.5th percentile of the healthy, and above",
    classify: ({ ratio }) => ({
      category: ratio >= 0.7 ? "suspicious" : "normal",
      detail: `vertical cup-to-disc ratio ${round(ratio, 2)}, limit 0.70`,
    }),
  },
  {
    name: "ABC/2",
    needs: ["longMm", "shortMm", "depthMm"],
    source: "Kothari 1996, Stroke 27:1304; 30 mL is the step of the ICH score (Hemphill 2001, Stroke 32:891)",
    classify({ longMm, shortMm, depthMm }) {
      const volume = ellipsoidMl(longMm, shortMm, depthMm);
      return {
        category: volume >= 30 ? "30 mL or more" : "under 30 mL",
        detail: `ABC/2 volume ${round(volume, 0)} mL`,
      };
    },
  },
  {
    name: "RECIST 1.1",
    needs: ["beforeMm", "nowMm"],
    source: "Eisenhauer 2009, Eur J Cancer 45:228, for a single target: +20 % and at least 5 mm, −30 %, gone",
    classify({ beforeMm, nowMm }) {
      const change = (nowMm - beforeMm) / beforeMm;
      const detail = `from ${round(beforeMm)} to ${round(nowMm)} mm, ${round(100 * change, 0)} %`;
      if (nowMm === 0) return { category: "complete response", detail };
      if (change >= 0.2 && nowMm - beforeMm >= 5) return { category: "progressive disease", detail };
      return { category: change <= -0.3 ? "partial response" : "stable disease", detail };
    },
  },
  {
    name: "ABCD",
    needs: ["asymmetry", "colourSpread", "longMm"],
    source:
      "ABCDE criteria (Abbasi 2004, JAMA 292:2771): asymmetry, colour variation, diameter above 6 mm; the limits of the first two are ours",
    classify({ asymmetry, colourSpread, longMm }) {
      const met = [
        ...(asymmetry >= 5 ? ["asymmetry"] : []),
        ...(colourSpread >= 8 ? ["several colours"] : []),
        ...(longMm > 6 ? ["diameter above 6 mm"] : []),
      ];
      return { category: String(met.length), detail: met.join(", ") || "none of asymmetry, several colours, diameter" };
    },
  },
  {
    name: "ST elevation",
    needs: ["age", "male", ...Object.values(territories).flat()],
    source:
      "Fourth universal definition of myocardial infarction (Thygesen 2018): two leads of a territory; in V2 and V3 from 2 mm in men of 40 and older, 2.5 mm in younger men, 1.5 mm in women, else 1 mm",
    classify({ age, male, ...shifts }) {
      const raised = (lead: string) => shifts[lead] >= stLimit(lead, age, male === 1) - 0.01;
      const counts = Object.entries(territories).map(([name, leads]) => ({ name, raised: leads.filter(raised) }));
      const [most] = counts.sort((a, b) => b.raised.length - a.raised.length);
      if (most.raised.length < 2) return { category: "none", detail: "no two leads of a territory are raised" };
      return {
        category: most.name,
        detail: most.raised.map((lead) => `${lead} ${round(shifts[lead])} mm`).join(", "),
      };
    },
  },
  {
    name: "heart rate",
    needs: ["rate", "variation"],
    source:
      "AHA/ACC/HRS 2018: sinus bradycardia under 60, tachycardia over 100 a minute; a variation of intervals of 0.1 and more is called irregular here",
    classify({ rate, variation }) {
      const detail = `${round(rate, 0)} beats a minute, variation ${round(variation, 2)}`;
      if (variation >= 0.1) return { category: "irregular", detail };
      return { category: rate < 60 ? "bradycardia" : rate > 100 ? "tachycardia" : "normal rate", detail };
    },
  },
];

export function findSystem(name: string): System | undefined {
  const asked = name.trim().toLowerCase();
  return systems.find((system) => system.name.toLowerCase() === asked);
}
