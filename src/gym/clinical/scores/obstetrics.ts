/** Scores of pregnancy, birth and the weeks after. */
import { z } from "zod";
import { band, calculator, yes } from "./score.ts";

const dayMs = 86_400_000;
const day = (description: string) => z.iso.date().describe(`${description}, YYYY-MM-DD`);
const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / dayMs);

/** Gestational age in whole days by crown-rump length, mm: 8.052·√(1.037·CRL) + 23.73. */
export const daysByCrownRump = (millimetres: number) => Math.round(8.052 * Math.sqrt(1.037 * millimetres) + 23.73);

/** The scan counts where it differs from the last period by more than this: 5 days up to 8 weeks and 6 days, 7 days up to 15 + 6. */
const scanMargin = (days: number) => (days <= 62 ? 5 : 7);

/** Scans after the first trimester, cycles of another length and assisted conception are left out. */
export const gestationalAge = calculator({
  name: "Gestational age",
  title: "Gestational age in days, and the day of birth expected, by last period and first scan",
  source:
    "280 days after Naegele; ACOG committee opinion 700, Obstet Gynecol 2017;129:e150; Robinson HP, Fleming JE, BJOG 1975;82:702, corrected as in Loughna P et al., Ultrasound 2009;17:161",
  parameters: {
    lastPeriod: day("first day of the last period"),
    today: day("the day it is asked for"),
    scanDate: day("of the first scan").optional(),
    crownRumpMm: z.number().min(10).max(84).optional().describe("in the first scan, mm"),
  },
  rate({ lastPeriod, today, scanDate, crownRumpMm }) {
    const byPeriod = daysBetween(lastPeriod, today);
    const scanned = scanDate !== undefined && crownRumpMm !== undefined;
    const byScan = scanned ? daysByCrownRump(crownRumpMm) + daysBetween(scanDate, today) : byPeriod;
    const atScan = scanned ? daysBetween(lastPeriod, scanDate) : 0;
    const redated = Math.abs(byScan - byPeriod) > scanMargin(atScan);
    const score = redated ? byScan : byPeriod;
    const due = new Date(Date.parse(today) + (280 - score) * dayMs).toISOString().slice(0, 10);
    return {
      breakdown: { weeks: Math.floor(score / 7), days: score % 7, byPeriod, byScan, redated: Number(redated) },
      score,
      grade: () => ({
        risk: ["before term", "term", "post-term"][band(score, [[294, 2], [259, 1]], 0)],
        recommendation: `birth expected on ${due}`,
      }), // biome-ignore format: a table
    };
  },
});

export const bishop = calculator({
  name: "Bishop",
  title: "How ripe the cervix is, 0 to 13",
  source: "Bishop EH, Obstet Gynecol 1964;24:266; limit of 6: NICE NG207 2021",
  parameters: {
    dilatation: z.number().min(0).max(10).describe("cm"),
    effacement: z.number().min(0).max(100).describe("%"),
    station: z.number().min(-3).max(3).describe("cm below the spines"),
    consistency: z.enum(["firm", "medium", "soft"]),
    position: z.enum(["posterior", "mid", "anterior"]),
  },
  rate: ({ dilatation, effacement, station, consistency, position }) => ({
    breakdown: {
      dilatation: band(dilatation, [[5, 3], [3, 2], [1, 1]], 0),
      effacement: band(effacement, [[80, 3], [60, 2], [40, 1]], 0),
      station: band(station, [[1, 3], [-1, 2], [-2, 1]], 0),
      consistency: ["firm", "medium", "soft"].indexOf(consistency),
      position: ["posterior", "mid", "anterior"].indexOf(position),
    }, // biome-ignore format: a table
    grade: (score) =>
      score > 6
        ? { risk: "ripe", recommendation: "amniotomy and oxytocin, if birth is to be induced" }
        : { risk: "unripe", recommendation: "a prostaglandin first, if birth is to be induced" },
  }),
});

export const biophysicalProfile = calculator({
  name: "Biophysical profile",
  title: "Well-being of a child before birth, 0 to 10",
  source: "Manning FA et al., Am J Obstet Gynecol 1980;136:787; fluid from 2 cm: ACOG practice bulletin 229, 2021",
  parameters: {
    breathing: yes("30 seconds of breathing within 30 minutes"),
    movements: yes("three movements"),
    tone: yes("one extension with flexion"),
    reactiveTrace: yes("two accelerations"),
    deepestPoolCm: z.number().min(0).describe("deepest vertical pool of fluid, cm"),
  },
  rate: ({ breathing, movements, tone, reactiveTrace, deepestPoolCm }) => ({
    breakdown: {
      breathing: 2 * Number(breathing),
      movements: 2 * Number(movements),
      tone: 2 * Number(tone),
      reactiveTrace: 2 * Number(reactiveTrace),
      fluid: deepestPoolCm >= 2 ? 2 : 0,
    },
    grade(score) {
      if (score >= 8) return { risk: "normal", recommendation: "nothing further; look at the fluid if it scores 0" };
      if (score === 6)
        return { risk: "equivocal", recommendation: "birth from 37 weeks on; before, again within 24 hours" };
      return { risk: "abnormal", recommendation: "birth, unless far too early" };
    },
  }),
});

const answers = (...three: [string, string, string]) => ({
  type: z.enum(three),
  points: (said: string) => three.indexOf(said),
});
const breathing = answers("absent", "weak or irregular", "good cry");
const reflex = answers("none", "grimace", "cry or cough");
const tone = answers("limp", "some flexion", "active");
const colour = answers("blue or pale", "blue hands and feet", "pink");

export const apgar = calculator({
  name: "Apgar",
  title: "State of a newborn, 0 to 10",
  source: "Apgar V, Curr Res Anesth Analg 1953;32:260; steps: ACOG committee opinion 644, 2015",
  parameters: {
    heartRate: z.number().min(0).describe("per minute"),
    breathing: breathing.type,
    reflex: reflex.type.describe("to a catheter in the nose"),
    tone: tone.type,
    colour: colour.type,
  },
  rate: (items) => ({
    breakdown: {
      heartRate: band(items.heartRate, [[100, 2], [1, 1]], 0),
      breathing: breathing.points(items.breathing),
      reflex: reflex.points(items.reflex),
      tone: tone.points(items.tone),
      colour: colour.points(items.colour),
    }, // biome-ignore format: a table
    grade(score) {
      if (score >= 7) return { risk: "reassuring", recommendation: "warm, skin to skin" };
      return score >= 4
        ? { risk: "moderately abnormal", recommendation: "stimulate, open the airway; breaths if breathing stays poor" }
        : { risk: "low", recommendation: "ventilation at once; again at 10 minutes" };
    },
  }),
});

export const epds = calculator({
  name: "EPDS",
  title: "Edinburgh postnatal depression scale, 0 to 30",
  source: "Cox JL et al., Br J Psychiatry 1987;150:782",
  parameters: {
    items: z.array(z.int().min(0).max(3)).length(10).describe("ten answers, each 0 to 3 as scored on the form"),
  },
  rate: ({ items }) => ({
    breakdown: Object.fromEntries(items.map((value, i) => [`item ${i + 1}`, value])),
    grade(score) {
      const step = band(score, [[13, 2], [10, 1]], 0); // biome-ignore format: a table
      const harm = items[9] > 0 ? "; item 10 is positive: assess the risk of self-harm today" : "";
      return {
        risk: ["unlikely", "possible", "probable"][step],
        recommendation: `${["nothing further", "repeat within two to four weeks", "full assessment and treatment"][step]}${harm}`,
      };
    },
  }),
});

export const decelerations = ["none", "occasional", "repetitive variable", "repetitive late"] as const;

/** 0 normal, 1 suspicious, 2 pathological: the worst of the three features. */
export const ctg = calculator({
  name: "CTG",
  title: "Cardiotocogram by FIGO: 0 normal, 1 suspicious, 2 pathological",
  source: "Ayres-de-Campos D et al., FIGO consensus, Int J Gynaecol Obstet 2015;131:13",
  parameters: {
    baseline: z.number().min(0).describe("beats per minute"),
    variability: z.number().min(0).describe("beats per minute"),
    variabilityMinutes: z.number().min(0).default(0).describe("for how long it has been below 5 or above 25"),
    sinusoidal: yes("a sinusoidal pattern for more than 30 minutes"),
    decelerations: z.enum(decelerations),
    decelerationMinutes: z.number().min(0).default(0).describe("for how long they have been repetitive"),
    longestMinutes: z.number().min(0).default(0).describe("the longest deceleration"),
  },
  rate(trace) {
    const { baseline, variability, variabilityMinutes } = trace;
    const tooLong = (variability < 5 && variabilityMinutes > 50) || (variability > 25 && variabilityMinutes > 30);
    const late = trace.decelerations === "repetitive late" && trace.decelerationMinutes > (variability < 5 ? 20 : 30);
    const breakdown = {
      baseline: baseline < 100 ? 2 : Number(baseline < 110 || baseline > 160),
      variability: tooLong || trace.sinusoidal ? 2 : Number(variability < 5 || variability > 25),
      decelerations: late || trace.longestMinutes > 5 ? 2 : Number(trace.decelerations.startsWith("repetitive")),
    };
    return {
      breakdown,
      score: Math.max(...Object.values(breakdown)),
      grade: (score) => ({
        risk: ["normal", "suspicious", "pathological"][score],
        recommendation: [
          "nothing further",
          "correct what is reversible, watch closely",
          "correct what is reversible at once, or birth",
        ][score],
      }),
    };
  },
});
