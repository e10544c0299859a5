/** A whole step of ppo against the same computed plainly: sequence by sequence, token by token, from the papers' formulas. */
import { expect, it } from "vitest";
import type { EngineAdapter } from "../../engine/engine.ts";
import type { Trajectory } from "../../generate/index.ts";
import type { Model } from "../../model/model.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";
import { byteModel, letters, rows } from "../policy/policy.test-helper.ts";
import { isOf } from "../policy/policy-events.ts";
import { ppo } from "./ppo.ts";
import type { PpoOptions } from "./ppo-options.ts";

useRunsFolder();

const [beta, lambda, gamma, penalty, lr, valueLr] = [0.3, 0.8, 0.9, 0.25, 1e-3, 2e-3];
const options: Partial<PpoOptions> = {
  ...{
    data: rows,
    rewards: { letters },
    maxNewTokens: 5,
    tasksPerStep: 6,
    steps: 1,
    iterations: 1,
    schedule: "constant",
  },
  ...{ klCoefficient: beta, gaeLambda: lambda, gamma, missingEosPenalty: penalty, entropyCoefficient: 0.01 },
  ...{ learningRate: lr, valueLearningRate: valueLr, maxGradNorm: 0 },
};

/** An adapter whose every number is somewhere about 0, so that nothing is equal by being 0. */
async function shaken(model: Model, scalarHead: boolean, phase: number): Promise<Model> {
  const lora = await model.createLora({ rank: 2, scalarHead });
  const adapter = lora.adapter!.engine;
  for (const { name, shape } of model.engine.tensors(adapter)) {
    const values = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => 0.4 * Math.sin(phase + 1.7 * i));
    await model.engine.writeTensor(name, values, { adapter });
  }
  return lora;
}

async function weightsOf(model: Model): Promise<number[]> {
  const adapter = model.adapter!.engine;
  const all = await Promise.all(
    model.engine.tensors(adapter).map(({ name }) => model.engine.readTensor(name, { adapter })),
  );
  return all.flatMap((values) => [...values]);
}

async function gradientOf(model: Model, adapter: EngineAdapter): Promise<number[]> {
  const names = model.engine.tensors(adapter).map(({ name }) => name);
  const all = await Promise.all(names.map((name) => model.engine.readTensor(name, { adapter, part: "gradient" })));
  return all.flatMap((values) => [...values]);
}

it("gives the losses, what is told, and the new weights of policy and value function", async () => {
  const base = await byteModel();
  const [policy, value] = [await shaken(base, false, 1), await shaken(base, true, 2)];
  // The reference is the policy as it was given: a copy that has moved makes the divergence more than 0.
  const before = { policy: await weightsOf(policy), value: await weightsOf(value) };
  const drawn: Trajectory[] = [];
  await ppo({
    ...options,
    ...{ model: policy, value },
    advantage: ({ trajectory, rewards }) => {
      drawn.push(trajectory);
      return { advantages: rewards };
    },
  });
  const result = await ppo({ ...options, model: policy, value });
  const [told] = result.events.filter(isOf("step-end"));

  // Each rollout by itself: log π, V and entropy of each drawn token.
  const measured = await Promise.all(
    drawn.map(async ({ segments: [{ tokens, promptLength, logprobs }], reward, truncated }) => {
      const batch = { tokens: tokens.subarray(0, -1), cuSeqlens: Int32Array.of(0, tokens.length - 1) };
      const targets = Int32Array.from(batch.tokens, (_, t) => (t + 1 >= promptLength ? tokens[t + 1] : -1));
      const scored = await base.engine.forward(batch, { adapter: policy.adapter!.engine, targets, entropy: true });
      const valued = await base.engine.forward(batch, { adapter: value.adapter!.engine, targets, values: true });
      const from = promptLength - 1;
      expect([...scored.logprobs.subarray(from)].map((x) => x.toFixed(5))).toEqual(
        [...logprobs.subarray(promptLength)].map((x) => x.toFixed(5)),
      );
      const V = [...valued.values!.subarray(from)];
      return { batch, targets, from, V, H: [...scored.entropy!.subarray(from)], score: reward!.total, truncated };
    }),
  );
  const N = measured.reduce((sum, { V }) => sum + V.length, 0);

  // The policy is still the reference: no divergence. r: the score, less the penalty, on the last token. Then the recursion.
  const estimates = measured.map(({ V, score, truncated }) => {
    const [A, R]: number[][] = [[], []];
    let next = 0;
    for (let t = V.length - 1; t >= 0; t--) {
      const isLast = t === V.length - 1;
      const r = isLast ? score - (truncated ? penalty : 0) : 0;
      next = r + gamma * (isLast ? 0 : V[t + 1]) - V[t] + gamma * lambda * next;
      A[t] = next;
      R[t] = next + V[t];
    }
    return { A, R };
  });
  const all = estimates.flatMap(({ A }) => A);
  const center = all.reduce((a, b) => a + b) / N;
  const deviation = Math.sqrt(all.reduce((sum, a) => sum + (a - center) ** 2, 0) / (N - 1) + 1e-8);
  const white = estimates.map(({ A }) => A.map((a) => (a - center) / deviation));

  const entropy = measured.flatMap(({ H }) => H).reduce((a, b) => a + b) / N;
  const squares = measured.flatMap(({ V }, i) => V.map((v, t) => 0.5 * (v - estimates[i].R[t]) ** 2));
  expect(told.kl).toBeCloseTo(0, 6);
  expect(told.entropy).toBeCloseTo(entropy, 5);
  // Ratio 1: −mean Â, which is 0, less what the entropy is worth. Values are where they were: no clipping.
  expect(told.loss).toBeCloseTo(-white.flat().reduce((a, b) => a + b) / N - 0.01 * entropy, 5);
  expect(told.valueLoss).toBeCloseTo(squares.reduce((a, b) => a + b) / N, 5);
  expect(told.value).toBeCloseTo(measured.flatMap(({ V }) => V).reduce((a, b) => a + b) / N, 5);
  expect(told.return).toBeCloseTo(estimates.flatMap(({ R }) => R).reduce((a, b) => a + b) / N, 5);

  // Gradients: dL/dlog π = −Â/N, dL/dH = −0.01/N, dL/dV = (V − R)/N; AdamW's first step is lr·g/(|g| + ε).
  for (const [i, { batch, targets, from, V }] of measured.entries()) {
    const logprobs = new Float32Array(targets.length);
    logprobs.set(
      white[i].map((a) => -a / N),
      from,
    );
    const ofEntropy = new Float32Array(targets.length).fill(-0.01 / N, from);
    await base.engine.forward(batch, { adapter: policy.adapter!.engine, targets, entropy: true, keep: true });
    await base.engine.backward({ logprobs, entropy: ofEntropy });
    const values = new Float32Array(targets.length);
    values.set(
      V.map((v, t) => (v - estimates[i].R[t]) / N),
      from,
    );
    await base.engine.forward(batch, {
      ...{ adapter: value.adapter!.engine, targets },
      logprobs: false,
      values: true,
      keep: true,
    });
    await base.engine.backward({ values });
  }
  for (const [start, model, trained, rate, norm] of [
    [before.policy, policy, result.model, lr, told.gradNorm],
    [before.value, value, result.value, valueLr, told.valueGradNorm],
  ] as const) {
    expect(await weightsOf(model)).toEqual(start); // what was given is as it was
    const g = await gradientOf(base, model.adapter!.engine);
    expect(norm).toBeCloseTo(Math.hypot(...g), 5);
    const after = await weightsOf(trained);
    after.forEach((weight, w) => {
      if (Math.abs(g[w]) < 1e-4) return; // the sign of rounding
      expect((start[w] - weight) / rate).toBeCloseTo(g[w] / (Math.abs(g[w]) + 1e-8), 3);
    });
    expect(g.filter((each) => Math.abs(each) >= 1e-4).length).toBeGreaterThan(g.length / 4);
  }
});
