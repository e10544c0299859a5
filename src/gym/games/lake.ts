import type { Random } from "../../core/random.ts";
import { type Move, moves, steps } from "./game.ts";

/** Places are row · width + column; the lake is square. */
export interface Lake {
  width: number;
  /** By place. */
  holes: readonly boolean[];
  goal: number;
  player: number;
}

/** P player, _ ice, O hole, G goal, X player in a hole, √ player at the goal. */
export function lakeOf(rows: readonly string[]): Lake {
  const cells = [...rows.join("")];
  return {
    width: [...rows[0]].length,
    holes: cells.map((cell) => cell === "O" || cell === "X"),
    goal: cells.findIndex((cell) => cell === "G" || cell === "√"),
    player: cells.findIndex((cell) => cell === "P" || cell === "X" || cell === "√"),
  };
}

export function rowsOfLake({ width, holes, goal, player }: Lake): string[] {
  const cells = holes.map((hole, at) => {
    if (at === player) return hole ? "X" : at === goal ? "√" : "P";
    return hole ? "O" : at === goal ? "G" : "_";
  });
  return Array.from({ length: cells.length / width }, (_, row) => cells.slice(row * width, (row + 1) * width).join(""));
}

/** Where a move leads that does not slip; the edge stops it. */
export function slide({ width }: Pick<Lake, "width">, at: number, move: Move): number {
  const [row, column] = [Math.floor(at / width) + steps[move][0], (at % width) + steps[move][1]];
  return row < 0 || column < 0 || row >= width || column >= width ? at : row * width + column;
}

/** Where slippery ice takes a move: ahead or to a side, each with chance 1/3. */
export function slips(move: Move): Move[] {
  const across = steps[move][0] === 0 ? 1 : 0;
  return [move, ...moves.filter((other) => (steps[other][0] === 0 ? 1 : 0) !== across)];
}

/** Each field is ice with chance `p`; start and goal are two of them. */
export function drawLake(random: Random, width: number, p: number): Lake {
  const holes = Array.from({ length: width * width }, () => !random.boolean(p));
  const [player, goal] = random.sample([...holes.keys()], 2);
  holes[player] = false;
  holes[goal] = false;
  return { width, holes, goal, player };
}
