import type { Episode } from "../episode.ts";
import type { ConsultationState } from "./consultation.ts";

/** How consultations went; means over all of them. Episodes that the environment broke are left out and counted. */
export interface ConsultationFigures {
  episodes: number;
  /** Ended by an error of the environment. */
  failed: number;
  /** 0 to 5; 0 where none was given. null without episodes, like all that follow. */
  diagnosis: number | null;
  recommendation: number | null;
  /** Answered questions ÷ turns in which something was asked. null if nothing was asked. */
  informationPrecision: number | null;
  turns: number | null;
  /** Written by the doctor. */
  tokens: number | null;
  /** Diagnostic efficiency: combined² ÷ (turns + 0.01·tokens); combined is the mean of diagnosis and recommendation. */
  dei: number | null;
}

export interface FiguresOptions {
  /** @default runs of letters or digits, and other signs: near to what tokenizers make of English */
  countTokens?: (text: string) => number;
}

const countWords = (text: string) => text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)?.length ?? 0;

export function consultationFigures(
  episodes: readonly Episode[],
  { countTokens = countWords }: FiguresOptions = {},
): ConsultationFigures {
  const played = episodes.filter(({ end }) => end !== "error");
  const mean = (value: (episode: Episode) => number) =>
    played.length === 0 ? null : played.reduce((sum, episode) => sum + value(episode), 0) / played.length;
  const diagnosis = mean((episode) => stateOf(episode).verdict?.diagnosisScore ?? 0);
  const recommendation = mean((episode) => stateOf(episode).verdict?.recommendationScore ?? 0);
  const turns = mean((episode) => episode.turns.length);
  const tokens = mean((episode) => episode.turns.reduce((sum, { completion }) => sum + countTokens(completion), 0));
  const kinds = played.flatMap((episode) => stateOf(episode).kinds);
  const asked = kinds.filter((kind) => kind !== "diagnosis" && kind !== "bad format").length;
  const answered = kinds.filter((kind) => kind === "answered").length;
  const known = diagnosis !== null && recommendation !== null && turns !== null && tokens !== null;
  return {
    episodes: played.length,
    failed: episodes.length - played.length,
    diagnosis,
    recommendation,
    informationPrecision: asked === 0 ? null : answered / asked,
    turns,
    tokens,
    dei: known ? efficiency((diagnosis + recommendation) / 2, turns, tokens) : null,
  };
}

/** combined: 0 to 5. */
export function efficiency(combined: number, turns: number, tokens: number): number {
  return combined ** 2 / (turns + 0.01 * tokens);
}

function stateOf(episode: Episode): ConsultationState {
  return episode.state as ConsultationState;
}
