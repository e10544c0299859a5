import { it } from "vitest";
import { expectSame, killAndResume } from "../kill.test-helper.ts";

const imports = {
  "policy/policy.test-helper.ts": "byteModel, letters, quick",
  "grpo/grpo.ts": "grpo",
  "math/policy-loss.ts": "policyLoss",
};
/** Rewards, loss and the optimizer's file count their calls. */
const train = `
    const model = await byteModel();
    watchCheckpoints(model);
    const result = await grpo({ model, ...quick, steps: 8, saveEvery: 2, iterations: 2, minibatches: 2, klCoefficient: 0.05,
      lora: { rank: 4, dropout: 0.1 }, sampler: "curriculum", curriculum: { window: 3 }, dynamicSampling: 1, resume: true,
      data: quick.data.map((row, i) => ({ ...row, difficulty: 1 + (i % 2) })),
      rewards: { letters: (context) => { place("rollout"); return letters(context); } },
      loss: (inputs, totals) => { place("update"); return policyLoss(inputs, { kind: "grpo", klCoefficient: 0.05 }, totals); } });`;

it("a grpo killed in a rollout, an update or a checkpoint ends with the same bytes and the same curve", {
  timeout: 240_000,
}, async () => {
  // In a rollout of the first step after a checkpoint, in an update, in the writing of a checkpoint.
  const kills = ["rollout:21", "update:14", "checkpoint:2"];
  const files = ["optimizer.safetensors"]; // trained values, moments and step count
  await killAndResume({ imports, train, kills }, (runs) => expectSame(runs, { steps: 8, measure: "reward", files }));
});
