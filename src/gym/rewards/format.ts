import type { Episode, Turn } from "../episode.ts";
import type { RewardContext } from "../reward.ts";
import { submits } from "./written.ts";

/** Mean over the turns: strict call 1, lenient 0.8, a name without arguments 0.5, else 0; the last turn must submit. */
export function format({ episode }: Pick<RewardContext, "episode">): number {
  const scores = turnFormats(episode);
  return scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** Of each turn. */
export function turnFormats(episode: Episode): number[] {
  const { turns } = episode;
  return turns.map((turn, i) => (i === turns.length - 1 ? lastScore(turn, episode) : turnScore(turn)));
}

export function turnScore({ action }: Turn): number {
  if (action.type === "calls") return action.form === "strict" ? 1 : 0.8;
  return action.type === "broken" && action.name !== undefined ? 0.5 : 0;
}

/** Where there is nothing to submit with, a final text is as it should be. */
function lastScore(turn: Turn, episode: Episode): number {
  if (submits(episode)) return episode.end === "submitted" ? turnScore(turn) : 0;
  if (episode.end !== "answered") return turnScore(turn);
  return turn.action.type === "text" && turn.action.text !== "" ? 1 : 0;
}
