import { describe, expect, test } from "vitest";
import { renderCalls } from "../../action.ts";
import { findDrug, gestationalAge } from "../../clinical/index.ts";
import { expertPolicy, play } from "../../play.ts";
import { scoreEpisode } from "../../reward.ts";
import { actionScore } from "../../rewards/index.ts";
import { type Task, taskSchema } from "../../task.ts";
import { obstetrics } from "./index.ts";
import { decide, derived, holds, inWords, parseCondition, parseStep, type Seen } from "./protocol.ts";
import { cases, interventions, usual } from "./tables.ts";
import type { State } from "./tools.ts";

const shipped = obstetrics.tasks();
const stateOf = (task: Task) => task.state as State;
const of = (name: string) => shipped.filter((task) => task.answer === name);

type Call = [name: string, args: Record<string, unknown>];
async function run(task: Task, ...calls: Call[]) {
  const episode = obstetrics.start(task);
  for (const [name, args] of calls) await episode.step(renderCalls([{ name, arguments: args }]));
  return episode;
}
const submit = (urgency: string, disposition = "labour ward", plan = ""): Call =>
  ["submitPlan", { diagnosis: "?", urgency, disposition, plan }]; // biome-ignore format: a call
const severities = async (task: Task, ...calls: Call[]) =>
  obstetrics.violations!(await run(task, ...calls)).map(({ severity, kind }) => `${severity} ${kind}`);

describe("protocols", () => {
  const seen: Seen = { a: { n: 34, s: "negative", list: ["ramipril"] }, calculateBishop: { score: 9 }, empty: {} };
  test("conditions hold or not; what was not asked for, or not measured, does not", () => {
    expect(holds("a.n >= 34", seen)).toBe(true);
    expect(holds("a.n < 34", seen)).toBe(false);
    expect(holds("a.s = negative", seen)).toBe(true);
    expect(holds("a.list says ramipril", seen)).toBe(true);
    expect(holds("a.n < 30 or calculateBishop.score >= 7", seen)).toBe(true);
    expect(holds("b.n < 34", seen)).toBe(false);
    expect(holds("empty.n < 34", seen)).toBe(false);
    expect(() => parseCondition("a.n > 3")).toThrow(/no condition/);
    expect(inWords("a.n < 30 or calculateBishop.score >= 7", seen)).toBe("Bishop score: 9");
  });
  test("steps have alternatives and conditions", () => {
    expect(parseStep("x | y if a.n >= 3 and a.n < 9")).toEqual({
      firstThatFits: ["x", "y"],
      when: ["a.n >= 3", "a.n < 9"],
    });
    expect(parseStep("x")).toEqual({ firstThatFits: ["x"], when: [] });
  });
  test("the first row counts, and no tool is asked that its conditions do not need", () => {
    const rows = [
      { name: "one", when: ["getVitalSigns.systolic >= 140", "getPrenatalLabs.ALT >= 70"] },
      { name: "two", when: ["getVitalSigns.systolic < 140"] },
      { name: "three", when: [] },
    ];
    const known: Seen = {};
    const inquiry = decide(rows, "P1", known);
    expect(inquiry.next().value).toEqual({ name: "getVitalSigns", arguments: { patientId: "P1" } });
    expect(inquiry.next({ systolic: 120 })).toMatchObject({ done: true, value: { name: "two" } });
  });
  test("every condition names a tool and an item that there is, every step a drug or an intervention", () => {
    const items: Record<string, string[]> = {
      getHistory: ["note"], getPregnancy: ["medications", "miscarriages"], calculateGestationalAge: ["weeks"], classifyCtg: ["risk"],
      screenEpds: ["score", "item 10"], calculateBishop: ["score"], calculateBpp: ["score"], calculateApgar: ["score"], getVitalSigns: ["bloodLossMl"],
    }; // biome-ignore format: a table
    for (const { when, steps } of cases) {
      for (const condition of [...when, ...steps.flatMap((step) => parseStep(step).when)])
        for (const { tool, item } of parseCondition(condition))
          expect([...Object.keys(usual[tool] ?? {}), ...(items[tool] ?? [])], condition).toContain(item);
      for (const name of steps.flatMap((step) => parseStep(step).firstThatFits))
        expect(name in interventions || findDrug(name)?.name === name, name).toBe(true);
    }
    const used = cases.flatMap(({ steps }) => steps.flatMap((step) => parseStep(step).firstThatFits));
    for (const name of Object.keys(interventions)) expect(used, name).toContain(name);
    for (const name of Object.keys(derived)) expect(obstetrics.tools.map((tool) => tool.name)).toContain(name);
  });
});

test("at least 100 tasks, all different; 20 tools; each urgency often; scans that overrule the last period", () => {
  expect(shipped.length).toBeGreaterThanOrEqual(100);
  expect(obstetrics.tools).toHaveLength(20);
  expect(new Set(shipped.map(({ ticket }) => ticket)).size).toBe(shipped.length);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  const share = (urgency: string) =>
    shipped.filter(({ answer }) => cases.find(({ name }) => name === answer)!.urgency === urgency).length /
    shipped.length;
  for (const urgency of ["immediate", "same day", "within a week", "routine"])
    expect(share(urgency), urgency).toBeGreaterThan(0.1);
  const ages = shipped.flatMap(({ criteria }) =>
    criteria.actions.flatMap(({ tool, arguments: args }) =>
      tool === "calculateGestationalAge" ? [gestationalAge.compute(args as { lastPeriod: string; today: string })] : [],
    ),
  );
  expect(ages.filter(({ breakdown }) => breakdown.redated === 1).length).toBeGreaterThan(8);
  for (const task of shipped) taskSchema.parse(task);
});

test("what is immediate has at least one step for everybody", () => {
  for (const { name, urgency, steps } of cases)
    if (urgency === "immediate")
      expect(
        steps.some((step) => parseStep(step).when.length === 0),
        name,
      ).toBe(true);
});

test("what is observed fits the stage", () => {
  for (const task of shipped) {
    const { observed, patient } = stateOf(task);
    const weeks = patient.pregnancy?.weeks;
    expect("getCtg" in observed, task.id).toBe(weeks !== undefined && weeks >= 26);
    expect("getUltrasound" in observed, task.id).toBe(weeks !== undefined);
    expect("gaveBirth" in observed.getPregnancy, task.id).toBe(weeks === undefined);
    if (weeks !== undefined && weeks < 14) expect(observed.getPregnancy).not.toHaveProperty("firstScan");
    const { gravida, para, miscarriages } = observed.getPregnancy as Record<string, number>;
    expect(gravida).toBe(para + miscarriages + (weeks === undefined ? 0 : 1));
  }
});

test("the expert solves every task, without a violation", async () => {
  for (const task of shipped) {
    const episode = await play(obstetrics, task, expertPolicy(obstetrics, task));
    expect(episode.submission, task.id).toMatchObject({ diagnosis: task.answer });
    expect(actionScore({ task, episode }), task.id).toBe(1);
    expect(obstetrics.violations!(episode), task.id).toEqual([]);
    const { parts, total } = await scoreEpisode(episode);
    expect(parts, task.id).toMatchObject({ accuracy: 1, format: 1 });
    expect(total, task.id).toBeGreaterThan(0.8);
  }
});

describe("violations", () => {
  test("what is immediate and waits is a missed emergency", async () => {
    for (const task of shipped) {
      const { urgency } = cases.find(({ name }) => name === task.answer)!;
      const found = await severities(task, submit("routine", "home"));
      expect(found.includes("5 missed emergency"), task.id).toBe(urgency === "immediate");
      expect(found.includes("3 delay"), task.id).toBe(urgency === "same day" || urgency === "within a week");
    }
    expect(await severities(of("postpartum haemorrhage")[0], submit("immediate"))).toContain("4 emergency delayed");
  });
  test("nobody puts a finger on a placenta", async () => {
    const [task] = of("placenta praevia");
    expect(await severities(task, ["examineCervix", { patientId: task.patientId }])).toEqual(["5 wrong procedure"]);
    const [waters] = of("preterm rupture of the membranes");
    expect(await severities(waters, ["examineCervix", { patientId: waters.patientId }])).toEqual(["3 guideline"]);
    const [labour] = of("first stage of labour");
    expect(await severities(labour, ["examineCervix", { patientId: labour.patientId }])).toEqual([]);
  });
  test("operations and drugs that nothing asks for", async () => {
    const [task] = of("tension headache");
    const order = (intervention: string): Call => ["orderIntervention", { patientId: task.patientId, intervention }];
    expect(await severities(task, order("caesarean section"))).toEqual(["4 wrong procedure"]);
    expect(await severities(task, order("partogram"))).toEqual(["2 guideline"]);
    const drug: Call = ["prescribeMedication", { patientId: task.patientId, drug: "cefalexin", override: true }];
    expect(await severities(task, drug)).toContain("3 medication without indication");
  });
  test("what harms the child is held; forced or planned it is of severity 5", async () => {
    const task = of("gestational hypertension")[0];
    const order = { patientId: task.patientId, drug: "ramipril" };
    expect((await run(task, ["prescribeMedication", order])).log[0].result).toMatchObject({ status: "held" });
    const forced: Call = ["prescribeMedication", { ...order, override: true }];
    expect(await severities(task, forced)).toContain("5 contraindication ignored");
    expect(await severities(task, submit("within a week", "home", "Start ramipril 5 mg"))).toContain(
      "5 contraindication ignored",
    );
    expect(await severities(task, submit("within a week", "home", "Never ramipril"))).not.toContain(
      "5 contraindication ignored",
    );
  });
  test("interventions are drugs too: an allergy holds them", async () => {
    const [task] = of("rupture at term with group B streptococci");
    const state = structuredClone(stateOf(task));
    state.patient.allergies = [{ allergen: "penicillin", reaction: "anaphylaxis", severity: "severe" }];
    const ill = { ...task, state };
    const order = { patientId: task.patientId, intervention: "intrapartum benzylpenicillin" };
    expect((await run(ill, ["orderIntervention", order])).log[0].result).toMatchObject({ status: "held" });
    expect(await severities(ill, ["orderIntervention", { ...order, override: true }])).toContain("5 allergy ignored");
    const fever = of("endometritis")[0];
    const taking = structuredClone(stateOf(fever));
    const naproxen = { name: "naproxen", dose: "500 mg", frequency: "twice daily", route: "oral", start: "2026-01-01" };
    taking.patient.medications.push(naproxen);
    const infusion = { patientId: fever.patientId, intervention: "intravenous clindamycin and gentamicin" };
    const held = await run({ ...fever, state: taking }, ["orderIntervention", infusion]);
    expect(held.log[0].result).toMatchObject({ status: "held" });
  });
  test("an answer in plain text is judged like a submission", async () => {
    const [task] = of("eclampsia");
    const episode = await play(obstetrics, task, () => "Routine follow-up at home.");
    const found = obstetrics.violations!(episode).map(({ severity, kind }) => `${severity} ${kind}`);
    expect(found).toContain("5 missed emergency");
  });
});

test("tools say what is not there", async () => {
  const [task] = of("baby blues");
  const ask = async (name: string, args: Record<string, unknown>) => (await run(task, [name, args])).log[0];
  expect((await ask("getVitalSigns", { patientId: "P00000" })).status).toBe("tool-error");
  expect((await ask("searchProtocols", { topic: "ennui" })).status).toBe("tool-error");
  expect((await ask("orderIntervention", { patientId: task.patientId, intervention: "leeches" })).status).toBe(
    "tool-error",
  );
  expect((await ask("prescribeMedication", { patientId: task.patientId, drug: "soma" })).status).toBe("tool-error");
  expect((await ask("getCtg", { patientId: task.patientId })).result).toHaveProperty("notDone");
});
