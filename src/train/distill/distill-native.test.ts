/** Distillation on the native engine with the embedded model, over several turns: places agree, and candidates are what logits say. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { defineEnvironment, type Task } from "../../gym/index.ts";
import { loadModel } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { isOf } from "../policy/policy-events.ts";
import { sft } from "../sft/sft.ts";
import { distill } from "./distill.ts";

let folder: string;
let model: Model;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "medgym-distill-native-"));
  process.env.MEDGYM_RUNS = join(folder, "runs");
  model = await loadModel("assets/nano", { dtype: "f32", threads: 1 });
});
afterAll(() => {
  model.dispose();
  delete process.env.MEDGYM_RUNS;
  rmSync(folder, { recursive: true, force: true });
});

/** The embedded model calls tools in the form it knows, with arguments as they come. */
const environment = defineEnvironment({
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
const quick = { environment, tasks, steps: 1, tasksPerStep: 2, groupSize: 2, maxNewTokens: 40, learningRate: 1e-3 };

it("over several turns: without a hint teacher and student say the same at every place; with one they do not", async () => {
  const stepOf = async (options: object) =>
    (await distill({ ...quick, model, ...options })).events.filter(isOf("step-end"))[0];
  const plain = await stepOf({ hint: false });
  expect(plain.turns).toBeGreaterThan(1);
  expect(plain).toMatchObject({ hinted: 0, agreement: 1, updates: 1 });
  expect(Math.abs(plain.divergence!)).toBeLessThan(1e-6);
  expect(plain.logprobGap).toBeLessThan(1e-4);
  const told = await stepOf({ hint: "outcome", policyWeight: 1 });
  expect(told.hinted).toBe(1);
  expect(told.taughtTokens).toBe(plain.taughtTokens);
  expect(told.divergence).toBeGreaterThan(1e-4);
  expect(told.agreement).toBeGreaterThan(0.3);
}, 60_000);

it("on a row: the divergence over the teacher's 5 likeliest tokens and the rest is what the logits say", async () => {
  const data = [{ prompt: "The patient takes", completion: " warfarin and aspirin" }];
  const { model: teacher } = await sft({ model, data, steps: 3, learningRate: 5e-3 });
  const { events } = await distill({
    model,
    teacher,
    data,
    steps: 6,
    candidates: 5,
    learningRate: 3e-3,
    schedule: "constant",
  });
  const steps = events.filter(isOf("step-end"));
  const { tokenizer, engine } = model;
  const prompt = tokenizer.encode(data[0].prompt, { addSpecialTokens: true });
  const ids = [...prompt, ...tokenizer.encode(data[0].completion)];
  if (ids.at(-1) !== tokenizer.eosTokenIds[0]) ids.push(tokenizer.eosTokenIds[0]);
  const batch = { tokens: Int32Array.from(ids), cuSeqlens: Int32Array.of(0, ids.length) };
  const V = model.info.vocabSize;
  const ask = async ({ adapter }: Model) => {
    const settings = { adapter: adapter?.engine ?? null, targets: batch.tokens, logits: true };
    return (await engine.forward(batch, settings)).logits!;
  };
  const softmax = (row: Float32Array) => {
    const most = row.reduce((a, b) => Math.max(a, b));
    const weights = Array.from(row, (logit) => Math.exp(logit - most));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  };
  const [p, q] = [await ask(model), await ask(teacher)];
  let expected = 0;
  for (let t = prompt.length - 1; t + 1 < ids.length; t++) {
    const [ps, qs] = [p, q].map((all) => softmax(all.subarray(t * V, (t + 1) * V)));
    const top = [...qs.keys()].sort((a, b) => qs[b] - qs[a]).slice(0, 5);
    const rest = (all: number[]) => 1 - top.reduce((sum, i) => sum + all[i], 0);
    expected += top.reduce((sum, i) => sum + qs[i] * Math.log(qs[i] / ps[i]), rest(qs) * Math.log(rest(qs) / rest(ps)));
  }
  expect(steps[0].divergence).toBeCloseTo(expected / (ids.length - prompt.length), 4);
  expect(steps.at(-1)!.divergence).toBeLessThan(steps[0].divergence / 2);
}, 60_000);
