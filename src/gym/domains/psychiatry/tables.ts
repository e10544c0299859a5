/**
 * Illnesses of the mind as they come in, and what looks like them. Codes are WHO ICD-10; each row names its guideline. Simplified for
 * teaching software: never for care.
 */
import type { Ranges } from "../../clinical/index.ts";
import { audit, cage, cSsrs, dast10, gad7, mmse, pcl5, phq9, scoff } from "../../clinical/index.ts";

/** By tool. */
export const screens = {
  screenPhq9: phq9, screenGad7: gad7, screenCssrs: cSsrs, screenAudit: audit, screenDast: dast10, screenMmse: mmse, screenPcl5: pcl5, screenCage: cage,
  screenScoff: scoff,
} as const; // biome-ignore format: a table
export type Screen = keyof typeof screens;

export const riskLevels = ["none", "low", "moderate", "high"] as const;
export type RiskLevel = (typeof riskLevels)[number];
export const dispositions = [
  "outpatient",
  "crisis team",
  "voluntary admission",
  "involuntary admission",
  "medical ward",
] as const;
export type Disposition = (typeof dispositions)[number];

/** Sums that a screen comes to, where they leave the usual. */
export type Totals = Partial<Record<Exclude<Screen, "screenCssrs">, readonly [low: number, high: number]>>;

export interface Illness {
  name: string;
  /** WHO ICD-10 */
  icd10: string;
  group: "mood" | "anxiety and trauma" | "substances" | "cognition" | "psychosis" | "eating";
  complaint: string;
  age: readonly [number, number];
  /** What tells it from the others with the same complaint. */
  finding: string;
  also: readonly string[];
  totals: Totals;
  /** Instruments that belong to it, beside the one on suicide. */
  screens: readonly Screen[];
  /** A result that decides. */
  decidedBy?: "TSH";
  /** Today's results, where they leave the usual. */
  labs?: Ranges;
  bmi?: readonly [number, number];
  /** In order of preference. */
  drugs: readonly string[];
  /** Classes that make it worse. */
  harmful?: readonly string[];
  /** How often each level of risk is drawn: none, low, moderate, high. */
  risks: readonly [number, number, number, number];
  medical?: boolean;
  advice: string;
  source: string;
}

// biome-ignore format: a table
export const illnesses: readonly Illness[] = [
  { name: "depression", icd10: "F32.1", group: "mood", complaint: "low mood", age: [18, 85], finding: "no joy in anything for six weeks, wakes at four", also: ["cannot concentrate"], totals: { screenPhq9: [12, 19] }, screens: ["screenPhq9"], drugs: ["sertraline", "mirtazapine", "venlafaxine"], risks: [1, 2, 2, 2], advice: "SSRI with psychotherapy; look again after a week if young or at risk.", source: "NICE NG222 2022" },
  { name: "bipolar depression", icd10: "F31.3", group: "mood", complaint: "low mood", age: [20, 60], finding: "last spring a fortnight of hardly any sleep, big plans and debts", also: ["now tired and slow"], totals: { screenPhq9: [12, 20] }, screens: ["screenPhq9"], drugs: ["quetiapine", "olanzapine", "lamotrigine"], harmful: ["SSRI", "SNRI", "tricyclic"], risks: [0, 2, 2, 2], advice: "No antidepressant alone: it may bring mania.", source: "NICE CG185 2014" },
  { name: "adjustment disorder", icd10: "F43.2", group: "mood", complaint: "low mood", age: [18, 70], finding: "tearful since the divorce three weeks ago, laughs with friends", also: ["works as usual"], totals: { screenPhq9: [5, 9] }, screens: ["screenPhq9"], drugs: [], risks: [3, 2, 0, 0], advice: "Listen, support, look again in two weeks; no drug.", source: "WHO mhGAP, conditions related to stress, 2013" },
  { name: "hypothyroidism", icd10: "E03.9", group: "mood", complaint: "low mood", age: [30, 49], finding: "always cold, gained weight, dry skin and a hoarse voice", also: ["slow"], totals: { screenPhq9: [8, 13] }, screens: ["screenPhq9"], decidedBy: "TSH", labs: { TSH: [16, 58] }, drugs: ["levothyroxine"], risks: [3, 2, 0, 0], advice: "Treat the thyroid first; repeat the PHQ-9 when TSH is normal.", source: "NICE NG145 2019" },
  { name: "generalised anxiety disorder", icd10: "F41.1", group: "anxiety and trauma", complaint: "worry", age: [18, 75], finding: "worries about everything on most days for a year", also: ["tense neck"], totals: { screenGad7: [11, 20] }, screens: ["screenGad7"], drugs: ["sertraline", "venlafaxine"], harmful: ["benzodiazepine"], risks: [3, 2, 1, 0], advice: "Cognitive behavioural therapy or an SSRI; no benzodiazepine for long.", source: "NICE CG113 2011" },
  { name: "post-traumatic stress disorder", icd10: "F43.1", group: "anxiety and trauma", complaint: "worry", age: [18, 70], finding: "the crash comes back every night, takes no car since", also: ["starts at any noise", "prefers tablets to talking"], totals: { screenPcl5: [38, 68], screenGad7: [8, 15] }, screens: ["screenPcl5"], drugs: ["sertraline", "venlafaxine"], harmful: ["benzodiazepine"], risks: [1, 2, 2, 1], advice: "Trauma-focused therapy first; venlafaxine or an SSRI if preferred; no benzodiazepine.", source: "NICE NG116 2018" },
  { name: "alcohol dependence", icd10: "F10.2", group: "substances", complaint: "poor sleep", age: [25, 75], finding: "shakes in the morning until the first drink", also: ["two bottles of wine a day"], totals: { screenAudit: [22, 34], screenCage: [3, 4], screenGad7: [4, 9] }, screens: ["screenCage", "screenAudit"], drugs: ["lorazepam"], risks: [2, 2, 1, 1], advice: "Supervised withdrawal with a benzodiazepine, thiamine before glucose.", source: "NICE CG115 2011; CG100 2010" },
  { name: "stimulant use disorder", icd10: "F15.2", group: "substances", complaint: "poor sleep", age: [18, 50], finding: "awake for two nights after each weekend with powder from a friend", also: ["missed work"], totals: { screenDast: [6, 9] }, screens: ["screenDast"], drugs: [], risks: [2, 2, 1, 0], advice: "Contingency management and counselling; no drug is established.", source: "NICE CG51 2007" },
  { name: "dementia", icd10: "F03", group: "cognition", complaint: "forgetting", age: [68, 92], finding: "for two years slowly worse, gets lost in the own street", also: ["plays it down"], totals: { screenMmse: [12, 23] }, screens: ["screenMmse"], drugs: [], harmful: ["anticholinergic", "antipsychotic"], risks: [4, 1, 0, 0], advice: "Exclude thyroid and B12; memory clinic; no antipsychotic without danger.", source: "NICE NG97 2018" },
  { name: "depression with memory complaints", icd10: "F32.1", group: "cognition", complaint: "forgetting", age: [62, 88], finding: "says I don't know to every question, since a death in the family in autumn", also: ["eats little"], totals: { screenMmse: [27, 29], screenPhq9: [13, 21] }, screens: ["screenMmse", "screenPhq9"], drugs: ["sertraline", "mirtazapine"], risks: [1, 2, 2, 1], advice: "Treat the depression and repeat the memory test.", source: "NICE NG222 2022" },
  { name: "delirium", icd10: "F05.9", group: "cognition", complaint: "forgetting", age: [66, 93], finding: "since yesterday confused by turns, drowsy in between, with fever", also: ["picks at the sheet"], totals: { screenMmse: [8, 18] }, screens: ["screenMmse"], drugs: [], harmful: ["benzodiazepine", "anticholinergic"], risks: [1, 0, 0, 0], medical: true, labs: { CRP: [70, 190], "white cells": [12.5, 19] }, advice: "An emergency of the body: find infection, drugs, retention; medical ward.", source: "NICE CG103 2010" },
  { name: "schizophrenia", icd10: "F20.0", group: "psychosis", complaint: "hearing voices", age: [18, 50], finding: "two voices talk about every step, the neighbours steal the thoughts", also: ["for eight months"], totals: {}, screens: [], drugs: ["olanzapine", "quetiapine", "haloperidol"], risks: [1, 1, 2, 2], advice: "Oral antipsychotic with family work; weight, lipids, glucose and ECG before.", source: "NICE CG178 2014" },
  { name: "mania", icd10: "F30.2", group: "psychosis", complaint: "hearing voices", age: [20, 60], finding: "five nights without sleep, speaks without pause, bought three cars", also: ["God gives orders since Monday"], totals: {}, screens: [], drugs: ["olanzapine", "quetiapine", "haloperidol"], harmful: ["SSRI", "SNRI", "tricyclic"], risks: [1, 1, 1, 3], advice: "Antipsychotic, stop antidepressants, a calm room.", source: "NICE CG185 2014" },
  { name: "anorexia nervosa", icd10: "F50.0", group: "eating", complaint: "weight loss", age: [18, 35], finding: "eats apart, weighs herself five times a day and feels fat", also: ["always cold"], totals: { screenScoff: [3, 5] }, bmi: [14, 17.4], screens: ["screenScoff"], drugs: [], risks: [2, 2, 1, 1], advice: "Weight, potassium and ECG; specialised psychotherapy; beware of refeeding.", source: "NICE NG69 2017" },
  { name: "grief", icd10: "Z63.4", group: "eating", complaint: "weight loss", age: [55, 88], finding: "cooks for nobody since the funeral a month ago, meets the choir", also: ["cries at photographs"], totals: { screenPhq9: [4, 9], screenScoff: [0, 0] }, screens: ["screenScoff", "screenPhq9"], drugs: [], risks: [3, 1, 0, 0], advice: "Support and time; look again in a month.", source: "WHO mhGAP, conditions related to stress, 2013" },
];
