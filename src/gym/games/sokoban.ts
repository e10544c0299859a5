import { z } from "zod";
import { resolveOptions } from "../../core/options.ts";
import type { Domain } from "../domain.ts";
import { defineGame, type GameLimits, limitShape, type Move, type MoveOutcome, moves } from "./game.ts";
import { type Board, boardOf, moved, onTarget, rowsOf } from "./sokoban-board.ts";
import { drawSokoban } from "./sokoban-draw.ts";
import { solveSokoban } from "./sokoban-solve.ts";
import { explainInWords, sokobanInWords } from "./sokoban-words.ts";

export interface SokobanOptions extends GameLimits {
  /** Rows and columns, the walls around them counted. @default 6 */
  size?: number;
  /** Boxes, and as many targets. @default 1 */
  boxes?: number;
  /**
   * "grid": the map as a picture of signs. "words": the places of player, box, target and inner walls, and what lies next to the
   * player; the same map, for models that cannot read a picture. @default "grid"
   */
  view?: "grid" | "words";
}

/** Shorter ones are solved by chance. */
const leastMoves = 3;

const schema = z.strictObject({
  ...limitShape,
  size: z.number().int().min(5).max(16).default(6),
  boxes: z.number().int().min(1).max(4).default(1),
  view: z.enum(["grid", "words"]).default("grid"),
});

/**
 * Sokoban with the rewards of gym-sokoban and RAGEN: −0.1 a move, +1 for a box that comes onto a target, −1 for one that leaves it, +10
 * when all are there. Maps are drawn by playing backwards, so each can be solved within the moves allowed; the expert's solutions
 * are the shortest.
 */
export function sokoban(options: SokobanOptions = {}): Domain {
  const { size, boxes, view, ...limits } = resolveOptions("gym.games.sokoban", options, schema);
  const reach = Math.min(limits.maxActions, limits.maxTurns * limits.actionsPerTurn);
  const things = boxes === 1 ? "the box onto the target" : "every box onto a target";
  const words = view === "words";
  const signs = words
    ? "A place is its row and its column, counted from the upper left; a wall runs all around."
    : "Signs: # wall, _ floor, O target, X box, √ box on a target, P you, S you on a target.";
  return defineGame({
    name: "sokoban",
    title: "Sokoban",
    description: `Push ${things}.`,
    goal: `Push ${things}:`,
    rules: `You play Sokoban. Push ${things}: a box moves when you walk against it and the place behind it is free. Boxes cannot be pulled, and nothing goes through walls.
${signs}
Rewards: -0.1 a move, 1 for a box that comes onto a target, -1 for one that leaves it, 10 when all are there.`,
    ...(words ? { view: sokobanInWords(size) } : {}),
    limits,
    parts: ["step", "box", "done"],
    advance(state, move) {
      const before = boardOf(state.rows);
      const after = moved(before, move);
      state.rows = rowsOf(after);
      return rewardOf(before, after);
    },
    draw: (random) => drawSokoban(random, { size, boxes, minMoves: Math.min(leastMoves, reach), maxMoves: reach }),
    // moves within a training map come upon its every state: were one of them a test map, it would have been learned
    room: (rows) => rows.map((row) => row.replace(/[PX]/g, "_").replace(/[S√]/g, "O")),
    plan(rows) {
      const solution = solveSokoban(rows);
      // a policy before us may have pushed the box into a corner: any move then
      if (!solution) return { moves: [moves[0]], thought: "This cannot be solved any more." };
      const thought = words
        ? explainInWords(boardOf(rows), solution, limits.actionsPerTurn)
        : explain(boardOf(rows), solution);
      return { moves: solution, thought };
    },
  });
}

function rewardOf(before: Board, after: Board): MoveOutcome {
  const box = onTarget(after) - onTarget(before);
  const done = onTarget(after) === after.boxes.length;
  return { rewards: { step: -0.1, box, done: done ? 10 : 0 }, ...(done ? { end: "solved" as const } : {}) };
}

/** The solution in words; rows and columns from 1. */
function explain(board: Board, solution: readonly Move[]): string {
  const place = (at: number) => `row ${Math.floor(at / board.width) + 1}, column ${(at % board.width) + 1}`;
  const targets = [...board.targets].flatMap((is, at) => (is ? [at] : []));
  const parts: string[] = [];
  let now = board;
  for (const move of solution) {
    const next = moved(now, move);
    const verb = next.boxes === now.boxes ? "walk" : "push";
    if (parts.at(-1)?.startsWith(verb)) parts[parts.length - 1] += `, ${move}`;
    else parts.push(`${verb} ${move}`);
    now = next;
  }
  const places = (list: readonly number[]) => list.map(place).join(" and at ");
  return `I am at ${place(board.player)}, the box at ${places(board.boxes)}, the target at ${places(targets)}. I ${parts.join(", then ")}.`;
}
