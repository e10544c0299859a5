import type { DataEvent } from "../data-events.ts";

/** What a running sft tells. Times in seconds, memory in bytes, losses in nats per learned token. */
export type SftEvent = DataEvent<
  {
    sequences: number;
    tokens: number;
    scoredTokens: number;
    /** Rows that were cut, left out as too long, or without a learned token. */
    truncated: number;
    dropped: number;
    unscored: number;
  },
  { tokenAccuracy: number },
  { evalTokenAccuracy: number }
>;

export type SftEventOf<T extends SftEvent["type"]> = Extract<SftEvent, { type: T }>;
