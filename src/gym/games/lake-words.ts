import { type MapView, moves } from "./game.ts";
import { type Lake, lakeOf, rowsOfLake, slide } from "./lake.ts";

/** A square lake of this width: `You 2 1; goal 3 4; holes 1 3, 4 1.` and what a move from there leads to. */
export function inWords(width: number): MapView {
  const place = (at: number) => `${Math.floor(at / width) + 1} ${(at % width) + 1}`;
  const placed = (text: string) => {
    const [row, column] = text.split(" ").map(Number);
    return (row - 1) * width + column - 1;
  };
  return {
    show(rows) {
      const lake = lakeOf(rows);
      const holes = lake.holes.flatMap((hole, at) => (hole ? [place(at)] : []));
      const around = moves.map((move) => `${move} ${found(lake, slide(lake, lake.player, move))}`);
      return [
        `You ${place(lake.player)}; goal ${place(lake.goal)}; holes ${holes.join(", ") || "none"}.`,
        `Around you: ${around.join(", ")}.`,
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

function found({ holes, goal, player }: Lake, at: number): string {
  if (at === player) return "edge";
  return at === goal ? "goal" : holes[at] ? "hole" : "ice";
}
