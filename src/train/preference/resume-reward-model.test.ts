import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { expectSame, killAndResume } from "../kill.test-helper.ts";

const imports = {
  "sft/sft.test-helper.ts": "fakeModel",
  "preference/preference.test-helper.ts": "judged",
  "preference/reward-model.ts": "trainRewardModel",
};
/** Updates, evaluations and the optimizer's file count their calls. */
const train = `
    const model = await fakeModel();
    watchCheckpoints(model);
    const { engine } = model;
    const forward = engine.forward.bind(engine);
    engine.forward = async (...given) => { place(given[1].keep ? "update" : "evaluation"); return forward(...given); };
    const result = await trainRewardModel({ model, data: judged.slice(4), evalData: judged.slice(0, 4), evalEvery: 2, steps: 8,
      saveEvery: 2, batchSize: 4, learningRate: 0.05, lora: { rank: 4, dropout: 0.1 }, useMargins: true, centerCoefficient: 0.1,
      resume: true });`;

it("a reward model killed in an update, an evaluation or a checkpoint ends with the same bytes, the best weights among them", {
  timeout: 240_000,
}, async () => {
  const kills = ["update:4", "evaluation:2", "checkpoint:2"];
  await killAndResume({ imports, train, kills }, (runs) => {
    expectSame(runs, { steps: 8, measure: "loss", files: ["optimizer.safetensors"] });
    const [a, b] = [runs.whole, runs.resumed].map((run) =>
      readFileSync(join(run, "adapter/adapter_model.safetensors")),
    );
    expect(a.equals(b)).toBe(true);
  });
});
