/** Three ways to write a patient down: a labelled record, prose, and JSON. All hold the same facts. */
import type { Patient } from "./patient.ts";
import { observation } from "./tools.ts";

export const renderings = ["record", "prose", "json"] as const;
export type Rendering = (typeof renderings)[number];

/** One fact of a patient, and the question that it answers. */
export interface Fact {
  /** e.g. "lab potassium" */
  field: string;
  question: string;
  answer: string;
}

export function render(patient: Patient, as: Rendering): string {
  return { record: asRecord, prose: asProse, json: asJson }[as](patient);
}

export function asRecord(p: Patient): string {
  const { vitals: v } = p;
  return [
    `Patient: ${p.id} ${p.name}`,
    `Sex: ${p.sex}`,
    `Age: ${p.age}`,
    `Complaint: ${p.complaint} for ${days(p.durationDays)}`,
    `Conditions: ${list(p.conditions.map((c) => `${c.name} (${c.icd10})`))}`,
    `Vitals: BP ${v.systolic}/${v.diastolic}, HR ${v.heartRate}, T ${v.temperature.toFixed(1)}, RR ${v.respiratoryRate}, SpO2 ${v.oxygenSaturation}%`,
    `Labs: ${list(p.labs.map((l) => `${l.test} ${l.value} ${l.unit} ${l.flag}`))}`,
    `Medications: ${list(p.medications.map((m) => `${m.name} ${m.dose} ${m.frequency}`))}`,
    `Allergies: ${list(p.allergies.map((a) => `${a.substance} (${a.reaction}, ${a.severity})`))}`,
    `Renal: creatinine ${p.renal.creatinine} umol/L, eGFR ${p.renal.egfr}`,
  ].join("\n");
}

export function asProse(p: Patient): string {
  const { vitals: v } = p;
  const they = p.sex === "female" ? "She" : "He";
  return [
    `${p.name} (${p.id}) is a ${p.age}-year-old ${p.sex === "female" ? "woman" : "man"} with ${p.complaint} for ${days(p.durationDays)}.`,
    `Known ${p.conditions.length === 1 ? "condition" : "conditions"}: ${list(p.conditions.map((c) => c.name))}.`,
    `Blood pressure is ${v.systolic}/${v.diastolic} mmHg, heart rate ${v.heartRate}, temperature ${v.temperature.toFixed(1)}, oxygen saturation ${v.oxygenSaturation}%.`,
    `${they} takes ${list(p.medications.map((m) => `${m.name} ${m.dose} ${m.frequency}`))}.`,
    p.allergies.length === 0
      ? `${they} has no known allergies.`
      : `${they} is allergic to ${list(p.allergies.map((a) => `${a.substance} (${a.reaction})`))}.`,
    `Results: ${list(p.labs.map((l) => `${l.test} ${l.value} ${l.unit}${l.flag === "normal" ? "" : ` (${l.flag})`}`))}.`,
    `eGFR is ${p.renal.egfr}.`,
  ].join(" ");
}

export function asJson(p: Patient): string {
  return observation({
    id: p.id,
    age: p.age,
    sex: p.sex,
    conditions: p.conditions.map((c) => c.name),
    vitals: { bp: `${p.vitals.systolic}/${p.vitals.diastolic}`, hr: p.vitals.heartRate, t: p.vitals.temperature },
    labs: Object.fromEntries(p.labs.map((l) => [l.test, l.value])),
    medications: p.medications.map((m) => `${m.name} ${m.dose}`),
    allergies: p.allergies.map((a) => a.substance),
    egfr: p.renal.egfr,
  });
}

/** Facts that a record states, with the exact text of the answer as `asRecord` writes it. */
export function facts(p: Patient): Fact[] {
  const { vitals: v } = p;
  return [
    { field: "name", question: "What is the name?", answer: p.name },
    { field: "age", question: "How old?", answer: `${p.age}` },
    { field: "complaint", question: "What is the complaint?", answer: p.complaint },
    { field: "blood pressure", question: "What is the blood pressure?", answer: `${v.systolic}/${v.diastolic}` },
    { field: "heart rate", question: "What is the heart rate?", answer: `${v.heartRate}` },
    { field: "temperature", question: "What is the temperature?", answer: v.temperature.toFixed(1) },
    { field: "saturation", question: "What is the oxygen saturation?", answer: `${v.oxygenSaturation}%` },
    { field: "eGFR", question: "What is the eGFR?", answer: `${p.renal.egfr}` },
    ...p.labs.map((l) => ({
      field: `lab ${l.test}`,
      question: `What is the ${l.test}?`,
      answer: `${l.value} ${l.unit}`,
    })),
    ...p.medications.flatMap((m) => [
      { field: `dose ${m.name}`, question: `What is the dose of ${m.name}?`, answer: m.dose },
      { field: `frequency ${m.name}`, question: `How often is ${m.name} taken?`, answer: m.frequency },
    ]),
    ...p.allergies.map((a) => ({
      field: `reaction ${a.substance}`,
      question: `What is the reaction to ${a.substance}?`,
      answer: a.reaction,
    })),
    ...p.conditions.map((c) => ({
      field: `code ${c.name}`,
      question: `What is the code of ${c.name}?`,
      answer: c.icd10,
    })),
  ];
}

function days(count: number): string {
  return count === 1 ? "1 day" : `${count} days`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "none" : items.join(", ");
}
