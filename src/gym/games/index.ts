export { type FrozenLakeOptions, frozenLake } from "./frozen-lake.ts";
export type { GameLimits, GameState, Move } from "./game.ts";
export { randomMoves } from "./random-moves.ts";
export { type SokobanOptions, sokoban } from "./sokoban.ts";
export { type SolveOptions, solveSokoban } from "./sokoban-solve.ts";
