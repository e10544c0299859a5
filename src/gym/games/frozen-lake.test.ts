import { describe, expect, test } from "vitest";
import { Random } from "../../core/random.ts";
import { renderAnswer } from "../answer-form.ts";
import { contamination } from "../contamination/contamination.ts";
import { lint } from "../lint/lint.ts";
import { expertPolicy, play, recordOf, replay } from "../play.ts";
import { scoreEpisode } from "../reward.ts";
import { synthesize } from "../synthesize/index.ts";
import type { Task } from "../task.ts";
import { frozenLake } from "./frozen-lake.ts";
import { canonicalRows, type Move, moves } from "./game.ts";
import { drawLake, lakeOf, rowsOfLake, slide, slips } from "./lake.ts";
import { bestMoves, chances, shortestWay } from "./lake-solve.ts";
import { inWords } from "./lake-words.ts";
import { randomMoves } from "./random-moves.ts";

const firm = frozenLake();
const slippery = frozenLake({ slippery: true });
const rows = ["P_O_", "O_O_", "___O", "O__G"];
const task: Task = {
  id: "hand-made",
  domain: "frozen-lake",
  split: "train",
  ticket: `Cross the ice to the goal:\n${rows.join("\n")}`,
  difficulty: 3,
  criteria: { actions: [], assertions: [] },
  state: { rows },
};
const says = (...list: string[]) => renderAnswer("so", list.join(" || "));

describe("a lake", () => {
  test("1 at the goal and nothing on the way; a hole ends it with nothing", async () => {
    const episode = firm.start(task);
    await episode.step(says("Right", "Down", "Down", "Right", "Down"));
    await episode.step(says("right"));
    expect(episode.end).toBe("solved");
    expect(await scoreEpisode(episode)).toMatchObject({ total: 1, parts: { goal: 1, format: 0 } });
    expect(String(episode.messages.at(-1)!.content)).toMatch(/O__√\n\nSolved\.$/);
    const lost = firm.start(task);
    await lost.step(says("Down", "Right"));
    expect(lost.end).toBe("lost");
    expect(lost.state).toEqual({ rows: ["__O_", "X_O_", "___O", "O__G"], moves: 1 });
    expect((await scoreEpisode(lost)).total).toBe(0);
  });

  test("edges stop; a bad format costs 0.1", async () => {
    const episode = firm.start(task);
    await episode.step(says("Up", "Left"));
    expect((episode.state as { rows: string[] }).rows).toEqual(rows);
    expect((await episode.step("Right")).rewards).toEqual({ goal: 0, format: -0.1 });
  });

  test("slips go ahead or to a side, a third each, the same for the same seed", async () => {
    expect(slips("Up")).toEqual(["Up", "Left", "Right"]);
    expect(slips("Right")).toEqual(["Right", "Up", "Down"]);
    const open: Task = { ...task, state: { rows: ["____", "_P__", "____", "___G"] } };
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 900; seed++) {
      const episode = slippery.start(open, { seed });
      await episode.step(says("Up"));
      const at = String(lakeOf((episode.state as { rows: string[] }).rows).player);
      counts.set(at, (counts.get(at) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(["1", "4", "6"]);
    // 300 ± 14 each; 70 is five standard deviations
    for (const count of counts.values()) expect(Math.abs(count - 300)).toBeLessThan(70);
    const [one, two] = [slippery.start(open, { seed: 5 }), slippery.start(open, { seed: 5 })];
    for (const episode of [one, two]) await episode.step(says("Up", "Down", "Left"));
    expect(one.hash()).toBe(two.hash());
  });
});

describe("a lake in words", () => {
  const worded = frozenLake({ view: "words" });

  test("places, and what lies around; the goal, a hole and no hole at all", async () => {
    const episode = worded.start(task);
    const at = (text: string) => expect(String(episode.messages.at(-1)!.content)).toContain(text);
    await episode.step(says("Right", "Down"));
    at(
      "You 2 2; goal 4 4; holes 1 3, 2 1, 2 3, 3 4, 4 1.\nAround: Left hole, Right hole, Up ice farther, Down ice nearer.\n",
    );
    await episode.step(says("Left"));
    at("You 2 1; goal 4 4; holes 1 3, 2 1, 2 3, 3 4, 4 1.\n");
    at("\nAround: Right ice nearer, Up ice farther, Down ice nearer, Left edge.\n\nLost.");
    expect(worded.start({ ...task, state: { rows: ["P_", "_G"] } }).messages[0].content).not.toContain("Signs");
    expect(inWords(2).show(["P_", "_G"], 4)).toEqual([
      "You 1 1; goal 2 2; holes none.",
      "Around: Up edge, Down ice nearer, Left edge, Right ice nearer.",
    ]);
    expect(inWords(2).show(["__", "PG"], 1)[1]).toBe("Around: Down edge, Left edge, Right goal, Up ice farther.");
  });

  test("the same maps, told without loss: what is read again is the map, and the expert solves all", async () => {
    const tasks = worded.tasks();
    const pictured = firm.tasks();
    expect(tasks.map(({ id, state }) => [id, state])).toEqual(pictured.map(({ id, state }) => [id, state]));
    const { read } = inWords(4);
    for (const { ticket, state } of tasks) expect(read(ticket)).toEqual((state as { rows: string[] }).rows);
    for (const each of tasks.slice(0, 100))
      expect((await play(worded, each, expertPolicy(worded, each))).end).toBe("solved");
    (await lint(tasks, { environment: worded })).assert();
  });
});

test("one move an answer is told so", () => {
  const told = (options: object) => String(frozenLake(options).start(task).messages[0].content);
  expect(told({ actionsPerTurn: 1 })).toMatch(
    /10 moves, one in each answer\..*nothing else: <answer>Right<\/answer>\.$/s,
  );
  expect(told({})).toMatch(/10 moves, at most 5 in one answer\..*<answer>Right \|\| Up<\/answer>\.$/s);
});

describe("solvers", () => {
  const walk = (lake: ReturnType<typeof lakeOf>, way: readonly Move[]) =>
    way.reduce((at, move) => slide(lake, at, move), lake.player);

  test("the shortest way solves, and no shorter one does: against every sequence of up to six moves", () => {
    for (let n = 0; n < 40; n++) {
      const lake = drawLake(new Random(1).split("lake", n), 4, 0.7);
      expect(lakeOf(rowsOfLake(lake))).toEqual(lake);
      const way = shortestWay(lake);
      let reached = [lake.player];
      let brute: number | null = null;
      for (let length = 0; length <= 6 && brute === null; length++) {
        if (reached.includes(lake.goal)) brute = length;
        reached = reached.flatMap((at) => moves.map((move) => slide(lake, at, move))).filter((at) => !lake.holes[at]);
      }
      if (brute === null) expect(way === null || way.length > 6).toBe(true);
      else expect(way).toHaveLength(brute);
      if (way) expect(walk(lake, way)).toBe(lake.goal);
    }
  });

  test("value iteration, worked: beside the goal one move has 1/3, two have 5/9", () => {
    // 2×2, P beside G. One move: Right or Up lead to G with 1/3. Two: Up either goes to G (1/3) or leaves one at P (twice 1/3),
    // where 1/3 is left: 1/3 + 2/3·1/3 = 5/9; Right may lead below P, from where one move does not suffice: 4/9
    const lake = lakeOf(["PG", "__"]);
    expect(chances(lake, 1)[0]).toBeCloseTo(1 / 3, 12);
    expect(chances(lake, 2)[0]).toBeCloseTo(5 / 9, 12);
  });

  test("one move of an answer is the best by value iteration; its promise holds over many episodes", async () => {
    const lake = lakeOf(rows);
    const [best] = bestMoves(lake, 1, 10);
    const value = (move: Move) =>
      slips(move).reduce((sum, slip) => sum + chances(lake, 9)[slide(lake, lake.player, slip)], 0) / 3;
    expect(value(best)).toBeCloseTo(chances(lake, 10)[lake.player], 12);
    const careful = frozenLake({ slippery: true, maxTurns: 10 }); // one move a turn: as value iteration has it
    let solved = 0;
    for (let seed = 0; seed < 400; seed++) {
      solved += Number((await play(careful, task, expertPolicy(careful, task), { seed })).end === "solved");
    }
    const promised = chances(lake, 10)[lake.player];
    expect(Math.abs(solved / 400 - promised)).toBeLessThan(5 * Math.sqrt((promised * (1 - promised)) / 400));
  });
});

describe("tasks and policies", () => {
  test("test maps are not in the training maps", async () => {
    (await contamination(firm.tasks({ split: "train" }), firm.tasks({ split: "test", count: 60 }))).assert();
  });

  test("maps are distinct, each in one split under every seed", () => {
    const splits = new Map<string, string>();
    for (let seed = 0; seed < 3; seed++) {
      const tasks = firm.tasks({ seed, count: 200 });
      const keys = tasks.map(({ state }) => canonicalRows((state as { rows: string[] }).rows));
      expect(new Set(keys).size).toBe(200);
      tasks.forEach(({ split }, i) => {
        expect(splits.get(keys[i]) ?? split).toBe(split);
        splits.set(keys[i], split);
      });
    }
    expect(() => frozenLake({ size: 2 }).tasks()).toThrow(/only \d different/);
  });

  test("a lake, its holes and its goal, is in one split: no training episode comes upon a test map", () => {
    const lakesOf = (split: "train" | "test") =>
      [1, 2]
        .flatMap((seed) => firm.tasks({ split, count: 200, seed }))
        .map(({ state }) => canonicalRows((state as { rows: string[] }).rows.map((row) => row.replace("P", "_"))));
    const learned = new Set(lakesOf("train"));
    const held = lakesOf("test");
    expect(held.filter((lake) => learned.has(lake))).toEqual([]);
    expect(new Set(held).size).toBeLessThan(held.length); // lakes do come more than once
  });

  const rate = async (domain: typeof firm, policyOf: (task: Task) => Parameters<typeof play>[2]) => {
    const tasks = domain.tasks();
    let solved = 0;
    for (const each of tasks) solved += Number((await play(domain, each, policyOf(each))).end === "solved");
    return solved / tasks.length;
  };

  test("the expert solves all on firm ice; rates as docs/gym.md states them", async () => {
    expect(await rate(firm, (each) => expertPolicy(firm, each))).toBe(1);
    expect(await rate(firm, () => randomMoves())).toBeCloseTo(0.128, 9);
    expect(await rate(slippery, () => randomMoves())).toBeCloseTo(0.122, 9);
    expect(await rate(slippery, (each) => expertPolicy(slippery, each))).toBeCloseTo(0.346, 9);
  });

  test("on slippery ice failures are an error, or left out", async () => {
    const tasks = slippery.tasks({ split: "train", count: 40 });
    const given = { domains: [slippery], tasks };
    await expect(synthesize(given)).rejects.toThrow(/40 demonstrations were asked for/);
    const { rows: solved } = await synthesize({ ...given, allowFewer: true });
    expect(solved.length).toBeGreaterThan(5);
    expect(solved.every(({ metadata }) => metadata.score === 1)).toBe(true);
  });

  test("episodes replay to the same hash, slips included", async () => {
    for (const each of slippery.tasks({ count: 20, seed: 2 })) {
      const episode = await play(slippery, each, randomMoves(3), { seed: 7 });
      const again = await replay(slippery, recordOf(episode));
      expect([again.hash(), again.messages]).toEqual([episode.hash(), episode.messages]);
    }
  });
});
