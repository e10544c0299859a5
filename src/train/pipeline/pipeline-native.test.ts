/** A whole pipeline on the native engine with the embedded model: the merged folder, loaded anew, plays like the model with its adapter. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { games } from "../../gym/index.ts";
import { loadModel } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";
import { pipeline } from "./pipeline.ts";

let model: Model;
const runs = useRunsFolder("a-file");
beforeAll(async () => {
  model = await loadModel("assets/nano", { dtype: "f32", threads: 1 });
});
afterAll(() => {
  model.dispose();
});

it("generates, trains, picks by loss, merges and validates", async () => {
  const directory = join(runs.path, "merged");
  const stages = [
    pipeline.generate({ count: 8, validation: 2, tasksPerDomain: 60 }),
    pipeline.sft({ steps: 4, batchSize: 4, saveEvery: 2, learningRate: 2e-3, schedule: "constant", keepBest: false }),
    pipeline.pickBest({ by: "loss" }),
    pipeline.merge({ directory }),
    pipeline.validate({ count: 2, maxNewTokens: 16, baseline: false }),
  ];
  const { picked, validation, model: merged } = await pipeline({ model, environment: games.frozenLake(), stages });
  const losses = picked!.candidates.map(({ value }) => value!);
  expect(losses).toHaveLength(2);
  expect(picked!.best.value).toBe(Math.min(...losses));
  expect(validation!.merge).toMatchObject({ ok: true, same: 1, scoreDifference: 0, tasks: 2 });
  expect(validation!.merge!.logprobGap).toBeLessThan(1e-4);
  expect(existsSync(join(directory, "tokenizer.json"))).toBe(true); // any tool loads it
  merged.dispose();
}, 60_000);
