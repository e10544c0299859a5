/** grpo on the native engine with the embedded model: it learns, in one turn and in several. */
import { expect, it } from "vitest";
import { labOf, labTasks } from "../../generate/lab.test-helper.ts";
import { useNano } from "../policy/nano.test-helper.ts";
import { isOf } from "../policy/policy-events.ts";
import { grpo } from "./grpo.ts";

const nano = useNano();

it("learns a tiny task in a few steps; sampler and trainer agree", async () => {
  const asked = ["Name a drug.", "What is potassium?", "Who is ill?", "When was it?"].map((prompt) => ({ prompt }));
  const vowels = ({ completion }: { completion: string }) =>
    completion.length === 0 ? 0 : (completion.match(/[aeiou]/g)?.length ?? 0) / completion.length;
  const result = await grpo({
    ...{
      model: nano.model,
      data: asked,
      rewards: { vowels },
      steps: 7,
      tasksPerStep: 4,
      groupSize: 8,
      maxNewTokens: 12,
    },
    ...{ learningRate: 5e-3, schedule: "constant", klCoefficient: 0.01, iterations: 2 },
  });
  const steps = result.events.filter(isOf("step-end"));
  expect(steps.every(({ logprobGap }) => logprobGap! < 1e-3)).toBe(true);
  expect(steps[0].kl).toBeCloseTo(0, 5);
  expect(result.summary.lastReward! - result.summary.firstReward!).toBeGreaterThan(0.08);
}, 120_000);

const lab = labOf(({ episode }) => episode.log.length);

it("learns from episodes of several turns: what was drawn is what is scored, observations are not", async () => {
  const run = { steps: 1, tasksPerStep: 2, groupSize: 4, maxNewTokens: 40, learningRate: 1e-3 };
  const odd = ({ completion }: { completion: string }) => completion.length % 2;
  const result = await grpo({
    model: nano.model,
    environment: lab,
    tasks: labTasks,
    rewards: { calls: 1, odd },
    ...run,
  });
  const [step] = result.events.filter(isOf("step-end"));
  expect(step).toMatchObject({ updates: 1, failed: 0 });
  expect(step.turns).toBeGreaterThan(1);
  expect(step.logprobGap).toBeLessThan(1e-4);
}, 120_000);
