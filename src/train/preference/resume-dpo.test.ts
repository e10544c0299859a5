import { it } from "vitest";
import { expectSame, killAndResume } from "../kill.test-helper.ts";

const imports = {
  "sft/sft.test-helper.ts": "fakeModel",
  "preference/preference.test-helper.ts": "rows",
  "preference/dpo.ts": "dpo",
  "math/preference-loss.ts": "preferenceLoss",
};
const train = `
    const model = await fakeModel();
    const result = await dpo({ model, data: rows, steps: 6, saveEvery: 2, batchSize: 4, learningRate: 0.02, resume: true,
      lora: { rank: 4, dropout: 0.1 },
      loss: (inputs, { pairs }) => { place("update"); return preferenceLoss(inputs, { kind: "sigmoid" }, pairs); } });`;

it("a dpo killed in an update ends with the same bytes and the same curve", { timeout: 120_000 }, async () => {
  const kills = ["update:4"]; // the third step is lost, the second is not
  const files = ["optimizer.safetensors"]; // trained values, moments and step count
  await killAndResume({ imports, train, kills }, (runs) => expectSame(runs, { steps: 6, measure: "loss", files }));
});
