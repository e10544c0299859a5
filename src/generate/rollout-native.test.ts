import { expect, it } from "vitest";
import { z } from "zod";
import { defineEnvironment } from "../gym/environment.ts";
import type { Task } from "../gym/task.ts";
import { loadModel } from "../model/load.ts";
import { rollout } from "./rollout.ts";

/** On the native engine, with the embedded model: it calls tools in the form it knows, with arguments that come as they come. */
const lab = defineEnvironment({
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

const tasks: Task[] = [1, 2].map((n) => ({
  id: `t${n}`,
  domain: "lab",
  split: "train",
  ticket: `What is the latest potassium of patient P1000${n}?`,
  difficulty: 1,
  criteria: { actions: [], assertions: [] },
}));

it("plays groups over several turns: the same whatever is played at once, prompts are reused, log-probabilities are those of score", async () => {
  const model = await loadModel("assets/nano", { dtype: "f32" });
  const options = { model, environment: lab, tasks, groupSize: 2, maxNewTokens: 40, temperature: 1, seed: 3 };
  const together = await rollout({ ...options, concurrency: 4 });
  const alone = await rollout({ ...options, concurrency: 1 });
  expect(alone.trajectories).toEqual(together.trajectories);
  const longest = together.trajectories.toSorted((a, b) => b.turns.length - a.turns.length)[0];
  expect(longest.turns.length).toBeGreaterThan(1);
  expect(longest.segments).toHaveLength(1);
  // four prompts of two tasks, and later turns: much of what is read was read before
  expect(together.reuse!.reusedTokens / together.reuse!.promptTokens).toBeGreaterThan(0.4);
  const [{ tokens, mask, logprobs, promptLength }] = longest.segments;
  const { logprobs: scored } = await model.score({
    prompt: tokens.slice(0, promptLength),
    completion: tokens.slice(promptLength),
  });
  scored.forEach((value, i) => {
    const t = promptLength + i;
    if (mask[t] === 1) expect(Math.abs(value - logprobs[t])).toBeLessThan(1e-4);
  });
  model.dispose();
}, 120_000);
