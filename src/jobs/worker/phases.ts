/** What a run is doing, by its name and by what it tells. */
import type { Phase } from "../job.ts";

const byRun: Record<string, Phase> = {
  loadModel: "loading",
  generate: "generating",
  rollout: "generating",
  synthesize: "generating",
  "data.synthesize": "generating",
  score: "scoring",
  reward: "scoring",
  evaluate: "evaluating",
  merge: "merging",
};

const byEvent: Record<string, Phase> = {
  "load-start": "loading",
  "load-end": "loading",
  "step-end": "updating",
  "step-skipped": "updating",
  "evaluate-progress": "evaluating",
  "rollout-start": "generating",
  "rollout-end": "generating",
};

/** Parts of a step, as learning from rollouts names them. */
const byPart: Record<string, Phase> = { rollout: "generating", scoring: "scoring", update: "updating" };

export function phaseOf(run: string, event?: { type?: unknown; phase?: unknown }): Phase {
  const part = event?.type === "phase" ? byPart[String(event.phase)] : undefined;
  return part ?? byEvent[String(event?.type)] ?? byRun[run] ?? "working";
}
