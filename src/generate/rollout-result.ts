import { type Displayable, displaySymbol, type MimeBundle } from "../core/display.ts";
import { mean } from "../core/mean.ts";
import type { ToolSchema } from "../text/tokenizer.ts";
import type { Failure } from "./boundary.ts";
import { type PreferencesOptions, preferencesOf, type RolloutPreference } from "./preferences.ts";
import { rolloutCard } from "./rollout-view.ts";
import type { Trajectory } from "./trajectory.ts";

/** Figures of what was played. */
export interface RolloutJson extends Pick<Rollout, "name" | "reward" | "parts" | "groupSize" | "seconds"> {
  episodes: number;
  failed: number;
  /** Of a job: files of JSON lines; the second where groups have several rollouts, as `data` of dpo. */
  trajectories?: string;
  preferences?: string;
}

/** What was played. Draws itself as a table with transcripts to open. */
export class Rollout implements Displayable {
  /** Who played. */
  readonly name!: string;
  /** By task, then by number in the group. */
  readonly trajectories!: readonly Trajectory[];
  /** G */
  readonly groupSize!: number;
  readonly seconds!: number;
  /** Tokens of prompts, and how many of them were computed before, for an earlier turn or another episode; null without a model. */
  readonly reuse!: { promptTokens: number; reusedTokens: number } | null;
  /** Of each environment by its name, as the chat template was given them. */
  readonly tools!: Readonly<Record<string, readonly ToolSchema[]>>;

  constructor(fields: Pick<Rollout, "name" | "trajectories" | "groupSize" | "seconds" | "reuse" | "tools">) {
    Object.assign(this, fields);
  }

  /** Of each task its G trajectories. */
  get groups(): Trajectory[][] {
    const groups = new Map<number, Trajectory[]>();
    for (const trajectory of this.trajectories) {
      groups.set(trajectory.group, [...(groups.get(trajectory.group) ?? []), trajectory]);
    }
    return [...groups.values()];
  }

  /** Mean reward of those that have one; null if none has. */
  get reward(): number | null {
    return mean(this.trajectories.map(({ reward }) => reward?.total ?? null));
  }

  /** Mean of each part over the trajectories to which it applies. */
  get parts(): Record<string, number | null> {
    const names = new Set(this.trajectories.flatMap(({ reward }) => Object.keys(reward?.parts ?? {})));
    return Object.fromEntries(
      [...names].map((name) => [name, mean(this.trajectories.map(({ reward }) => reward?.parts[name] ?? null))]),
    );
  }

  /** Pairs of rollouts of the same task, the one that earned more preferred: data for `dpo` and `trainRewardModel`. */
  preferences(options: PreferencesOptions = {}): RolloutPreference[] {
    return preferencesOf(this.groups, (environment) => this.tools[environment] ?? [], options);
  }

  get failures(): Failure[] {
    return this.trajectories.flatMap(({ failure }) => failure ?? []);
  }

  /** Drawn by the policy. */
  get completionTokens(): number {
    const turns = this.trajectories.flatMap((trajectory) => trajectory.turns);
    return turns.reduce((sum, { completionTokens }) => sum + (completionTokens ?? 0), 0);
  }

  toJSON(): RolloutJson {
    const { name, reward, parts, groupSize, trajectories, failures, seconds } = this;
    return { name, reward, parts, groupSize, episodes: trajectories.length, failed: failures.length, seconds };
  }

  [displaySymbol](): MimeBundle {
    return rolloutCard(this);
  }
}
