/** An environment of one tool that the embedded model calls in the form it knows, over several turns, with arguments that come as they come. */
import { z } from "zod";
import { defineEnvironment, type Reward, type Task } from "../gym/index.ts";

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
