import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { curveOf, factsOf, killAndResume } from "../kill.test-helper.ts";
import type { PipelineRecord } from "./pipeline-record.ts";

const imports = {
  "pipeline/pipeline.test-helper.ts": "capitalsDomain, capitalsModel",
  "pipeline/pipeline.ts": "pipeline",
};
/** Rewards, the optimizer's file, and stages that have run but are not yet recorded count their calls. */
const train = `
    const model = await capitalsModel();
    watchCheckpoints(model);
    const environment = capitalsDomain();
    const { capitals } = environment.rewards;
    environment.rewards = { capitals: (context) => { place("played"); return capitals(context); } };
    const counted = (stage) => ({
      ...stage,
      run: async (...given) => { const made = await stage.run(...given); place(stage.name); return made; },
    });
    const result = await pipeline({ model, environment, resume: true, stages: [
      pipeline.generate({ count: 8, strategies: ["expert"], patterns: [], validation: 3 }),
      pipeline.sft({ steps: 6, batchSize: 4, learningRate: 0.03, lora: { rank: 4, dropout: 0.1 }, saveEvery: 2, keepBest: false }),
      pipeline.pickBest({ maxNewTokens: 4 }),
      pipeline.grpo({ steps: 6, tasksPerStep: 2, groupSize: 4, maxNewTokens: 4, learningRate: 0.02, saveEvery: 2 }),
      pipeline.merge(),
      pipeline.validate({ maxNewTokens: 4 }),
    ].map(counted) });`;

it("a pipeline killed within stages and between them ends with the same bytes and figures", {
  timeout: 240_000,
}, async () => {
  const kills = [
    "checkpoint:2", // in the writing of a checkpoint
    "sft:1", // a training that has ended, of which the pipeline does not know it
    "played:40", // in a rollout, after 15 of the checkpoints to pick from
    "merge:1", // a model that is written, of which the pipeline does not know it
  ];
  await killAndResume({ imports, train, kills }, ({ whole, resumed }) => {
    const [a, b] = [whole, resumed].map((path) => {
      const { stages } = factsOf(readFileSync(join(path, "pipeline.json"), "utf8")) as PipelineRecord;
      return {
        summaries: stages.map(({ summary: { run, directory, ...rest } }) => rest),
        curves: [1, 3].map((at) => curveOf(join(path, "..", (stages[at].kept as { id: string }).id))),
        merged: readFileSync(join(path, "stages/5-merge/model/model.safetensors")),
      };
    });
    expect(b.summaries).toEqual(a.summaries);
    expect(b.curves).toEqual(a.curves);
    expect(a.merged.equals(b.merged)).toBe(true);
    for (const [curve, measure] of [
      [a.curves[0], "loss"],
      [a.curves[1], "reward"],
    ] as const)
      expect(new Set(curve.map((step) => step[measure])).size).toBeGreaterThan(3); // else equal curves show nothing
  });
});
