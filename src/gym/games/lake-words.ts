import { type MapView, moves } from "./game.ts";
import { type Lake, lakeOf, rowsOfLake, slide } from "./lake.ts";

/**
 * A square lake of this width: `You 2 1; goal 3 4; holes 1 3, 4 1.`, and what each move leads to: edge, hole, goal, or ice, which is nearer
 * to the goal or farther from it as rows and columns count, whatever lies between.
 */
export function inWords(width: number): MapView {
  const place = (at: number) => `${Math.floor(at / width) + 1} ${(at % width) + 1}`;
  const placed = (text: string) => {
    const [row, column] = text.split(" ").map(Number);
    return (row - 1) * width + column - 1;
  };
  return {
    show(rows, made) {
      const lake = lakeOf(rows);
      const holes = lake.holes.flatMap((hole, at) => (hole ? [place(at)] : []));
      const order = moves.map((_, i) => moves[(made + i) % moves.length]);
      const around = order.map((move) => `${move} ${found(lake, slide(lake, lake.player, move))}`);
      return [
        `You ${place(lake.player)}; goal ${place(lake.goal)}; holes ${holes.join(", ") || "none"}.`,
        `Around: ${around.join(", ")}.`,
      ];
    },
    read(text) {
      const [, player, goal, list] = /^You (\d+ \d+); goal (\d+ \d+); holes (.+)\.$/m.exec(text)!;
      const holes = Array.from({ length: width * width }, () => false);
      if (list !== "none") for (const hole of list.split(", ")) holes[placed(hole)] = true;
      return rowsOfLake({ width, holes, goal: placed(goal), player: placed(player) });
    },
  };
}

function found(lake: Lake, at: number): string {
  const { holes, goal, player } = lake;
  if (at === player) return "edge";
  if (at === goal) return "goal";
  if (holes[at]) return "hole";
  return apart(lake, at, goal) < apart(lake, player, goal) ? "ice nearer" : "ice farther";
}

/** Rows and columns between two places. */
function apart({ width }: Lake, a: number, b: number): number {
  return Math.abs(Math.floor(a / width) - Math.floor(b / width)) + Math.abs((a % width) - (b % width));
}
