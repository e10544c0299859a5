import { type Move, moves } from "./game.ts";
import { type Lake, slide, slips } from "./lake.ts";

/** A shortest way over firm ice, by breadth-first search; null if holes cut it off. */
export function shortestWay(lake: Lake): Move[] | null {
  const ways = new Map<number, Move[]>([[lake.player, []]]);
  for (const [at, way] of ways) {
    if (at === lake.goal) return way;
    for (const move of moves) {
      const to = slide(lake, at, move);
      if (!lake.holes[to] && !ways.has(to)) ways.set(to, [...way, move]);
    }
  }
  return null;
}

/**
 * Chance to reach the goal on slippery ice with `left` moves, by place, if every move may depend on the place: value iteration,
 * V₀(s) = [s is the goal], Vₙ(s) = maxₐ ⅓ Σ Vₙ₋₁(s′) over the three ways that a may slip; goal and holes keep their value.
 */
export function chances(lake: Lake, left: number): number[] {
  let values = lake.holes.map((_, at) => Number(at === lake.goal));
  for (let n = 0; n < left; n++) {
    const before = values;
    values = before.map((value, at) => {
      if (at === lake.goal || lake.holes[at]) return value;
      return Math.max(...moves.map((move) => mean(slips(move).map((slip) => before[slide(lake, at, slip)]))));
    });
  }
  return values;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The `count` moves of one answer that lead best to the goal on slippery ice. Moves of an answer are made blindly; those of later
 * answers count as if each could see. `left`: moves that the episode still has.
 */
export function bestMoves(lake: Lake, count: number, left: number): Move[] {
  const later = chances(lake, left - count);
  const search = (belief: readonly number[], depth: number): { chance: number; way: Move[] } => {
    if (depth === 0) return { chance: belief.reduce((sum, weight, at) => sum + weight * later[at], 0), way: [] };
    let best: { chance: number; way: Move[] } | undefined;
    for (const move of moves) {
      const { chance, way } = search(spread(lake, belief, move), depth - 1);
      if (!best || chance > best.chance + 1e-12) best = { chance, way: [move, ...way] };
    }
    return best!;
  };
  return search(
    lake.holes.map((_, at) => Number(at === lake.player)),
    count,
  ).way;
}

/** Where one may be after a move, from where one may be before it. */
function spread(lake: Lake, belief: readonly number[], move: Move): number[] {
  const after = belief.map(() => 0);
  belief.forEach((weight, at) => {
    if (weight === 0) return;
    if (at === lake.goal || lake.holes[at]) after[at] += weight;
    else for (const slip of slips(move)) after[slide(lake, at, slip)] += weight / 3;
  });
  return after;
}
