/** What is to be learned from a start that fine-tuning made: `learn` runs it with one seed. */
import type { Estimate, PairedDifference } from "../../src/evaluate/index.ts";
import {
  type ChatMessage,
  compare,
  type DistillRolloutOptions,
  distill,
  type Evaluation,
  evaluate,
  type GrpoOptions,
  grpo,
  type gym,
  loadModel,
  type Model,
  type PpoOptions,
  ppo,
  sft,
  type ToolSchema,
} from "../../src/index.ts";

/** A task, its settings and what counts as learned. */
export interface Course {
  name: string;
  environment: gym.Domain;
  /** What is to rise, by its name in the table: parts of the reward; "score" is the composite. */
  measures: Readonly<Record<string, string>>;
  /** What grpo's lift must reach from this start. */
  leastLift(before: number): number;
  /** Demonstrations, by seed: they leave the right choice to be found. */
  shown(seed: number): Promise<{ messages: readonly ChatMessage[]; tools?: readonly ToolSchema[] | null }[]>;
  /** Training tasks to be played. */
  played(seed: number): readonly gym.Task[];
  test(seed: number): readonly gym.Task[];
  sft: { steps: number; batchSize: number; learningRate: number };
  /** Of a turn and of an episode, in training and in the evaluation. */
  tokens: { maxNewTokens: number; maxEpisodeTokens?: number };
  grpo: Partial<GrpoOptions>;
  ppo: Partial<PpoOptions>;
  /** On rollouts of the start, after the model that grpo made. */
  distill: Partial<DistillRolloutOptions>;
}

/** distill follows grpo's model, so grpo comes before it. */
export const verbs = ["grpo", "ppo", "distill"] as const;
export type Verb = (typeof verbs)[number];

/** One measure before and after, on the test tasks. */
export interface Change {
  before: Estimate;
  after: Estimate;
  difference: PairedDifference;
}

/** What one run of reinforcement learning changed. */
export interface Lesson {
  verb: Verb;
  /** Share of the dry run's groups that differ in more than form. */
  mixed: number;
  warnings: readonly string[];
  seconds: number;
  /** By measure. */
  greedy: Record<string, Change>;
  /** At temperature 1, as it was trained. */
  drawn: Record<string, Change>;
}

export interface Learned {
  seed: number;
  /** Test tasks. */
  n: number;
  sftSeconds: number;
  lessons: Lesson[];
}

/** Fine-tunes, then trains from that start with each of `verbs`, and measures on the test tasks. */
export async function learn(
  course: Course,
  seed: number,
  given: { model: string; verbs: readonly Verb[]; log(text: string): void },
): Promise<Learned> {
  const { environment, tokens } = course;
  const name = `${course.name}, seed ${seed}`;
  given.log(`${name}: making demonstrations`);
  const [start, sftSeconds] = await timed(async () => {
    const data = await course.shown(seed);
    const model = await loadModel(given.model);
    const settings = { schedule: "cosine", warmupRatio: 0.05, seed, saveEvery: 0 } as const;
    const run = sft({ model, data, lora: false, ...course.sft, ...settings });
    return told(run, `${name}: sft`, course.sft.steps, given.log);
  });
  given.log(`${name}: a start in ${sftSeconds.toFixed(0)} s; next, its figures on the test tasks`);
  const tasks = course.test(seed);
  const examine = async (model: Model) => {
    const exam = { environment, tasks, ...tokens, seed, model };
    return { greedy: await evaluate({ ...exam, temperature: 0 }), drawn: await evaluate({ ...exam, temperature: 1 }) };
  };
  const before = await examine(start);
  const lessons: Lesson[] = [];
  let teacher: Model | undefined;
  for (const verb of given.verbs) {
    const { dryRun, train } = prepare(course, seed, start, verb, teacher);
    const dry = await dryRun();
    given.log(String(dry));
    const [model, seconds] = await timed(async () => told(train(), `${name}: ${verb}`, course[verb].steps!, given.log));
    if (verb === "grpo") teacher = model;
    const after = await examine(model);
    const changes = (which: "greedy" | "drawn") =>
      Object.fromEntries(
        Object.entries(course.measures).map(([name, by]) => [name, change(before[which], after[which], by)]),
      );
    const { mixed, warnings } = dry;
    const lesson = { verb, mixed, warnings, seconds, greedy: changes("greedy"), drawn: changes("drawn") };
    given.log(`${verb} in ${seconds.toFixed(0)} s, greedy: ${changesIn(lesson.greedy)}`);
    lessons.push(lesson);
  }
  return { seed, n: tasks.length, sftSeconds, lessons };
}

function prepare(course: Course, seed: number, model: Model, verb: Verb, teacher: Model | undefined) {
  const { environment, tokens, played } = course;
  const common = { model, environment, tasks: played(seed), ...tokens, seed, saveEvery: 0 };
  const groups = 16;
  if (verb === "ppo") {
    const options = { ...common, ...course.ppo };
    return { dryRun: () => ppo.dryRun(options, { groups }), train: () => ppo(options) };
  }
  if (verb === "distill") {
    const options = { ...common, ...course.distill, teacher };
    return { dryRun: () => distill.dryRun(options, { groups }), train: () => distill(options) };
  }
  const options = { ...common, ...course.grpo };
  return { dryRun: () => grpo.dryRun(options, { groups }), train: () => grpo(options) };
}

function change(before: Evaluation, after: Evaluation, by: string): Change {
  const { estimates, differences } = compare({ before, after }, { by }).rows[0];
  return { before: estimates[0]!, after: estimates[1]!, difference: differences[0]! };
}

/** The trained model; a line in the log after each quarter of its steps. */
async function told(
  run: PromiseLike<{ model: Model }> & AsyncIterable<{ type: string; step?: number }>,
  name: string,
  steps: number,
  log: (text: string) => void,
): Promise<Model> {
  const quarter = Math.ceil(steps / 4);
  for await (const { type, step = 0 } of run)
    if (type === "step-end" && (step % quarter === 0 || step === steps)) log(`${name}: step ${step} of ${steps}`);
  return (await run).model;
}

const changesIn = (changes: Lesson["greedy"]): string =>
  Object.entries(changes)
    .map(([name, { before, after, difference }]) => {
      const { value, low, high } = difference;
      const [from, to, ...lift] = [before.value, after.value, value, low, high].map((number) => number.toFixed(3));
      return `${name} ${from} → ${to}, lift ${lift[0]} [${lift[1]}, ${lift[2]}]`;
    })
    .join("; ");

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now();
  return [await work(), (performance.now() - startedAt) / 1000];
}
