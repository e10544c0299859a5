/** Screens of psychiatry. Items are given as numbers; their wording is the instruments' own and is not copied. */
import { z } from "zod";
import { band, calculator, yes } from "./score.ts";

const list = (count: number, most: number, what: string) =>
  z.array(z.int().min(0).max(most)).length(count).describe(what);
const numbered = (items: readonly number[]) => Object.fromEntries(items.map((value, i) => [`item ${i + 1}`, value]));

/** Screener of the last month with lifetime behaviour. The score is the highest question on thoughts, 0 to 5; behaviour counts for the risk alone. */
export const cSsrs = calculator({
  name: "C-SSRS",
  title: "Columbia suicide severity rating scale, screen version",
  source: "Posner K et al., Am J Psychiatry 2011;168:1266; triage of the Columbia Lighthouse Project 2016",
  parameters: {
    wishToBeDead: yes("1: wish to be dead"),
    suicidalThoughts: yes("2: thoughts of killing oneself"),
    thoughtsWithMethod: yes("3: with a method, without intent"),
    intent: yes("4: some intent to act"),
    intentWithPlan: yes("5: intent and a plan"),
    behaviourEver: yes("6: any attempt or preparation, in life"),
    behaviourLast3Months: yes("6: within three months"),
  },
  rate(items) {
    const ideation = [
      items.wishToBeDead,
      items.suicidalThoughts,
      items.thoughtsWithMethod,
      items.intent,
      items.intentWithPlan,
    ];
    const high = items.intent || items.intentWithPlan || items.behaviourLast3Months;
    const moderate = items.thoughtsWithMethod || items.behaviourEver;
    return {
      breakdown: {
        ideation: ideation.lastIndexOf(true) + 1,
        behaviour: items.behaviourLast3Months ? 2 : Number(items.behaviourEver),
      },
      score: ideation.lastIndexOf(true) + 1,
      grade(score) {
        if (high) return { risk: "high", recommendation: "never alone; psychiatric evaluation at once; remove means" };
        if (moderate) return { risk: "moderate", recommendation: "evaluation the same day; safety plan; remove means" };
        return score > 0
          ? { risk: "low", recommendation: "referral to mental health care; safety plan" }
          : { risk: "none", recommendation: "nothing further" };
      },
    };
  },
});

export const audit = calculator({
  name: "AUDIT",
  title: "Alcohol use disorders identification test",
  source: "Saunders JB et al., Addiction 1993;88:791; zones of Babor TF et al., WHO 2001",
  parameters: {
    items: list(8, 4, "questions 1 to 8, each 0 to 4"),
    lateItems: z
      .array(z.union([z.literal(0), z.literal(2), z.literal(4)]))
      .length(2)
      .describe("questions 9 and 10: 0, 2 or 4"),
  },
  rate: ({ items, lateItems }) => ({
    breakdown: numbered([...items, ...lateItems]),
    grade(score) {
      const zone = band(score, [[20, 3], [16, 2], [8, 1]], 0); // biome-ignore format: a table
      return {
        risk: ["low", "hazardous", "harmful", "possible dependence"][zone],
        recommendation: [
          "education",
          "simple advice",
          "brief counselling and monitoring",
          "specialist: diagnosis and treatment",
        ][zone],
      };
    },
  }),
});

export const dast10 = calculator({
  name: "DAST-10",
  title: "Drug abuse screening test",
  source: "Skinner HA, Addict Behav 1982;7:363; short form and steps: Yudko E et al., J Subst Abuse Treat 2007;32:189",
  parameters: {
    answers: z
      .array(z.boolean())
      .length(10)
      .describe("yes or no to questions 1 to 10; for question 3 (able to stop) no counts"),
  },
  rate: ({ answers }) => ({
    breakdown: numbered(answers.map((answer, i) => Number(i === 2 ? !answer : answer))),
    grade(score) {
      const step = band(score, [[9, 4], [6, 3], [3, 2], [1, 1]], 0); // biome-ignore format: a table
      return {
        risk: ["none", "low", "moderate", "substantial", "severe"][step],
        recommendation: [
          "none",
          "watch and repeat",
          "further investigation",
          "intensive assessment",
          "intensive assessment",
        ][step],
      };
    },
  }),
});

export const mmse = calculator({
  name: "MMSE",
  title: "Mini-mental state examination",
  source: "Folstein MF et al., J Psychiatr Res 1975;12:189; steps: NICE TA217 2011",
  parameters: {
    orientation: z.int().min(0).max(10).describe("time and place"),
    registration: z.int().min(0).max(3),
    attention: z.int().min(0).max(5),
    recall: z.int().min(0).max(3),
    language: z.int().min(0).max(8).describe("naming 2, repetition 1, command 3, reading 1, writing 1"),
    copying: z.int().min(0).max(1),
  },
  rate: (items) => ({
    breakdown: items,
    grade(score) {
      const step = band(score, [[27, 0], [21, 1], [10, 2]], 3); // biome-ignore format: a table
      return {
        risk: ["no impairment", "mild impairment", "moderate impairment", "severe impairment"][step],
        recommendation: step === 0 ? "nothing further" : "full assessment; exclude delirium, depression, B12, thyroid",
      };
    },
  }),
});

/** DSM-5 clusters: B 1–5, C 6–7, D 8–14, E 15–20; an item counts from 2 on. */
export const pcl5 = calculator({
  name: "PCL-5",
  title: "Post-traumatic stress disorder checklist for DSM-5",
  source:
    "Blevins CA et al., J Trauma Stress 2015;28:489; limit 31 to 33: Bovin MJ et al., Psychol Assess 2016;28:1379",
  parameters: { items: list(20, 4, "20 answers: 0 not at all to 4 extremely") },
  rate({ items }) {
    const present = (from: number, to: number) => items.slice(from - 1, to).filter((value) => value >= 2).length;
    const clusters = present(1, 5) >= 1 && present(6, 7) >= 1 && present(8, 14) >= 2 && present(15, 20) >= 2;
    return {
      breakdown: numbered(items),
      grade: (score) =>
        score >= 33
          ? {
              risk: "probable PTSD",
              recommendation: `structured interview; trauma-focused therapy (clusters ${clusters ? "met" : "not met"})`,
            }
          : {
              risk: "below the limit",
              recommendation: clusters ? "clusters met: structured interview" : "watch and repeat",
            },
    };
  },
});

export const cage = calculator({
  name: "CAGE",
  title: "Four questions on alcohol",
  source: "Ewing JA, JAMA 1984;252:1905",
  parameters: {
    cutDown: yes("felt one should cut down"),
    annoyed: yes("annoyed by criticism"),
    guilty: yes("felt guilty"),
    eyeOpener: yes("a drink first thing in the morning"),
  },
  rate: (items) => ({
    breakdown: Object.fromEntries(Object.entries(items).map(([item, said]) => [item, Number(said)])),
    grade: (score) =>
      score >= 2
        ? { risk: "positive", recommendation: "full assessment of drinking, e.g. AUDIT" }
        : { risk: "negative", recommendation: score === 1 ? "ask for amounts" : "nothing further" },
  }),
});

export const scoff = calculator({
  name: "SCOFF",
  title: "Five questions on eating",
  source: "Morgan JF et al., BMJ 1999;319:1467",
  parameters: {
    sick: yes("makes oneself sick because uncomfortably full"),
    control: yes("worries about loss of control over eating"),
    oneStone: yes("lost more than 6.3 kg (one stone) within three months"),
    fat: yes("believes to be fat when others say too thin"),
    food: yes("food dominates life"),
  },
  rate: (items) => ({
    breakdown: Object.fromEntries(Object.entries(items).map(([item, said]) => [item, Number(said)])),
    grade: (score) =>
      score >= 2
        ? { risk: "positive", recommendation: "assess for anorexia or bulimia: weight, electrolytes, ECG" }
        : { risk: "negative", recommendation: "nothing further" },
  }),
});
