import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { displaySymbol } from "../../core/display.ts";
import { isCancelled } from "../../core/errors.ts";
import { fromPrompts, type RewardContext, type Task } from "../../gym/index.ts";
import type { Model } from "../../model/model.ts";
import * as track from "../../track/index.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";
import { type LossKind, lossKinds } from "../math/loss-kinds.ts";
import { policyLoss } from "../math/policy-loss.ts";
import { byteModel, letters, quick, rows } from "../policy/policy.test-helper.ts";
import { isOf } from "../policy/policy-events.ts";
import { grpo } from "./grpo.ts";
import type { GrpoStepEnd } from "./grpo-events.ts";
import type { GrpoOptions } from "./grpo-options.ts";
import type { GrpoResult } from "./grpo-result.ts";

let model: Model;
const runs = useRunsFolder();
beforeEach(async () => {
  model = await byteModel();
});

const train = (options: Partial<GrpoOptions> = {}) => grpo({ model, ...quick, ...options });
const stepsOf = ({ events }: Pick<GrpoResult, "events">) => events.filter(isOf("step-end"));
const adapterBytes = (result: { path: string }) => readFileSync(join(result.path, "adapter/adapter_model.safetensors"));

/** Of about half of the completions. */
const odd = ({ completion }: RewardContext): number => (completion.charCodeAt(0) || 0) % 2;

/** The curve: everything but times and memory. */
function curve(result: Pick<GrpoResult, "events">): object[] {
  return result.events.flatMap((event) => {
    if (event.type !== "step-end" && event.type !== "step-skipped") return [];
    const {
      seconds: _,
      tokensPerSecond: __,
      memoryBytes: ___,
      etaSeconds: ____,
      time: _____,
      ...rest
    } = {
      ...event,
    } as Partial<GrpoStepEnd> & { time?: string };
    return [rest];
  });
}

describe("grpo", () => {
  it("learns, and tells of every step what happened", async () => {
    const result = await train({ steps: 24, tasksPerStep: 4, groupSize: 8, learningRate: 0.1 });
    const steps = stepsOf(result);
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    expect(result.summary.lastReward! - result.summary.firstReward!).toBeGreaterThan(0.15);
    for (const step of steps) {
      expect(step).toMatchObject({
        rollouts: 32,
        groups: 4,
        rounds: 1,
        failed: 0,
        kl: null,
        skippedUpdates: 0,
        level: null,
      });
      expect(step.parts.letters!.mean).toBeCloseTo(step.reward, 12);
      expect(step.completionTokens).toBeGreaterThan(0);
      expect(step.longestCompletion).toBeLessThanOrEqual(6);
      expect(step.clippedLow + step.clippedHigh).toBe(0); // one update: the ratio is 1
      if (step.updates === 0) continue;
      expect(step.gradNorm).toBeGreaterThan(0);
      expect(step.entropy).toBeGreaterThan(0);
      expect(step.tokensPerSecond.update).toBeGreaterThan(0);
      expect(step.tokensPerSecond.scoring).toBeNull(); // nothing had to be scored
    }
    const stored = await track.load(result.id);
    expect(stored.status).toBe("succeeded");
    expect(stored.metrics.filter(({ type }) => type === "step-end")).toHaveLength(24);
    expect(stored.metrics.some(({ type }) => type === "phase")).toBe(false);
    expect(stored.manifest).toMatchObject({ name: "grpo", data: { tasks: { count: 8 } } });
    expect(result.model.base.adapter).toBeNull();
    expect(result.samples.length).toBeGreaterThan(1);
    expect(String(result.samples[0].transcript)).toContain("reward");
  });

  it("tells what each step does: plays, scores where there is something to score, updates", async () => {
    const parts = async (options: Partial<GrpoOptions>) => {
      const told: string[] = [];
      for await (const event of train({ steps: 1, ...options }))
        if (event.type === "phase") told.push(`${event.phase} ${event.done}/${event.total}`);
      return told;
    };
    const played = Array.from({ length: 8 }, (_, i) => `rollout ${i + 1}/8`);
    expect(await parts({})).toEqual([...played, "update 0/1", "update 1/1"]); // paid at once, and the ratio is 1
    const twice = await parts({ iterations: 2, klCoefficient: 0.1 });
    expect(twice).toEqual([...played, "scoring 0/1", "update 0/2", "update 1/2", "update 2/2"]);
    const slowly = async (given: { completion: string }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return letters(given);
    };
    const paid = (await parts({ rewards: { slowly } })).filter((part) => !part.startsWith("update"));
    expect(paid.slice(0, 8)).toEqual(played);
    expect(paid[8]).toMatch(/^scoring 0\//);
    expect(paid.at(-1)).toMatch(/^scoring (\d)\/\1$/);
  });

  it("ends with the same bytes for the same seed, whatever is played at once, and other bytes for another", async () => {
    const [a, b, c] = [await train(), await train({ concurrency: 3 }), await train({ seed: 1 })];
    expect(adapterBytes(a)).toEqual(adapterBytes(b));
    expect(curve(a)).toEqual(curve(b));
    expect(adapterBytes(a)).not.toEqual(adapterBytes(c));
  });

  it("gives the same gradient in any number of micro-batches", async () => {
    const options = { steps: 2, klCoefficient: 0.1, entropyCoefficient: 0.01, iterations: 2 };
    const whole = stepsOf(await train(options));
    const parts = stepsOf(await train({ ...options, microBatchTokens: 8 }));
    whole.forEach((step, i) => {
      for (const quantity of ["loss", "gradNorm", "kl", "entropy"] as const) {
        expect(parts[i][quantity]).toBeCloseTo(step[quantity]!, 4);
      }
    });
  });

  it("trains at the temperature that it draws at: sampler and trainer agree", async () => {
    for (const temperature of [0.5, 1, 1.7]) {
      const [step] = stepsOf(await train({ steps: 1, temperature }));
      expect(step.logprobGap).toBeLessThan(1e-6);
    }
    const wrong = stepsOf(await train({ steps: 1, temperature: 0.5, topP: 0.9 }));
    expect(wrong[0].logprobGap).toBeLessThan(1e-6); // log-probabilities are those before the filters
  });

  it.each(Object.keys(lossKinds) as LossKind[])(
    "%s: with several updates a step, clips or weighs, and stays finite",
    async (loss) => {
      const options = {
        loss,
        iterations: 2,
        minibatches: 2,
        learningRate: 0.3,
        epsilon: 0.02,
        klCoefficient: 0.05,
        steps: 2,
      };
      const steps = stepsOf(await train({ ...options, epsilonHigh: loss === "cispo" ? 1.01 : undefined }));
      expect(steps.map(({ updates }) => updates)).toEqual([4, 4]);
      expect(steps.every(({ loss: value, gradNorm, kl }) => [value, gradNorm, kl].every(Number.isFinite))).toBe(true);
      const clips = !["sapo", "vespo"].includes(loss);
      expect(steps[0].clippedLow + steps[0].clippedHigh > 0).toBe(clips);
      expect(steps[0].tokensPerSecond.scoring).toBeGreaterThan(0);
    },
  );

  it("keeps near the reference, which is the adapter off, as far as the divergence is paid", async () => {
    const far = { steps: 6, learningRate: 0.1 };
    const loose = stepsOf(await train({ ...far, klCoefficient: 1e-6 }));
    const tight = stepsOf(await train({ ...far, klCoefficient: 5 }));
    expect(loose[0].kl).toBe(0); // B is 0 at first
    expect(loose.at(-1)!.kl!).toBeGreaterThan(0.02);
    expect(tight.at(-1)!.kl!).toBeLessThan(0.5 * loose.at(-1)!.kl!);
  });

  it("takes the adapter that a model brings as the start and as the reference, and leaves it as it was", async () => {
    const first = await train();
    const before = adapterBytes(first);
    const second = await train({ model: first.model, lora: undefined, klCoefficient: 0.1 });
    expect(stepsOf(second)[0].kl).toBe(0);
    expect(stepsOf(second).at(-1)!.kl!).toBeGreaterThan(0);
    await first.save(join(runs.path, "again"));
    expect(readFileSync(join(runs.path, "again/adapter_model.safetensors"))).toEqual(before);
  });

  it("trains every weight with lora: false", async () => {
    const before = await model.engine.readTensor("lm_head.weight");
    const result = await train({ lora: false });
    expect(result.model.adapter).toBeNull();
    expect(await model.engine.readTensor("lm_head.weight")).not.toEqual(before);
    expect(() => train({ lora: false, klCoefficient: 0.1 })).toThrow(/reference is the model with its adapter off/);
  });

  it("learns nothing from truncated rollouts where it should not", async () => {
    const cut = { maxNewTokens: 1, rewards: { odd } }; // all are cut off, but for an end as the first token
    const steps = stepsOf(await train({ ...cut, maskTruncated: true }));
    expect(steps.every(({ truncated }) => truncated > 0.8)).toBe(true);
    expect(steps.some(({ zeroVariance, truncated }) => zeroVariance < 1 && truncated === 1)).toBe(true);
    expect(steps.every(({ updates, truncated }) => updates === 0 || truncated < 1)).toBe(true);
    expect(stepsOf(await train(cut)).some(({ updates }) => updates > 0)).toBe(true);
  });

  it("redraws groups whose rewards are all alike, up to the limit", async () => {
    const rare = ({ completion }: RewardContext) => Number(completion.startsWith("a") || completion.startsWith("b"));
    const limited = stepsOf(await train({ rewards: { rare }, dynamicSampling: 2 }));
    expect(limited.some(({ rounds }) => rounds > 1)).toBe(true);
    expect(limited.every(({ rounds }) => rounds <= 3)).toBe(true);
    expect(limited.every(({ groups, rounds }) => groups >= 2 && groups <= 2 * rounds)).toBe(true);
    const never = stepsOf(await train({ rewards: { rare } }));
    expect(never.every(({ rounds, groups }) => rounds === 1 && groups === 2)).toBe(true);
  });

  it("goes up the curriculum as rewards rise", async () => {
    const data = rows.map((row, i) => ({ ...row, difficulty: (1 + (i % 3)) as Task["difficulty"] }));
    const curriculum = { level: 1 as const, window: 2 };
    const steps = stepsOf(
      await train({ data, rewards: { all: () => 1 }, sampler: "curriculum", curriculum, steps: 8 }),
    );
    expect(steps[0].level).toBe(1);
    expect(steps.at(-1)!.level).toBeGreaterThan(1);
  });

  it("weighs rewards, normalises them before the sum, and shapes lengths", async () => {
    const rewards = {
      letters: { reward: letters, weight: 2 },
      short: ({ completion }: RewardContext) => -completion.length,
    };
    const [plain] = stepsOf(await train({ rewards, steps: 1 }));
    expect(plain.reward).toBeCloseTo(2 * plain.parts.letters!.mean + plain.parts.short!.mean, 10);
    const [whitened] = stepsOf(await train({ rewards, steps: 1, normalizeThenSum: true }));
    expect(whitened.reward).toBe(plain.reward);
    expect(whitened.gradNorm).not.toBeCloseTo(plain.gradNorm, 3);
    const [shaped] = stepsOf(await train({ steps: 1, lengthShaping: { kind: "overlong", buffer: 3 } }));
    expect(shaped.parts.length!.mean).toBeLessThan(-0.5); // most need all of 6 tokens
    expect(shaped.reward).toBeCloseTo(shaped.parts.letters!.mean + shaped.parts.length!.mean, 10);
    const [cosine] = stepsOf(await train({ steps: 1, lengthShaping: { kind: "cosine", weight: 0.5 } }));
    expect(cosine.parts.length!.mean).toBeGreaterThanOrEqual(-0.5);
  });

  it("takes a loss and advantages of one's own", async () => {
    const named = await train({ loss: "bnpo", steps: 2 });
    const own = await train({
      steps: 2,
      loss: (inputs, totals) => policyLoss(inputs, { kind: "bnpo" }, totals),
      advantage: (rewards, G) =>
        rewards.map((reward, i) => {
          const group = rewards.subarray(i - (i % G), i - (i % G) + G);
          const mean = group.reduce((a, b) => a + b) / G;
          const deviation = Math.sqrt(group.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (G - 1));
          return (reward - mean) / (deviation + 1e-4);
        }),
    });
    stepsOf(named).forEach((step, i) => void expect(stepsOf(own)[i].loss).toBeCloseTo(step.loss, 6));
    await expect(train({ advantage: () => [1] })).rejects.toThrow(/advantage gave 1 numbers for 8 rollouts/);
  });

  it("draws itself: curves, what is healthy, samples; and while it runs", async () => {
    const run = train();
    await run;
    const bundle = (await run[displaySymbol]())!;
    const html = String(bundle["text/html"]);
    for (const text of ["step 4 of 4", "medgym-figure", "sampler against trainer", "healthy", "<b>samples</b>"]) {
      expect(html).toContain(text);
    }
    expect(bundle["text/plain"]).toMatch(/^grpo: succeeded · reward /);
    expect((await run)[displaySymbol]()["text/plain"]).toContain("GrpoResult grpo-");
    expect((await run).figure().data.length).toBeGreaterThan(8);
  });
});

describe("rewards that go wrong", () => {
  const broken = (bad: (context: RewardContext) => number | null | Promise<number>) => ({
    sometimes: (context: RewardContext) => (odd(context) ? bad(context) : letters(context)),
  });

  it.each([
    [
      "throw",
      () => {
        throw new Error("no such lab value");
      },
      /no such lab value/,
    ],
    ["are NaN", () => Number.NaN, /reward sometimes is NaN/],
    ["never return", () => new Promise<number>(() => {}), /no reward in 20 ms/],
  ] as const)("%s: shown, counted, survived", async (_, bad, message) => {
    const run = train({ rewards: broken(bad), rewardTimeoutMs: 20, steps: 2 });
    const steps = stepsOf(await run);
    expect(steps).toHaveLength(2);
    expect(steps[0].failed).toBeGreaterThan(0);
    expect(steps[0].failed).toBeLessThan(1);
    expect(steps[0].failures[0]).toMatchObject({ boundary: "reward", message: expect.stringMatching(message) });
    expect(steps[0].failures.reduce((sum, { count }) => sum + count, 0)).toBe(steps[0].failed * steps[0].rollouts);
    expect((await run[displaySymbol]())!["text/plain"]).toMatch(/failed \(reward\)/);
  });

  it("always: a few steps are skipped, then it gives up and says why", async () => {
    const run = train({
      steps: 9,
      rewards: {
        all: () => {
          throw new Error("no judge");
        },
      },
    });
    await expect(run).rejects.toMatchObject({
      message: expect.stringMatching(/no rollout has a reward at step 5, the 5th step in a row .*: no judge/),
    });
    expect(run.events.filter(isOf("step-skipped"))).toHaveLength(5);
    expect((await track.runs())[0]).toMatchObject({ status: "failed" });
  });

  it("are all the same: nothing is learned, and the view says so", async () => {
    const run = train({ rewards: { constant: () => 1 } });
    const result = await run;
    expect(
      stepsOf(result).every(({ zeroVariance, updates, gradNorm }) => zeroVariance === 1 && updates + gradNorm === 0),
    ).toBe(true);
    const text = String((await run[displaySymbol]())!["text/plain"]);
    expect(text).toContain("the rewards of every group were all alike");
    expect(text).toContain("At the first step 0 % of the groups differ in more than form");
  });

  it("apply to none of a group: its advantages are 0", async () => {
    const some = ({ task, completion }: RewardContext) => (task.answer! < "e" ? null : letters({ completion }));
    const result = await train({ rewards: { some } });
    expect(result.summary.steps).toBe(4);
  });
});

describe("grpo.dryRun", () => {
  it("tells what share of groups differs in more than form, trains nothing, and warns", async () => {
    const run = grpo.dryRun({ model, ...quick }, { groups: 6 });
    const dry = await run;
    expect((await run[displaySymbol]())!["text/plain"]).toBe(String(dry));
    expect(dry).toMatchObject({ groups: 6, groupSize: 4, warnings: [] });
    expect(dry.mixed).toBeGreaterThan(0.5);
    expect(String(dry)).toMatch(/grpo dry run: 6 groups of 4 in .* differ in more than form/);
    expect(String(dry)).toMatch(/greedy/);
    const words = { format: letters, safety: letters, assertion: letters };
    const form = await grpo.dryRun({ model, ...quick, rewards: words }, { groups: 6 });
    expect(form.mixed).toBe(0);
    expect(form.differing).toBe(dry.differing);
    expect(form.warnings[0]).toMatch(
      /Only 0 % of the groups differ in more than form; below 30 % there is little to learn/,
    );
    expect(await track.runs()).toHaveLength(0);
  });
});

describe("what grpo refuses", () => {
  it.each([
    [{ rnk: 8 }, /^grpo has no option "rnk"/],
    [{ data: undefined }, "give an environment to act in, or data"],
    [{ rewards: undefined }, "data is paid by functions of yours."],
    [{ rewards: { letters: 1 } }, "data is paid by functions of yours; letters has none."],
    [{ rewards: { letters: "yes" } }, "rewards.letters must be a weight, a function, or { reward, weight }."],
    [{ loss: "gppo" }, /loss is "gppo"; it must be one of grpo, dapo/],
    [{ groupSize: 1 }, /groupSize is 1; it must be an integer, at least 2/],
    [{ temperature: 0 }, /temperature is 0; it must be a number, above 0/],
    [{ minibatches: 3 }, "minibatches 3 exceeds tasksPerStep 2"],
    [{ curriculum: {} }, 'it needs sampler: "curriculum"'],
    [{ advantage: () => [], normalizeThenSum: true }, "it stands in place of normalizeThenSum"],
    [{ warmupSteps: 1, warmupRatio: 0.1 }, "give warmupSteps or warmupRatio, not both."],
  ])("at once: %o", (options, message) => {
    expect(() => train(options as Partial<GrpoOptions>)).toThrow(message);
  });

  it("test tasks, unless forced", async () => {
    const { environment, tasks } = fromPrompts({ rows, rewards: { letters } });
    const test = tasks.map((task) => ({ ...task, split: "test" as const }));
    const options = { data: undefined, rewards: undefined, environment, tasks: test, steps: 1 };
    expect(() => train(options)).toThrow(/8 of 8 tasks are of the test split/);
    expect((await train({ ...options, force: true })).summary.steps).toBe(1);
    const weights = { ...options, force: true, rewards: { leters: 1 } };
    expect(() => train(weights)).toThrow('prompts has no reward "leters". Its rewards: letters.');
    expect(() => train({ ...options, tasks: undefined })).toThrow(/has no tasks of its own/);
  });
});

describe("resume", () => {
  const options = { steps: 9, saveEvery: 3, iterations: 2, klCoefficient: 0.05, lora: { rank: 4, dropout: 0.1 } };

  it("after cancel ends with the bytes of an uninterrupted run, and the same curve", async () => {
    let [calls, cancel] = [0, () => {}];
    const hooked = (context: RewardContext) => {
      if (++calls === 4 * 8 + 3) cancel(); // the third rollout of step 5
      return letters(context);
    };
    const long = { ...options, rewards: { hooked } };
    const whole = await train(long);
    calls = 0;
    const run = train(long);
    cancel = () => run.cancel();
    expect(isCancelled(await run.then(undefined, (reason) => reason))).toBe(true);
    const [{ id, status }] = await track.runs();
    expect(status).toBe("cancelled");
    const kept = run.events.filter(isOf("step-end")).length;
    const resumed = await train({ ...long, resume: id });
    expect(resumed.id).toBe(id);
    expect(kept).toBe(4);
    expect(resumed.events.filter(isOf("start")).at(-1)!.step).toBe(4); // what was learned before the cancel was kept
    expect(adapterBytes(resumed)).toEqual(adapterBytes(whole));
    expect(curve(resumed)).toEqual(curve(whole));
    await expect(train({ ...long, resume: id, epsilon: 0.1 })).rejects.toThrow(
      "ran with epsilon 0.2, this call has 0.1",
    );
    await expect(train({ ...long, resume: id, rewards: { hooked: () => 1 } })).rejects.toThrow("ran with rewards");
  });
});
