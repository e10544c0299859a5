/** The embedded model on the native engine, and an environment of one tool that it calls in the form it knows, over several turns. */
import { afterAll, beforeAll } from "vitest";
import { z } from "zod";
import { defineEnvironment, type Reward, type Task } from "../../gym/index.ts";
import { loadModel } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";

/** In f32 on one thread, with runs in a folder of their own, for the tests of one file. `model` is there once the first begins. */
export function useNano(): { model: Model } {
  const held = {} as { model: Model };
  useRunsFolder("a-file");
  beforeAll(async () => {
    held.model = await loadModel("assets/nano", { dtype: "f32", threads: 1 });
  });
  afterAll(() => {
    held.model.dispose();
  });
  return held;
}

/** Arguments are taken as they come. */
export const labOf = (calls: Reward) =>
  defineEnvironment({
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
    rewards: { calls },
  });

export const labTasks = [1, 2].map(
  (n): Task => ({
    ...{ id: `t${n}`, domain: "lab", split: "train", difficulty: 1, criteria: { actions: [], assertions: [] } },
    ticket: `What is the latest potassium of patient P1000${n}?`,
  }),
);
