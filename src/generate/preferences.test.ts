import { expect, it } from "vitest";
import type { ToolSchema } from "../text/tokenizer.ts";
import { preferencesOf } from "./preferences.ts";
import { Rollout } from "./rollout-result.ts";
import type { Trajectory } from "./trajectory.ts";

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });
const tools = [{ type: "function", function: { name: "getLab" } }] as unknown as ToolSchema[];

/** One rollout of task t1 in the ward: `said` and what the environment answered, in turn. */
function played(total: number | null, said: string, changes: Partial<Trajectory> = {}): Trajectory {
  return {
    ...{ environment: "ward", task: { id: "t1", domain: "ward" }, group: 0, truncated: false },
    reward: total === null ? null : { total },
    messages: [user("K?"), assistant(said), user("5.9"), assistant("high"), user("done")],
    ...changes,
  } as Trajectory;
}

it("pairs the best with the worst of each task, from the first completion to the last", () => {
  const group = [played(0.4, "b"), played(1, "a"), played(0.1, "c")];
  const [pair, ...others] = preferencesOf([group], () => tools, {});
  expect(others).toEqual([]);
  expect(pair).toEqual({
    prompt: [user("K?")],
    chosen: [assistant("a"), user("5.9"), assistant("high")],
    rejected: [assistant("c"), user("5.9"), assistant("high")],
    tools,
    margin: 0.9,
    metadata: { domain: "ward", taskId: "t1", chosenReward: 1, rejectedReward: 0.1 },
  });
  expect(preferencesOf([group], () => [], {})[0]).not.toHaveProperty("tools");
});

it("with several pairs a group takes those that differ most, none by less than the margin", () => {
  const group = [played(0.5, "b"), played(1, "a"), played(0, "c"), played(0.48, "d")];
  const margins = (options: object) => preferencesOf([group], () => [], options).map(({ margin }) => margin);
  expect(margins({ pairsPerGroup: 3 })).toEqual([1, 0.52, 0.5]);
  expect(margins({ pairsPerGroup: 9, margin: 0.5 })).toEqual([1, 0.52, 0.5, 0.5]);
  expect(margins({ margin: 1.5 })).toEqual([]);
  expect(() => margins({ margin: 0 })).toThrow("rollout.preferences: margin is 0; it must be a number, above 0.");
});

it("leaves out what has no reward or says nothing, and never prefers what was cut off", () => {
  const silent = played(0, "", { messages: [user("K?")] });
  expect(preferencesOf([[played(null, "a"), played(1, "b"), silent]], () => [], {})).toEqual([]);
  const [pair] = preferencesOf(
    [[played(1, "cut", { truncated: true }), played(0.5, "a"), played(0, "b")]],
    () => [],
    {},
  );
  expect(pair.metadata).toMatchObject({ chosenReward: 0.5, rejectedReward: 0 });
});

it("a rollout knows the tools of its environments", () => {
  const trajectories = [played(1, "a"), played(0, "b")];
  const fields = { name: "m", trajectories, groupSize: 2, seconds: 1, reuse: null, tools: { ward: tools } };
  expect(new Rollout(fields).preferences()[0].tools).toBe(tools);
});
