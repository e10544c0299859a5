/**
 * How people come to an emergency department. Levels and what counts as a resource: Gilboy N et al., Emergency Severity Index,
 * version 4, AHRQ 12-0014, 2011; red flags: the guideline named in each row. Simplified for teaching software: never for care.
 */
import type { PatientOptions, Ranges, VitalSign } from "../../clinical/index.ts";

/** Kinds of resources, counted once each; a procedure that needs sedation counts two. 0: not a resource in the index. */
export const resourcePoints: Readonly<Record<string, number>> = {
  "blood tests": 1, "urine test": 1, ECG: 1, "X-ray": 1, "CT scan": 1, ultrasound: 1, "intravenous fluids": 1, "intravenous drug": 1,
  "intramuscular drug": 1, nebuliser: 1, "specialist consultation": 1, "simple procedure": 1, "sedated procedure": 2,
  "oral drug": 0, "point-of-care test": 0, "tetanus vaccine": 0, "simple wound care": 0, splint: 0, crutches: 0, prescription: 0, "saline lock": 0,
}; // biome-ignore format: a table

/** Blood and urine tests are one kind, and so are films, however many. */
const kindOf = (name: string) => (name === "urine test" ? "blood tests" : name);

export function countResources(interventions: readonly string[]): number {
  return [...new Set(interventions.map(kindOf))].reduce((sum, name) => sum + (resourcePoints[name] ?? 0), 0);
}

export const dispositions = [
  "resuscitation room",
  "monitored bed",
  "safe room",
  "acute bed",
  "fast track",
  "waiting room",
] as const;
export type Disposition = (typeof dispositions)[number];

export interface Arrival {
  /** What it is. */
  name: string;
  group: string;
  complaint: string;
  age?: readonly [number, number];
  sex?: "female" | "male";
  /** What tells it from the others with the same complaint, as the nurse writes it. */
  finding: string;
  also: readonly string[];
  /** Level 1. */
  intervention?: string;
  /** Level 2. */
  highRisk?: boolean;
  confused?: boolean;
  /** Level 2 from 7 on. */
  pain?: readonly [number, number];
  /** What will be done, where level goes by resources. */
  needs?: readonly string[];
  vitals?: Ranges<VitalSign["name"]>;
  safeRoom?: boolean;
  /** What the record must say for the finding to be true. */
  record?: Pick<PatientOptions, "conditions" | "medications" | "pregnantWeeks">;
  source: string;
}

const shock = { heartRate: [122, 145], systolic: [68, 84], diastolic: [38, 48], respiratoryRate: [26, 34] } as const;
const handbook = "ESI handbook 2011";

// biome-ignore format: a table
export const arrivals: readonly Arrival[] = [
  { name: "acute coronary syndrome", group: "chest", complaint: "chest pain", age: [45, 88], finding: "pressure behind the breastbone that goes to the left arm", also: ["cold sweat", "nausea"], highRisk: true, pain: [5, 8], source: "ESC acute coronary syndromes 2023" },
  { name: "aortic dissection", group: "chest", complaint: "chest pain", age: [50, 85], finding: "tearing pain between the shoulder blades", also: ["arms with different pulses"], highRisk: true, pain: [8, 10], vitals: { systolic: [168, 200] }, source: "ESC aortic diseases 2014" },
  { name: "pneumonia with pleurisy", group: "chest", complaint: "chest pain", finding: "stabbing on breathing in with yellow sputum", also: ["shivers"], pain: [3, 6], needs: ["blood tests", "X-ray", "oral drug"], vitals: { temperature: [38, 38.9] }, source: "NICE NG138 2019" },
  { name: "strained chest wall", group: "chest", complaint: "chest pain", age: [18, 39], finding: "sore on pressing one rib since lifting boxes", also: ["better at rest"], pain: [2, 5], needs: ["ECG", "oral drug"], source: "NICE CG95 2016" },
  { name: "respiratory failure", group: "breathing", complaint: "shortness of breath", age: [40, 90], finding: "gasping with blue lips and cannot say a word", also: ["drowsy"], intervention: "bag-mask ventilation", vitals: { oxygenSaturation: [68, 80], respiratoryRate: [38, 46], heartRate: [118, 140] }, source: handbook },
  { name: "pulmonary embolism", group: "breathing", complaint: "shortness of breath", age: [30, 85], finding: "breathless since one hour with one swollen leg", also: ["stab of pain on the right side"], highRisk: true, vitals: { heartRate: [104, 122], respiratoryRate: [22, 28], oxygenSaturation: [90, 94] }, source: "ESC pulmonary embolism 2019" },
  { name: "exacerbation of COPD", group: "breathing", complaint: "shortness of breath", age: [55, 88], finding: "more cough and sputum for four days in a smoker", also: ["speaks in sentences"], needs: ["nebuliser", "blood tests", "X-ray"], vitals: { oxygenSaturation: [92, 94] }, record: { conditions: ["COPD"] }, source: "GOLD report 2024" },
  { name: "mild asthma", group: "breathing", complaint: "shortness of breath", age: [18, 45], finding: "a little wheeze since the inhaler ran out", also: ["speaks in sentences"], needs: ["nebuliser", "prescription"], record: { conditions: ["asthma"] }, source: "GINA 2023" },
  { name: "subarachnoid haemorrhage", group: "nervous system", complaint: "headache", age: [30, 75], finding: "worst headache of life, at its height within a minute", also: ["vomited once"], highRisk: true, pain: [9, 10], source: "NICE NG228 2022" },
  { name: "meningitis", group: "nervous system", complaint: "headache", age: [18, 60], finding: "stiff neck and spots that do not fade under a glass", also: ["light hurts"], highRisk: true, pain: [5, 8], vitals: { temperature: [38.8, 40] }, source: "NICE NG240 2024" },
  { name: "migraine with vomiting", group: "nervous system", complaint: "headache", age: [18, 50], finding: "throbbing on one side as in earlier attacks, keeps nothing down", also: ["light hurts"], pain: [4, 6], needs: ["intravenous fluids", "intravenous drug"], record: { conditions: ["migraine"] }, source: "NICE CG150 2012" },
  { name: "tension headache", group: "nervous system", complaint: "headache", age: [18, 49], finding: "dull band around the head since a long week", also: ["eats and drinks"], pain: [2, 4], needs: ["oral drug"], source: "NICE CG150 2012" },
  { name: "stroke", group: "nervous system", complaint: "a weak hand", age: [55, 92], finding: "drooping face and slurred speech since this morning", also: ["cannot hold a cup"], highRisk: true, vitals: { systolic: [150, 185] }, source: "NICE NG128 2019" },
  { name: "carpal tunnel syndrome", group: "nervous system", complaint: "a weak hand", age: [30, 70], finding: "tingling of thumb and two fingers at night for months", also: ["shakes it out"], pain: [1, 3], needs: ["splint"], source: "NICE CKS carpal tunnel syndrome" },
  { name: "ruptured aortic aneurysm", group: "belly", complaint: "belly pain", age: [62, 90], sex: "male", finding: "grey and collapsed with a pulsating belly", also: ["pain of the back"], intervention: "massive transfusion", pain: [8, 10], vitals: shock, source: "NICE NG156 2020" },
  { name: "ectopic pregnancy", group: "belly", complaint: "belly pain", age: [19, 42], sex: "female", finding: "pain on one side, seven weeks since the last period", also: ["faint on standing"], highRisk: true, pain: [5, 8], record: { pregnantWeeks: 7 }, source: "NICE NG126 2019" },
  { name: "renal colic", group: "belly", complaint: "belly pain", age: [25, 65], finding: "cannot lie still, waves of pain from the flank to the groin", also: ["vomited twice"], pain: [8, 10], needs: ["intravenous drug", "CT scan", "urine test"], source: "NICE NG118 2019" },
  { name: "appendicitis", group: "belly", complaint: "belly pain", age: [18, 45], finding: "began at the navel and moved to the right lower side", also: ["no appetite"], pain: [4, 6], needs: ["blood tests", "CT scan", "intravenous drug"], source: "WSES Jerusalem guidelines 2020" },
  { name: "cystitis", group: "belly", complaint: "belly pain", age: [18, 60], sex: "female", finding: "burning on passing water every half hour", also: ["no pain of the flank"], pain: [2, 4], needs: ["urine test", "oral drug"], source: "NICE NG109 2018" },
  { name: "arterial bleeding", group: "injury", complaint: "an injury", finding: "spurting blood from the thigh that soaks every dressing", also: ["pale"], intervention: "tourniquet", vitals: shock, source: "NICE NG39 2016" },
  { name: "head injury under anticoagulation", group: "injury", complaint: "an injury", age: [60, 92], finding: "hit the head, takes a blood thinner and has vomited", also: ["remembers the fall"], highRisk: true, pain: [2, 5], record: { conditions: ["atrial fibrillation"], medications: ["apixaban"] }, source: "NICE NG232 2023" },
  { name: "hip fracture", group: "injury", complaint: "an injury", age: [68, 94], finding: "one leg shorter and turned out after a fall", also: ["cannot stand"], pain: [4, 6], needs: ["X-ray", "blood tests", "intravenous drug"], source: "NICE CG124 2011" },
  { name: "ankle sprain", group: "injury", complaint: "an injury", age: [18, 60], finding: "tender tip of the outer ankle, four steps not possible", also: ["swollen"], pain: [3, 6], needs: ["X-ray", "crutches"], source: "Ottawa ankle rules, Stiell IG 1992" },
  { name: "cut finger", group: "injury", complaint: "an injury", age: [18, 70], finding: "gaping cut of two centimetres, moves and feels the finger", also: ["bleeding has stopped"], pain: [2, 4], needs: ["simple procedure", "tetanus vaccine"], source: handbook },
  { name: "graze", group: "injury", complaint: "an injury", age: [18, 60], finding: "grazed both knees, only the skin", also: ["walks normally"], pain: [1, 3], needs: ["simple wound care", "tetanus vaccine"], source: handbook },
  { name: "dislocated shoulder", group: "injury", complaint: "an injury", age: [18, 60], finding: "square shoulder, holds the arm away, pulse and feeling intact", also: ["fell on the hand"], pain: [5, 6], needs: ["X-ray", "sedated procedure"], source: handbook },
  { name: "neutropenic fever", group: "fever", complaint: "fever", age: [30, 80], finding: "shivers nine days after chemotherapy", also: ["a port under the collarbone"], highRisk: true, vitals: { temperature: [38.3, 39.6] }, source: "NICE CG151 2012" },
  { name: "sepsis", group: "fever", complaint: "fever", age: [50, 92], finding: "does not know the day since last night, the family says", also: ["mottled knees"], confused: true, vitals: { temperature: [38.6, 40], heartRate: [108, 126], respiratoryRate: [23, 29] }, source: "Surviving Sepsis Campaign 2021" },
  { name: "pyelonephritis", group: "fever", complaint: "fever", age: [18, 70], sex: "female", finding: "pain of the flank on tapping, keeps no tablet down", also: ["burning urine"], pain: [3, 6], needs: ["blood tests", "urine test", "intravenous drug", "intravenous fluids"], vitals: { temperature: [38.2, 39.4] }, source: "NICE NG111 2018" },
  { name: "common cold", group: "fever", complaint: "fever", age: [18, 50], finding: "runny nose and sore throat like the whole office", also: ["drinks well"], needs: ["prescription"], vitals: { temperature: [37.6, 38.2] }, source: "NICE CKS common cold" },
  { name: "anaphylaxis", group: "skin", complaint: "a rash", age: [18, 60], finding: "swollen tongue and a crowing breath after a wasp sting", also: ["feels faint"], intervention: "intramuscular adrenaline", vitals: { heartRate: [118, 140], systolic: [72, 88], oxygenSaturation: [86, 91], respiratoryRate: [26, 34] }, source: "EAACI anaphylaxis 2021" },
  { name: "hives", group: "skin", complaint: "a rash", age: [18, 60], finding: "itching wheals on arms and belly, breathes and swallows well", also: ["ate prawns"], needs: ["intramuscular drug", "prescription"], source: "EAACI urticaria 2021" },
  { name: "contact dermatitis", group: "skin", complaint: "a rash", age: [18, 60], finding: "streaks of small blisters on the forearms since gardening", also: ["itches"], needs: ["prescription"], source: handbook },
  { name: "suicidal crisis", group: "mental health", complaint: "low mood", age: [18, 80], finding: "has kept tablets at home and wrote a farewell letter", also: ["speaks little"], highRisk: true, safeRoom: true, source: "NICE NG225 2022" },
  { name: "depression", group: "mental health", complaint: "low mood", age: [18, 80], finding: "sad for weeks and wants help, no thoughts of dying", also: ["sleeps badly"], needs: ["specialist consultation", "prescription"], source: "NICE NG222 2022" },
  { name: "opioid overdose", group: "collapse", complaint: "a collapse", age: [18, 55], finding: "pinpoint pupils and four breaths a minute", also: ["a syringe beside"], intervention: "naloxone", confused: true, vitals: { respiratoryRate: [4, 6], oxygenSaturation: [72, 84] }, source: handbook },
  { name: "ventricular fibrillation", group: "collapse", complaint: "a collapse", age: [45, 88], finding: "no pulse, the monitor shows a wild wave", also: ["bystanders press the chest"], intervention: "defibrillation", confused: true, vitals: { heartRate: [0, 0], systolic: [20, 20], diastolic: [0, 0], respiratoryRate: [0, 0], oxygenSaturation: [50, 60] }, source: "ERC guidelines 2021" },
  { name: "simple faint", group: "collapse", complaint: "a collapse", age: [18, 40], finding: "fainted in a hot train after standing long, now well", also: ["felt it coming"], needs: ["ECG"], source: "ESC syncope 2018" },
  { name: "syncope without warning", group: "collapse", complaint: "a collapse", age: [60, 90], finding: "fell without warning and was awake at once, drinks little", also: ["bruise of the arm"], needs: ["ECG", "blood tests", "intravenous fluids"], source: "ESC syncope 2018" },
];
