import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { displaySymbol } from "../../core/display.ts";
import type { Model } from "../../model/model.ts";
import * as track from "../../track/index.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";
import { ofType } from "../data-events.ts";
import { fakeModel } from "../sft/sft.test-helper.ts";
import { sft } from "../sft/sft.ts";
import { judged } from "./preference.test-helper.ts";
import { trainRewardModel } from "./reward-model.ts";
import type { RewardModelTrainingOptions } from "./reward-options.ts";
import type { RewardModelResult } from "./reward-result.ts";

let model: Model;
useRunsFolder();
beforeEach(async () => {
  model = await fakeModel();
});

const quick = { data: judged, steps: 6, batchSize: 8, learningRate: 0.05, lora: { rank: 4 } } as const;
const train = (options: Partial<RewardModelTrainingOptions> = {}) => trainRewardModel({ model, ...quick, ...options });
const stepsOf = ({ events }: RewardModelResult) => events.filter(ofType("step-end"));
const adapterBytes = (result: { path: string }) => readFileSync(join(result.path, "adapter/adapter_model.safetensors"));

describe("trainRewardModel", () => {
  it("learns to tell good from bad, and what it gives is model.reward", async () => {
    const [evalData, data] = [judged.slice(0, 4), judged.slice(4)];
    const result = await train({ steps: 15, learningRate: 0.15, data, evalData, evalEvery: 15, schedule: "constant" });
    const steps = stepsOf(result);
    // The head is 0 at first: all rewards are 0, and −log σ(0) = ln 2
    expect(steps[0]).toMatchObject({ accuracy: 0.5, margin: 0 });
    expect(steps[0].loss).toBeCloseTo(Math.LN2, 6);
    expect(steps[14].loss).toBeLessThan(0.3);
    expect(result.summary).toMatchObject({ evalAccuracy: 1, steps: 15 });
    const rewards = await Promise.all(
      evalData.map(async ({ prompt, chosen, rejected }) => ({
        good: await result.model.reward(`${prompt}${chosen}`),
        bad: await result.model.reward(`${prompt}${rejected}`),
      })),
    );
    const mean = (of: (each: (typeof rewards)[number]) => number) =>
      rewards.reduce((sum, each) => sum + of(each), 0) / 4;
    expect(result.summary.evalMargin).toBeCloseTo(
      mean(({ good, bad }) => good - bad),
      5,
    );
    expect(result.summary.center).toBeCloseTo(
      mean(({ good, bad }) => (good + bad) / 2),
      5,
    );
    const config = JSON.parse(readFileSync(join(result.path, "adapter/adapter_config.json"), "utf8"));
    expect(config).toMatchObject({ task_type: "SEQ_CLS", modules_to_save: ["classifier", "score"] });
    expect((await track.load(result.id)).manifest).toMatchObject({
      name: "trainRewardModel",
      data: { data: { pairs: 12 } },
    });
  });

  it("with margins asks for more, with a centre keeps the rewards around 0", async () => {
    const options = { steps: 8, schedule: "constant" } as const;
    const [plain, margins] = [await train(options), await train({ ...options, useMargins: true })];
    expect(stepsOf(margins)[0].loss).toBeCloseTo(Math.log(1 + Math.exp(0.5)), 5);
    expect(margins.summary.margin).toBeGreaterThan(plain.summary.margin);
    const centred = await train({ ...options, steps: 25, batchSize: 16, centerCoefficient: 1 });
    expect(Math.abs(centred.summary.center)).toBeLessThan(0.1);
  });

  it("gives the same gradient in any number of micro-batches, and the same bytes for the same seed, resumed or not", async () => {
    const lora = { rank: 4, dropout: 0.1 };
    const [whole, parts] = [stepsOf(await train()), stepsOf(await train({ microBatchTokens: 10 }))];
    whole.forEach((step, i) => void expect(parts[i].gradNorm).toBeCloseTo(step.gradNorm, 5));
    const long = { lora, saveEvery: 2 };
    const once = await train(long);
    const run = train(long);
    for await (const event of run) if (event.type === "step-end" && event.step === 3) break;
    run.cancel();
    await run.then(undefined, () => {});
    const resumed = await train({ ...long, resume: true });
    expect(resumed.events.filter(ofType("start"))).toHaveLength(2);
    expect(adapterBytes(resumed)).toEqual(adapterBytes(once));
  });

  it("goes on from an adapter without a head, which stays as it was", async () => {
    const tuned = await sft({ model, data: [{ text: "abcabc" }], steps: 3, learningRate: 0.05, lora: { rank: 4 } });
    const result = await train({ model: tuned.model, lora: undefined });
    expect(tuned.model.hasScalarHead).toBe(false);
    expect(result.model.hasScalarHead).toBe(true);
    expect(stepsOf(result).at(-1)!.loss).toBeLessThan(Math.LN2);
  });

  it("draws itself, and refuses what makes no sense", async () => {
    const run = train();
    await run;
    const bundle = (await run[displaySymbol]())!;
    expect(String(bundle["text/html"])).toContain("part around a middle that stays");
    expect(bundle["text/plain"]).toMatch(/^trainRewardModel: {2}succeeded · epoch .* · accuracy /);
    expect(() => train({ lora: false })).toThrow(/has no scalar head whose weights could be trained. Use LoRA/);
    expect(() => train({ overlong: "truncate" as never })).toThrow(
      /overlong is "truncate"; it must be one of "error", "drop"/,
    );
    const long = { prompt: "a", chosen: "b".repeat(80), rejected: "c" };
    await expect(train({ data: [long] })).rejects.toThrow(
      /longer than maxLength 64; the longest has 81 tokens \(row 1\). Set overlong: "drop", or/,
    );
    expect((await train({ data: [...judged, long], overlong: "drop", steps: 1 })).summary.steps).toBe(1);
  });
});
