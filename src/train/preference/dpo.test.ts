import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { displaySymbol } from "../../core/display.ts";
import { isCancelled } from "../../core/errors.ts";
import type { Model } from "../../model/model.ts";
import * as track from "../../track/index.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";
import { ofType } from "../data-events.ts";
import { type PreferenceKind, preferenceKinds } from "../math/preference-kinds.ts";
import { preferenceLoss } from "../math/preference-loss.ts";
import { fakeModel } from "../sft/sft.test-helper.ts";
import { dpo } from "./dpo.ts";
import type { DpoOptions } from "./dpo-options.ts";
import type { DpoResult } from "./dpo-result.ts";
import { heldOut, rows } from "./preference.test-helper.ts";

let model: Model;
const runs = useRunsFolder();
beforeEach(async () => {
  model = await fakeModel();
});

const quick = {
  data: rows,
  steps: 4,
  batchSize: 8,
  learningRate: 0.02,
  lora: { rank: 4 },
} satisfies Partial<DpoOptions>;
const train = (options: Partial<DpoOptions> = {}) => dpo({ model, ...quick, ...options });
const stepsOf = ({ events }: DpoResult) => events.filter(ofType("step-end"));
const adapterBytes = (result: { path: string }) => readFileSync(join(result.path, "adapter/adapter_model.safetensors"));
const curve = (result: DpoResult) =>
  stepsOf(result).map(({ step, loss, gradNorm, margin, accuracy }) => ({ step, loss, gradNorm, margin, accuracy }));

describe("dpo", () => {
  it("learns what is preferred, and tells of every step what happened", async () => {
    const result = await train({
      steps: 12,
      learningRate: 0.06,
      evalData: heldOut,
      evalEvery: 4,
      schedule: "constant",
    });
    const steps = stepsOf(result);
    expect(steps).toHaveLength(12);
    // B is 0 at first: policy and reference are the same, and −log σ(0) = ln 2
    expect(steps[0]).toMatchObject({ accuracy: 0.5, margin: 0, chosenReward: 0, rejectedReward: 0 });
    expect(steps[0].loss).toBeCloseTo(Math.LN2, 6);
    const last = steps[11];
    expect(last.loss).toBeLessThan(0.4);
    expect(last.accuracy).toBeGreaterThan(0.9);
    expect(last.margin).toBeCloseTo(last.chosenReward - last.rejectedReward, 10);
    expect(last.rejectedReward).toBeLessThan(0);
    expect(last.rejectedLogprob).toBeLessThan(steps[0].rejectedLogprob);
    const evaluations = result.events.filter(ofType("eval-end"));
    expect(evaluations.map(({ step }) => step)).toEqual([0, 4, 8, 12]);
    expect(evaluations[0]).toMatchObject({ evalAccuracy: 0.5, evalMargin: 0 });
    expect(result.summary).toMatchObject({ steps: 12, skippedSteps: 0, loss: last.loss });
    expect(result.summary.evalAccuracy).toBe(1);
    const stored = await track.load(result.id);
    expect(stored.status).toBe("succeeded");
    expect(stored.metrics.some(({ type }) => type === "reference")).toBe(false);
    expect(stored.manifest).toMatchObject({ name: "dpo", data: { data: { pairs: 16, equal: 0 } } });
    expect(result.model.base.adapter).toBeNull();
  });

  it("ends with the same bytes for the same seed, and other bytes for another", async () => {
    const lora = { rank: 4, dropout: 0.2 };
    const [a, b, c] = [await train({ lora }), await train({ lora }), await train({ lora, seed: 2 })];
    expect(adapterBytes(a)).toEqual(adapterBytes(b));
    expect(adapterBytes(a)).not.toEqual(adapterBytes(c));
  });

  it("gives the same gradient in any number of micro-batches", async () => {
    const loss = { sigmoid: 1, ipo: 0.01, sft: 0.3 };
    const whole = stepsOf(await train({ loss }));
    const parts = stepsOf(await train({ loss, microBatchTokens: 10 }));
    whole.forEach((step, i) => {
      for (const quantity of ["loss", "gradNorm", "margin", "chosenLogprob"] as const)
        expect(parts[i][quantity]).toBeCloseTo(step[quantity], 5);
    });
  });

  it.each(Object.keys(preferenceKinds) as PreferenceKind[])("%s: learns and stays finite", async (loss) => {
    const steps = stepsOf(await train({ loss, steps: 4, data: heldOut, batchSize: 4, schedule: "constant" }));
    expect(steps.every(({ loss, gradNorm }) => Number.isFinite(loss) && gradNorm > 0)).toBe(true);
    expect(steps[3].loss).toBeLessThan(steps[0].loss);
    // With τ 0.05 discopop's slope at m = 0 is −¾ + (1 − ln 2)/4τ > 0: it has a minimum just below.
    expect(steps[3].margin > 0).toBe(loss !== "discopop");
  });

  it("sft beside it keeps what is chosen likely", async () => {
    const options = { steps: 6, learningRate: 0.05, schedule: "constant", loss: "sigmoid" } as const;
    const [without, beside] = [await train(options), await train({ ...options, loss: { sigmoid: 1, sft: 1 } })];
    expect(stepsOf(beside)[5].chosenLogprob).toBeGreaterThan(stepsOf(without)[5].chosenLogprob + 0.05);
  });

  it("takes a loss of one's own, and smoothing, margins and tails as named", async () => {
    const named = curve(await train({ beta: 0.3 }));
    const own = await train({
      beta: 0.3,
      loss: (inputs, { pairs }) => preferenceLoss(inputs, { kind: "sigmoid", beta: 0.3 }, pairs),
    });
    curve(own).forEach((step, i) => void expect(step.loss).toBeCloseTo(named[i].loss, 10));
    const different = [
      { labelSmoothing: 0.2 },
      { tailWeight: 0.5 },
      { divergence: "js_divergence" },
      { beta: 0.1 },
    ] as const;
    for (const options of different) {
      const [, second] = curve(await train({ beta: 0.3, ...options, steps: 2 }));
      expect(second.loss).not.toBeCloseTo(named[1].loss, 6);
    }
  });

  it("takes the adapter that a model brings as the start and as the reference, and leaves it as it was", async () => {
    const first = await train();
    const before = adapterBytes(first);
    const second = await train({ model: first.model, lora: undefined });
    expect(stepsOf(second)[0]).toMatchObject({ margin: 0 });
    expect(stepsOf(second)[0].loss).toBeCloseTo(Math.LN2, 6);
    await first.save(join(runs.path, "again"));
    expect(readFileSync(join(runs.path, "again/adapter_model.safetensors"))).toEqual(before);
  });

  it("trains every weight with lora: false; the reference is what they were", async () => {
    const before = await model.engine.readTensor("lm_head.weight");
    const result = await train({ lora: false, steps: 4, schedule: "constant" });
    expect(await model.engine.readTensor("lm_head.weight")).not.toEqual(before);
    expect(stepsOf(result)[0].loss).toBeCloseTo(Math.LN2, 6);
    expect(stepsOf(result)[3].margin).toBeGreaterThan(0);
  });

  it("asks the reference about the pairs that it will see, and no others", async () => {
    const run = train({ steps: 1, batchSize: 3, evalData: heldOut });
    await run;
    expect(run.events.findLast(ofType("reference"))).toMatchObject({ done: 7, total: 7 });
    const all = train({ epochs: 2, steps: undefined, batchSize: 3 });
    expect((await all).summary).toMatchObject({ steps: 12, epochs: 2 });
    expect(all.events.findLast(ofType("reference"))).toMatchObject({ done: 16, total: 16 });
  });

  it("draws itself: curves, what is healthy, what was left out", async () => {
    const run = train({ data: [...rows, { prompt: "a", chosen: "b", rejected: "b" }], evalData: heldOut });
    const result = await run;
    const bundle = (await run[displaySymbol]())!;
    const html = String(bundle["text/html"]);
    for (const text of ["step 4 of 4", "medgym-figure", "reward margin", "healthy", "(held-out"])
      expect(html).toContain(text);
    expect(bundle["text/plain"]).toMatch(
      /^dpo: {2}succeeded · epoch .* · accuracy .* · held-out accuracy .* · margin /,
    );
    expect(bundle["text/plain"]).toContain("! 1 of 17 rows were left out: chosen and rejected are the same.");
    expect(result[displaySymbol]()["text/plain"]).toContain(result.id);
    expect(result.figure().data.length).toBeGreaterThan(8);
  });
});

describe("what dpo refuses", () => {
  it.each([
    [{ bta: 1 }, /^dpo has no option "bta" \(did you mean "beta"\?\)/],
    [{ loss: "dpo" }, /^dpo: loss is "dpo"; it must be one of sigmoid, .*; an object of such names/],
    [{ loss: { sft: 1 } }, /^dpo: loss is an object with sft; it must be/],
    [{ loss: { sigmoid: 1, sigmod: 1 } }, /^dpo: loss is an object with sigmoid, sigmod; it must be/],
    [
      { loss: "hinge", labelSmoothing: 0.1 },
      "dpo: hinge has none. Kinds that have: sigmoid, sigmoid_norm, exo_pair, robust, aot, aot_unpaired.",
    ],
    [{ loss: "exo_pair", labelSmoothing: 0 }, "dpo: exo_pair needs one above 0. Leave it out for 1e-3."],
    [
      { loss: "apo_zero", divergence: "forward_kl" },
      /^dpo: apo_zero compares log-ratios. Kinds that look at it: sigmoid,/,
    ],
    [{ beta: 0 }, /^dpo: beta is 0; it must be a number, above 0/],
    [{ keepBest: true }, "dpo: keepBest needs evalData to tell which is best."],
    [{ epochs: 1 }, "dpo: give epochs or steps, not both."],
  ])("at once: %o", (options, message) => {
    expect(() => train(options as Partial<DpoOptions>)).toThrow(message);
  });

  it("test rows in its data, unless forced", async () => {
    const ask = (text: string) => ({ prompt: text, chosen: " yes", rejected: " no" });
    const data = [ask("is the potassium of P41 high today"), ask("is the sodium of P42 low today")];
    const test = [{ prompt: "Is the SODIUM of P42 low today?", completion: "" }];
    await expect(train({ data, heldOut: test })).rejects.toThrow(/1 of 1 test rows are in the training data/);
    expect((await train({ data, heldOut: test, force: true, steps: 1 })).summary.steps).toBe(1);
  });
});

describe("resume", () => {
  const options = {
    steps: 9,
    saveEvery: 3,
    lora: { rank: 4, dropout: 0.1 },
    evalData: heldOut,
    evalEvery: 3,
    batchSize: 5,
  };

  it("after cancel ends with the bytes of an uninterrupted run, and the same curve", async () => {
    const whole = await train(options);
    const run = train(options);
    for await (const event of run) if (event.type === "step-end" && event.step === 5) break;
    run.cancel();
    expect(isCancelled(await run.then(undefined, (reason) => reason))).toBe(true);
    const [{ id }] = await track.runs();
    const resumed = await train({ ...options, resume: id });
    expect(resumed.id).toBe(id);
    expect(adapterBytes(resumed)).toEqual(adapterBytes(whole));
    expect(curve(resumed)).toEqual(curve(whole));
    expect(resumed.best).toEqual(whole.best);
    await expect(train({ ...options, resume: id, beta: 0.2 })).rejects.toThrow("ran with beta 0.1, this call has 0.2");
    await expect(train({ ...options, resume: id, data: rows.slice(1) })).rejects.toThrow(`${id} ran with data "`);
  });

  it("with every weight trained: the reference is the model as it is given, not as the checkpoint has it", async () => {
    const full = { ...options, lora: false } as const;
    const whole = curve(await train(full));
    const run = dpo({ model: await fakeModel(), ...quick, ...full });
    for await (const event of run) if (event.type === "step-end" && event.step === 4) break;
    run.cancel();
    await run.then(undefined, () => {});
    const resumed = await dpo({ model: await fakeModel(), ...quick, ...full, resume: true });
    expect(curve(resumed)).toEqual(whole);
  });
});
