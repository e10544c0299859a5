/** A running distillation in its cell. */
import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { formatBytes, formatDuration, type RunProgress } from "../../core/progress-line.ts";
import type { RunState } from "../../core/run.ts";
import { htmlTable } from "../../core/table.ts";
import { isOf } from "../policy/policy-events.ts";
import { policyView } from "../policy/policy-view.ts";
import { type Fact, runHeader } from "../run-header.ts";
import type { DistillEvent, DistillRowsEvent } from "./distill-events.ts";
import { distillFigure, rolloutRows, rowRows } from "./distill-figure.ts";
import type { DistillResult } from "./distill-result.ts";

export function rolloutsView(state: RunState<DistillResult<DistillEvent>, DistillEvent>): MimeBundle {
  const { events } = state;
  const last = events.findLast(isOf("step-end"));
  const unhinted = last && last.hinted === 0 && last.divergence !== null && last.divergence < 1e-6;
  const warnings = unhinted
    ? ["The teacher says what the student says: without a hint the average has nothing to teach yet."]
    : [];
  return policyView(state, { rows: rolloutRows, figure: (options) => distillFigure(events, options), warnings });
}

const livePoints = 250;

export function rowsView(state: RunState<DistillResult<DistillRowsEvent>, DistillRowsEvent>): MimeBundle {
  const { events, status, elapsedMs, error } = state;
  const start = events.findLast(isOf("start"));
  const last = events.findLast(isOf("step-end"));
  const facts: Fact[] = [["", status === "running" && !last ? "preparing data and models" : status]];
  if (last) {
    facts.push(
      ["divergence", last.divergence.toFixed(4)],
      ["same first choice", `${(100 * last.agreement).toFixed(1)} %`],
    );
    facts.push(
      ["tokens/s", Math.round(last.tokensPerSecond).toLocaleString("en")],
      ["memory", formatBytes(last.memoryBytes)],
    );
  }
  facts.push(["time", formatDuration(elapsedMs / 1000)]);
  if (last && status === "running") facts.push(["ETA", formatDuration(last.etaSeconds)]);
  const skipped = events.filter(isOf("step-skipped")).length;
  if (skipped > 0) facts.push(["skipped steps (not finite)", String(skipped)]);
  if (status === "failed") facts.push(["", error instanceof Error ? error.message : String(error)]);
  const text = `distill: ${facts.map(([label, value]) => `${label} ${value}`.trim()).join(" · ")}`;
  const head = runHeader(state, { done: last?.step ?? 0, steps: start?.steps }, facts);
  if (!start || !last) return { "text/html": head, "text/plain": text };
  const rows = rowRows.map(({ name, now, healthy }) => [name, now(last), healthy]);
  const table = htmlTable(`step ${last.step}`, ["", "now", "healthy"], rows);
  const below = `<details><summary>what these say, and what is healthy</summary>${table}</details>`;
  const isLive = status === "running";
  const figure = distillFigure(events, { steps: start.steps, ...(isLive && { points: livePoints }) });
  if (isLive) return { "text/html": `${head}${figure.toSvg()}${below}`, "text/plain": text };
  const { "image/svg+xml": svg, "text/html": html } = figure[displaySymbol]();
  return { "text/html": `${head}${html}${below}`, "image/svg+xml": svg, "text/plain": text };
}

/** For the terminal's line. */
export function distillMeter({
  events,
}: {
  events: readonly (DistillEvent | DistillRowsEvent)[];
}): RunProgress | undefined {
  const start = events.findLast(isOf("start"));
  if (!start) return undefined;
  const last = events.findLast(isOf("step-end"));
  return {
    done: last?.step ?? start.step,
    total: start.steps,
    detail: last && `divergence ${last.divergence?.toFixed(4) ?? "–"}`,
  };
}
