import { escapeHtml, type MimeBundle } from "../core/display.ts";
import { mean } from "../core/mean.ts";
import type { RunProgress } from "../core/progress-line.ts";
import type { RunState } from "../core/run.ts";
import { tableBundle } from "../core/table.ts";
import { transcript } from "../gym/transcript.ts";
import type { RolloutEvent } from "./rollout.ts";
import type { Rollout } from "./rollout-result.ts";

type State = RunState<Rollout, RolloutEvent>;
type Ended = Extract<RolloutEvent, { type: "rollout-end" }>;

/** Transcripts under the table: the best, the worst, and one that failed. */
export function rolloutCard(rollout: Rollout): MimeBundle {
  const { trajectories, groupSize, seconds, name, reuse, failures } = rollout;
  const ends = counts(trajectories.map(({ end, failure }) => (failure ? `failed: ${failure.boundary}` : String(end))));
  const tokens = rollout.completionTokens;
  const of = groupSize > 1 ? ` of ${trajectories.length / groupSize} tasks` : "";
  const speed = tokens > 0 ? `, ${tokens} tokens written (${Math.round(tokens / seconds)}/s)` : "";
  const reused = reuse && reuse.promptTokens > 0 ? Math.round((100 * reuse.reusedTokens) / reuse.promptTokens) : null;
  const prompts = reused === null ? "" : `, ${reused} % of prompt tokens reused`;
  const caption = `${name}: ${trajectories.length} rollouts${of} in ${seconds.toFixed(1)} s${speed}${prompts}`;
  const warnings = [...counts(failures.map(({ boundary, message }) => `${boundary}: ${message}`))]
    .slice(0, 5)
    .map(([message, n]) => `${n} failed: ${message}`);
  const table = summaryTable(caption, rollout.reward, rollout.parts, ends, warnings);
  const scored = trajectories.filter(({ reward }) => reward !== null);
  const ordered = scored.toSorted((a, b) => b.reward!.total - a.reward!.total);
  const failed = trajectories.find(({ failure }) => failure);
  const shown = new Set([ordered[0], ordered.at(-1), failed].filter((each) => each !== undefined));
  const transcripts = [...shown].map((each) => transcript(each).html({ folded: true }));
  return { ...table, "text/html": `${table["text/html"]}${transcripts.join("")}` };
}

/** Counts by end, means so far, and what was written last. */
export function rolloutView(state: State): MimeBundle {
  if (state.result) return rolloutCard(state.result);
  if (state.status === "failed" || state.status === "cancelled") {
    const reason = `rollout: ${state.status}: ${(state.error as Error | undefined)?.message ?? ""}`;
    return { "text/plain": reason, "text/html": `<div style="color:#c0392b">${escapeHtml(reason)}</div>` };
  }
  const ended = state.events.filter((event) => event.type === "rollout-end");
  const ends = counts(ended.map(({ end, failure }) => (failure ? `failed: ${failure.boundary}` : String(end))));
  const names = [...new Set(ended.flatMap(({ parts }) => Object.keys(parts)))];
  const parts = Object.fromEntries(names.map((name) => [name, mean(ended.map((event) => event.parts[name] ?? null))]));
  const warnings = ended.findLast(({ failure }) => failure)?.failure;
  const table = summaryTable(
    describe(state),
    mean(ended.map(({ reward }) => reward)),
    parts,
    ends,
    warnings ? [`${warnings.boundary}: ${warnings.message}`] : [],
  );
  const last = state.events.findLast((event) => event.type === "turn");
  const text = last ? `<pre style="white-space:pre-wrap;opacity:.75">${escapeHtml(last.text)}</pre>` : "";
  return { ...table, "text/html": `${table["text/html"]}${text}` };
}

export function rolloutMeter(state: State): RunProgress | undefined {
  const first = state.events[0];
  if (first?.type !== "rollout-start") return undefined;
  const last = state.events.findLast((event): event is Ended => event.type === "rollout-end");
  return { done: last?.done ?? 0, total: first.total, unit: "rollouts", detail: describe(state) };
}

function describe(state: State): string {
  const last = state.events.findLast((event): event is Ended => event.type === "rollout-end");
  const started = state.events.filter((event) => event.type === "rollout-start");
  const turns = state.events.filter((event) => event.type === "turn");
  const tokens = turns.reduce((sum, { completionTokens }) => sum + (completionTokens ?? 0), 0);
  const rate = state.elapsedMs > 0 ? Math.round((1000 * tokens) / state.elapsedMs) : 0;
  const done = last?.done ?? 0;
  const speed = tokens > 0 ? `, ${rate} tokens/s` : "";
  return `${done} of ${started[0]?.total ?? "?"} rollouts, ${started.length - done} playing, ${turns.length} turns${speed}`;
}

function summaryTable(
  caption: string,
  reward: number | null,
  parts: Readonly<Record<string, number | null>>,
  ends: ReadonlyMap<string, number>,
  warnings: readonly string[],
): MimeBundle {
  const header = ["", "reward", ...Object.keys(parts), ...ends.keys()];
  const number = (value: number | null) => value?.toFixed(3) ?? "–";
  const row = [
    "mean, or count",
    number(reward),
    ...Object.values(parts).map(number),
    ...[...ends.values()].map(String),
  ];
  return tableBundle(caption, header, [row], warnings);
}

function counts(names: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}
