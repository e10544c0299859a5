import { type Move, moves } from "./game.ts";
import { type Board, boardOf, keyOf, moved, onTarget } from "./sokoban-board.ts";

interface Node {
  board: Board;
  /** The move that led here. */
  move?: Move;
  from?: Node;
}

export interface SolveOptions {
  /** What is made least; the other decides between equals. @default "moves" */
  least?: "moves" | "pushes";
}

/**
 * A shortest solution, by breadth-first search over places of player and boxes; null if there is none. Boards grow fast with size and
 * boxes: 6×6 with one box has at most 240, 10×10 with three over a million.
 */
export function solveSokoban(rows: readonly string[], { least = "moves" }: SolveOptions = {}): Move[] | null {
  const start = boardOf(rows);
  const seen = new Set<string>();
  // open[a][b]: boards reached at the cost of a first, b second; costs only grow, so they are met in their order
  const open: Node[][][] = [[[{ board: start }]]];
  for (let a = 0; a < open.length; a++) {
    for (let b = 0; b < (open[a]?.length ?? 0); b++) {
      for (const node of open[a][b] ?? []) {
        const { board } = node;
        if (onTarget(board) === board.boxes.length) return pathTo(node);
        if (seen.has(keyOf(board))) continue;
        seen.add(keyOf(board));
        for (const move of moves) {
          const next = moved(board, move);
          if (next === board || seen.has(keyOf(next))) continue;
          const push = next.boxes === board.boxes ? 0 : 1;
          const [first, second] = least === "moves" ? [a + 1, b + push] : [a + push, b + 1];
          open[first] ??= [];
          open[first][second] ??= [];
          open[first][second].push({ board: next, move, from: node });
        }
      }
    }
  }
  return null;
}

function pathTo(node: Node): Move[] {
  const path: Move[] = [];
  for (let at: Node | undefined = node; at?.move; at = at.from) path.push(at.move);
  return path.reverse();
}
