/** ppo on the native engine: it learns with the embedded model, and plays and learns over several turns with a small random one. */
import { expect, it } from "vitest";
import { labOf, labTasks } from "../../generate/lab.test-helper.ts";
import { loadModel } from "../../model/load.ts";
import { useNano } from "../policy/nano.test-helper.ts";
import { isOf } from "../policy/policy-events.ts";
import { ppo } from "./ppo.ts";

const nano = useNano();

it("learns a tiny task in a few steps; sampler and trainer agree, values follow the returns", async () => {
  const asked = ["Name a drug.", "What is potassium?", "Who is ill?", "When was it?"].map((prompt) => ({ prompt }));
  const vowels = ({ completion }: { completion: string }) =>
    completion.length === 0 ? 0 : (completion.match(/[aeiou]/g)?.length ?? 0) / completion.length;
  const result = await ppo({
    ...{
      model: nano.model,
      data: asked,
      rewards: { vowels },
      steps: 8,
      tasksPerStep: 4,
      groupSize: 8,
      maxNewTokens: 12,
    },
    ...{ learningRate: 5e-3, schedule: "constant", klCoefficient: 0.005, iterations: 2, valueLearningRate: 2e-3 },
  });
  const steps = result.events.filter(isOf("step-end"));
  expect(steps.every(({ logprobGap }) => logprobGap! < 1e-3)).toBe(true);
  expect(steps[0].kl).toBeCloseTo(0, 5);
  expect(steps[0].value).toBe(0);
  expect(Math.abs(steps.at(-1)!.value - steps.at(-1)!.return)).toBeLessThan(0.15);
  expect(result.summary.lastReward! - result.summary.firstReward!).toBeGreaterThan(0.05);
}, 120_000);

const lab = labOf(({ episode }) => ({ value: episode.log.length, turns: episode.turns.map(() => 1) }));

it("learns from episodes of several turns, on two levels, with a value function and a judge of other engines' weights", async () => {
  const value = await loadModel("assets/nano", { dtype: "f32", threads: 1 });
  const run = { steps: 2, tasksPerStep: 2, groupSize: 2, maxNewTokens: 40, learningRate: 1e-3, minibatches: 2 };
  const result = await ppo({
    model: nano.model,
    value,
    environment: lab,
    tasks: labTasks,
    gae: "bi-level",
    turnLambda: 0.9,
    ...run,
  });
  const [step, next] = result.events.filter(isOf("step-end"));
  expect(step).toMatchObject({ updates: 8, failed: 0 });
  expect(step.turns).toBeGreaterThan(1);
  expect(step.logprobGap).toBeLessThan(1e-4);
  expect(next.value).not.toBe(0);
  value.dispose();
}, 120_000);
