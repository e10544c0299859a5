import type { End, Episode, ToolLogEntry, Turn } from "../gym/episode.ts";
import type { RewardReport } from "../gym/reward.ts";
import type { Task } from "../gym/task.ts";
import type { ChatMessage } from "../text/tokenizer.ts";
import type { Failure } from "./boundary.ts";
import type { Segment } from "./token-record.ts";

/** A turn with what it took. */
export interface TrajectoryTurn extends Turn {
  /** Tokens of the whole prompt; null where an endpoint does not say, and for scripted policies. */
  promptTokens: number | null;
  completionTokens: number | null;
  /** `length`: cut off. */
  finish: "stop" | "length";
}

/**
 * The record of one episode: JSON values, and typed arrays in `segments`. Everything that learning needs is in it: the tokens with
 * their mask and log-probabilities, the reward and its parts, and what each turn earned by itself.
 */
export interface Trajectory {
  environment: string;
  task: Task;
  /** Place of the task in the list: rollouts of one group have it in common. */
  group: number;
  /** Number of the rollout in its group, from 0. */
  sample: number;
  /** Of the environment: the same for a group, so that it starts from the same state. */
  seed: number;
  /** The whole conversation. */
  messages: ChatMessage[];
  turns: TrajectoryTurn[];
  log: Omit<ToolLogEntry, "milliseconds">[];
  submission: Episode["submission"];
  /** null: it broke before its end. */
  end: End | null;
  /** In words, where `end` alone does not say it. */
  reason?: string;
  /** Ended by a limit of tokens. */
  truncated: boolean;
  /** null: failed, so nothing was measured. */
  reward: RewardReport | null;
  failure?: Failure;
  /** Of the environment's database at the end; "" if the episode could not start. */
  hash: string;
  /**
   * Tokens as they were read and drawn: one segment, or more where the chat template rewrites earlier turns (then each is what
   * the policy had before it, and its own part of the turns). [] for endpoints and scripted policies.
   */
  segments: Segment[];
}

export interface TrajectoryFields extends Pick<Trajectory, "task" | "group" | "sample" | "seed" | "segments"> {
  environment: string;
  episode: Episode | undefined;
  takes: readonly Pick<TrajectoryTurn, "promptTokens" | "completionTokens" | "finish">[];
  reward: RewardReport | null;
  failure?: Failure;
  /** Where the episode itself does not know. */
  end?: End;
  reason?: string;
}

export function trajectoryOf({ episode, takes, ...fields }: TrajectoryFields): Trajectory {
  const end = fields.end ?? episode?.end ?? null;
  const reason = fields.reason ?? episode?.reason;
  const { environment, task, group, sample, seed, segments, reward, failure } = fields;
  return {
    environment,
    task,
    group,
    sample,
    seed,
    messages: [...(episode?.messages ?? [])],
    turns: (episode?.turns ?? []).map((turn, i) => ({ ...turn, ...takes[i] })),
    log: (episode?.log ?? []).map(({ milliseconds: _, ...entry }) => entry),
    submission: episode?.submission ?? null,
    end,
    ...(reason === undefined ? {} : { reason }),
    truncated: end === "truncated",
    reward,
    ...(failure ? { failure } : {}),
    hash: episode?.hash() ?? "",
    segments,
  };
}
