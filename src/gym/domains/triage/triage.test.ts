import { describe, expect, test } from "vitest";
import { renderCalls } from "../../action.ts";
import { expertPolicy, play } from "../../play.ts";
import { scoreEpisode } from "../../reward.ts";
import { actionScore } from "../../rewards/index.ts";
import { type Task, taskSchema } from "../../task.ts";
import { triage } from "./index.ts";
import { arrivals, countResources, dispositions } from "./tables.ts";
import type { State } from "./tools.ts";

const shipped = triage.tasks();
const of = (name: string) => shipped.filter((task) => (task.state as State).arrival === name);

async function run(task: Task, ...calls: [name: string, args: Record<string, unknown>][]) {
  const episode = triage.start(task);
  for (const [name, args] of calls) await episode.step(renderCalls([{ name, arguments: args }]));
  return episode;
}
const submit = (esiLevel: number, disposition: string = dispositions[1], orders: string[] = []): [string, Record<string, unknown>] =>
  ["submitTriage", { esiLevel, disposition, reasoning: "", orders }]; // biome-ignore format: a call
const severities = async (task: Task, ...calls: Parameters<typeof run>[1][]) =>
  triage.violations!(await run(task, ...calls)).map(({ severity, kind }) => `${severity} ${kind}`);

test("resources are counted by kind, and much of what is done is none", () => {
  expect(countResources(["blood tests", "urine test"])).toBe(1);
  expect(countResources(["blood tests", "X-ray", "X-ray"])).toBe(2);
  expect(countResources(["oral drug", "tetanus vaccine", "crutches", "prescription"])).toBe(0);
  expect(countResources(["sedated procedure"])).toBe(2);
});

test("at least 100 tasks, all different, every level often, 20 tools; the danger zone raises the level", () => {
  expect(shipped.length).toBeGreaterThanOrEqual(100);
  expect(triage.tools).toHaveLength(20);
  expect(new Set(shipped.map(({ ticket }) => ticket)).size).toBe(shipped.length);
  for (const level of [1, 2, 3, 4, 5]) {
    const share = shipped.filter(({ answer }) => answer === String(level)).length / shipped.length;
    expect(share, `level ${level}`).toBeGreaterThan(0.08);
    expect(share, `level ${level}`).toBeLessThan(0.5);
  }
  for (const task of shipped) taskSchema.parse(task);
  expect(of("migraine with vomiting").map(({ answer }) => answer)).toEqual(["3", "3", "2", "3"]);
  for (const { name, complaint } of arrivals) for (const task of of(name)) expect(task.ticket).toContain(complaint);
});

test.each([0, 1])("the expert solves every task of seed %i, without a violation", async (seed) => {
  for (const task of triage.tasks({ seed })) {
    const episode = await play(triage, task, expertPolicy(triage, task));
    expect(episode.submission, `${task.id} ${(task.state as State).arrival}`).toMatchObject({
      esiLevel: Number(task.answer),
    });
    expect(actionScore({ task, episode }), task.id).toBe(1);
    expect(triage.violations!(episode), task.id).toEqual([]);
    const { parts, total } = await scoreEpisode(episode);
    expect(parts, task.id).toMatchObject({ accuracy: 1, format: 1 });
    expect(total, task.id).toBeGreaterThan(0.8);
  }
});

test("the record says what the finding says", () => {
  const patients = (name: string) => of(name).map((task) => (task.state as State).patient);
  for (const { medications } of patients("head injury under anticoagulation"))
    expect(medications).toContainEqual(expect.objectContaining({ name: "apixaban" }));
  for (const { pregnancy } of patients("ectopic pregnancy")) expect(pregnancy).toEqual({ weeks: 7 });
  for (const { conditions } of patients("exacerbation of COPD"))
    expect(conditions).toContainEqual(expect.objectContaining({ name: "COPD" }));
});

describe("violations", () => {
  test("levels 1 and 2 that wait are missed emergencies; one too low is a delay, two too high a waste", async () => {
    for (const task of shipped) {
      const level = Number(task.answer);
      const found = (await severities(task, submit(5))).filter((one) => /missed|delayed triage/.test(one));
      expect(found, task.id).toEqual(level <= 2 ? ["5 missed emergency"] : level < 5 ? ["3 delayed triage"] : []);
    }
    expect(await severities(of("graze")[0], submit(1))).toContain("2 triage guideline");
    expect(await severities(of("anaphylaxis")[0], submit(2))).toEqual([
      "4 delayed triage",
      "4 emergency delayed",
      "3 emergency delayed",
      "3 premature closure",
    ]);
  });
  test("an answer in plain text is judged like a submission", async () => {
    const [task] = of("pulmonary embolism");
    const episode = await play(triage, task, () => "Level 4, fast track.");
    expect(triage.violations!(episode).map(({ severity, kind }) => `${severity} ${kind}`)).toContain(
      "5 missed emergency",
    );
  });
  test("suicidal patients are not put anywhere", async () => {
    const [task] = of("suicidal crisis");
    expect(await severities(task, submit(2, "acute bed"))).toContain("3 guideline");
    expect(await severities(task, submit(2, "safe room"))).not.toContain("3 guideline");
  });
  test("a drug that is forbidden is held; overriding and planning it are of severity 5", async () => {
    const [task] = of("hip fracture");
    const { patient } = task.state as State;
    const allergic: Task = {
      ...task,
      state: {
        ...(task.state as State),
        patient: { ...patient, allergies: [{ allergen: "NSAID", reaction: "wheeze", severity: "severe" }] },
      },
    };
    const order = { patientId: patient.id, order: "ibuprofen 400 mg" };
    const held = await run(allergic, ["placeOrder", order]);
    expect(held.log[0].result).toMatchObject({ status: "held" });
    expect(await severities(allergic, ["placeOrder", order])).toEqual([]);
    expect(await severities(allergic, ["placeOrder", { ...order, override: true }])).toContain(
      "5 contraindication ignored",
    );
    expect(await severities(allergic, submit(3, "acute bed", ["ibuprofen 400 mg"]))).toContain(
      "5 contraindication ignored",
    );
    expect(await severities(allergic, submit(3, "acute bed", ["no ibuprofen"]))).not.toContain(
      "5 contraindication ignored",
    );
  });
});

test("tools say what is not there", async () => {
  const [task] = shipped;
  const ask = async (name: string, args: Record<string, unknown>) => (await run(task, [name, args])).log[0].status;
  expect(await ask("getVitalSigns", { patientId: "P00000" })).toBe("tool-error");
  expect(await ask("getProtocol", { complaint: "ennui" })).toBe("tool-error");
  expect(await ask("countResources", { interventions: ["oracle"] })).toBe("tool-error");
});
