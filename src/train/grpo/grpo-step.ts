/** What is told of a step. */
import { mean } from "../../core/mean.ts";
import type { Trajectory } from "../../generate/index.ts";
import type { UpdateResult } from "../policy/policy-update.ts";
import {
  countFailures,
  differs,
  differsInSubstance,
  drawnTokens,
  momentsOf,
  partMoments,
  shareOf,
} from "./groups-report.ts";
import type { GrpoStepEnd } from "./grpo-events.ts";

export interface StepFacts
  extends Pick<GrpoStepEnd, "step" | "rounds" | "learningRate" | "level" | "memoryBytes" | "etaSeconds"> {
  played: readonly (readonly Trajectory[])[];
  update: UpdateResult;
  rolloutSeconds: number;
}

export function stepEnd({ played, update, rolloutSeconds, ...facts }: StepFacts): GrpoStepEnd {
  const trajectories = played.flat();
  const lengths = trajectories.map(drawnTokens);
  const reward = momentsOf(trajectories.map((each) => each.reward?.total ?? null))!;
  const { loss, gradNorm, updates, skipped, kl, entropy, clippedLow, clippedHigh, logprobGap, seconds } = update;
  const rate = (tokens: number, taken: number) => (tokens > 0 ? tokens / taken : null);
  return {
    type: "step-end",
    ...facts,
    reward: reward.mean,
    rewardStd: reward.std,
    parts: partMoments(trajectories),
    groups: played.length,
    zeroVariance: shareOf(played, (group) => !differs(group)),
    mixed: shareOf(played, differsInSubstance),
    rollouts: trajectories.length,
    truncated: shareOf(trajectories, (each) => each.truncated),
    failed: shareOf(trajectories, (each) => each.reward === null),
    failures: countFailures(trajectories),
    completionTokens: mean(lengths) ?? 0,
    longestCompletion: Math.max(0, ...lengths),
    turns: mean(trajectories.map(({ turns }) => turns.length)) ?? 0,
    ...{ loss, gradNorm, updates, skippedUpdates: skipped, kl, entropy, clippedLow, clippedHigh, logprobGap },
    seconds: { rollout: rolloutSeconds, ...seconds },
    tokensPerSecond: {
      rollout: rate(
        lengths.reduce((sum, length) => sum + length, 0),
        rolloutSeconds,
      ),
      scoring: rate(update.scoredTokens, seconds.scoring),
      update: rate(update.updatedTokens, seconds.update),
    },
  };
}
