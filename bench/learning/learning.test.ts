import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { LearningDetails } from "../learning.ts";
import { rowsOf } from "../learning.ts";
import { met } from "../rows.ts";
import type { Change, Lesson } from "./course.ts";
import { drugInteraction, sets } from "./drug-interaction.ts";
import { frozenLake } from "./frozen-lake.ts";

/** The code of a notebook. */
function codeOf(name: string): string {
  const { cells } = JSON.parse(readFileSync(new URL(`../../notebooks/${name}`, import.meta.url), "utf8"));
  return cells
    .flatMap(({ cell_type, source }: { cell_type: string; source: string[] }) =>
      cell_type === "code" ? [source].flat().join("") : [],
    )
    .join("\n");
}

test("the notebooks train with the settings that are measured", () => {
  const { sft, grpo, ppo, tokens } = drugInteraction;
  for (const [notebook, options] of [
    ["04-grpo.ipynb", grpo],
    ["05-ppo.ipynb", ppo],
  ] as const) {
    const code = codeOf(notebook);
    const numberOf = (name: string) =>
      Number(new RegExp(`(?:const ${name} =|\\b${name}:) (\\d[\\de.-]*)`).exec(code)?.[1]);
    const { tasksPerStep, steps, groupSize, ...others } = options;
    const constants = {
      trainSets: sets.train,
      testSets: sets.test,
      sftSteps: sft.steps,
      tasksPerStep,
      steps,
      groupSize,
    };
    for (const [name, value] of Object.entries({ ...constants, ...tokens }))
      expect([name, numberOf(name)]).toEqual([name, value]);
    const rates = [...code.matchAll(/learningRate: ([\de.-]+)/g)].map(([, rate]) => Number(rate));
    expect(rates).toEqual([sft.learningRate, options.learningRate]);
    for (const [name, value] of Object.entries(others)) {
      if (name !== "learningRate") expect([name, numberOf(name)]).toEqual([name, value]);
    }
    expect(code).toContain('kinds = ["dosage", "monitoring"]');
    expect(code).toContain("boolean(0.6)");
  }
});

test("a start on the lake says what is true and goes where it looked last, mostly to no purpose", async () => {
  const rows = await frozenLake.shown(1);
  let solved = 0;
  for (const { messages } of rows.slice(0, 300)) {
    messages.forEach(({ role, content }, i) => {
      if (role !== "assistant") return;
      const [, said, move] = /^<think>(.*)\.<\/think><answer>(.*)<\/answer>$/.exec(String(content))!;
      expect(String(messages[i - 1].content)).toContain(`Around: ${said}`);
      expect(said.split(", ").at(-1)!.startsWith(`${move} `)).toBe(true);
    });
    const last = messages.at(-1)!;
    if (/goal\.<\/think>/.test(String(last.content))) solved++;
  }
  expect(solved / 300).toBeLessThan(0.3);
  expect(frozenLake.played(1).every(({ split }) => split === "train")).toBe(true);
  expect(new Set(frozenLake.test(1).map(({ split }) => split))).toEqual(new Set(["test"]));
});

const change = (before: number, after: number): Change => ({
  before: { value: before, low: before - 0.1, high: before + 0.1, n: 100 },
  after: { value: after, low: after - 0.1, high: after + 0.1, n: 100 },
  difference: { value: after - before, low: after - before - 0.05, high: after - before + 0.05, n: 100, p: 0.001 },
});
const lesson = (verb: Lesson["verb"], after: number): Lesson => ({
  ...{ verb, mixed: 0.8, warnings: [], seconds: 100 },
  ...{ greedy: { success: change(0.2, after) }, drawn: { success: change(0.1, after - 0.1) } },
});

test("ppo has to reach two thirds of what grpo reached", () => {
  const of = (ppo: number) =>
    rowsOf(frozenLake, { seed: 2, n: 100, sftSeconds: 50, lessons: [lesson("grpo", 0.85), lesson("ppo", ppo)] });
  const [first, second] = of(0.6);
  expect(first.name).toBe("learning frozen-lake, seed 2: grpo, success");
  expect(first.ours.median).toBeCloseTo(0.65, 12);
  expect((first.details as LearningDetails).drawn.after.value).toBeCloseTo(0.75, 12);
  expect([first, second].map(met)).toEqual([true, false]);
  expect(met(of(0.64)[1])).toBe(true);
});

test("so has distillation from grpo's model", () => {
  const of = (distilled: number) =>
    rowsOf(frozenLake, {
      seed: 2,
      n: 100,
      sftSeconds: 50,
      lessons: [lesson("grpo", 0.85), lesson("distill", distilled)],
    });
  expect(of(0.6)[1].name).toBe("learning frozen-lake, seed 2: distill, success");
  expect([of(0.6)[1], of(0.64)[1]].map(met)).toEqual([false, true]);
});
