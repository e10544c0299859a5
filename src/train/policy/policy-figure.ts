/** The curves of what learns from rollouts, and what each looks like while all is well. */
import type { Panel } from "../../plot/training.ts";
import type { PolicyStepEnd } from "./policy-events.ts";

export interface HealthRow<Step = PolicyStepEnd> {
  name: string;
  /** As the table shows it now. */
  now(step: Step): string;
  healthy: string;
}

export const number = (value: number | null, digits = 3) => (value === null ? "–" : value.toFixed(digits));
export const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
const whole = (value: number | null) => (value === null ? "–" : Math.round(value).toLocaleString("en"));

/** One line for each quantity; what a way of training adds comes after the reward's parts. */
export const rewardRows: readonly HealthRow[] = [
  {
    name: "reward",
    now: ({ reward, rewardStd }) => `${number(reward)} ± ${number(rewardStd)}`,
    healthy:
      "rises over tens of steps, noisily; its deviation shrinks last. A jump in few steps is often a loophole: read samples.",
  },
  {
    name: "reward parts",
    now: ({ parts }) =>
      Object.entries(parts)
        .map(([name, part]) => `${name} ${number(part?.mean ?? null, 2)}`)
        .join(", "),
    healthy: "form (format) rises first; accuracy and process must follow. Only form rising is no skill.",
  },
];

export const policyRows: readonly HealthRow[] = [
  {
    name: "KL to reference",
    now: ({ kl }) => number(kl, 4),
    healthy: "grows slowly and stays below some tenths of a nat a token; a sudden rise goes with collapse.",
  },
  {
    name: "entropy",
    now: ({ entropy }) => number(entropy),
    healthy: "falls slowly. Near 0 the policy no longer explores; a rise means it falls apart.",
  },
  {
    name: "clipped tokens",
    now: ({ clippedLow, clippedHigh }) => percent(clippedLow + clippedHigh),
    healthy: "0 with one update a step; else below 20 %. More: lower learningRate or iterations.",
  },
  {
    name: "tokens of a rollout",
    now: ({ completionTokens, longestCompletion, turns }) =>
      `${whole(completionTokens)} (longest ${whole(longestCompletion)}) in ${number(turns, 1)} turns`,
    healthy: "settles. Growth without reward is rambling, a fall to almost none is giving up.",
  },
  {
    name: "truncated",
    now: ({ truncated }) => percent(truncated),
    healthy: "below 10 %; else raise maxNewTokens, or shape the length.",
  },
  {
    name: "failed rollouts",
    now: ({ failed }) => percent(failed),
    healthy: "0 %. What fails is named below and counts as nothing, not as 0.",
  },
  {
    name: "gradient norm",
    now: ({ gradNorm }) => number(gradNorm),
    healthy: "steady, of one order of magnitude. 0: no advantage but 0; spikes: lower learningRate.",
  },
  {
    name: "sampler against trainer",
    now: ({ logprobGap }) => number(logprobGap, 5),
    healthy: "below 0.001 nats a token in f32, 0.02 in bf16, and flat: the two compute the same policy.",
  },
  {
    name: "tokens/s: rollout, scoring, update",
    now: ({ tokensPerSecond: { rollout, scoring, update } }) => [rollout, scoring, update].map(whole).join(", "),
    healthy: "flat. A falling rollout rate goes with longer completions.",
  },
];

/** Numbers of a step by the name of their curve. */
export function curvesOf(event: PolicyStepEnd): Record<string, number> & { step: number } {
  const { step, parts, tokensPerSecond, seconds: _, failures: __, type: ___, ...rest } = event;
  const own = Object.entries(rest).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  const ofParts = Object.entries(parts).flatMap(([name, part]): [string, number][] =>
    part ? [[`part ${name}`, part.mean]] : [],
  );
  const rates = Object.entries(tokensPerSecond).flatMap(([phase, rate]): [string, number][] =>
    rate === null ? [] : [[`${phase} rate`, rate]],
  );
  return { ...Object.fromEntries([...own, ...ofParts, ...rates]), step };
}

export function rewardPanels(steps: readonly object[]): Panel[] {
  const parts = [...new Set(steps.flatMap((step) => Object.keys(step)))].filter((name) => name.startsWith("part "));
  return [
    { title: "reward", curves: { reward: "mean", rewardStd: "deviation" } },
    { title: "reward parts", curves: Object.fromEntries(parts.slice(0, 6).map((name) => [name, name.slice(5)])) },
  ];
}

export const policyPanels: readonly Panel[] = [
  { title: "share of rollouts", curves: { truncated: "truncated", failed: "failed" }, fromZero: true },
  { title: "KL to reference (nats)", curves: { kl: "KL" }, fromZero: true },
  { title: "entropy (nats)", curves: { entropy: "entropy" }, fromZero: true },
  { title: "clipped tokens (share)", curves: { clippedLow: "low", clippedHigh: "high" }, fromZero: true },
  { title: "tokens of a rollout", curves: { completionTokens: "mean", longestCompletion: "longest" }, fromZero: true },
  { title: "gradient norm", curves: { gradNorm: "gradient norm" }, fromZero: true },
  { title: "sampler vs trainer (nats)", curves: { logprobGap: "gap" }, fromZero: true },
  {
    title: "tokens per second",
    curves: { "rollout rate": "rollout", "scoring rate": "scoring", "update rate": "update" },
    fromZero: true,
  },
  { title: "learning rate", curves: { learningRate: "learning rate" }, fromZero: true },
];
