import type { Random } from "../../core/random.ts";
import { moves } from "./game.ts";
import { type Board, keyOf, onTarget, rowsOf, shifted, stride } from "./sokoban-board.ts";

export interface DrawOptions {
  size: number;
  boxes: number;
  /** Of the shortest solution. */
  minMoves: number;
  maxMoves: number;
}

/** Boards that are looked at on the way back; the nearest ones first. */
const searchLimit = 50_000;

/**
 * A room, targets in it, and a start found by playing backwards from the solved boards: breadth-first, so that the distance of each
 * board is its shortest solution. Lengths are drawn first, then one of the boards of that length, no box on a target.
 */
export function drawSokoban(
  random: Random,
  { size, boxes, minMoves, maxMoves }: DrawOptions,
): { rows: string[]; shortest: number } | null {
  const walls = drawRoom(random, size);
  const floor = walls.flatMap((wall, at) => (wall ? [] : [at]));
  if (floor.length < boxes + 2) return null;
  const targets = random.sample(floor, boxes);
  const isTarget = walls.map((_, at) => targets.includes(at));
  const starts = backwards({ width: size, walls, targets: isTarget }, floor, maxMoves)
    .map((boards) => boards.filter((board) => onTarget(board) === 0))
    .flatMap((boards, shortest) => (boards.length > 0 && shortest >= minMoves ? [{ boards, shortest }] : []));
  if (starts.length === 0) return null;
  const { boards, shortest } = random.choice(starts);
  return { rows: rowsOf(random.choice(boards)), shortest };
}

/** Walls by place: a random walk that clears rooms of up to 2×2, inside a wall all around. */
function drawRoom(random: Random, size: number): boolean[] {
  const walls = Array.from({ length: size * size }, () => true);
  const inside = (at: number) => at >= 1 && at <= size - 2;
  let [row, column] = [1 + random.integer(size - 2), 1 + random.integer(size - 2)];
  let by = random.integer(4);
  const length = 2 * size + random.integer(2 * size);
  for (let step = 0; step < length; step++) {
    const [height, width] = random.choice([[1, 1], [1, 2], [2, 1], [2, 2]]); // biome-ignore format: brushes
    for (let r = row; r < row + height; r++) {
      for (let c = column; c < column + width; c++) if (inside(r) && inside(c)) walls[r * size + c] = false;
    }
    if (random.boolean(0.35)) by = random.integer(4);
    const [down, right] = [[-1, 0], [1, 0], [0, -1], [0, 1]][by]; // biome-ignore format: directions
    row = Math.min(size - 2, Math.max(1, row + down));
    column = Math.min(size - 2, Math.max(1, column + right));
  }
  return walls;
}

/** By distance: the boards whose shortest solution has so many moves. */
function backwards(map: Pick<Board, "width" | "walls" | "targets">, floor: readonly number[], most: number): Board[][] {
  const solved = floor.filter((at) => map.targets[at]);
  let frontier: Board[] = floor.filter((at) => !map.targets[at]).map((player) => ({ ...map, boxes: solved, player }));
  const seen = new Set(frontier.map(keyOf));
  const levels = [frontier];
  while (levels.length <= most && frontier.length > 0 && seen.size < searchLimit) {
    const next: Board[] = [];
    for (const board of frontier) {
      for (const before of predecessors(board)) {
        if (seen.has(keyOf(before))) continue;
        seen.add(keyOf(before));
        next.push(before);
      }
    }
    levels.push(next);
    frontier = next;
  }
  return levels;
}

/** Boards that one move makes this one. */
function predecessors(board: Board): Board[] {
  const { width, walls, boxes, player } = board;
  return moves.flatMap((move) => {
    const by = stride(move, width);
    const from = player - by;
    if (walls[from] || boxes.includes(from)) return [];
    const walked = { ...board, player: from };
    const pushed = boxes.includes(player + by)
      ? [{ ...board, player: from, boxes: shifted(boxes, player + by, player) }]
      : [];
    return [walked, ...pushed];
  });
}
