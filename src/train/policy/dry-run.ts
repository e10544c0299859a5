/** What there is to learn, before anything is trained. */
import { type Displayable, displaySymbol, type MimeBundle } from "../../core/display.ts";
import { mean } from "../../core/mean.ts";
import { Random } from "../../core/random.ts";
import type { RunState } from "../../core/run.ts";
import { tableBundle } from "../../core/table.ts";
import type { Trajectory } from "../../generate/index.ts";
import type { Model } from "../../model/model.ts";
import { countFailures, differs, differsInSubstance, drawnTokens, partMoments, shareOf } from "./groups-report.ts";
import type { Play } from "./play-options.ts";
import { percent } from "./policy-figure.ts";
import { fewMixed, leastMixed } from "./policy-view.ts";
import { playGroups } from "./rollouts.ts";
import { startTasks, TaskSource } from "./task-source.ts";

export interface DryRunOptions {
  /** Groups to play. @default 32 */
  groups?: number;
}

interface DryRunRow {
  reward: number | null;
  parts: Record<string, number | null>;
  truncated: number;
  completionTokens: number;
}

export class PolicyDryRun implements Displayable {
  /** What it is for: "grpo". */
  readonly verb!: string;
  /** Groups that were played. */
  readonly groups!: number;
  readonly groupSize!: number;
  /** Share of groups whose rewards differ at all. */
  readonly differing!: number;
  /** Share of groups that differ in more than form: accuracy, actions, the goal of a game. */
  readonly mixed!: number;
  /** Means of rollouts at the temperature of training, and of one greedy rollout of each task. */
  readonly drawn!: DryRunRow;
  readonly greedy!: DryRunRow;
  readonly warnings!: readonly string[];
  readonly seconds!: number;

  constructor(fields: Omit<PolicyDryRun, typeof displaySymbol | "toString">) {
    Object.assign(this, fields);
  }

  toString(): string {
    return String(this[displaySymbol]()["text/plain"]);
  }

  [displaySymbol](): MimeBundle {
    const { verb, groups, groupSize, differing, mixed, drawn, greedy, warnings, seconds } = this;
    const caption =
      `${verb} dry run: ${groups} groups of ${groupSize} in ${seconds.toFixed(1)} s; ${percent(mixed)} differ in more than form, ` +
      `${percent(differing)} at all`;
    const names = Object.keys(drawn.parts);
    const row = (name: string, { reward, parts, truncated, completionTokens }: DryRunRow) => [
      name,
      reward?.toFixed(3) ?? "–",
      ...names.map((part) => parts[part]?.toFixed(3) ?? "–"),
      percent(truncated),
      completionTokens.toFixed(0),
    ];
    const header = ["", "reward", ...names, "truncated", "tokens"];
    return tableBundle(caption, header, [row("drawn", drawn), row("greedy", greedy)], warnings);
  }
}

/** Awaited in a cell it shows itself, wherever it stands. */
export function dryRunView({ name, status, result, error }: RunState<PolicyDryRun, never>): MimeBundle {
  if (result) return result[displaySymbol]();
  const what = status === "running" ? "playing" : `${status}: ${(error as Error | undefined)?.message ?? ""}`;
  return { "text/plain": `${name.replace(".dryRun", " dry run")}: ${what}` };
}

export async function playDryRun(
  options: Play & { model: Model; seed: number; groupSize: number },
  { groups: count = 32 }: DryRunOptions,
  signal: AbortSignal,
): Promise<PolicyDryRun> {
  const startedAt = performance.now();
  const { model, groupSize, temperature } = options;
  const seed = new Random(options.seed).split("dry run").uint32();
  const tasks = new TaskSource(options.tasks, options, startTasks(options)).next(count);
  const groups = await playGroups(model, tasks, options, { seed, groupSize, temperature, signal });
  const greedy = await playGroups(model, tasks, options, { seed, groupSize: 1, temperature: 0, signal });
  const mixed = shareOf(groups, differsInSubstance);
  const failures = countFailures(groups.flat());
  return new PolicyDryRun({
    verb: options.verb,
    groups: groups.length,
    groupSize,
    differing: shareOf(groups, differs),
    mixed,
    drawn: rowOf(groups.flat()),
    greedy: rowOf(greedy.flat()),
    warnings: [
      ...(mixed < leastMixed ? [fewMixed(mixed, "Only")] : []),
      ...failures.map(({ boundary, message, count }) => `${count} failed (${boundary}): ${message}`),
    ],
    seconds: (performance.now() - startedAt) / 1000,
  });
}

function rowOf(trajectories: readonly Trajectory[]): DryRunRow {
  const parts = Object.entries(partMoments(trajectories)).map(([name, moments]) => [name, moments?.mean ?? null]);
  return {
    reward: mean(trajectories.map(({ reward }) => reward?.total ?? null)),
    parts: Object.fromEntries(parts),
    truncated: shareOf(trajectories, ({ truncated }) => truncated),
    completionTokens: mean(trajectories.map(drawnTokens)) ?? 0,
  };
}
