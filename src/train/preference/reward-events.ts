import type { DataEvent } from "../data-events.ts";
import type { EvalPairReport, PairReport } from "./pair-report.ts";
import type { PairCounts } from "./pairs.ts";

/** What a running trainRewardModel tells. Times in seconds, memory in bytes, rewards as the scalar head gives them. */
export type RewardModelEvent = DataEvent<PairCounts, PairReport, EvalPairReport>;
