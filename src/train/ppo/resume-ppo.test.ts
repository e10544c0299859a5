import { it } from "vitest";
import { expectSame, killAndResume } from "../kill.test-helper.ts";

const imports = {
  "policy/policy.test-helper.ts": "byteModel, letters, quick",
  "ppo/ppo.ts": "ppo",
  "math/policy-loss.ts": "policyLoss",
};
/** Rewards, the policy's loss, passes of values alone and the optimizers' files count their calls. */
const train = `
    const model = await byteModel();
    watchCheckpoints(model);
    const { engine } = model;
    const backward = engine.backward.bind(engine);
    engine.backward = async (gradients) => { if (gradients.values) place("values"); return backward(gradients); };
    const result = await ppo({ model, ...quick, groupSize: 1, tasksPerStep: 4, steps: 8, saveEvery: 2, iterations: 2,
      minibatches: 2, klCoefficient: 0.05, klTarget: 0.01, klHorizon: 40, valueWarmupSteps: 1,
      lora: { rank: 4, dropout: 0.1 }, valueLora: { rank: 2, dropout: 0.1 }, sampler: "curriculum", curriculum: { window: 3 },
      resume: true, data: quick.data.map((row, i) => ({ ...row, difficulty: 1 + (i % 2) })),
      rewards: { letters: (context) => { place("rollout"); return letters(context); } },
      loss: (inputs, totals) => { place("update"); return policyLoss(inputs, { kind: "bnpo" }, totals); } });`;

it("a ppo killed in a rollout, an update of either model or a checkpoint ends with the same bytes and the same curve", {
  timeout: 240_000,
}, async () => {
  // In a rollout of the first step after a checkpoint, in an update of each, between the two files of a checkpoint.
  const kills = ["rollout:11", "update:6", "values:7", "checkpoint:3"];
  const files = ["optimizer.safetensors", "value-optimizer.safetensors"]; // trained values, moments and step counts
  await killAndResume({ imports, train, kills }, (runs) => expectSame(runs, { steps: 8, measure: "reward", files }));
});
