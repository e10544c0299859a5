import type { DataEvent } from "../data-events.ts";
import type { DpoReport } from "./dpo-pass.ts";
import type { EvalPairReport } from "./pair-report.ts";
import type { PairCounts } from "./pairs.ts";

/** What is kept of a dpo in the run store. Times in seconds, memory in bytes, rewards β·(log π − log π_ref), log-probabilities in nats a token. */
export type KeptDpoEvent = DataEvent<PairCounts, DpoReport, EvalPairReport>;

/** What a running dpo tells: besides, that the reference has scored so many pairs. */
export type DpoEvent = KeptDpoEvent | { type: "reference"; done: number; total: number };
