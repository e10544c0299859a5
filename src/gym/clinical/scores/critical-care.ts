import { z } from "zod";
import { band, calculator, creatinineUmolPerMgDl, yes } from "./score.ts";

export const qsofa = calculator({
  name: "qSOFA",
  title: "Risk of a poor outcome in suspected infection",
  source: "Seymour CW et al., JAMA 2016;315:762 (Sepsis-3)",
  parameters: {
    respiratoryRate: z.number().min(0).describe("per minute"),
    systolic: z.number().min(0).describe("mmHg"),
    alteredMentation: yes("Glasgow coma scale below 15"),
  },
  rate: ({ respiratoryRate, systolic, alteredMentation }) => ({
    breakdown: {
      "respiratory rate >= 22": Number(respiratoryRate >= 22),
      "systolic <= 100 mmHg": Number(systolic <= 100),
      "altered mentation": Number(alteredMentation),
    },
    grade: (score) =>
      score >= 2
        ? {
            risk: "high",
            recommendation: "look for organ dysfunction: lactate, cultures, early antibiotics and fluids",
          }
        : { risk: "not high", recommendation: "keep watching; a low score does not rule sepsis out" },
  }),
});

export const glasgow = calculator({
  name: "Glasgow coma scale",
  title: "Level of consciousness",
  source: "Teasdale G, Jennett B, Lancet 1974;2:81; six motor grades of 1976",
  parameters: {
    eyes: z.int().min(1).max(4).describe("4 spontaneous, 3 to speech, 2 to pain, 1 none"),
    verbal: z.int().min(1).max(5).describe("5 oriented, 4 confused, 3 words, 2 sounds, 1 none"),
    motor: z.int().min(1).max(6).describe("6 obeys, 5 localises, 4 withdraws, 3 abnormal flexion, 2 extension, 1 none"),
  },
  rate: ({ eyes, verbal, motor }) => ({
    breakdown: { eyes, verbal, motor },
    grade: (score) =>
      score <= 8
        ? { risk: "severe impairment", recommendation: "secure the airway; urgent imaging" }
        : score <= 12
          ? { risk: "moderate impairment", recommendation: "close observation; imaging" }
          : { risk: score === 15 ? "none" : "mild impairment", recommendation: "observe and repeat" },
  }),
});

// Rows from high to low of Knaus 1985, table "The APACHE II severity of disease classification system".
// biome-ignore format: a table
const points = {
  temperature: (t: number) => band(t, [[41, 4], [39, 3], [38.5, 1], [36, 0], [34, 1], [32, 2], [30, 3]], 4),
  meanArterialPressure: (p: number) => band(p, [[160, 4], [130, 3], [110, 2], [70, 0], [50, 2]], 4),
  heartRate: (f: number) => band(f, [[180, 4], [140, 3], [110, 2], [70, 0], [55, 2], [40, 3]], 4),
  respiratoryRate: (f: number) => band(f, [[50, 4], [35, 3], [25, 1], [12, 0], [10, 1], [6, 2]], 4),
  aaGradient: (d: number) => band(d, [[500, 4], [350, 3], [200, 2]], 0),
  pao2: (p: number) => (p > 70 ? 0 : p > 60 ? 1 : p >= 55 ? 3 : 4),
  arterialPh: (ph: number) => band(ph, [[7.7, 4], [7.6, 3], [7.5, 1], [7.33, 0], [7.25, 2], [7.15, 3]], 4),
  sodium: (na: number) => band(na, [[180, 4], [160, 3], [155, 2], [150, 1], [130, 0], [120, 2], [111, 3]], 4),
  potassium: (k: number) => band(k, [[7, 4], [6, 3], [5.5, 1], [3.5, 0], [3, 1], [2.5, 2]], 4),
  creatinineMgDl: (c: number) => band(c, [[3.5, 4], [2, 3], [1.5, 2], [0.6, 0]], 2),
  haematocrit: (h: number) => band(h, [[60, 4], [50, 2], [46, 1], [30, 0], [20, 2]], 4),
  whiteCells: (w: number) => band(w, [[40, 4], [20, 2], [15, 1], [3, 0], [1, 2]], 4),
  age: (years: number) => band(years, [[75, 6], [65, 5], [55, 3], [45, 2]], 0),
};

/** Hospital mortality of non-operative patients by score, read off figure 3 of Knaus 1985 as usually tabulated. */
// biome-ignore format: a table
const apacheMortality = [[35, 85], [30, 75], [25, 55], [20, 40], [15, 25], [10, 15], [5, 8]] as const;

export const apache2 = calculator({
  name: "APACHE II",
  title: "Severity of disease in intensive care",
  source: "Knaus WA et al., Crit Care Med 1985;13:818",
  parameters: {
    temperature: z.number().describe("degrees C, core"),
    meanArterialPressure: z.number().min(0).describe("mmHg"),
    heartRate: z.number().min(0).describe("per minute"),
    respiratoryRate: z.number().min(0).describe("per minute"),
    fio2: z.number().min(0.21).max(1).describe("fraction of inspired oxygen"),
    pao2: z.number().min(0).describe("mmHg"),
    paco2: z.number().min(0).default(40).describe("mmHg; counts if fio2 is 0.5 or more"),
    arterialPh: z.number().describe("arterial pH"),
    sodium: z.number().min(0).describe("mmol/L"),
    potassium: z.number().min(0).describe("mmol/L"),
    creatinine: z.number().min(0).describe("umol/L"),
    acuteRenalFailure: yes("doubles the points of creatinine"),
    haematocrit: z.number().min(0).describe("%"),
    whiteCells: z.number().min(0).describe("10^9/L"),
    glasgow: z.int().min(3).max(15).describe("Glasgow coma scale"),
    age: z.number().min(0).describe("years"),
    chronicDisease: z
      .enum(["none", "elective surgery", "no surgery or emergency surgery"])
      .default("none")
      .describe("with severe organ insufficiency or immunosuppression: after elective surgery, or not"),
  },
  rate(v) {
    // alveolar gas equation at sea level, respiratory quotient 0.8
    const gradient = v.fio2 * 713 - v.paco2 / 0.8 - v.pao2;
    // the table's limits have one decimal: 1.45 mg/dL is 1.5
    const mgDl = Math.round((v.creatinine / creatinineUmolPerMgDl) * 10) / 10;
    return {
      breakdown: {
        temperature: points.temperature(v.temperature),
        meanArterialPressure: points.meanArterialPressure(v.meanArterialPressure),
        heartRate: points.heartRate(v.heartRate),
        respiratoryRate: points.respiratoryRate(v.respiratoryRate),
        oxygenation: v.fio2 >= 0.5 ? points.aaGradient(gradient) : points.pao2(v.pao2),
        arterialPh: points.arterialPh(v.arterialPh),
        sodium: points.sodium(v.sodium),
        potassium: points.potassium(v.potassium),
        creatinine: points.creatinineMgDl(mgDl) * (v.acuteRenalFailure ? 2 : 1),
        haematocrit: points.haematocrit(v.haematocrit),
        whiteCells: points.whiteCells(v.whiteCells),
        glasgow: 15 - v.glasgow,
        age: points.age(v.age),
        chronicDisease: { none: 0, "elective surgery": 2, "no surgery or emergency surgery": 5 }[v.chronicDisease],
      },
      grade(score) {
        const percent = band(score, apacheMortality, 4);
        return {
          risk: `hospital mortality about ${percent} % (not operated)`,
          recommendation: score >= 15 ? "intensive care" : "intensive or intermediate care by the clinical picture",
        };
      },
    };
  },
});
