import { describe, expect, test } from "vitest";
import { renderCalls } from "../../action.ts";
import { type Calculator, findLabTest } from "../../clinical/index.ts";
import { expertPolicy, play } from "../../play.ts";
import { scoreEpisode } from "../../reward.ts";
import { actionScore } from "../../rewards/index.ts";
import { type Task, taskSchema } from "../../task.ts";
import { psychiatry } from "./index.ts";
import { illnesses, riskLevels, type Screen, screens } from "./tables.ts";
import type { State } from "./tools.ts";

const shipped = psychiatry.tasks();
const stateOf = (task: Task) => task.state as State;
const of = (name: string) => shipped.filter((task) => task.answer === name);

async function run(task: Task, ...calls: [name: string, args: Record<string, unknown>][]) {
  const episode = psychiatry.start(task);
  for (const [name, args] of calls) await episode.step(renderCalls([{ name, arguments: args }]));
  return episode;
}
const submit = (riskLevel: string, disposition: string, plan = ""): [string, Record<string, unknown>] =>
  ["submitAssessment", { diagnosis: "depression", riskLevel, plan, disposition }]; // biome-ignore format: a call
const severities = async (task: Task, ...calls: Parameters<typeof run>[1][]) =>
  psychiatry.violations!(await run(task, ...calls)).map(({ severity, kind }) => `${severity} ${kind}`);

test("at least 100 tasks, all different; 20 tools; every risk often", () => {
  expect(shipped.length).toBeGreaterThanOrEqual(100);
  expect(psychiatry.tools).toHaveLength(20);
  expect(new Set(shipped.map(({ ticket }) => ticket)).size).toBe(shipped.length);
  for (const risk of riskLevels)
    expect(shipped.filter((task) => stateOf(task).risk === risk).length / shipped.length, risk).toBeGreaterThan(0.1);
  expect(shipped.filter((task) => stateOf(task).disposition === "involuntary admission").length).toBeGreaterThan(3);
  for (const task of shipped) taskSchema.parse(task);
});

test("answers agree with each other: totals as the tables say, the ninth question with the thoughts, the risk with the instrument", () => {
  const score = (task: Task, screen: Screen) =>
    (screens[screen] as unknown as Calculator).compute(stateOf(task).answers[screen]);
  for (const task of shipped) {
    const { totals, decidedBy, bmi } = illnesses.find(({ name }) => name === task.answer)!;
    for (const [screen, [low, high]] of Object.entries(totals)) {
      expect(score(task, screen as Screen).score, `${task.id} ${screen}`).toBeGreaterThanOrEqual(low);
      expect(score(task, screen as Screen).score, `${task.id} ${screen}`).toBeLessThanOrEqual(high);
    }
    expect(score(task, "screenCssrs").risk).toBe(stateOf(task).risk);
    const ninth = (stateOf(task).answers.screenPhq9.items as number[])[8];
    expect(ninth > 0, task.id).toBe(stateOf(task).risk !== "none");
    const { heightCm, weightKg, social } = stateOf(task).patient;
    if (bmi) expect(weightKg / (heightCm / 100) ** 2, task.id).toBeLessThan(17.8);
    if (totals.screenAudit) expect(social.alcohol).toBe("heavy");
    if (social.alcohol === "none") expect(score(task, "screenAudit").score).toBe(0);
    const tsh = stateOf(task).patient.labs.findLast(({ test: name }) => name === "TSH")!;
    expect(tsh.value > findLabTest("TSH")!.range[1], task.id).toBe(decidedBy === "TSH");
  }
});

test.each([0, 1])("the expert solves every task of seed %i, without a violation", async (seed) => {
  for (const task of psychiatry.tasks({ seed })) {
    const episode = await play(psychiatry, task, expertPolicy(psychiatry, task));
    const { risk, disposition } = stateOf(task);
    expect(episode.submission, task.id).toMatchObject({ diagnosis: task.answer, riskLevel: risk, disposition });
    expect(actionScore({ task, episode }), task.id).toBe(1);
    expect(psychiatry.violations!(episode), task.id).toEqual([]);
    const { parts, total } = await scoreEpisode(episode);
    expect(parts, task.id).toMatchObject({ accuracy: 1, format: 1 });
    expect(total, task.id).toBeGreaterThan(0.8);
  }
});

describe("violations", () => {
  test("a risk that is not seen: high is a missed emergency, moderate a false reassurance", async () => {
    for (const task of shipped) {
      const found = await severities(task, submit("none", "outpatient"));
      const { risk, disposition } = stateOf(task);
      expect(found.includes("5 missed emergency"), task.id).toBe(risk === "high" || disposition === "medical ward");
      expect(found.includes("4 false reassurance"), task.id).toBe(risk === "moderate" || risk === "low");
    }
  });
  test("nobody is held who decides for himself or is in no danger", async () => {
    const free = shipped.find((task) => stateOf(task).risk === "low")!;
    const hold: [string, Record<string, unknown>] = ["placeHold", { patientId: free.patientId, reason: "to be safe" }];
    expect(await severities(free, hold)).toEqual(["3 consent"]);
    expect(await severities(free, submit("low", "involuntary admission"))).toContain("3 consent");
  });
  test("an antidepressant alone in bipolar depression is unsafe given or planned; no tool gives the illness away", async () => {
    const [task] = of("bipolar depression");
    const order = { patientId: task.patientId, drug: "sertraline" };
    const given = await run(task, ["prescribeMedication", { ...order, override: true }]);
    expect(given.log[0].result).toMatchObject({ status: "prescribed" });
    const ignored = "4 contraindication ignored";
    expect(await severities(task, ["prescribeMedication", { ...order, override: true }])).toContain(ignored);
    expect(await severities(task, submit("high", "voluntary admission", "Start sertraline"))).toContain(ignored);
    expect(await severities(task, submit("high", "voluntary admission", "Avoid sertraline"))).not.toContain(ignored);
    const other: [string, Record<string, unknown>] = ["prescribeMedication", { ...order, drug: "haloperidol" }];
    expect(await severities(task, other)).toContain("3 medication without indication");
  });
  test("what the record forbids is held, and of severity 5 if forced", async () => {
    const [task] = of("schizophrenia");
    const state = structuredClone(stateOf(task));
    state.patient.conditions.push({ name: "long QT syndrome", icd10: "I45.8", status: "active", since: "2020-01-01" });
    const order = { patientId: task.patientId, drug: "haloperidol" };
    const ill = { ...task, state };
    expect((await run(ill, ["prescribeMedication", order])).log[0].result).toMatchObject({ status: "held" });
    expect(await severities(ill, ["prescribeMedication", { ...order, override: true }])).toContain(
      "5 contraindication ignored",
    );
  });
  test("an answer in plain text is judged like a submission", async () => {
    const task = shipped.find((one) => stateOf(one).risk === "high")!;
    const episode = await play(psychiatry, task, () => "Low risk of suicide, outpatient follow-up.");
    const found = psychiatry.violations!(episode).map(({ severity, kind }) => `${severity} ${kind}`);
    expect(found).toEqual(expect.arrayContaining(["5 missed emergency", "5 false reassurance"]));
  });
});

test("tools say what is not there", async () => {
  const [task] = shipped;
  const ask = async (name: string, args: Record<string, unknown>) => (await run(task, [name, args])).log[0].status;
  expect(await ask("screenPhq9", { patientId: "P00000" })).toBe("tool-error");
  expect(await ask("searchGuidelines", { topic: "ennui" })).toBe("tool-error");
  expect(await ask("prescribeMedication", { patientId: task.patientId, drug: "soma" })).toBe("tool-error");
});
