/**
 * Two of the domain's kinds of question, demonstrations of which 60 % skip the look-up: notebooks/04-grpo.ipynb tells why, and
 * learning.test.ts holds its settings and these together.
 */
import { data, gym, Random } from "../../src/index.ts";
import type { Course } from "./course.ts";

const domain = gym.domain("drug-interaction");
const kinds = ["dosage", "monitoring"];
/** Sets of tasks, of about 38 (train) and 5 (test) each. */
export const sets = { train: 38, test: 16 };

const tasksOf = (seed: number, split: gym.Split, count: number, from: number) =>
  Array.from({ length: count }, (_, i) => domain.tasks({ split, kinds, seed: 1000 * seed + from + i })).flat();

const common = { tasksPerStep: 6, groupSize: 8, steps: 12, learningRate: 1e-3 };

export const drugInteraction: Course = {
  name: "drug-interaction",
  environment: domain,
  measures: { accuracy: "accuracy", composite: "score" },
  leastLift: () => 0.1,
  shown,
  played: (seed) => tasksOf(seed, "train", Math.ceil(sets.train / 8), 100),
  test: (seed) => tasksOf(seed, "test", sets.test, 500),
  sft: { steps: 180, batchSize: 8, learningRate: 2e-3 },
  tokens: { maxNewTokens: 160, maxEpisodeTokens: 1700 },
  grpo: common,
  ppo: { ...common, iterations: 1, valueLearningRate: 6e-3, valueWarmupSteps: 1, gaeLambda: 1, klCoefficient: 0 },
  distill: { ...common, groupSize: 2 },
};

async function shown(seed: number) {
  const tasks = tasksOf(seed, "train", sets.train, 0);
  const random = new Random(seed);
  const answers = (kind: string) => tasks.flatMap((task) => (task.kind === kind ? task.answer! : []));
  function* hasty({ id, kind, patientId = "" }: gym.Brief): gym.Expert {
    yield { name: "getPatientMedications", arguments: { patientId }, thought: "First the profile." };
    const answer = random.split("guess").split(id).choice(answers(kind!));
    yield { name: "submitAnswer", arguments: { answer, reasoning: "From memory. Monitor and review." } };
  }
  const isHasty = ({ id }: gym.Task) => random.split("habit").split(id).boolean(0.6);
  const once = { strategies: ["expert" as const], patterns: [], minScore: 0 }; // as the expert plays it, the habit too
  const careful = tasks.filter((task) => !isHasty(task));
  return random.shuffle([
    ...(await data.synthesize({ ...once, domains: [domain], tasks: careful })),
    ...(await data.synthesize({ ...once, domains: [{ ...domain, expert: hasty }], tasks: tasks.filter(isHasty) })),
  ]);
}
