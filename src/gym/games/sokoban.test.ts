import { describe, expect, test } from "vitest";
import { Random } from "../../core/random.ts";
import { renderAnswer } from "../answer-form.ts";
import { contamination } from "../contamination/contamination.ts";
import { lint } from "../lint/lint.ts";
import { expertPolicy, play, recordOf, replay } from "../play.ts";
import { scoreEpisode } from "../reward.ts";
import { synthesize } from "../synthesize/index.ts";
import { splits, type Task, taskSchema } from "../task.ts";
import { canonicalRows, type Move, moves } from "./game.ts";
import { randomMoves } from "./random-moves.ts";
import { sokoban } from "./sokoban.ts";
import { boardOf, moved, onTarget, rowsOf } from "./sokoban-board.ts";
import { drawSokoban } from "./sokoban-draw.ts";
import { solveSokoban } from "./sokoban-solve.ts";
import { sokobanInWords } from "./sokoban-words.ts";

const game = sokoban();
const taskOf = (rows: string[]): Task => ({
  id: "hand-made",
  domain: "sokoban",
  split: "train",
  ticket: `Push the box onto the target:\n${rows.join("\n")}`,
  difficulty: 1,
  criteria: { actions: [], assertions: [] },
  state: { rows },
});
const says = (...list: string[]) => renderAnswer("so", list.join(" || "));
const corridor = ["#######", "#PX__O#", "#_____#", "#######"];

async function playAll(rows: string[], ...completions: string[]) {
  const rest = [...completions];
  return play(game, taskOf(rows), () => rest.shift() ?? "nothing");
}

describe("the board", () => {
  test("walks, pushes, and is stopped by walls and second boxes", () => {
    const push = (rows: string[], move: Move) => rowsOf(moved(boardOf(rows), move));
    expect(push(corridor, "Right")[1]).toBe("#_PX_O#");
    expect(push(corridor, "Up")).toEqual(corridor);
    expect(push(["####", "#PX#", "####"], "Right")).toEqual(["####", "#PX#", "####"]);
    expect(push(["######", "#PXXO#", "######"], "Right")[1]).toBe("#PXXO#");
    expect(push(["#####", "#PXO#", "#####"], "Right")[1]).toBe("#_P√#");
    expect(push(["#####", "#P√_#", "#####"], "Right")[1]).toBe("#_SX#");
  });

  test("every sign survives reading and writing", () => {
    const rows = ["#######", "#S√XO_#", "#######"];
    expect(rowsOf(boardOf(rows))).toEqual(rows);
  });
});

describe("rewards", () => {
  test("worked: three pushes to the target are 3·(−0.1) + 1 + 10", async () => {
    const episode = await playAll(corridor, says("Right", "Right", "right"));
    expect(episode.end).toBe("solved");
    const { parts, total } = await scoreEpisode(episode);
    expect(parts).toEqual({ step: expect.closeTo(-0.3, 9), box: 1, done: 10, format: 0 });
    expect(total).toBeCloseTo(10.7, 9);
  });

  test("a box that leaves its target costs 1, a blocked move its step", async () => {
    // two boxes, so that one on its target does not end it: off (−1), then the wall twice
    const rows = ["########", "#P√_O_X#", "########"];
    const episode = await playAll(rows, says("Right", "Left", "Left"));
    expect(episode.turns[0].rewards).toEqual({ step: expect.closeTo(-0.3, 9), box: -1, done: 0, format: 0 });
  });

  test.each([
    ["no tags", "Right"],
    ["no thought", "<answer>Right</answer>"],
    ["open answer", "<think>x</think><answer>Right"],
    ["words between", "<think>x</think> so <answer>Right</answer>"],
    ["no move", "<think>x</think><answer> || </answer>"],
    ["unknown move", "<think>x</think><answer>Right || Jump</answer>"],
  ])("bad format, %s: −0.1 once", async (_, completion) => {
    const turn = await game.start(taskOf(corridor)).step(completion);
    expect(turn.rewards.format).toBe(-0.1);
    expect(turn.rewards.step).toBe(completion.includes("Jump") ? -0.1 : 0); // what is understood is made
  });

  test("the total is the sum of what the turns earned", async () => {
    for (const task of game.tasks({ count: 20, seed: 3 })) {
      const episode = await play(game, task, randomMoves(1));
      const earned = episode.turns.flatMap(({ rewards }) => Object.values(rewards)).reduce((sum, value) => sum + value);
      expect((await scoreEpisode(episode)).total).toBeCloseTo(earned, 9);
    }
  });
});

describe("limits", () => {
  test("five moves an answer, ten moves, five turns", async () => {
    const wide = ["##########", "#P_______#", "#______X_#", "#_______O#", "##########"];
    const nine = says(...Array(9).fill("Right"));
    const episode = await playAll(wide, nine, nine);
    expect(episode.turns.map(({ action }) => action.type === "moves" && action.moves.length)).toEqual([5, 5]);
    expect([episode.end, episode.reason]).toEqual(["turn-limit", "all 10 moves were made"]);
    const idle = await playAll(wide);
    expect([idle.end, idle.turns.length]).toEqual(["turn-limit", 5]);
    await expect(idle.step(nine)).rejects.toThrow(/is over \(turn-limit\)/);
  });

  test("an answer's moves after the solution are not made", async () => {
    const episode = await playAll(corridor, says("Right", "Right", "Right", "Left"));
    expect(episode.state).toEqual({ rows: ["#######", "#___P√#", "#_____#", "#######"], moves: 3 });
  });
});

/** Tries every sequence of moves, by length: the definition of the shortest. */
function bruteForce(rows: readonly string[], most: number): number | null {
  let boards = [boardOf(rows)];
  for (let length = 0; length <= most; length++) {
    if (boards.some((board) => onTarget(board) === board.boxes.length)) return length;
    boards = boards.flatMap((board) => moves.map((move) => moved(board, move)));
  }
  return null;
}

describe("the solver", () => {
  test("agrees with brute force on small maps, also where there is no solution that short", () => {
    let solvable = 0;
    for (let n = 0; n < 60; n++) {
      const random = new Random(12).split("small", n);
      const cells = Array.from({ length: 9 }, () => (random.boolean(0.15) ? "#" : "_"));
      const [player, box, target] = random.sample([...cells.keys()], 3);
      Object.assign(cells, { [player]: "P", [box]: "X", [target]: "O" });
      const inner = [0, 3, 6].map((at) => `#${cells.slice(at, at + 3).join("")}#`);
      const rows = ["#####", ...inner, "#####"];
      const brute = bruteForce(rows, 6);
      const solution = solveSokoban(rows);
      if (brute === null) expect(solution === null || solution.length > 6).toBe(true);
      else expect(solution).toHaveLength(brute);
      solvable += Number(brute !== null);
    }
    expect(solvable).toBeGreaterThan(8); // of 60
  });

  test("fewest moves and fewest pushes can differ", () => {
    for (let n = 0; n < 40; n++) {
      const map = drawSokoban(new Random(5).split("two", n), { size: 6, boxes: 2, minMoves: 1, maxMoves: 14 });
      if (!map) continue;
      const [byMoves, byPushes] = (["moves", "pushes"] as const).map((least) => solveSokoban(map.rows, { least })!);
      const pushes = (solution: Move[]) => {
        let board = boardOf(map.rows);
        let count = 0;
        for (const move of solution) {
          const next = moved(board, move);
          if (next.boxes !== board.boxes) count++;
          board = next;
        }
        expect(onTarget(board)).toBe(2);
        return count;
      };
      expect(byMoves).toHaveLength(map.shortest);
      expect(byPushes.length).toBeGreaterThanOrEqual(byMoves.length);
      expect(pushes(byPushes)).toBeLessThanOrEqual(pushes(byMoves));
    }
  });

  test("says null where a box stands in a corner", () => {
    expect(solveSokoban(["#####", "#X__#", "#_PO#", "#####"])).toBeNull();
  });
});

describe("tasks", () => {
  test("test maps are not in the training maps", async () => {
    (await contamination(game.tasks({ split: "train" }), game.tasks({ split: "test", count: 60 }))).assert();
  });

  test("are distinct under turns and mirrors, in one split each under every seed, and can be solved", () => {
    const bySplit = new Map<string, string>();
    for (let seed = 0; seed < 3; seed++) {
      const tasks = game.tasks({ seed, count: 150 });
      expect(new Set(tasks.map(({ state }) => canonicalRows((state as { rows: string[] }).rows))).size).toBe(150);
      for (const task of tasks) {
        expect(taskSchema.safeParse(task).success).toBe(true);
        const { rows } = task.state as { rows: string[] };
        expect(solveSokoban(rows)!.length).toBeLessThanOrEqual(10);
        const key = canonicalRows(rows);
        expect(bySplit.get(key) ?? task.split).toBe(task.split);
        bySplit.set(key, task.split);
      }
    }
    expect(new Set(bySplit.values())).toEqual(new Set(splits));
  });

  test("a room, its walls and targets, is in one split: no training episode comes upon a test map", () => {
    const roomsOf = (split: "train" | "test") => {
      const rows = [1, 2]
        .flatMap((seed) => game.tasks({ split, count: 200, seed }))
        .map(({ state }) => state as { rows: string[] });
      return rows.map(({ rows }) => canonicalRows(rows.map((row) => row.replace(/[PX]/g, "_").replace(/[S√]/g, "O"))));
    };
    const learned = new Set(roomsOf("train"));
    const held = roomsOf("test");
    expect(held.filter((room) => learned.has(room))).toEqual([]);
    expect(new Set(held).size).toBeLessThan(held.length); // rooms do come more than once
  });

  test("the same options give the same maps; a count is reached or refused", () => {
    expect(game.tasks({ split: "test", count: 20, seed: 9 })).toEqual(
      game.tasks({ split: "test", count: 20, seed: 9 }),
    );
    expect(game.tasks({ count: 30 })).toEqual(game.tasks().slice(0, 30));
    expect(game.tasks()).toHaveLength(500);
    expect(() => sokoban({ size: 5, maxActions: 3 }).tasks({ count: 10_000 })).toThrow(/only \d+ different/);
  });

  test("the length of a draw is that of the shortest solution, with any number of boxes", () => {
    for (let n = 0; n < 30; n++) {
      const boxes = 1 + (n % 3);
      const map = drawSokoban(new Random(2).split("draw", n), { size: 6 + (n % 3), boxes, minMoves: 1, maxMoves: 12 });
      if (map) expect(solveSokoban(map.rows)).toHaveLength(map.shortest);
    }
  });

  test("an unknown option is refused by name", () => {
    expect(() => sokoban({ boxs: 2 } as never)).toThrow(/gym.games.sokoban has no option "boxs"/);
  });
});

describe("a board in words", () => {
  const worded = sokoban({ view: "words", actionsPerTurn: 2 });

  test("places, what lies next to player and box, where the target is; the thought goes as far as the next push", async () => {
    const map = ["######", "#__###", "#_P__#", "#_X#_#", "#O___#", "######"];
    const task = { ...taskOf(map), ticket: `Push it:\n${sokobanInWords(6).show(map, 0).join("\n")}` };
    expect(task.ticket.split("\n").slice(1)).toEqual([
      "You 3 3; box 4 3; target 5 2; walls 2 4, 2 5, 4 4.",
      "You: Up floor, Down box, Left floor, Right floor.",
      "Box 4 3: Up you, Down floor, Left floor, Right wall; target Down Left.",
    ]);
    const episode = await play(worded, task, expertPolicy(worded, task));
    expect(episode.end).toBe("solved");
    expect(episode.turns.map(({ completion }) => completion).slice(0, 2)).toEqual([
      "<think>I 3 3, box 4 3, target Down Left. Push Down from 3 3: Down 4 3, Up 3 3.</think><answer>Down || Up</answer>",
      "<think>I 3 3, box 5 3, target Left. Push Left from 5 4: Right 3 4, Right 3 5, Down 4 5, Down 5 5, Left 5 4, Left 5 3.</think><answer>Right || Right</answer>",
    ]);
    expect(worded.start(task).messages[0].content).not.toContain("Signs");
    expect(sokobanInWords(5).show(["#####", "#S_X#", "#O_X#", "#___#", "#####"], 0).slice(0, 2)).toEqual([
      "You 2 2; box 2 4, 3 4; target 2 2, 3 2; walls none.",
      "You: Up wall, Down target, Left wall, Right floor.",
    ]);
  });

  test.each([1, 2])(
    "the same maps, told without loss, with %i box(es): what is read again is the map, and the expert solves all",
    async (boxes) => {
      const [told, pictured] = ["words", "grid"].map((view) => sokoban({ boxes, view: view as "words" }));
      const tasks = told.tasks({ count: 60 });
      expect(tasks.map(({ id, state }) => [id, state])).toEqual(
        pictured.tasks({ count: 60 }).map(({ id, state }) => [id, state]),
      );
      for (const task of tasks) {
        expect(sokobanInWords(6).read(task.ticket)).toEqual((task.state as { rows: string[] }).rows);
        expect((await play(told, task, expertPolicy(told, task))).end).toBe("solved");
      }
      (await lint(tasks, { environment: told })).assert();
    },
  );
});

describe("policies", () => {
  test("the expert solves all; its episodes are chat rows that end with its answer", async () => {
    const tasks = game.tasks({ split: "train", count: 60, seed: 4 });
    const { rows } = await synthesize({ domains: [game], tasks });
    expect(rows).toHaveLength(60);
    expect(rows.every(({ messages }) => messages.at(-1)!.role === "assistant")).toBe(true);
    expect(rows.every(({ metadata }) => metadata.score >= 10)).toBe(true); // 11 less at most ten steps
    expect(rows.map(({ metadata }) => metadata.taskId)).toEqual(tasks.map(({ id }) => id));
  });

  test("larger boards too", async () => {
    const large = sokoban({ size: 8, boxes: 2, maxActions: 20 });
    for (const task of large.tasks({ count: 10 })) {
      expect((await play(large, task, expertPolicy(large, task))).end).toBe("solved");
    }
  });

  test("a random policy solves few", async () => {
    const tasks = game.tasks();
    let solved = 0;
    for (const task of tasks) solved += Number((await play(game, task, randomMoves())).end === "solved");
    expect(solved / tasks.length).toBeCloseTo(0.058, 9); // stated in docs/gym.md
  });
});

test("episodes of a task start alike and replay to the same hash; fuzzed completions never throw", async () => {
  const random = new Random(8);
  const bits = ["<think>", "</think>", "<answer>", "</answer>", "Right", "up", " || ", "\n", "√", "{", "\u0000", "😀"];
  const fuzz = () => Array.from({ length: random.integer(14) }, () => random.choice(bits)).join("");
  for (const task of game.tasks({ count: 40, seed: 6 })) {
    const episode = await play(game, task, (_, { turns }) => (turns.length % 2 ? fuzz() : says(random.choice(moves))));
    expect(episode.end).not.toBe("error");
    const again = await replay(game, recordOf(episode));
    expect(again.hash()).toBe(episode.hash());
    expect(again.messages).toEqual(episode.messages);
    expect(game.start(task, { seed: 1 }).messages).toEqual(game.start(task, { seed: 2 }).messages);
  }
});
