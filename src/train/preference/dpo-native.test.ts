/** dpo and trainRewardModel on the native engine: a step is what separate passes give by hand, and both learn. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rewardModel } from "../../gym/index.ts";
import { loadModel, type Model } from "../../model/index.ts";
import { ByteTokenizer } from "../../text/byte-tokenizer.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";
import { dpo } from "./dpo.ts";
import { accumulatePairs, referenceLogprobs } from "./dpo-pass.ts";
import { type EncodeSide, encodeCompletion, encodeJudged, encodePairs, type Pair } from "./pairs.ts";
import { trainRewardModel } from "./reward-model.ts";
import { accumulateRewards } from "./reward-pass.ts";

const fixture = join(import.meta.dirname, "../../../test/fixtures/models/qwen2_tied");
const signal = new AbortController().signal;
const tokenizer = new ByteTokenizer();
const settings = { microBatchTokens: 30, gradientCheckpointing: false };

const runs = useRunsFolder("a-file");

const rows = [
  { prompt: "K of P1? ", chosen: "5.9 high", rejected: "4", margin: 0.3 },
  { prompt: "a", chosen: "bc", rejected: "bcd" },
  { prompt: "Na of P2? ", chosen: "130", rejected: "normal" },
];

/** The fixture model with an adapter whose B is not 0, so that policy and reference differ and every gradient is one. */
async function stirred(scalarHead: boolean): Promise<Model> {
  const base = await loadModel(fixture, { dtype: "f32", threads: 1, _internal: { tokenizer } });
  const model = await base.createLora({ rank: 4, scalarHead });
  const adapter = model.adapter!.engine;
  for (const { name, shape } of model.engine.tensors(adapter)) {
    const values = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => 0.1 * Math.sin(3 * i + name.length));
    await model.engine.writeTensor(name, values, { adapter });
  }
  return model;
}

async function gradient(model: Model): Promise<number[]> {
  const adapter = model.adapter!.engine;
  const all: number[] = [];
  for (const { name } of model.engine.tensors(adapter)) {
    all.push(...(await model.engine.readTensor(name, { adapter, part: "gradient" })));
  }
  return all;
}

function expectSame(actual: readonly number[], expected: readonly number[]): void {
  const norm = Math.hypot(...expected);
  expect(norm).toBeGreaterThan(1e-3);
  expect(actual).toHaveLength(expected.length);
  expect(Math.hypot(...actual.map((value, i) => value - expected[i]))).toBeLessThan(1e-5 * norm);
}

const encode = async (side: EncodeSide) =>
  (await encodePairs("dpo: data", rows, tokenizer, side, { maxLength: 60, overlong: "error" }, signal)).items;
const whole = ({ prompt }: Pair, tokens: Int32Array) => Int32Array.of(...prompt, ...tokens);

describe("a step on the fixture model, against each sequence by itself", () => {
  it("dpo: loss, rewards and the adapter's gradient", async () => {
    const [beta, model, byHand] = [0.5, await stirred(false), await stirred(false)];
    const items = await encode(encodeCompletion);
    const refLogprobs = await referenceLogprobs(model.base, items, items.keys(), settings, { signal });
    const options = {
      ...settings,
      loss: { sigmoid: 1 },
      beta,
      divergence: "reverse_kl",
      divergenceAlpha: 0.5,
    } as const;
    const { loss, report } = await accumulatePairs(
      model,
      { items, refLogprobs },
      [0, 1, 2],
      { ...options, tailWeight: 1, discopopTau: 0.05 },
      0,
    );

    const { engine } = byHand;
    const adapter = byHand.adapter!.engine;
    /** Σ log p of a completion's tokens, computed alone; with `slope`, and its gradient times that. */
    const sum = async (pair: Pair, { tokens, mask }: Pair["chosen"], policy: boolean, slope?: number) => {
      const ids = whole(pair, tokens);
      const targets = new Int32Array(ids.length).fill(-1);
      mask.forEach((counts, t) => {
        if (counts) targets[pair.prompt.length + t - 1] = ids[pair.prompt.length + t];
      });
      const batch = { tokens: ids, cuSeqlens: Int32Array.of(0, ids.length) };
      const { logprobs } = await engine.forward(batch, {
        ...{ targets, adapter: policy ? adapter : null, keep: slope !== undefined },
      });
      if (slope !== undefined)
        await engine.backward({ logprobs: Float32Array.from(targets, (target) => (target < 0 ? 0 : slope)) });
      return logprobs.reduce((a, b) => a + b, 0);
    };
    let [expected, chosenReward] = [0, 0];
    for (const pair of items) {
      const ratio = async (side: Pair["chosen"]) => (await sum(pair, side, true)) - (await sum(pair, side, false));
      const [c, r] = [await ratio(pair.chosen), await ratio(pair.rejected)];
      const p = 1 / (1 + Math.exp(-beta * (c - r)));
      expected -= Math.log(p) / 3;
      chosenReward += (beta * c) / 3;
      await sum(pair, pair.chosen, true, (-beta * (1 - p)) / 3);
      await sum(pair, pair.rejected, true, (beta * (1 - p)) / 3);
    }
    expect(Math.abs(loss - expected)).toBeLessThan(1e-5);
    expect(Math.abs(loss - Math.LN2)).toBeGreaterThan(1e-3); // else policy and reference are too alike to show anything
    expect(Math.abs(report.chosenReward - chosenReward)).toBeLessThan(1e-5);
    expectSame(await gradient(model), await gradient(byHand));
    model.dispose();
    byHand.dispose();
  });

  it("trainRewardModel: loss and the gradient of adapter and head; rewards are those of model.reward", async () => {
    const [model, byHand] = [await stirred(true), await stirred(true)];
    const items = await encode(encodeJudged);
    const options = { ...settings, centerCoefficient: 0.1, useMargins: true };
    const { loss, report } = await accumulateRewards(model, items, [0, 1, 2], options, 0);

    const { engine } = byHand;
    const value = async (text: string, slope?: number) => {
      const ids = tokenizer.encode(text);
      const last = ids.length - 1;
      const targets = new Int32Array(ids.length).fill(-1);
      targets[last] = 0;
      const adapter = byHand.adapter!.engine;
      const { values } = await engine.forward(
        { tokens: ids, cuSeqlens: Int32Array.of(0, ids.length) },
        { targets, adapter, logprobs: false, values: true, keep: slope !== undefined },
      );
      if (slope !== undefined)
        await engine.backward({ values: Float32Array.from(ids, (_, t) => (t === last ? slope : 0)) });
      return values![last];
    };
    let [expected, chosenReward] = [0, 0];
    for (const { prompt, chosen, rejected, margin = 0 } of rows) {
      const [c, r] = [await value(prompt + chosen), await value(prompt + rejected)];
      expect(await byHand.reward(prompt + chosen)).toBe(c);
      const p = 1 / (1 + Math.exp(-(c - r - margin)));
      expected += (-Math.log(p) + 0.1 * (c + r) ** 2) / 3;
      chosenReward += c / 3;
      await value(prompt + chosen, (p - 1 + 0.2 * (c + r)) / 3);
      await value(prompt + rejected, (1 - p + 0.2 * (c + r)) / 3);
    }
    expect(Math.abs(loss - expected)).toBeLessThan(1e-5);
    expect(Math.abs(report.chosenReward - chosenReward)).toBeLessThan(1e-5);
    expectSame(await gradient(model), await gradient(byHand));
    model.dispose();
    byHand.dispose();
  });
});

describe("the embedded model", () => {
  const drugs = ["warfarin", "digoxin", "lithium", "metformin", "ramipril", "aspirin", "heparin", "codeine"];
  const labs = ["potassium", "sodium", "creatinine", "glucose", "lactate", "troponin"];
  /** Short answers are preferred to long ones: known from their form, so that few steps show it on others too. */
  const pairs = drugs.flatMap((drug) =>
    labs.map((lab) => ({
      prompt: [{ role: "user", content: `What of ${lab} under ${drug}?` }],
      chosen: [{ role: "assistant", content: `Check ${lab}.` }],
      rejected: [{ role: "assistant", content: `Nothing is known of ${drug}, and nothing of ${lab}.` }],
    })),
  );
  const [train, heldOut] = [pairs.slice(0, 36), pairs.slice(36)];
  const options = {
    data: train,
    evalData: heldOut,
    batchSize: 12,
    evalEvery: 100,
    steps: 12,
    schedule: "constant",
  } as const;

  it("learns by dpo what is preferred, on pairs that it has not seen", async () => {
    const model = await loadModel("assets/nano", { dtype: "f32", threads: 1 });
    const { summary } = await dpo({ model, ...options, learningRate: 1e-3 });
    expect(summary.evalAccuracy).toBeGreaterThan(0.9);
    expect(summary.evalLoss).toBeLessThan(0.5);
    model.dispose();
  });

  it("becomes a reward model, is saved as one of PEFT, judges, and pays in the gym", async () => {
    const model = await loadModel("assets/nano", { dtype: "f32", threads: 1 });
    const trained = await trainRewardModel({ model, ...options, learningRate: 2e-3 });
    expect(trained.summary.evalAccuracy).toBeGreaterThan(0.9);
    const talks = heldOut.slice(0, 3).map(({ prompt, chosen, rejected }) => ({
      good: [...prompt, ...chosen],
      bad: [...prompt, ...rejected],
    }));
    for (const { good, bad } of talks) {
      expect(await trained.model.reward(good)).toBeGreaterThan(await trained.model.reward(bad));
    }
    const saved = join(runs.path, "reward");
    await trained.save(saved);
    const again = await loadModel("assets/nano", { dtype: "f32", threads: 1, adapter: saved });
    expect(again.adapter!.config.scalarHead).toBe(true);
    expect(await again.reward(talks[0].good)).toBe(await trained.model.reward(talks[0].good));
    const pay = rewardModel({
      model: trained.model,
      center: trained.summary.center,
      prompt: ({ completion }) => completion,
    });
    const paid = await Promise.all(
      ["Check lactate.", "Nothing is known of codeine."].map((completion) => pay({ completion } as never)),
    );
    expect(paid.map(Number).every((reward) => reward > 0 && reward < 1)).toBe(true);
    for (const each of [model, again]) each.dispose();
  });
});
