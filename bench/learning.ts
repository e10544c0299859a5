/**
 * Claim: with the embedded model, from a start that fine-tuning made, grpo lifts what counts on test tasks; ppo, and distill from grpo's
 * model on the start's own rollouts, reach two thirds of that; with each of three seeds, in ten minutes each on two cores.
 * Drug-interaction: accuracy and composite by 0.1 each. FrozenLake: success to 0.8. There is no peer: the figures are lifts, greedy, with
 * paired bootstrap intervals.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench } from "./context.ts";
import { type Course, type Learned, type Lesson, learn, verbs } from "./learning/course.ts";
import { drugInteraction } from "./learning/drug-interaction.ts";
import { frozenLake } from "./learning/frozen-lake.ts";
import type { Row } from "./rows.ts";

const seeds = [1, 2, 3];

/** `--only "frozen-lake, seed 2"`: such names are asked for. */
export const learningBench: Bench = async (bench) => {
  const before = process.env.MEDGYM_RUNS;
  const folder = mkdtempSync(join(tmpdir(), "medgym-learning-"));
  process.env.MEDGYM_RUNS = folder;
  try {
    for (const course of [frozenLake, drugInteraction]) {
      for (const seed of seeds) {
        const name = `learning ${course.name}, seed ${seed}`;
        if (!bench.wanted(name)) continue;
        await bench.row(name, async () => {
          const model = join(bench.root, "assets", "nano");
          return rowsOf(course, await learn(course, seed, { model, verbs, log: bench.log }));
        });
      }
    }
  } finally {
    if (before === undefined) delete process.env.MEDGYM_RUNS;
    else process.env.MEDGYM_RUNS = before;
    rmSync(folder, { recursive: true, force: true });
  }
};

/** What stands in a row's `details`. */
export interface LearningDetails extends Omit<Learned, "lessons">, Omit<Lesson, "greedy" | "drawn"> {
  course: string;
  measure: string;
  greedy: Lesson["greedy"][string];
  drawn: Lesson["drawn"][string];
}

/** A row for each measure of each lesson: the greedy lift. The target of ppo and distill is two thirds of grpo's lift. */
export function rowsOf(
  { name, measures, leastLift }: Pick<Course, "name" | "measures" | "leastLift">,
  learned: Learned,
) {
  const { lessons, ...start } = learned;
  const reached = lessons.find(({ verb }) => verb === "grpo");
  return lessons.flatMap((lesson) =>
    Object.keys(measures).map((measure): Row => {
      const { greedy, drawn, ...facts } = lesson;
      const { before, difference } = greedy[measure];
      const ofGrpo = reached && (2 / 3) * reached.greedy[measure].difference.value;
      const atLeast = facts.verb === "grpo" ? leastLift(before.value) : ofGrpo;
      const details = { course: name, measure, ...start, ...facts, greedy: greedy[measure], drawn: drawn[measure] };
      return {
        name: `learning ${name}, seed ${start.seed}: ${facts.verb}, ${measure}`,
        unit: "lift",
        better: "more",
        ours: { name: "medgym", median: difference.value, min: difference.low, max: difference.high },
        ...(atLeast === undefined ? {} : { target: { atLeast: Number(atLeast.toFixed(3)) } }),
        details: details satisfies LearningDetails,
      };
    }),
  );
}
