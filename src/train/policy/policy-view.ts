/** What learns from rollouts, in its cell: progress, figures, curves with what is healthy, and samples to open as transcripts. */
import { displaySymbol, escapeHtml, type MimeBundle } from "../../core/display.ts";
import { formatBytes, formatDuration, type RunProgress } from "../../core/progress-line.ts";
import type { RunState } from "../../core/run.ts";
import { htmlTable } from "../../core/table.ts";
import { type Transcript, transcript } from "../../gym/index.ts";
import type { Figure } from "../../plot/figure.ts";
import { type Fact, runHeader } from "../run-header.ts";
import { isOf, type PolicyEvent, type PolicyStepEnd } from "./policy-events.ts";
import { type HealthRow, percent } from "./policy-figure.ts";

/** What a way of training adds. */
export interface PolicyViewParts<Step extends PolicyStepEnd> {
  rows: readonly HealthRow<Step>[];
  figure(options: { steps?: number; points?: number }): Figure;
  warnings: readonly string[];
}

/** Points of a curve while it runs. */
const livePoints = 250;
/** Transcripts under the curves: those of the last few times. */
const shownSamples = 8;
/** Share of groups that differ in more than form below which there is little to learn. */
export const leastMixed = 0.3;

export function policyView<Step extends PolicyStepEnd>(
  state: RunState<unknown, PolicyEvent | Step>,
  { rows, figure: figureOf, warnings: own }: PolicyViewParts<Step>,
): MimeBundle {
  const events = state.events as readonly (PolicyEvent | PolicyStepEnd)[];
  const start = events.findLast(isOf("start"));
  const last = events.findLast(isOf("step-end")) as Step | undefined;
  const facts = factsOf(state, last);
  const warnings = [...own, ...troubleOf(events)];
  const text = [
    `${state.name}: ${facts.map(([label, value]) => `${label} ${value}`.trim()).join(" · ")}`,
    ...warnings.map((line) => `! ${line}`),
  ].join("\n");
  const red = warnings.map((line) => `<div style="color:#c0392b">${escapeHtml(line)}</div>`).join("");
  const head = `${runHeader(state, { done: last?.step ?? 0, steps: start?.steps }, facts)}${red}`;
  if (!start || !last) return { "text/html": head, "text/plain": text };
  const table = htmlTable(
    `step ${last.step}`,
    ["", "now", "healthy"],
    rows.map(({ name, now, healthy }) => [name, now(last), healthy]),
  );
  const below = `<details><summary>what these say, and what is healthy</summary>${table}</details>${samplesHtml(events)}`;
  const isLive = state.status === "running";
  const figure = figureOf({ steps: start.steps, ...(isLive && { points: livePoints }) });
  if (isLive) return { "text/html": `${head}${figure.toStillHtml()}${below}`, "text/plain": text };
  const { "image/svg+xml": svg, "text/html": html } = figure[displaySymbol]();
  return { "text/html": `${head}${html}${below}`, "image/svg+xml": svg, "text/plain": text };
}

/** For the terminal's line. */
export function policyMeter({ events }: { events: readonly (PolicyEvent | PolicyStepEnd)[] }): RunProgress | undefined {
  const start = events.findLast(isOf("start"));
  if (!start) return undefined;
  const last = events.findLast(isOf("step-end"));
  return { done: last?.step ?? start.step, total: start.steps, detail: last && `reward ${last.reward.toFixed(3)}` };
}

function factsOf(
  { status, elapsedMs, events, error }: RunState<unknown, PolicyEvent | PolicyStepEnd>,
  last: PolicyStepEnd | undefined,
): Fact[] {
  const facts: Fact[] = [["", status === "running" && !last ? "first rollouts" : status]];
  const phase = events.at(-1);
  if (status === "running" && phase?.type === "phase") facts.push([phase.phase, `${phase.done} of ${phase.total}`]);
  if (last) {
    const { reward, entropy, memoryBytes, tokensPerSecond, level } = last;
    facts.push(["reward", reward.toFixed(3)]);
    if (level !== null) facts.push(["level", String(level)]);
    if (entropy !== null) facts.push(["entropy", entropy.toFixed(3)]);
    if (tokensPerSecond.rollout !== null) {
      facts.push(["rollout tokens/s", Math.round(tokensPerSecond.rollout).toLocaleString("en")]);
    }
    facts.push(["memory", formatBytes(memoryBytes)]);
  }
  facts.push(["time", formatDuration(elapsedMs / 1000)]);
  if (last && status === "running") facts.push(["ETA", formatDuration(last.etaSeconds)]);
  if (error !== undefined && status === "failed") {
    facts.push(["", error instanceof Error ? error.message : String(error)]);
  }
  return facts;
}

/** What was skipped, failed, or was not finite, in words. */
function troubleOf(events: readonly (PolicyEvent | PolicyStepEnd)[]): string[] {
  const warnings: string[] = [];
  const steps = events.filter(isOf("step-end"));
  const skipped = events.filter(isOf("step-skipped"));
  if (skipped.length > 0) warnings.push(`${skipped.length} steps were skipped; the last: ${skipped.at(-1)!.reason}`);
  const failures = steps.at(-1)?.failures ?? [];
  for (const { boundary, message, count } of failures) warnings.push(`${count} failed (${boundary}): ${message}`);
  const unfinite = steps.reduce((sum, { skippedUpdates }) => sum + skippedUpdates, 0);
  if (unfinite > 0) warnings.push(`${unfinite} updates were left out: loss or gradient was not finite.`);
  return warnings;
}

export function fewMixed(share: number, when: string): string {
  return (
    `${when} ${percent(share)} of the groups differ in more than form; below ${percent(leastMixed)} there is little to learn ` +
    "from. Clean tool calls by sft first, take tasks that sometimes succeed, raise groupSize or temperature."
  );
}

/** Rollouts that were kept on the way, newest first, to read. */
export function keptSamples(events: readonly { type: string }[]): { step: number; transcript: Transcript }[] {
  const kept = (events as readonly PolicyEvent[]).filter(isOf("samples"));
  return kept.flatMap(({ step, samples }) => samples.map((each) => ({ step, transcript: transcript(each) }))).reverse();
}

function samplesHtml(events: readonly (PolicyEvent | PolicyStepEnd)[]): string {
  const kept = events.filter(isOf("samples")).slice(-3).reverse();
  const shown = kept.flatMap(({ step, samples }) => samples.map((sample) => ({ step, sample }))).slice(0, shownSamples);
  const rows = shown.map(({ step, sample }) => `<div>step ${step}${transcript(sample).html({ folded: true })}</div>`);
  return shown.length === 0 ? "" : `<div style="margin-top:6px"><b>samples</b>${rows.join("")}</div>`;
}
