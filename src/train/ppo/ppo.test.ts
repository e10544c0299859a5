import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { displaySymbol } from "../../core/display.ts";
import { isCancelled } from "../../core/errors.ts";
import { type RewardContext, rewardModel } from "../../gym/index.ts";
import type { Model } from "../../model/model.ts";
import * as track from "../../track/index.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";
import { gae } from "../math/gae.ts";
import { policyLoss } from "../math/policy-loss.ts";
import { byteModel, letters, quick } from "../policy/policy.test-helper.ts";
import { isOf } from "../policy/policy-events.ts";
import { ppo } from "./ppo.ts";
import type { PpoOptions } from "./ppo-options.ts";
import type { PpoResult } from "./ppo-result.ts";

let model: Model;
const runs = useRunsFolder();
beforeEach(async () => {
  model = await byteModel();
});

const small = { ...quick, tasksPerStep: 8, groupSize: 1, iterations: 2, klCoefficient: 0.01 } as const;
const train = (options: Partial<PpoOptions> = {}) => ppo({ model, ...small, ...options });
const stepsOf = ({ events }: Pick<PpoResult, "events">) => events.filter(isOf("step-end"));
const files = ["adapter/adapter_model.safetensors", "value/adapter_model.safetensors"];
const bytes = ({ path }: { path: string }) => files.map((file) => readFileSync(join(path, file)).toString("base64"));

/** The curve: everything but times and memory. */
const times = new Set(["time", "seconds", "tokensPerSecond", "memoryBytes", "etaSeconds"]);
const curve = (result: Pick<PpoResult, "events">) =>
  JSON.parse(JSON.stringify(stepsOf(result), (key, value) => (times.has(key) ? undefined : value)));

describe("ppo", () => {
  it("learns, policy and value function, and tells of every step what happened", { timeout: 120_000 }, async () => {
    const rates = { learningRate: 0.1, valueLearningRate: 0.02, klCoefficient: 1e-3, gaeLambda: 1 };
    const result = await train({ ...rates, steps: 24, tasksPerStep: 32 });
    const steps = stepsOf(result);
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    expect(result.summary.lastReward! - result.summary.firstReward!).toBeGreaterThan(0.3);
    expect(steps[0]).toMatchObject({ value: 0, explainedVariance: 0, valueLearningRate: 0.02 }); // the head starts at 0
    expect(steps[0].kl).toBeCloseTo(0, 6);
    expect(steps.at(-1)!.kl).toBeGreaterThan(0.01);
    // Values follow the returns, and come to know something of what is better than the mean.
    expect(steps.slice(1).every(({ value, return: mean }) => Math.abs(value - mean) < 0.15)).toBe(true);
    expect(Math.max(...steps.map(({ explainedVariance }) => explainedVariance!))).toBeGreaterThan(0.2);
    for (const step of steps) {
      expect(step).toMatchObject({ rollouts: 32, updates: 2, failed: 0, skippedUpdates: 0, klCoefficient: 1e-3 });
      expect(step.logprobGap).toBeLessThan(1e-5);
      expect(step.tokensPerSecond.scoring).toBeGreaterThan(0);
    }
    const stored = await track.load(result.id);
    expect(stored.status).toBe("succeeded");
    expect(stored.manifest).toMatchObject({ name: "ppo", data: { tasks: { count: 8 } } });
    expect(readdirSync(join(result.path, "checkpoints/step-24"))).toContain("value-optimizer.safetensors");
    expect(result.value.hasScalarHead).toBe(true);
    expect(await result.value.reward("ab")).not.toBe(0);
    expect(String(result.samples[0].transcript)).toContain("reward");
  });

  it("tells what each step does: plays, scores, updates", async () => {
    const told: string[] = [];
    for await (const event of train({ steps: 1 })) if (event.type === "phase") told.push(event.phase);
    expect([...new Set(told)]).toEqual(["rollout", "scoring", "update"]);
    expect(told.lastIndexOf("rollout")).toBeLessThan(told.indexOf("scoring"));
    expect(told.lastIndexOf("scoring")).toBeLessThan(told.indexOf("update"));
  });

  it("ends with the same bytes for the same seed, whatever is played at once, and other bytes for another", async () => {
    const [a, b, c] = [await train(), await train({ concurrency: 3 }), await train({ seed: 1 })];
    expect(bytes(a)).toEqual(bytes(b));
    expect(curve(a)).toEqual(curve(b));
    bytes(c).forEach((other, i) => void expect(other).not.toBe(bytes(a)[i]));
  });

  it("gives the same gradients in any number of micro-batches, and steps on minibatches", async () => {
    const options = { steps: 2, entropyCoefficient: 0.01, groupSize: 2 };
    const whole = stepsOf(await train(options));
    const parts = stepsOf(await train({ ...options, microBatchTokens: 8 }));
    whole.forEach((step, i) => {
      for (const quantity of ["loss", "gradNorm", "valueLoss", "valueGradNorm", "kl", "explainedVariance"] as const) {
        expect(parts[i][quantity]).toBeCloseTo(step[quantity]!, 4);
      }
    });
    const cut = stepsOf(await train({ ...options, minibatches: 3 }));
    expect(cut.map(({ updates }) => updates)).toEqual([6, 6]);
  });

  it("clips both: a small range holds values and policy", async () => {
    const steps = stepsOf(
      await train({ steps: 3, iterations: 6, learningRate: 0.2, epsilon: 0.02, valueClipRange: 0.01 }),
    );
    expect(steps[0].clippedLow + steps[0].clippedHigh).toBeGreaterThan(0);
    expect(steps[0].valueClipped).toBeGreaterThan(0);
  });

  it("lets divergence cost what it should: a fixed price, or one that keeps to a target", async () => {
    const far = { steps: 8, learningRate: 0.1, iterations: 3 };
    const loose = stepsOf(await train({ ...far, klCoefficient: 0 }));
    expect(loose.every(({ kl }) => kl === null)).toBe(true);
    const [cheap, dear] = [await train({ ...far, klCoefficient: 1e-4 }), await train({ ...far, klCoefficient: 3 })];
    expect(stepsOf(dear).at(-1)!.kl!).toBeLessThan(0.5 * stepsOf(cheap).at(-1)!.kl!);
    const kept = stepsOf(await train({ ...far, klCoefficient: 0.05, klTarget: 1e-3, klHorizon: 16 }));
    expect(kept[0].klCoefficient).toBe(0.05);
    expect(kept[1].klCoefficient).toBeCloseTo(0.05 * (1 - (0.2 * 8) / 16), 10); // nothing yet: 20 % too little, over 8 of 16
    expect(kept.at(-1)!.klCoefficient).toBeGreaterThan(kept[1].klCoefficient);
  });

  it("lets the value function learn alone first", async () => {
    const steps = stepsOf(await train({ steps: 3, valueWarmupSteps: 2 }));
    expect(steps.map(({ updates }) => updates)).toEqual([0, 0, 2]);
    expect(steps.map(({ entropy }) => entropy === null)).toEqual([true, true, false]);
    expect(steps[2].valueLoss).toBeLessThan(steps[0].valueLoss);
    expect(steps[2].kl).toBeCloseTo(0, 6); // nothing has moved
  });

  it("takes as value function a model of its own, whole or with LoRA, and an adapter to go on from", async () => {
    const other = await byteModel();
    const before = await other.engine.readTensor("lm_head.weight");
    const first = await train({ value: other, steps: 2 });
    expect(first.value.engine).toBe(other.engine);
    expect(await other.engine.readTensor("lm_head.weight")).toEqual(before);
    const again = await train({ value: first.value, steps: 2 });
    expect(stepsOf(again)[0].value).not.toBe(0);
    expect(() => train({ value: first.value, valueLora: { rank: 2 } })).toThrow("leave valueLora out");
    expect(() => train({ value: other, valueLora: false })).toThrow("with a scalar head: give such a model as value");
    expect(() => train({ lora: false, klCoefficient: 0 })).toThrow("Give it a model of its own");
    const full = await train({ lora: false, klCoefficient: 0, value: other, steps: 2 });
    expect(full.model.adapter).toBeNull();
    expect(stepsOf(full)[1].gradNorm).toBeGreaterThan(0);
  });

  it("starts policy, reference and values from an adapter that the model brings, and leaves it as it was", async () => {
    const first = await train();
    const before = bytes(first)[0];
    const second = await train({ model: first.model, lora: undefined });
    expect(stepsOf(second)[0].kl).toBeCloseTo(0, 6);
    expect(stepsOf(second)[0].value).toBe(0);
    await first.save(join(runs.path, "again"));
    expect(readFileSync(join(runs.path, "again/adapter_model.safetensors")).toString("base64")).toBe(before);
  });

  it("takes a loss, an estimate and a reward of one's own", async () => {
    const named = await train({ steps: 2 });
    const own = await train({
      steps: 2,
      loss: (inputs, totals) => policyLoss(inputs, { kind: "bnpo" }, totals),
      advantage: ({ rewards, values, mask }) => gae(rewards, values, { spans: [[0, mask.length]], mask }),
    });
    stepsOf(named).forEach((step, i) => {
      expect(stepsOf(own)[i].loss).toBeCloseTo(step.loss, 6);
      expect(stepsOf(own)[i].valueLoss).toBeCloseTo(step.valueLoss, 6);
    });
    const judge = await (await byteModel()).createLora({ scalarHead: true });
    const judged = await train({ steps: 1, rewards: { judge: rewardModel({ model: judge }) } });
    expect(stepsOf(judged)[0].reward).toBe(0.5); // a head of 0
  });

  it("draws itself: curves, what is healthy, samples; and warns", async () => {
    const run = train({ steps: 2 });
    const result = await run;
    const bundle = (await run[displaySymbol]())!;
    const html = String(bundle["text/html"]);
    for (const text of [
      "step 2 of 2",
      "medgym-figure",
      "value loss",
      "explained variance",
      "healthy",
      "<b>samples</b>",
    ]) {
      expect(html).toContain(text);
    }
    expect(bundle["text/plain"]).toMatch(/^ppo: succeeded · reward /);
    expect(result[displaySymbol]()["text/plain"]).toContain("PpoResult ppo-");
    const constant = train({ steps: 2, rewards: { one: () => 1 } });
    await constant;
    expect((await constant[displaySymbol]())!["text/plain"]).toContain("the rewards of all rollouts were alike");
  });

  it("bears rewards that fail, and gives up when all do", async () => {
    const throws = () => {
      throw new Error("no judge");
    };
    const sometimes = (context: RewardContext) =>
      (context.completion.charCodeAt(0) || 0) % 2 ? throws() : letters(context);
    const [step] = stepsOf(await train({ steps: 1, tasksPerStep: 16, rewards: { sometimes } }));
    expect(step.failed).toBeGreaterThan(0);
    expect(step.failed).toBeLessThan(1);
    expect(step.failures[0]).toMatchObject({ boundary: "reward", message: expect.stringMatching(/no judge/) });
    await expect(train({ steps: 9, rewards: { throws } })).rejects.toThrow(
      /no rollout has a reward at step 5, .*: no judge/,
    );
  });
});

it("ppo.dryRun plays each task several times and trains nothing", async () => {
  const dry = await ppo.dryRun({ model, ...small }, { groups: 4 });
  expect(dry).toMatchObject({ verb: "ppo", groups: 4, groupSize: 8 });
  expect(String(dry)).toMatch(/ppo dry run: 4 groups of 8 in .* differ in more than form/);
  expect(await track.runs()).toHaveLength(0);
});

describe("what ppo refuses", () => {
  it.each([
    [{ rnk: 8 }, /^ppo has no option "rnk"/],
    [{ data: undefined }, "ppo: give an environment to act in, or data"],
    [{ rewards: { letters: 1 } }, "ppo: data is paid by functions of yours; letters has none."],
    [{ minibatches: 9 }, "minibatches 9 exceeds tasksPerStep 8"],
    [{ klTarget: 0.1, klCoefficient: 0 }, "0 stays 0"],
    [{ klHorizon: 5 }, "it needs a klTarget"],
    [{ turnLambda: 0.5 }, 'it needs gae: "bi-level"'],
    [{ gae: "token", advantage: () => ({ advantages: [] }) }, "it stands in place of gae"],
    [{ lora: false }, "the reference is the model with its adapter off"],
    [{ gaeLambda: 2 }, /gaeLambda is 2/],
    [{ warmupSteps: 1, warmupRatio: 0.1 }, "give warmupSteps or warmupRatio, not both."],
  ])("at once: %o", (options, message) => {
    expect(() => train(options as Partial<PpoOptions>)).toThrow(message);
  });

  it("a value function that reads other tokens", async () => {
    const config = { ...model.config, vocab_size: 300 };
    const { createModel } = await import("../../model/load.ts");
    const { fakeEngine } = await import("../../engine/fake.ts");
    const other = await createModel(config, { seed: 1, _internal: { engine: fakeEngine() } });
    expect(() => train({ value: other })).toThrow("has 300 tokens");
  });
});

it("resumes after cancel to the bytes and the curve of an uninterrupted run", async () => {
  let [calls, cancel] = [0, () => {}];
  const hooked = (context: RewardContext) => {
    if (++calls === 4 * 8 + 3) cancel(); // the third rollout of step 5
    return letters(context);
  };
  const options = {
    ...{ steps: 7, saveEvery: 3, minibatches: 2, klTarget: 0.01, klHorizon: 50, rewards: { hooked } },
    ...{ lora: { rank: 4, dropout: 0.1 }, valueLora: { rank: 4, dropout: 0.1 } },
  };
  const whole = await train(options);
  calls = 0;
  const run = train(options);
  cancel = () => run.cancel();
  expect(isCancelled(await run.then(undefined, (reason) => reason))).toBe(true);
  const [{ id }] = await track.runs();
  const resumed = await train({ ...options, resume: id });
  expect(resumed.events.filter(isOf("start")).at(-1)!.step).toBe(4);
  expect(bytes(resumed)).toEqual(bytes(whole));
  expect(curve(resumed)).toEqual(curve(whole));
  await expect(train({ ...options, resume: id, gaeLambda: 0.5 })).rejects.toThrow("ran with gaeLambda 0.95");
});
