import { type MapView, type Move, moves, steps } from "./game.ts";
import { type Board, boardOf, moved, rowsOf, stride } from "./sokoban-board.ts";

/**
 * A square board of this width, the wall around it not told: `You 2 3; box 3 3; target 4 2; walls 2 4, 3 5.`, what lies next to the
 * player and next to each box, and of a single box in which directions its target is.
 */
export function sokobanInWords(width: number): MapView {
  const place = (at: number) => placeIn(width, at);
  const inside = (at: number) => [Math.floor(at / width), at % width].every((n) => n > 0 && n < width - 1);
  const list = (places: readonly number[]) => places.map(place).join(", ") || "none";
  const placed = (text: string) =>
    text === "none"
      ? []
      : text.split(", ").map((each) => {
          const [row, column] = each.split(" ").map(Number);
          return (row - 1) * width + column - 1;
        });
  return {
    show(rows) {
      const board = boardOf(rows);
      const places = (is: readonly boolean[]) => is.flatMap((yes, at) => (yes && inside(at) ? [at] : []));
      const around = (at: number) =>
        moves.map((move) => `${move} ${found(board, at + stride(move, width))}`).join(", ");
      const toGo =
        board.boxes.length === 1
          ? `; target ${towards(width, board.boxes[0], board.targets.indexOf(true)) || "here"}`
          : "";
      const things = `box ${list(board.boxes)}; target ${list(places(board.targets))}; walls ${list(places(board.walls))}`;
      return [
        `You ${place(board.player)}; ${things}.`,
        `You: ${around(board.player)}.`,
        ...board.boxes.map((at) => `Box ${place(at)}: ${around(at)}${toGo}.`),
      ];
    },
    read(text) {
      const [, player, boxes, targets, walls] = /^You (.+); box (.+); target (.+); walls (.+)\.$/m.exec(text)!;
      const cells = Array.from({ length: width * width }, (_, at) => at);
      const [standing, blocked] = [placed(targets), placed(walls)];
      return rowsOf({
        width,
        walls: cells.map((at) => !inside(at) || blocked.includes(at)),
        targets: cells.map((at) => standing.includes(at)),
        boxes: placed(boxes),
        player: placed(player)[0],
      });
    },
  };
}

/** Row and column, from 1. */
function placeIn(width: number, at: number): string {
  return `${Math.floor(at / width) + 1} ${(at % width) + 1}`;
}

function found({ walls, targets, boxes, player }: Board, at: number): string {
  if (walls[at]) return "wall";
  if (at === player) return "you";
  return boxes.includes(at) ? "box" : targets[at] ? "target" : "floor";
}

/**
 * Where everything is, the next push, and the way there place by place; at least the `count` moves that are made next:
 * `I 2 3, box 3 3, target Down Left. Push Left from 3 4: Right 2 4, Down 3 4, Left 3 3.`
 */
export function explainInWords(board: Board, solution: readonly Move[], count: number): string {
  const { width, player, boxes, targets } = board;
  const places = (list: readonly number[]) => list.map((at) => placeIn(width, at)).join(", ");
  const goals = targets.flatMap((is, at) => (is ? [at] : []));
  const goal = boxes.length === 1 ? towards(width, boxes[0], goals[0]) : places(goals);
  const way: string[] = [];
  let push = "";
  let now = board;
  for (const move of solution) {
    if (push && way.length >= count) break;
    const next = moved(now, move);
    if (!push && next.boxes !== now.boxes) push = `Push ${move} from ${placeIn(width, now.player)}`;
    way.push(`${move} ${placeIn(width, next.player)}`);
    now = next;
  }
  return `I ${places([player])}, box ${places(boxes)}, target ${goal}. ${push}: ${way.join(", ")}.`;
}

/** Where a place lies from another: `Down Left`. */
function towards(width: number, from: number, to: number): string {
  const [rows, columns] = [Math.floor(to / width) - Math.floor(from / width), (to % width) - (from % width)];
  return moves.filter((move) => steps[move][0] * rows + steps[move][1] * columns > 0).join(" ");
}
