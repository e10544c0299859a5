/** What is told of a step: its rollouts, what was learned from them, and how long each phase took. */
import { mean } from "../../core/mean.ts";
import type { Trajectory } from "../../generate/index.ts";
import { countFailures, drawnTokens, momentsOf, partMoments, shareOf } from "./groups-report.ts";
import type { PolicySample, PolicyStepEnd } from "./policy-events.ts";
import type { UpdateResult } from "./policy-update.ts";

export interface StepFacts
  extends Pick<PolicyStepEnd, "step" | "learningRate" | "level" | "memoryBytes" | "etaSeconds"> {
  trajectories: readonly Trajectory[];
  update: UpdateResult;
  rolloutSeconds: number;
}

/** At least one rollout has a reward. */
export function policyStepEnd({ trajectories, update, rolloutSeconds, ...facts }: StepFacts): PolicyStepEnd {
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

/** To keep as transcripts: the best, the worst, and one that failed. */
export function samplesOf(trajectories: readonly Trajectory[]): PolicySample[] {
  const paid = trajectories.filter(({ reward }) => reward !== null);
  const ordered = paid.toSorted((a, b) => b.reward!.total - a.reward!.total);
  const chosen = new Set([ordered[0], ordered.at(-1), trajectories.find(({ failure }) => failure)]);
  return [...chosen].flatMap((each) => {
    if (!each) return [];
    const { segments: _, log: __, hash: ___, ...sample } = each;
    return { ...sample, task: { ...sample.task, state: undefined } };
  });
}
