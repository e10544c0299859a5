/** A running sft, dpo or trainRewardModel in its cell: progress, figures, curves, and what each looks like while all is well. */
import { displaySymbol, escapeHtml, type MimeBundle } from "../core/display.ts";
import { formatBytes, formatDuration, type RunProgress } from "../core/progress-line.ts";
import type { RunState } from "../core/run.ts";
import { htmlTable } from "../core/table.ts";
import type { Figure } from "../plot/figure.ts";
import { type DataEvent, ofType } from "./data-events.ts";
import { type Fact, runHeader } from "./run-header.ts";

/** Points of a curve while it runs: more would cost time, four times a second, and show nothing. */
const livePoints = 250;

type EventOf<E, T> = Extract<E, { type: T }>;

/** A line of the table below the curves. */
export interface HealthRow<E> {
  name: string;
  /** As it is now, and at the newest evaluation. */
  now(step: EventOf<E, "step-end">, evaluation: EventOf<E, "eval-end"> | undefined): string;
  healthy: string;
}

export interface DataView<E> {
  verb: string;
  figure(events: readonly E[], options: { steps: number; points?: number }): Figure;
  /** Beside step, loss, learning rate and speed. */
  facts(step: EventOf<E, "step-end">, evaluation: EventOf<E, "eval-end"> | undefined): Fact[];
  /** What is done before the first step. @default "preparing data and model" */
  preparing?(events: readonly E[]): string | undefined;
  /** One line for each quantity. */
  health?: readonly HealthRow<E>[];
  /** What stands in the way, in words. */
  warnings?(events: readonly E[]): string[];
}

export function dataView<Result, E extends DataEvent<unknown, unknown, unknown> | { type: string }>(view: DataView<E>) {
  return (state: RunState<Result, E>): MimeBundle => {
    const { events } = state;
    const { start, last, evaluation } = digest(events);
    const facts = factsOf(view, state);
    const warnings = view.warnings?.(events) ?? [];
    const line = facts.map(([label, value]) => `${label} ${value}`).join(" · ");
    const text = [`${view.verb}: ${line}`, ...warnings.map((warning) => `! ${warning}`)].join("\n");
    const red = warnings.map((warning) => `<div style="color:#c0392b">${escapeHtml(warning)}</div>`).join("");
    const head = `${runHeader(state, { done: last?.step ?? 0, steps: start?.steps }, facts)}${red}`;
    if (!start || !last) return { "text/html": head, "text/plain": text };
    const below = view.health ? healthTable(view.health, last, evaluation) : "";
    const isLive = state.status === "running";
    const figure = view.figure(events, { steps: start.steps, ...(isLive && { points: livePoints }) });
    if (isLive) return { "text/html": `${head}${figure.toStillHtml()}${below}`, "text/plain": text };
    const { "image/svg+xml": svg, "text/html": html } = figure[displaySymbol]();
    return { "text/html": `${head}${html}${below}`, "image/svg+xml": svg, "text/plain": text };
  };
}

/** For the terminal's line. */
export function dataMeter<Result, E extends { type: string }>({
  events,
}: RunState<Result, E>): RunProgress | undefined {
  const { start, last } = digest(events);
  if (!start) return undefined;
  return { done: last?.step ?? start.step, total: start.steps, detail: last && `loss ${last.loss.toFixed(4)}` };
}

type Known = DataEvent<unknown, unknown, unknown>;

function digest<E extends { type: string }>(events: readonly E[]) {
  const newest = <T extends Known["type"]>(type: T) =>
    events.findLast((event) => event.type === type) as (EventOf<Known, T> & EventOf<E, T>) | undefined;
  return { start: newest("start"), last: newest("step-end"), evaluation: newest("eval-end") };
}

function factsOf<Result, E extends { type: string }>(view: DataView<E>, state: RunState<Result, E>): Fact[] {
  const { status, elapsedMs, events, error } = state;
  const { last, evaluation } = digest(events);
  const before = view.preparing?.(events) ?? "preparing data and model";
  const facts: Fact[] = [["", status === "running" && !last ? before : status]];
  if (last) {
    facts.push(["epoch", last.epoch.toFixed(2)], ["loss", last.loss.toFixed(4)]);
    if (evaluation) facts.push(["evaluation loss", evaluation.evalLoss.toFixed(4)]);
    facts.push(...view.facts(last, evaluation));
    facts.push(["learning rate", last.learningRate.toExponential(2)]);
    facts.push(["tokens/s", Math.round(last.tokensPerSecond).toLocaleString("en")]);
    facts.push(["memory", formatBytes(last.memoryBytes)]);
  }
  facts.push(["time", formatDuration(elapsedMs / 1000)]);
  if (last && status === "running") facts.push(["ETA", formatDuration(last.etaSeconds)]);
  const skipped = events.filter(ofType("step-skipped")).length;
  if (skipped > 0) facts.push(["skipped steps (not finite)", String(skipped)]);
  if (error !== undefined && status === "failed")
    facts.push(["", error instanceof Error ? error.message : String(error)]);
  return facts;
}

function healthTable<E>(
  rows: readonly HealthRow<E>[],
  last: EventOf<E, "step-end"> & { step: number },
  evaluation: EventOf<E, "eval-end"> | undefined,
): string {
  const table = htmlTable(
    `step ${last.step}`,
    ["", "now", "healthy"],
    rows.map(({ name, now, healthy }) => [name, now(last, evaluation), healthy]),
  );
  return `<details><summary>what these say, and what is healthy</summary>${table}</details>`;
}
