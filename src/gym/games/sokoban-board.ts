import { type Move, steps } from "./game.ts";

/** Places are row · width + column. */
export interface Board {
  width: number;
  /** By place. */
  walls: readonly boolean[];
  targets: readonly boolean[];
  /** Places in rising order. */
  boxes: readonly number[];
  player: number;
}

/** # wall, _ floor, O target, X box, √ box on a target, P player, S player on a target. */
export function boardOf(rows: readonly string[]): Board {
  const cells = [...rows.join("")];
  const boxes = cells.flatMap((cell, at) => (cell === "X" || cell === "√" ? [at] : []));
  return {
    width: [...rows[0]].length,
    walls: cells.map((cell) => cell === "#"),
    targets: cells.map((cell) => cell === "O" || cell === "√" || cell === "S"),
    boxes,
    player: cells.findIndex((cell) => cell === "P" || cell === "S"),
  };
}

export function rowsOf({ width, walls, targets, boxes, player }: Board): string[] {
  const cells = walls.map((wall, at) => {
    if (wall) return "#";
    if (at === player) return targets[at] ? "S" : "P";
    if (boxes.includes(at)) return targets[at] ? "√" : "X";
    return targets[at] ? "O" : "_";
  });
  return Array.from({ length: cells.length / width }, (_, row) => cells.slice(row * width, (row + 1) * width).join(""));
}

/** How far a move goes, in places. */
export function stride(move: Move, width: number): number {
  const [rows, columns] = steps[move];
  return rows * width + columns;
}

/** The board after a move; the same one if a wall or a second box is in the way. Walls all around keep everything inside. */
export function moved(board: Board, move: Move): Board {
  const { walls, boxes, player, width } = board;
  const by = stride(move, width);
  const to = player + by;
  if (walls[to]) return board;
  if (!boxes.includes(to)) return { ...board, player: to };
  const behind = to + by;
  if (walls[behind] || boxes.includes(behind)) return board;
  return { ...board, player: to, boxes: shifted(boxes, to, behind) };
}

/** One box from a place to another. */
export function shifted(boxes: readonly number[], from: number, to: number): number[] {
  return boxes.map((box) => (box === from ? to : box)).sort((a, b) => a - b);
}

export function onTarget({ boxes, targets }: Pick<Board, "boxes" | "targets">): number {
  return boxes.filter((box) => targets[box]).length;
}

/** Boards of one map that play alike have the same key. */
export function keyOf({ player, boxes }: Pick<Board, "player" | "boxes">): string {
  return `${player},${boxes}`;
}
