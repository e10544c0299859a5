import { z } from "zod";
import { resolveOptions } from "../../core/options.ts";
import type { Domain } from "../domain.ts";
import { defineGame, type GameLimits, limitShape, type Move, moves } from "./game.ts";
import { drawLake, lakeOf, rowsOfLake, slide, slips } from "./lake.ts";
import { bestMoves, shortestWay } from "./lake-solve.ts";
import { inWords } from "./lake-words.ts";

export interface FrozenLakeOptions extends GameLimits {
  /** Rows and columns. @default 4 */
  size?: number;
  /** Share of fields that are ice, not holes. @default 0.8 */
  p?: number;
  /** Each move goes where it should, or to either side of that, with chance 1/3 each. @default false */
  slippery?: boolean;
  /**
   * "grid": the map as a picture of signs. "words": the places of player, goal and holes, and what lies next to the player, from another
   * side at each move; the same map, for models that cannot read a picture. @default "grid"
   */
  view?: "grid" | "words";
}

const schema = z.strictObject({
  ...limitShape,
  size: z.number().int().min(2).max(16).default(4),
  p: z.number().min(0.3).max(1).default(0.8),
  slippery: z.boolean().default(false),
  view: z.enum(["grid", "words"]).default("grid"),
});

/**
 * FrozenLake with the rewards of Gymnasium and RAGEN: 1 at the goal, nothing else; a hole ends it. Start and goal lie anywhere, as in
 * RAGEN; a way of at least two moves leads from one to the other within the moves allowed. RAGEN's ice is slippery; here only if asked for.
 */
export function frozenLake(options: FrozenLakeOptions = {}): Domain {
  const { size, p, slippery, view, ...limits } = resolveOptions("gym.games.frozenLake", options, schema);
  const ice = slippery
    ? "The ice is slippery: a move goes where you want, or to either side of that, with equal chance."
    : "You go where you want to go.";
  const signs =
    view === "words"
      ? "A place is its row and its column, counted from the upper left. Ice is nearer to the goal or farther, as rows and columns count."
      : "Signs: P you, _ ice, O hole, G goal, X you in a hole, √ you at the goal.";
  return defineGame({
    name: "frozen-lake",
    title: "FrozenLake",
    description: "Cross a frozen lake without falling into a hole.",
    goal: "Cross the ice to the goal:",
    rules: `You cross a frozen lake to the goal. A hole is the end. ${ice} At the edge you stay where you are.
${signs}
Reward: 1 at the goal.`,
    ...(view === "words" ? { view: inWords(size) } : {}),
    limits,
    parts: ["goal"],
    advance(state, move, random) {
      const lake = lakeOf(state.rows);
      lake.player = slide(lake, lake.player, slippery ? random.choice(slips(move)) : move);
      state.rows = rowsOfLake(lake);
      const goal = Number(lake.player === lake.goal);
      const end = goal ? "solved" : lake.holes[lake.player] ? "lost" : undefined;
      return { rewards: { goal }, ...(end ? { end } : {}) };
    },
    // an episode comes upon its lake from every side: a test map with the same holes and goal would have been learned
    room: (rows) => rows.map((row) => row.replace("P", "_")),
    draw(random) {
      const lake = drawLake(random, size, p);
      const shortest = shortestWay(lake)?.length ?? 0;
      const reach = Math.min(limits.maxActions, limits.maxTurns * limits.actionsPerTurn);
      return shortest >= 2 && shortest <= reach ? { rows: rowsOfLake(lake), shortest } : null;
    },
    plan(rows, left) {
      const lake = lakeOf(rows);
      if (!slippery) {
        const way = shortestWay(lake) ?? [moves[0]];
        return { moves: way, thought: `${where(lake)} The way around the holes is ${way.join(", ")}.` };
      }
      const count = Math.min(limits.actionsPerTurn, Math.ceil(left.moves / left.turns));
      const best: Move[] = bestMoves(lake, count, left.moves);
      const thought = `${where(lake)} The ice is slippery: ${best.join(", then ")} leads there most often without a hole.`;
      return { moves: best, thought };
    },
  });
}

function where({ player, goal, width }: ReturnType<typeof lakeOf>): string {
  const place = (at: number) => `row ${Math.floor(at / width) + 1}, column ${(at % width) + 1}`;
  return `I am at ${place(player)}, the goal at ${place(goal)}.`;
}
