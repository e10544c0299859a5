export type { Boundary, Failure } from "./boundary.ts";
export type { Actor } from "./players.ts";
export type { PreferencesOptions, RolloutPreference } from "./preferences.ts";
export { type RolloutEvent, type RolloutOptions, rollout } from "./rollout.ts";
export { Rollout } from "./rollout-result.ts";
export type { Segment } from "./token-record.ts";
export type { Trajectory, TrajectoryTurn } from "./trajectory.ts";
