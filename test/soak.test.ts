/** The soak of `npm run soak -- gym` on a few tasks: what is sound passes, and each of its columns sees what it is for. */
import { expect, test } from "vitest";
import { gym } from "../src/index.ts";
import { soak, verdict } from "./soak/soak.ts";

const options = { seeds: 2, firstSeed: 1005, played: 2 };
const lake = gym.games.frozenLake();
const few = (domain: gym.Domain, count: number): gym.Domain => ({
  ...domain,
  tasks: (wanted) => domain.tasks({ ...wanted, count: wanted?.split ? 3 : count }),
});

test.each(["triage", "consultation", "frozen-lake"])("%s is sound", async (name) => {
  const found = await soak(few(gym.domain(name), 40), options);
  expect(verdict(found)).toEqual([]);
  expect(found).toMatchObject({
    domain: name,
    tasks: 80,
    lintErrors: 0,
    contaminated: 0,
    unlike: 0,
    empty: 0,
    broken: 0,
  });
  expect(found.episodes).toBe(16); // 2 seeds · 2 tasks · expert, random, empty, fuzzed
  expect(found.expert).toBeGreaterThan(0.95);
});

test("no seed is begun when the time is up, but the first", async () => {
  const found = await soak(few(lake, 5), { ...options, seeds: 50, minutes: 1e-6 });
  expect(found).toMatchObject({ seeds: 1, tasks: 5 });
});

test("what is unsound is seen and named", async () => {
  const test0 = lake.tasks({ split: "test", count: 1 })[0];
  let started = 0;
  const bad: gym.Domain = {
    ...few(lake, 20),
    // a test map in training; one that cannot be solved
    tasks: (wanted) => {
      const tasks = few(lake, 20).tasks(wanted);
      if (wanted?.split) return tasks;
      const shut = { ...tasks[1], id: "shut", split: "train" as const, state: { rows: ["PO", "OG"] } };
      return [...tasks, { ...test0, id: "copy", split: "train" }, shut];
    },
    // every start of the soak's seeds differs; a completion with a tool call breaks it; nothing is worth something
    start(task, given) {
      const episode = lake.start(task, given);
      started++;
      const { step } = episode;
      return Object.assign(episode, {
        hash: () => (given?.seed && given.seed > 1000 ? String(started) : "ab"),
        async step(completion: string) {
          const turn = await step.call(episode, completion);
          if (completion === "") turn.rewards.goal = 0.5;
          if (completion.includes("<tool_call>")) throw new TypeError("no such tool");
          return turn;
        },
      });
    },
    *expert() {
      yield { text: "Up" };
    },
  };
  const found = await soak(bad, { ...options, seeds: 6 });
  expect(found.lintErrors).toBeGreaterThanOrEqual(6);
  expect(found.contaminated).toBe(6);
  expect(found.unlike).toBeGreaterThan(5);
  expect(found.empty).toBeGreaterThan(0.5);
  expect(found.broken).toBeGreaterThan(0);
  const said = verdict(found).join("\n");
  for (const part of ["errors of the linter", "hold test tasks", "do not replay", "the expert gets 0.000", "an empty answer gets", "fuzzed episodes broke", "seed 1005"]) expect(said).toContain(part); // biome-ignore format: a line
});
