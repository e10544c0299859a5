/** grpo on the native engine with the embedded model: it learns, in one turn and in several. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { defineEnvironment, type Task } from "../../gym/index.ts";
import { loadModel } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { isOf } from "../policy/policy-events.ts";
import { grpo } from "./grpo.ts";

let folder: string;
let model: Model;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "medgym-grpo-native-"));
  process.env.MEDGYM_RUNS = join(folder, "runs");
  model = await loadModel("assets/nano", { dtype: "f32", threads: 1 });
});
afterAll(() => {
  model.dispose();
  delete process.env.MEDGYM_RUNS;
  rmSync(folder, { recursive: true, force: true });
});

it("learns a tiny task in a few steps; sampler and trainer agree", async () => {
  const asked = ["Name a drug.", "What is potassium?", "Who is ill?", "When was it?"].map((prompt) => ({ prompt }));
  const vowels = ({ completion }: { completion: string }) =>
    completion.length === 0 ? 0 : (completion.match(/[aeiou]/g)?.length ?? 0) / completion.length;
  const result = await grpo({
    ...{ model, data: asked, rewards: { vowels }, steps: 7, tasksPerStep: 4, groupSize: 8, maxNewTokens: 12 },
    ...{ learningRate: 5e-3, schedule: "constant", klCoefficient: 0.01, iterations: 2 },
  });
  const steps = result.events.filter(isOf("step-end"));
  expect(steps.every(({ logprobGap }) => logprobGap! < 1e-3)).toBe(true);
  expect(steps[0].kl).toBeCloseTo(0, 5);
  expect(result.summary.lastReward! - result.summary.firstReward!).toBeGreaterThan(0.08);
}, 120_000);

/** The embedded model calls tools in the form it knows, with arguments as they come. */
const lab = defineEnvironment({
  name: "lab",
  state: () => ({}),
  tools: (tool) => ({
    getLab: tool({
      kind: "read",
      description: "latest result of a test",
      parameters: { patient: z.string(), test: z.string() },
      run: ({ test }) => ({ test, value: 5.9, unit: "mmol/L" }),
    }),
  }),
  maxTurns: 3,
  rewards: { calls: ({ episode }) => episode.log.length },
});
const tasks = [1, 2].map(
  (n): Task => ({
    ...{ id: `t${n}`, domain: "lab", split: "train", difficulty: 1, criteria: { actions: [], assertions: [] } },
    ticket: `What is the latest potassium of patient P1000${n}?`,
  }),
);

it("learns from episodes of several turns: what was drawn is what is scored, observations are not", async () => {
  const run = { steps: 1, tasksPerStep: 2, groupSize: 4, maxNewTokens: 40, learningRate: 1e-3 };
  const odd = ({ completion }: { completion: string }) => completion.length % 2;
  const result = await grpo({ model, environment: lab, tasks, rewards: { calls: 1, odd }, ...run });
  const [step] = result.events.filter(isOf("step-end"));
  expect(step).toMatchObject({ updates: 1, failed: 0 });
  expect(step.turns).toBeGreaterThan(1);
  expect(step.logprobGap).toBeLessThan(1e-4);
}, 120_000);
