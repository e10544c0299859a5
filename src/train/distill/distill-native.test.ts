/** Distillation on the native engine with the embedded model, over several turns: places agree, and candidates are what logits say. */
import { expect, it } from "vitest";
import { labOf, labTasks } from "../../generate/lab.test-helper.ts";
import type { Model } from "../../model/model.ts";
import { useNano } from "../policy/nano.test-helper.ts";
import { isOf } from "../policy/policy-events.ts";
import { sft } from "../sft/sft.ts";
import { distill } from "./distill.ts";

const nano = useNano();

const environment = labOf(({ episode }) => episode.log.length);
const quick = {
  environment,
  tasks: labTasks,
  steps: 1,
  tasksPerStep: 2,
  groupSize: 2,
  maxNewTokens: 40,
  learningRate: 1e-3,
};

it("over several turns: without a hint teacher and student say the same at every place; with one they do not", async () => {
  const stepOf = async (options: object) =>
    (await distill({ ...quick, model: nano.model, ...options })).events.filter(isOf("step-end"))[0];
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
  const { model } = nano;
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
