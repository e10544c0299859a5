import { describe, expect, test } from "vitest";
import { z } from "zod";
import { displaySymbol } from "../core/display.ts";
import { Random } from "../core/random.ts";
import { renderCalls } from "./action.ts";
import { defineEnvironment } from "./environment.ts";
import { play, recordOf } from "./play.ts";
import { probe } from "./probe.ts";
import { randomPolicy, sampleArguments } from "./random-policy.ts";
import type { Reward } from "./reward.ts";
import { clinicalRewards, compositeWeights } from "./rewards/index.ts";
import type { Task } from "./task.ts";
import { toolsOf } from "./tool.ts";

const ward = defineEnvironment({
  name: "ward",
  state: () => ({}),
  tools: (tool) => ({
    getLab: tool({ kind: "read", description: "", parameters: { test: z.string() }, run: () => ({ potassium: 5.9 }) }),
    submit: tool({ kind: "submit", description: "", parameters: { answer: z.string() }, run: () => "thanks" }),
  }),
  rewards: clinicalRewards,
  weights: compositeWeights,
});
const tasks: Task[] = [1, 2, 3].map((i) => ({
  id: `t${i}`,
  domain: "ward",
  split: "train",
  ticket: `What is wrong with patient ${i}?`,
  difficulty: 1,
  answer: "hyperkalaemia",
  criteria: {
    actions: [
      { tool: "getLab", arguments: { test: "potassium" } },
      { tool: "submit", arguments: { answer: "x" } },
    ],
    assertions: [{ text: "Weakness comes from potassium of 5.9", importance: "high", evidence: ["5.9"] }],
  },
}));
const base = (_: unknown, { turns }: { turns: readonly unknown[] }) =>
  renderCalls([
    turns.length === 0
      ? { name: "getLab", arguments: { test: "potassium" } }
      : { name: "submit", arguments: { answer: "high" } },
  ]);

describe("the reward probe", () => {
  test("passes the composite against even a poor base", async () => {
    const report = await probe({ environment: ward, tasks, base });
    expect(report.ok).toBe(true);
    expect(report.assert()).toBe(report);
    expect(report.cheats.find(({ policy }) => policy === "empty")?.reward).toBe(0);
    const text = String(report);
    expect(text).toMatch(/reward probe: 3 tasks\npolicy +reward +accuracy/);
    expect(report[displaySymbol]()["text/html"]).toContain("keyword salad");
  });

  test.each<[string, Reward]>([
    ["length", ({ completion }) => Math.min(1, completion.length / 200)],
    ["keywords", ({ completion }) => Number(/diagnosis/.test(completion))],
    ["silence", ({ completion }) => Number(completion === "")],
  ])("refuses a reward that pays for %s, unless forced", async (name, reward) => {
    const report = await probe({ environment: ward, tasks, base, rewards: { [name]: reward }, weights: { [name]: 1 } });
    expect(report.ok).toBe(false);
    expect(() => report.assert()).toThrow(/is paid .*, the base [\s\S]*force: true/);
    expect(report.assert({ force: true })).toBe(report);
  });

  test("the same seed gives the same report", async () => {
    const [a, b] = await Promise.all([1, 1].map((seed) => probe({ environment: ward, tasks, base, seed })));
    expect(a.cheats).toEqual(b.cheats);
  });
});

test("sampled arguments pass the schema", () => {
  const tool = toolsOf()({
    kind: "submit",
    description: "",
    parameters: {
      level: z.int().min(1).max(5),
      score: z.number().min(0).max(1),
      choice: z.enum(["a", "b"]),
      list: z.array(z.string()).min(2),
      nested: z.strictObject({ yes: z.boolean(), either: z.union([z.literal(1), z.literal("x")]) }),
      nothing: z.null(),
      optional: z.string().optional(),
    },
    run: () => "",
  })("t");
  for (let seed = 0; seed < 50; seed++) {
    expect(tool.check(sampleArguments(tool, new Random(seed), () => "text"))).toMatchObject({ ok: true });
  }
});

test("the random policy calls every tool with arguments that pass, the same for the same seed", async () => {
  const episodes = await Promise.all(tasks.map((task) => play(ward, task, randomPolicy(1))));
  const log = episodes.flatMap((episode) => episode.log);
  expect(new Set(log.map(({ name }) => name))).toEqual(new Set(["getLab", "submit"]));
  for (const { name, arguments: args } of log) {
    expect(ward.tools.find((tool) => tool.name === name)!.check(args)).toMatchObject({ ok: true });
  }
  expect(recordOf(await play(ward, tasks[0], randomPolicy(1)))).toEqual(recordOf(episodes[0]));
});
