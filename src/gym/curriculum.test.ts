import { describe, expect, test } from "vitest";
import { Random } from "../core/random.ts";
import { advance, balanced, drawTasks, type Level, levelShares, startCurriculum } from "./curriculum.ts";
import type { Task } from "./task.ts";

const task = (domain: string, i: number, difficulty: Level = 1): Task => ({
  id: `${domain}-${i}`,
  domain,
  split: "train",
  ticket: "",
  difficulty,
  criteria: { actions: [], assertions: [] },
});
const play = (level: Level, scores: number[], window = 2) =>
  scores.reduce((state, score) => advance(state, level, score), startCurriculum({ level, window }));

describe("the curriculum", () => {
  test.each<[Level, number[], Level]>([
    [1, [0.5, 0.5], 2], // at the threshold .50
    [1, [0.5, 0.49], 1],
    [2, [0.55, 0.55], 3],
    [2, [0.54, 0.55], 2],
    [3, [0.6, 0.6], 4],
    [4, [0.65, 0.65], 5],
    [4, [0.65, 0.64], 4],
    [5, [1, 1], 5],
    [2, [0.3, 0.29], 1], // below .30
    [2, [0.3, 0.3], 2],
    [1, [0, 0], 1],
    [2, [1], 2], // too few scores
  ])("level %d after %j is %d", (from, scores, to) => expect(play(from, scores).level).toBe(to));

  test("a new level starts counting anew; old scores leave the window; other levels and nulls do not count", () => {
    expect(play(1, [0.5, 0.5, 0.9])).toEqual({ level: 2, scores: [], window: 2 });
    expect(play(1, [0, 0.4, 0.6]).level).toBe(2);
    const state = startCurriculum({ level: 2, window: 1 });
    expect(advance(state, 1, 1)).toBe(state);
    expect(advance(state, 2, null)).toBe(state);
  });

  test("60/25/15, and what is missing goes to the current level", () => {
    const shares = (level: Level, ...available: Level[]) => Object.fromEntries(levelShares(level, new Set(available)));
    const near = (a: object, b: object) =>
      expect(Object.entries(a)).toEqual(Object.entries(b).map(([k, v]) => [k, expect.closeTo(v, 12)]));
    near(shares(3, 1, 2, 3, 4, 5), { 1: 0.125, 2: 0.125, 3: 0.6, 4: 0.15 });
    near(shares(1, 1, 2, 3), { 1: 0.85, 2: 0.15 });
    near(shares(5, 4, 5), { 4: 0.25, 5: 0.75 });
    near(shares(3, 2, 4), { 2: 0.625, 4: 0.375 }); // no tasks of the level itself: .25 and .15 of .40
  });

  test("draws follow the shares, seeded", () => {
    const tasks = ([1, 2, 3] as const).flatMap((level) => [0, 1, 2].map((i) => task("a", 10 * level + i, level)));
    const drawn = drawTasks({ level: 2 }, tasks, 4000, new Random(1));
    const share = (level: Level) => drawn.filter(({ difficulty }) => difficulty === level).length / drawn.length;
    // standard deviation of a share below 0.008: four of them
    expect(share(1)).toBeCloseTo(0.25, 1);
    expect(Math.abs(share(2) - 0.6)).toBeLessThan(0.032);
    expect(Math.abs(share(3) - 0.15)).toBeLessThan(0.032);
    expect(drawTasks({ level: 2 }, tasks, 50, new Random(1))).toEqual(drawn.slice(0, 50));
    expect(() => drawTasks({ level: 1 }, [task("a", 0, 4)], 1, new Random(1))).toThrow(/around level 1; levels: 4/);
  });
});

test("domains come equally often, and each task of a domain before any again", () => {
  const tasks = [task("small", 0), ...[0, 1, 2, 3].map((i) => task("large", i))];
  const stream = balanced(tasks, new Random(3));
  const drawn = Array.from({ length: 16 }, () => stream.next().value);
  for (let round = 0; round < 8; round++) {
    expect(new Set(drawn.slice(2 * round, 2 * round + 2).map(({ domain }) => domain)).size).toBe(2);
  }
  const large = drawn.filter(({ domain }) => domain === "large").map(({ id }) => id);
  expect(new Set(large.slice(0, 4)).size).toBe(4);
  expect(new Set(large.slice(4)).size).toBe(4);
  expect(() => balanced([], new Random(1)).next()).toThrow(/no tasks/);
});
