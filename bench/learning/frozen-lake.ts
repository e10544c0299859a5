/**
 * One move an answer. The start copies what lies around it, direction by direction, stops anywhere, and goes where it looked last: all it
 * says is true, and it leaps before it has looked. To be found: when to stop.
 */
import { gym, Random } from "../../src/index.ts";
import type { Course } from "./course.ts";

const lake = gym.games.frozenLake({ view: "words", maxTurns: 10, actionsPerTurn: 1 });
/** Share of moves shown that stop at the first direction that leads nearer over ice, or to the goal. */
const sense = 0.05;

const common = { tasksPerStep: 8, groupSize: 8, steps: 28, learningRate: 2e-3 };

export const frozenLake: Course = {
  name: "frozen-lake",
  environment: lake,
  measures: { success: "goal" },
  leastLift: (before) => 0.8 - before,
  shown,
  played: (seed) => lake.tasks({ split: "train", count: 600, seed: seed + 100 }),
  test: () => lake.tasks({ split: "test", count: 200 }),
  sft: { steps: 150, batchSize: 8, learningRate: 2e-3 },
  tokens: { maxNewTokens: 48 },
  grpo: common,
  ppo: { ...common, iterations: 1, valueLearningRate: 3e-3, valueWarmupSteps: 2, gaeLambda: 1, klCoefficient: 0 },
  distill: { tasksPerStep: 8, groupSize: 2, steps: 12, learningRate: 2e-3 },
};

/** Each of 600 maps three times. */
async function shown(seed: number) {
  const rows = [];
  for (let time = 0; time < 3; time++) {
    for (const task of lake.tasks({ split: "train", count: 600, seed })) {
      const { messages } = await gym.play(lake, task, wanderer(new Random(seed).split("time", time)));
      rows.push({ messages: messages.slice(0, messages.findLastIndex(({ role }) => role === "assistant") + 1) });
    }
  }
  return new Random(seed).split("order").shuffle(rows);
}

function wanderer(random: Random): gym.Policy {
  return (messages, { task, turns }) => {
    const draw = random.split(task.id).split("turn", turns.length);
    const around = /Around: (.*)\./.exec(String(messages.at(-1)!.content))![1].split(", ");
    const good = around.findIndex((found) => /(nearer|goal)$/.test(found));
    const last = draw.boolean(sense) && good >= 0 ? good : draw.integer(around.length);
    const [move] = around[last].split(" ");
    return `<think>${around.slice(0, last + 1).join(", ")}.</think><answer>${move}</answer>`;
  };
}
