/** What is paid: parts of environments with weights of the user's, functions of the user's, or a data set's own. */
import { hashJson } from "../../core/canonical.ts";
import {
  type Environment,
  fromPrompts,
  type PromptRow,
  type Reward,
  type RewardTable,
  type Task,
} from "../../gym/index.ts";
import { refusing } from "../training-options.ts";

/** A weight of a part that the environment has, a function, or a function with its weight. */
export type PaidReward = number | Reward | { reward: Reward; weight: number };

export interface Pay {
  environments: readonly Environment[];
  /** Of a data set. */
  tasks?: readonly Task[];
  weightsOf(environment: Environment): Readonly<Record<string, number>>;
  rewardsOf(environment: Environment): RewardTable;
  /** Changes when what is paid changes, as far as names, weights and sources of functions tell. */
  payHash: string;
}

export function resolvePay(
  verb: string,
  options: {
    environment?: Environment | readonly Environment[];
    data?: readonly PromptRow[];
    rewards?: Readonly<Record<string, PaidReward>>;
  },
): Pay {
  const refuse = refusing(verb);
  const { environment, data, rewards } = options;
  const own: Record<string, Reward> = {};
  const weights: Record<string, number> = {};
  for (const [name, paid] of Object.entries(rewards ?? {})) {
    const reward = typeof paid === "function" ? paid : typeof paid === "object" ? paid?.reward : undefined;
    const weight = typeof paid === "number" ? paid : typeof paid === "function" ? 1 : paid?.weight;
    if (
      typeof weight !== "number" ||
      !Number.isFinite(weight) ||
      (typeof paid === "object" && typeof reward !== "function")
    ) {
      refuse(`rewards.${name}`, `rewards.${name} must be a weight, a function, or { reward, weight }.`);
    }
    weights[name] = weight!;
    if (reward) own[name] = reward;
  }
  if (rewards && Object.keys(rewards).length === 0) refuse("rewards", "rewards is empty: nothing would be paid.");
  if (data) {
    const unpaid = Object.keys(weights).filter((name) => !own[name]);
    if (!rewards || unpaid.length > 0) {
      refuse(
        "rewards",
        `data is paid by functions of yours${unpaid.length > 0 ? `; ${unpaid.join(", ")} has none` : ""}.`,
      );
    }
    const { environment: prompts, tasks } = fromPrompts({ rows: data, rewards: own, weights });
    return { environments: [prompts], tasks, ...payOf(weights, own) };
  }
  const environments = isList(environment!) ? environment : [environment!];
  if (!rewards) return { environments, ...payOf(undefined, {}) };
  for (const { name, rewards: table, weights: paid } of environments) {
    const known = [...new Set([...Object.keys(table), ...Object.keys(paid)])];
    const unknown = Object.keys(weights).find((part) => !own[part] && !known.includes(part));
    if (unknown) refuse(`rewards.${unknown}`, `${name} has no reward "${unknown}". Its rewards: ${known.join(", ")}.`);
  }
  return { environments, ...payOf(weights, own) };
}

function payOf(weights: Record<string, number> | undefined, own: Record<string, Reward>) {
  return {
    weightsOf: (environment: Environment) => weights ?? environment.weights,
    rewardsOf: (environment: Environment): RewardTable => ({ ...environment.rewards, ...own }),
    payHash: hashJson([weights ?? null, Object.entries(own).map(([name, reward]) => [name, String(reward)])]),
  };
}

const isList = (given: Environment | readonly Environment[]): given is readonly Environment[] => Array.isArray(given);
