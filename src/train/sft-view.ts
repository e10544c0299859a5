/** A running sft in its cell: progress, figures and curves; light SVG while it runs, the interactive figure at its end. */
import { displaySymbol, escapeHtml, type MimeBundle } from "../core/display.ts";
import { formatBytes, formatDuration, type RunProgress } from "../core/progress-line.ts";
import type { RunState } from "../core/run.ts";
import { training } from "../plot/training.ts";
import { ofType, type SftEvent, type SftEventOf } from "./sft-events.ts";
import type { SftResult } from "./sft-result.ts";

type State = RunState<SftResult, SftEvent>;
type StepEnd = SftEventOf<"step-end">;

const colors = { running: "#2f6fde", succeeded: "#1e8e5a", failed: "#d93025", cancelled: "#6b747d" };
/** Points of a curve while it runs: more would cost time, four times a second, and show nothing. */
const livePoints = 250;

export function sftView(state: State): MimeBundle {
  const { start, last, skipped } = digest(state.events);
  const lines = factsOf(state, last, skipped);
  const isLive = state.status === "running";
  const text = lines.map(([label, value]) => `${label} ${value}`).join(" · ");
  if (!start || !last) return { "text/html": header(state, start?.steps, 0, lines), "text/plain": `sft: ${text}` };
  const figure = training(state.events, { steps: start.steps, ...(isLive && { points: livePoints }) });
  const head = header(state, start.steps, last.step, lines);
  if (isLive) return { "text/html": `${head}${figure.toSvg()}`, "text/plain": `sft: ${text}` };
  const final = figure[displaySymbol]();
  const { "image/svg+xml": svg, "text/html": html } = final;
  return { "text/html": `${head}${html}`, "image/svg+xml": svg, "text/plain": `sft: ${text}` };
}

/** For the terminal's line. */
export function sftMeter({ events }: State): RunProgress | undefined {
  const { start, last } = digest(events);
  if (!start) return undefined;
  return { done: last?.step ?? start.step, total: start.steps, detail: last && `loss ${last.loss.toFixed(4)}` };
}

function digest(events: readonly SftEvent[]) {
  const start = events.findLast(ofType("start"));
  const last = events.findLast(ofType("step-end"));
  return { start, last, skipped: events.filter(ofType("step-skipped")).length };
}

function factsOf(
  { status, elapsedMs, events, error }: State,
  last: StepEnd | undefined,
  skipped: number,
): [string, string][] {
  const evaluation = events.findLast(ofType("eval-end"));
  const facts: [string, string][] = [["", status === "running" && !last ? "preparing data and model" : status]];
  if (last) {
    facts.push(["epoch", last.epoch.toFixed(2)], ["loss", last.loss.toFixed(4)]);
    if (evaluation) facts.push(["evaluation loss", evaluation.evalLoss.toFixed(4)]);
    facts.push(["accuracy", `${(100 * last.tokenAccuracy).toFixed(1)} %`]);
    facts.push(["learning rate", last.learningRate.toExponential(2)]);
    facts.push(["tokens/s", Math.round(last.tokensPerSecond).toLocaleString("en")]);
    facts.push(["memory", formatBytes(last.memoryBytes)]);
  }
  facts.push(["time", formatDuration(elapsedMs / 1000)]);
  if (last && status === "running") facts.push(["ETA", formatDuration(last.etaSeconds)]);
  if (skipped > 0) facts.push(["skipped steps (not finite)", String(skipped)]);
  if (error !== undefined && status === "failed")
    facts.push(["", error instanceof Error ? error.message : String(error)]);
  return facts;
}

function header(state: State, steps: number | undefined, step: number, facts: [string, string][]): string {
  const color = colors[state.status];
  const done = steps ? Math.round((100 * step) / steps) : 0;
  const cells = facts.map(
    ([label, value]) =>
      `<span style="margin-right:16px;white-space:nowrap"><span style="opacity:.65">${escapeHtml(label)}</span> <b>${escapeHtml(value)}</b></span>`,
  );
  const count = steps ? `step ${step} of ${steps}` : "";
  return (
    `<div style="font:13px system-ui,sans-serif;max-width:760px;margin:4px 0"><div style="margin-bottom:4px"><b>sft</b> ${count}</div>` +
    `<div style="height:6px;border-radius:3px;background:rgba(128,128,128,.25)"><div style="height:6px;border-radius:3px;width:${done}%;background:${color}"></div></div>` +
    `<div style="margin-top:6px;line-height:1.6;white-space:normal">${cells.join(" ")}</div></div>`
  );
}
