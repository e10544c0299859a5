import { describe, expect, it } from "vitest";
import type { Task } from "../../gym/index.ts";
import { startTasks, TaskSource } from "./task-source.ts";

const tasks: Task[] = ["a", "a", "a", "a", "b"].map((domain, i) => ({
  ...{ id: String(i), domain, split: "train", ticket: "", difficulty: i % 2 ? 2 : 1 },
  criteria: { actions: [], assertions: [] },
}));

describe("TaskSource", () => {
  it.each(["balanced", "curriculum"] as const)("%s: goes on from its state as if it had never stopped", (sampler) => {
    const settings = { seed: 3, sampler };
    const whole = new TaskSource(tasks, settings, startTasks(settings));
    const first = [whole.next(3), whole.next(5)];
    const state = JSON.parse(JSON.stringify(whole.state));
    const again = new TaskSource(tasks, settings, startTasks(settings));
    expect([again.next(3), again.next(5)]).toEqual(first);
    expect(new TaskSource(tasks, settings, state).next(7)).toEqual(whole.next(7));
  });

  it("balanced: a small domain comes as often as a large one", () => {
    const settings = { seed: 1, sampler: "balanced" } as const;
    const drawn = new TaskSource(tasks, settings, startTasks(settings)).next(20);
    expect(drawn.filter(({ domain }) => domain === "b")).toHaveLength(10);
  });

  it("curriculum: harder tasks once the easy ones go well", () => {
    const settings = { seed: 1, sampler: "curriculum", curriculum: { window: 4 } } as const;
    const source = new TaskSource(tasks, settings, startTasks(settings));
    for (let i = 0; i < 4; i++) source.scored(tasks[0], 1);
    expect(source.state.curriculum!.level).toBe(2);
    source.scored(tasks[1], null);
    expect(source.state.curriculum!.scores).toEqual([]);
  });
});
