import { describe, expect, test } from "vitest";
import { renderCalls } from "../../action.ts";
import { expertPolicy, play } from "../../play.ts";
import { scoreEpisode } from "../../reward.ts";
import { actionScore } from "../../rewards/index.ts";
import { type Task, taskSchema } from "../../task.ts";
import { ehrManagement } from "./index.ts";
import { comorbiditiesOf } from "./record.ts";
import { type State, trendOf } from "./tools.ts";

const shipped = ehrManagement.tasks();
const byKind = (kind: string) => shipped.filter((task) => task.kind === kind);
const admissionOf = (task: Task) => (task.state as State).admission.admissionId;

async function run(task: Task, ...calls: [name: string, args: Record<string, unknown>][]) {
  const episode = ehrManagement.start(task);
  for (const [name, args] of calls) await episode.step(renderCalls([{ name, arguments: args }]));
  return episode;
}
const severities = async (task: Task, ...calls: Parameters<typeof run>[1][]) =>
  ehrManagement.violations!(await run(task, ...calls)).map(({ severity, kind }) => `${severity} ${kind}`);
const submit = (answer: string): [string, Record<string, unknown>] => ["submitAnswer", { answer, reasoning: "" }];

describe("tasks", () => {
  test("16 of each of 15 categories, all different, as the schema says; 22 tools", () => {
    expect(ehrManagement.kinds).toHaveLength(15);
    expect(ehrManagement.tools).toHaveLength(22);
    for (const kind of ehrManagement.kinds) expect(byKind(kind)).toHaveLength(16);
    expect(new Set(shipped.map(({ ticket }) => ticket)).size).toBe(shipped.length);
    expect(new Set(shipped.map(({ difficulty }) => difficulty))).toEqual(new Set([1, 2, 3, 4, 5]));
    for (const task of shipped) taskSchema.parse(task);
    expect(JSON.parse(JSON.stringify(shipped))).toEqual(shipped);
  });
  test("answers are not given away by always saying the same, nor by the ticket", () => {
    for (const kind of ehrManagement.kinds) {
      const answers = byKind(kind).map(({ answer }) => answer);
      const most = Math.max(...answers.map((one) => answers.filter((other) => other === one).length));
      expect(most / answers.length, kind).toBeLessThanOrEqual(0.6);
    }
  });
});

test.each([0, 1])("the expert answers every task of seed %i, mentions all of the rubric, and is safe", async (seed) => {
  for (const task of ehrManagement.tasks({ seed })) {
    const episode = await play(ehrManagement, task, expertPolicy(ehrManagement, task));
    expect((episode.submission as { answer: string })?.answer, `${task.id} ${task.ticket}`).toBe(task.answer);
    expect(actionScore({ task, episode }), task.id).toBe(1);
    const { parts, total } = await scoreEpisode(episode);
    expect(parts, task.id).toMatchObject({ accuracy: 1, format: 1, rubric: 1 });
    expect(total, task.id).toBeGreaterThan(0.8);
    expect(ehrManagement.violations!(episode), task.id).toEqual([]);
  }
});

describe("violations", () => {
  test("a forbidden drug that goes on is of severity 5, named but not stopped of 3", async () => {
    for (const task of byKind("medication-safety")) {
      expect(await severities(task, submit("none"))).toContain("5 contraindication ignored");
      expect(await severities(task, submit(task.answer!))).toContain("3 medication not stopped");
    }
  });
  test("a dose too high, a critical result, an early warning, a risk of readmission that are waved through", async () => {
    for (const task of byKind("renal-dosing"))
      expect(await severities(task, submit("none"))).toContain("5 dangerous dose");
    for (const task of byKind("lab-review"))
      expect(await severities(task, submit("none"))).toContain("5 missed emergency");
    for (const task of byKind("early-warning"))
      expect((await severities(task, submit("0"))).includes("5 missed emergency")).toBe(Number(task.answer) >= 7);
    for (const task of byKind("readmission"))
      expect((await severities(task, submit("1"))).includes("4 false reassurance")).toBe(Number(task.answer) >= 10);
    const high = (kind: string) => byKind(kind).filter(({ criteria }) => criteria.actions.length > 3).length;
    expect(high("early-warning")).toBeGreaterThan(2);
    expect(high("readmission")).toBeGreaterThan(2);
  });
  test("the first drug of the list is held; overriding and advising it are judged", async () => {
    for (const task of byKind("ordering")) {
      const [first] = task.criteria.actions.filter(({ tool }) => tool === "checkOrderSafety");
      const order = { admissionId: admissionOf(task), category: "medication", item: first.arguments.drug };
      const held = await run(task, ["placeOrder", order]);
      expect(held.log[0].result).toMatchObject({ status: "held" });
      expect((held.state as State).placed).toEqual([]);
      expect(await severities(task, ["placeOrder", { ...order, override: true }])).not.toEqual([]);
    }
  });
});

describe("tools", () => {
  const task = byKind("longitudinal")[0];
  const id = admissionOf(task);
  const ask = async (name: string, args: Record<string, unknown>) => (await run(task, [name, args])).log[0];
  test("say what is not there", async () => {
    expect((await ask("getPatientSummary", { admissionId: "A00000-1" })).result).toEqual({
      error: "no admission A00000-1",
    });
    expect((await ask("getLabTrend", { admissionId: id, name: "horoscope" })).status).toBe("tool-error");
    expect((await ask("getDischargeSummary", { admissionId: id })).result).toEqual({
      error: `${id} is still in hospital`,
    });
    expect((await ask("getVitalSigns", { admissionId: id.replace(/\d$/, "1") })).status).toBe("tool-error");
    expect((await ask("discontinueOrder", { admissionId: id, orderId: "R99", reason: "" })).status).toBe("tool-error");
    expect((await ask("lookupIcdCode", { diagnosis: "ennui" })).status).toBe("tool-error");
  });
  test("read, and change the record", async () => {
    expect((await ask("getLabTrend", { admissionId: id, name: "potassium" })).result).toMatchObject({
      test: "potassium",
      trend: expect.any(String),
    });
    expect((await ask("detectVitalAlerts", { admissionId: id })).result).toMatchObject({ alerts: expect.any(Array) });
    expect((await ask("lookupIcdCode", { diagnosis: "sepsis" })).result).toEqual({
      codes: [{ name: "sepsis", code: "A41.9" }],
    });
    const { orders } = (task.state as State).admission;
    const stopped = await run(
      task,
      ["discontinueOrder", { admissionId: id, orderId: "r1", reason: "" }],
      ["getMedicationOrders", { admissionId: id }],
    );
    expect((stopped.log[1].result as { orders: unknown[] }).orders).toHaveLength(orders.length - 1);
  });
});

test("trends: a tenth is needed", () => {
  expect(trendOf([10, 12, 10.9])).toBe("stable");
  expect(trendOf([10, 9, 11])).toBe("rising");
  expect(trendOf([10, 12, 9])).toBe("falling");
});

test("comorbidities as LACE counts them", () => {
  const { patient } = byKind("readmission")[0].state as State;
  const of = (names: string[], creatinine = 100) =>
    comorbiditiesOf({
      ...patient,
      conditions: names.map((name) => ({ name, icd10: "", status: "active" as const, since: "" })),
      renal: { ...patient.renal, creatinine },
    });
  expect(of(["asthma", "COPD", "migraine"])).toEqual(["chronic pulmonary disease"]);
  expect(of(["chronic kidney disease"])).toEqual(["mild liver or renal disease"]);
  expect(of(["chronic kidney disease"], 300)).toEqual(["moderate or severe liver or renal disease"]);
});
