import type { Random } from "../../../core/random.ts";
import { between, esi, generatePatient } from "../../clinical/index.ts";
import type { Assertion, ExpectedAction } from "../../task.ts";
import { type Draft, patientTasks } from "../patient-tasks.ts";
import { type Arrival, arrivals, countResources, type Disposition, dispositions } from "./tables.ts";
import type { State } from "./tools.ts";

const stable = {
  heartRate: [62, 96],
  respiratoryRate: [13, 18],
  oxygenSaturation: [95, 99],
  systolic: [112, 145],
  diastolic: [64, 88],
} as const;
const danger = [{ heartRate: [104, 124] }, { respiratoryRate: [22, 28] }, { oxygenSaturation: [87, 91] }] as const;

/** Signs in the danger zone, where the rest would be level 3: every third of those. */
const isDangerous = ({ needs = [], pain }: Arrival, turn: number) =>
  turn % 3 === 2 && countResources(needs) > 1 && (pain?.[1] ?? 0) < 7;

function draft(row: Arrival, random: Random, id: string, turn: number): Draft {
  const { age = [20, 80], sex, complaint, finding } = row;
  const vitals = { ...stable, ...(isDangerous(row, turn) ? random.choice(danger) : {}), ...row.vitals };
  const patient = generatePatient({
    id,
    seed: random.integer(2 ** 31),
    age,
    ...(sex ? { sex } : {}),
    ...row.record,
    vitals,
    chiefComplaint: complaint,
  });
  const pain = row.pain ? between(random, ...row.pain) : 0;
  const { heartRate, respiratoryRate, oxygenSaturation } = patient.vitals.at(-1)!;
  const resources = row.intervention || row.highRisk ? 0 : countResources(row.needs ?? []);
  const items = {
    lifesavingIntervention: row.intervention !== undefined,
    highRiskSituation: row.highRisk === true,
    newConfusion: row.confused === true,
    severePainOrDistress: pain >= 7,
    resources,
    ageYears: patient.age,
    heartRate,
    respiratoryRate,
    oxygenSaturation,
  };
  const { score: level } = esi.compute(items);
  const place = placeOf(level, row.safeRoom);
  const state: State = {
    patient, arrival: row.name, complaint, note: noteOf(random, row), pain, newConfusion: items.newConfusion, level, interventions: [], calls: [], orders: [],
    free: Object.fromEntries(dispositions.map((room) => [room, between(random, 1, 4)])),
  }; // biome-ignore format: a record
  const urgency = level === 1 ? "immediate" : "within 10 minutes";
  const of = (tool: string, more: Record<string, unknown> = {}, compareArgs = Object.keys(more)): ExpectedAction => ({
    tool, arguments: { patientId: id, ...more }, compareArgs: ["patientId", ...compareArgs],
  }); // biome-ignore format: a record
  const actions: ExpectedAction[] = [
    of("getPresentation"),
    of("getVitalSigns"),
    of("assessPain"),
    of("assessConsciousness"),
    { tool: "getProtocol", arguments: { complaint }, compareArgs: ["complaint"] },
    ...(row.needs ? [{ tool: "countResources", arguments: { interventions: [...row.needs] } }] : []),
    {
      tool: "calculateEsi",
      arguments: items,
      compareArgs: ["lifesavingIntervention", "highRiskSituation", "newConfusion", "severePainOrDistress"],
    },
    ...(row.intervention ? [of("startIntervention", { intervention: row.intervention })] : []),
    ...(level <= 2 ? [of("notifyPhysician", { urgency, reason: finding }, ["urgency"])] : []),
    {
      tool: "submitTriage",
      arguments: { esiLevel: level, disposition: place, reasoning: finding, orders: [...(row.needs ?? [])] },
      compareArgs: ["esiLevel", "disposition"],
    },
  ];
  const who = `${patient.age}-year-old ${patient.sex === "female" ? "woman" : "man"}`;
  return {
    ticket: random.choice([
      `${id}, ${who}, has just come in with ${complaint}. Triage ${id}: level, place, first orders, and call for ${id} whom you need.`,
      `At the door: ${id} with ${complaint}, ${who}. Which ESI level is ${id}, and where does ${id} go? Do for ${id} what cannot wait.`,
      `Triage please. ${who}, ${complaint}, number ${id}. Look at ${id}, act if ${id} needs it at once, then submit ${id}.`,
    ]),
    difficulty:
      level === 1 ? 2 : level === 2 ? (isDangerous(row, turn) ? 5 : 4) : level === 3 ? 3 : level === 4 ? 2 : 1,
    answer: String(level),
    criteria: { actions, assertions: assertionsOf(row, items, level) },
    state,
  };
}

export function placeOf(level: number, safeRoom = false): Disposition {
  if (level === 2 && safeRoom) return "safe room";
  return (["resuscitation room", "monitored bed", "acute bed", "fast track", "waiting room"] as const)[level - 1];
}

function assertionsOf(
  { finding, intervention }: Arrival,
  {
    resources,
    heartRate,
    respiratoryRate,
    oxygenSaturation,
  }: { resources: number; heartRate: number; respiratoryRate: number; oxygenSaturation: number },
  level: number,
): Assertion[] {
  const signs: [boolean, string, number][] = [
    [heartRate > 100, "heart rate", heartRate], [respiratoryRate > 20, "respiratory rate", respiratoryRate], [oxygenSaturation < 92, "saturation", oxygenSaturation],
  ]; // biome-ignore format: a table
  return [
    { text: `level ${level} because of: ${finding}`, importance: "critical", evidence: [`level ${level}`, finding] },
    ...(intervention
      ? [{ text: `${intervention} is started`, importance: "critical", evidence: [intervention] } satisfies Assertion]
      : []),
    ...(level > 2
      ? [
          {
            text: `${resources} resources are needed`,
            importance: "high",
            evidence: [`${resources} resources`],
          } satisfies Assertion,
        ]
      : []),
    ...(level === 2 && resources > 1
      ? signs.flatMap(([out, name, value]): Assertion[] =>
          out
            ? [
                {
                  text: `${name} of ${value} is in the danger zone`,
                  importance: "high",
                  evidence: [name, String(value)],
                },
              ]
            : [],
        )
      : []),
  ];
}

/** With a red flag of the same complaint that is not there. */
function noteOf(random: Random, { complaint, finding, also, name }: Arrival): string {
  const others = arrivals.filter(
    (row) => row.complaint === complaint && row.name !== name && (row.highRisk || row.intervention),
  );
  const absent = others.length > 0 ? ` Not so: ${random.choice(others).finding}.` : "";
  const capital = finding[0].toUpperCase() + finding.slice(1);
  return `${capital}. Also: ${also.join(", ")}.${absent}`;
}

export const { kinds, tasks } = patientTasks({
  domain: "triage",
  rows: arrivals,
  kindOf: ({ group }) => group,
  count: 4 * arrivals.length,
  draft,
});
