import type { Random } from "../../../core/random.ts";
import {
  allergens,
  before,
  between,
  conditions,
  daysByCrownRump,
  generatePatient,
  gestationalAge,
  type Patient,
  reactions,
} from "../../clinical/index.ts";
import type { Assertion, ExpectedAction } from "../../task.ts";
import type { ToolCall } from "../../tool.ts";
import { type Draft, patientTasks } from "../patient-tasks.ts";
import { decide, fits, inWords, parseStep, type Seen } from "./protocol.ts";
import { type Case, cases, type Draw, type Draws, groups, interventions, usual } from "./tables.ts";
import { observe, type State, warningsFor } from "./tools.ts";

const ofBefore = ["asthma", "asthma", "hypothyroidism", "migraine", "epilepsy", "depression", "G6PD deficiency"];

function draft(row: Case, random: Random, id: string): Draft | undefined {
  const age = row.conditions ? between(random, 35, 44) : between(random, 18, 42);
  const possible = ofBefore.filter((name) => conditions.find((one) => one.name === name)!.fromAge <= age);
  const days = row.weeks && between(random, 7 * row.weeks[0], 7 * row.weeks[1] + 6);
  const patient = generatePatient({
    id,
    seed: random.integer(2 ** 31),
    sex: "female",
    age: [age, age],
    conditions: row.conditions ?? (random.boolean(0.5) ? [random.choice(possible)] : []),
    allergies: random.boolean(0.3) ? [{ allergen: random.choice(allergens), ...random.choice(reactions) }] : [],
    ...(row.medications ? { medications: row.medications } : {}),
    ...(days ? { pregnantWeeks: Math.floor(days / 7) } : {}),
    chiefComplaint: row.complaint,
  });
  const dates = days ? drawDates(random, row, patient.today, days) : undefined;
  if (dates && (dates.weeks < row.weeks![0] || dates.weeks > row.weeks![1])) return undefined;
  if (dates) patient.pregnancy = { weeks: dates.weeks };
  const observed = drawFindings(random, row, patient, dates);
  const { name: diagnosis, complaint } = row;
  const state: State = { patient, diagnosis, complaint, observed, steps: [], given: [], examinations: 0 };
  const found = work(row, state);
  if (!found) return undefined;
  const [first, second] = [`${age}-year-old woman`, row.weeks ? "pregnant" : "has given birth"];
  return {
    ticket: random.choice([
      `${id}, ${first}, ${second}, comes about ${complaint}. Find out what ${id} has, do what cannot wait, submit the plan for ${id}.`,
      `Please see ${id}: ${first}, ${second}, ${complaint}. What is it, how urgent is ${id}, and where does ${id} go?`,
      `On call: ${complaint}; ${id}, ${first}, ${second}. Work by the protocol for ${id}, act, then submit the plan of ${id}.`,
    ]),
    difficulty: row.urgency === "immediate" ? 4 : row.when.length > 1 ? 5 : row.when.length === 0 ? 3 : 2,
    answer: diagnosis,
    criteria: found,
    state,
  };
}

/** The way through the protocol on what the tools would say; undefined where it does not lead to the row, or no drug suits her. */
function work(row: Case, state: State): Draft["criteria"] | undefined {
  const { id } = state.patient;
  const actions: ExpectedAction[] = [];
  const about = { patientId: id };
  const seen: Seen = { getHistory: observe(state, "getHistory", about) };
  const add = (tool: string, args: Record<string, unknown>, compareArgs: string[]) =>
    actions.push({ tool, arguments: args, compareArgs });
  const follow = <T>(inquiry: Generator<ToolCall, T, Record<string, unknown>>): T => {
    let next = inquiry.next();
    while (!next.done) {
      const { name, arguments: args } = next.value;
      add(name, args, compared[name] ?? Object.keys(args));
      next = inquiry.next(observe(state, name, args));
    }
    return next.value;
  };
  add("getHistory", about, ["patientId"]);
  add("searchProtocols", { topic: row.complaint }, ["topic"]);
  const rows = cases.filter(({ complaint }) => complaint === row.complaint);
  if (follow(decide(rows, id, seen)) !== row) return undefined;
  add("searchProtocols", { topic: row.name }, ["topic"]);
  const done: string[] = [];
  for (const { firstThatFits, when } of row.steps.map(parseStep)) {
    if (!follow(fits(when, id, seen))) continue;
    const name = firstThatFits.find((each) => warningsFor(state.patient, each).length === 0);
    if (!name) return undefined;
    const [tool, argument] =
      name in interventions ? ["orderIntervention", "intervention"] : ["prescribeMedication", "drug"];
    add(tool, { ...about, [argument]: name }, ["patientId", argument]);
    state.steps.push(firstThatFits);
    done.push(name);
  }
  const { name: diagnosis, urgency, place: disposition } = row;
  const plan = { diagnosis, urgency, disposition, plan: done.join(", ") || "no treatment" };
  add("submitPlan", plan, ["diagnosis", "urgency", "disposition"]);
  const reasons = row.when.map((condition) => inWords(condition, seen));
  const assertions: Assertion[] = [
    { text: `the diagnosis is ${diagnosis}`, importance: "critical", evidence: [diagnosis] },
    { text: `this is ${urgency}`, importance: "high", evidence: [urgency] },
    ...reasons.map((text): Assertion => ({ text, importance: "high", evidence: [text] })),
    ...done.map((text): Assertion => ({ text: `${text} is given`, importance: "critical", evidence: [text] })),
  ];
  return { actions, assertions };
}

/** Of a computing tool, the arguments without which it computes another thing. */
const compared: Readonly<Record<string, string[]>> = {
  classifyCtg: ["baseline", "decelerations"],
  calculateBpp: ["deepestPoolCm"],
  calculateBishop: ["dilatation", "effacement", "station"],
  calculateApgar: ["heartRate", "breathing"],
};

interface Dates {
  lastPeriod: string;
  firstScan?: { date: string; crownRumpMm: number };
  weeks: number;
}

/** In three of ten the last period is nine days off or more, so that the scan counts. */
function drawDates(random: Random, row: Case, today: string, days: number): Dates {
  if (days < 98) return { lastPeriod: before(today, days), weeks: Math.floor(days / 7) };
  const isSure = row.name !== "not yet past the due date" && random.boolean(0.7);
  const off = isSure
    ? between(random, -4, 4)
    : between(random, 9, 20) * (row.complaint === "the due date" ? 1 : random.choice([1, -1]));
  const crownRumpMm = between(random, 45, 76);
  const lastPeriod = before(today, days + off);
  const date = before(today, days - daysByCrownRump(crownRumpMm));
  const { breakdown } = gestationalAge.compute({ lastPeriod, today, scanDate: date, crownRumpMm });
  return { lastPeriod, firstScan: { date, crownRumpMm }, weeks: breakdown.weeks };
}

/** By tool: what an examination at this stage can show. */
function drawFindings(random: Random, row: Case, patient: Patient, dates?: Dates): State["observed"] {
  const [miscarriages, births] = [random.choice([0, 0, 0, 1, 2]), random.choice([0, 0, 1, 1, 2, 3])];
  const para = births + Number(!dates);
  const { conditions: illnesses, medications, allergies, age, today } = patient;
  const weeks = dates?.weeks ?? 0;
  const draws = (tool: string, keep: (item: string) => boolean = () => true) => {
    const all = { ...usual[tool], ...row.draws?.[tool] };
    return Object.fromEntries(
      Object.entries(all).flatMap(([item, draw]) => (keep(item) ? [[item, drawn(random, draw)]] : [])),
    );
  };
  const labs = draws("getPrenatalLabs");
  if (row.complaint === "bleeding" && random.boolean(0.25)) labs.rhesus = "negative";
  const { total = 6, harm = 0 } = draws("screenEpds") as { total?: number; harm?: number };
  return {
    getHistory: { complaint: row.complaint, note: random.choice(row.note) },
    getPregnancy: {
      age, gravida: para + miscarriages + Number(dates !== undefined), para, miscarriages, today,
      ...(dates ? { lastPeriod: dates.lastPeriod, ...(dates.firstScan ? { firstScan: dates.firstScan } : {}) } : { gaveBirth: before(today, row.complaint === "a newborn" || row.complaint === "bleeding after birth" ? 0 : between(random, 3, 40)) }),
      conditions: illnesses.map(({ name }) => name), medications: medications.map(({ name }) => name), allergies,
    },
    getVitalSigns: { ...draws("getVitalSigns", (item) => dates !== undefined || item !== "weightLossPercent"), ...(dates ? {} : { bloodLossMl: drawn(random, row.draws?.getVitalSigns?.bloodLossMl ?? [150, 420]) }) },
    getPrenatalLabs: { ...labs, ...(dates && weeks < 13 && !labs.hCG ? { hCG: between(random, 20_000, 90_000) } : {}) },
    ...(row.complaint === "a check-up" && weeks >= 24 ? { getGlucoseTest: draws("getGlucoseTest") } : {}),
    ...(dates ? { getUltrasound: draws("getUltrasound", (item) => weeks >= (shownFrom[item] ?? 0)), examineCervix: draws("examineCervix") } : {}),
    ...(weeks >= 26 ? { getCtg: drawTrace(random, row.trace) } : {}),
    ...(row.complaint === "a newborn" ? { getNewborn: draws("getNewborn") } : {}),
    screenEpds: { items: drawAnswers(random, total, harm) },
  }; // biome-ignore format: a record
}

/** Completed weeks from which on an ultrasound tells it. */
const shownFrom: Readonly<Record<string, number>> = {
  placenta: 16, deepestPoolCm: 16, presentation: 24, weightCentile: 24, umbilicalFlow: 24, cervixMm: 16, breathing: 26, movements: 26, tone: 26,
}; // biome-ignore format: a table

function drawn(random: Random, draw: Draw): number | string | boolean {
  if (typeof draw === "string" || typeof draw === "boolean") return draw;
  const [low, high] = draw;
  if (typeof low === "string" || typeof high === "string") return random.choice(draw as readonly string[]);
  const steps = Number.isInteger(low) && Number.isInteger(high) ? 1 : 10;
  return between(random, Math.round(low * steps), Math.round(high * steps)) / steps;
}

const traces: Readonly<Record<NonNullable<Case["trace"]> | "usual", readonly Draws[string][]>> = {
  usual: [{ accelerations: "present" }],
  "not reactive": [{ accelerations: "absent" }],
  suspicious: [
    { baseline: [164, 178] },
    { decelerations: "repetitive variable", decelerationMinutes: [12, 40] },
    { variability: [3, 4], variabilityMinutes: [12, 40] },
  ],
  pathological: [
    { baseline: [78, 96] },
    { decelerations: "repetitive late", decelerationMinutes: [34, 60] },
    { decelerations: "occasional", longestMinutes: [6, 9] },
    { variability: [2, 4], variabilityMinutes: [54, 80] },
  ],
};

function drawTrace(random: Random, kind: keyof typeof traces = "usual"): Record<string, unknown> {
  const calm: Draws[string] = {
    baseline: [118, 152], variability: [8, 20], variabilityMinutes: [0, 0], sinusoidal: false, decelerations: ["none", "occasional"], decelerationMinutes: [0, 0],
    longestMinutes: [0, 2], accelerations: "absent",
  }; // biome-ignore format: a table
  return Object.fromEntries(
    Object.entries({ ...calm, ...random.choice(traces[kind]) }).map(([item, draw]) => [item, drawn(random, draw)]),
  );
}

/** Ten answers with a sum, the tenth given. */
function drawAnswers(random: Random, total: number, harm: number): number[] {
  const items = Array.from({ length: 9 }, () => 0);
  for (let left = total - harm; left > 0; ) {
    const at = random.integer(9);
    if (items[at] === 3) continue;
    items[at]++;
    left--;
  }
  return [...items, harm];
}

export const { kinds, tasks } = patientTasks({
  domain: "obstetrics",
  rows: cases,
  kindOf: ({ complaint }) => groups[complaint],
  count: 3 * cases.length,
  draft,
});
