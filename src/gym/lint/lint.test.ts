import { describe, expect, test } from "vitest";
import { z } from "zod";
import { displaySymbol } from "../../core/display.ts";
import { consultation } from "../consultation/index.ts";
import { defineDomain } from "../domain.ts";
import type { Environment, Violation } from "../episode.ts";
import { frozenLake } from "../games/index.ts";
import type { Task } from "../task.ts";
import { ToolError } from "../tool.ts";
import { lint } from "./lint.ts";

const ward = defineDomain({
  name: "ward",
  title: "Ward",
  kinds: ["lab"],
  state: (task) => task.state as { potassium: number },
  tools: (tool) => ({
    getLab: tool({
      kind: "read",
      description: "latest result",
      parameters: { test: z.string() },
      run({ test }, { state }) {
        if (test !== "potassium") throw new ToolError(`no result for ${test}`);
        return state.potassium;
      },
    }),
    submit: tool({ kind: "submit", description: "end", parameters: { answer: z.string() }, run: () => "thanks" }),
  }),
  maxTurns: 4,
  violations: ({ submission }): Violation[] =>
    (submission as { answer?: string })?.answer === "discharge"
      ? [{ severity: 5, kind: "missed emergency", text: "K 7" }]
      : [],
  tasks: ({ seed = 0 } = {}) => [1, 2, 3].map((i) => makeTask(i, { patientId: `p${seed}-${i}` })),
  *expert() {
    yield { text: "" };
  },
});

function makeTask(i: number, changes: Partial<Task> = {}): Task {
  return {
    id: `t${i}`,
    domain: "ward",
    split: (["train", "validation", "test"] as const)[i % 3],
    ticket: `Is the potassium of patient ${i} high?`,
    difficulty: 1,
    patientId: `p${i}`,
    answer: "yes",
    criteria: {
      actions: [
        { tool: "getLab", arguments: { test: "potassium" }, compareArgs: ["test"] },
        { tool: "submit", arguments: { answer: "yes" } },
      ],
      assertions: [{ text: "it is high", importance: "high", evidence: ["high"] }],
    },
    state: { potassium: 6 },
    ...changes,
  };
}

const rulesOf = async (...tasks: unknown[]) => {
  const { issues } = await lint(tasks, { environment: ward });
  return [...new Set(issues.map(({ rule }) => rule))];
};
const criteria = (changes: Partial<Task["criteria"]>) => ({ criteria: { ...makeTask(1).criteria, ...changes } });
const submit = { tool: "submit", arguments: { answer: "yes" } };

describe("the task linter", () => {
  test("finds nothing in sound tasks, and says what was looked at", async () => {
    const report = await lint(ward, { seeds: 3 });
    expect(report.ok).toBe(true);
    expect(report.assert()).toBe(report);
    expect(report.rows[0]).toMatchObject({ domain: "ward", tasks: 9, splits: { train: 3, validation: 3, test: 3 } });
    expect(report.rows[0].ceilings).toEqual(Array(9).fill(1));
    const { "text/plain": text, "text/html": html } = report[displaySymbol]();
    expect(text).toMatch(/9 tasks, 0 errors\n.*lowest ceiling.*\nward +9 +3 +3 +3 +1\.000 +0/);
    expect(html).toContain("<table>");
  });

  test.each<[string, Partial<Task>, string[]]>([
    ["an unknown field", { answr: "yes" } as never, ["schema"]],
    ["no actions", criteria({ actions: [] }), ["empty-criteria"]],
    ["no assertions", criteria({ assertions: [] }), ["empty-criteria"]],
    [
      "an assertion without evidence",
      criteria({ assertions: [{ text: "x", importance: "low", evidence: [] }] }),
      ["empty-criteria"],
    ],
    [
      "a tool that is not there",
      criteria({ actions: [{ tool: "getLabs", arguments: {} }, submit] }),
      ["unknown-tool", "ceiling"],
    ],
    [
      "arguments that the tool refuses",
      criteria({ actions: [{ tool: "getLab", arguments: { name: "potassium" } }, submit] }),
      ["arguments", "ceiling"],
    ],
    [
      "compareArgs without a value",
      criteria({ actions: [{ tool: "getLab", arguments: { test: "potassium" }, compareArgs: ["unit"] }, submit] }),
      ["arguments"],
    ],
    [
      "an action that fails when executed",
      criteria({ actions: [{ tool: "getLab", arguments: { test: "gold" } }, submit] }),
      ["not-executable", "ceiling"],
    ],
    ["no submission", criteria({ actions: [{ tool: "getLab", arguments: { test: "potassium" } }] }), ["no-submit"]],
    [
      "more actions than turns",
      criteria({ actions: Array.from({ length: 5 }, () => ({ tool: "getLab", arguments: { test: "potassium" } })) }),
      ["no-submit", "not-executable", "ceiling"],
    ],
    ["a state that the environment cannot use", { state: null }, ["not-executable", "ceiling"]],
    [
      "a dangerous solution",
      criteria({ actions: [{ tool: "submit", arguments: { answer: "discharge" } }] }),
      ["unsafe"],
    ],
    ["an answer that is no option", { options: { A: "high", B: "low" }, answer: "C" }, ["options"]],
    ["equal options", { options: { A: "high", B: "High" }, answer: "A" }, ["options"]],
    ["another domain", { domain: "clinic" }, ["domain"]],
  ])("%s", async (_, changes, rules) => {
    expect(await rulesOf(makeTask(1, changes))).toEqual(rules);
  });

  test("a state that cannot even be made is told, not thrown", async () => {
    const broken = {
      ...ward,
      start: () => {
        throw new TypeError("no patient");
      },
    };
    const { issues } = await lint([makeTask(1)], { environment: broken });
    expect(issues.map(({ message }) => message)).toEqual(["the environment cannot play it: no patient"]);
  });

  test("ids, tickets and patients across the set", async () => {
    expect(await rulesOf(makeTask(1), makeTask(2, { id: "t1" }))).toEqual(["duplicate-id"]);
    expect(await rulesOf(makeTask(1), makeTask(4, { ticket: "is the  POTASSIUM of patient 1 high?" }))).toEqual([
      "duplicate-ticket",
    ]);
    expect(await rulesOf(makeTask(1), makeTask(2, { ticket: makeTask(1).ticket }))).toEqual(["leak"]);
    expect(await rulesOf(makeTask(1), makeTask(2, { patientId: "p1" }))).toEqual(["leak"]);
    expect(await rulesOf(makeTask(1, { group: "statins" }), makeTask(2, { group: "statins" }))).toEqual(["leak"]);
  });

  test("a letter that is right too often", async () => {
    const options = { A: "high", B: "low", C: "normal", D: "unknown" };
    const tasks = (answer: (i: number) => string) =>
      Array.from({ length: 120 }, (_, i) => makeTask(3 * i, { options, answer: answer(i), patientId: undefined }));
    expect(await rulesOf(...tasks((i) => "ABCD"[i % 4]))).toEqual([]);
    expect(await rulesOf(...tasks((i) => (i % 2 ? "A" : "BCD"[i % 3])))).toEqual([]); // 50 %: just twice the chance
    const { issues } = await lint(
      tasks((i) => (i % 5 ? "A" : "B")),
      { environment: ward },
    );
    expect(issues).toMatchObject([
      { rule: "balance", message: "A is the answer of 80 % of 120 tasks with options; chance is 25 %" },
    ]);
  });

  test("where actions are text, the task's answer or the expert must reach full success", async () => {
    const lake = frozenLake();
    const [map] = lake.tasks({ count: 1 });
    expect((await lint([map], { environment: lake })).rows[0]).toMatchObject({ ceilings: [1], issues: [] });
    const shut = { ...map, state: { rows: ["PO", "OG"] } };
    const issuesOf = async (task: Task, environment: Environment) =>
      (await lint([task], { environment })).issues.map(({ rule, message }) => [rule, message]);
    expect(await issuesOf(shut, lake)).toEqual([["ceiling", "the best reachable success is 0.000, not 1"]]);
    const action = { actions: [{ tool: "submit", arguments: {} }], assertions: [] };
    expect(await issuesOf({ ...map, criteria: action }, lake)).toEqual([
      ["unknown-tool", "there is no tool submit; tools: none"],
    ]);
    const { success: _, ...unscored } = lake.rewards;
    expect(await issuesOf(map, { ...lake, rewards: unscored })).toEqual([
      ["empty-criteria", 'frozen-lake has no reward "success": nothing could be scored'],
    ]);
    const doctor = consultation();
    const [patient] = doctor.tasks({ count: 1 });
    expect(await issuesOf(patient, doctor)).toEqual([]);
    expect(await issuesOf({ ...patient, answer: "Diagnosis: gout Recommendation: rest" }, doctor)).toEqual([
      ["ceiling", expect.stringMatching(/the best reachable success is 0\.\d+, not 1/)],
    ]);
    expect(await issuesOf({ ...map, state: null }, lake)).toEqual([
      ["not-executable", expect.stringMatching(/^the environment cannot play it: /)],
    ]);
  });

  test("what is no task at all has a place, and a domain that is not there a name", async () => {
    const { issues, rows } = await lint([null, makeTask(1, { domain: "nowhere" })]);
    expect(rows.map(({ domain }) => domain)).toEqual(["(none)", "nowhere"]);
    expect(issues[0]).toMatchObject({ taskId: "(task 1)", rule: "schema" });
    expect(issues[1]).toMatchObject({ rule: "domain", message: 'there is no environment "nowhere"' });
    const report = await lint([null]);
    expect(() => report.assert()).toThrow(/1 tasks, 1 errors[\s\S]*\(none\) \(task 1\): schema/);
    await expect(lint([])).rejects.toThrow(/no tasks/);
  });
});
