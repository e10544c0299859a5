/** A running sft in its cell: progress, figures and curves; light SVG while it runs, the interactive figure at its end. */
import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { formatBytes, formatDuration, type RunProgress } from "../../core/progress-line.ts";
import type { RunState } from "../../core/run.ts";
import { training } from "../../plot/training.ts";
import { type Fact, runHeader } from "../run-header.ts";
import { ofType, type SftEvent, type SftEventOf } from "./sft-events.ts";
import type { SftResult } from "./sft-result.ts";

type State = RunState<SftResult, SftEvent>;
type StepEnd = SftEventOf<"step-end">;

/** Points of a curve while it runs: more would cost time, four times a second, and show nothing. */
const livePoints = 250;

export function sftView(state: State): MimeBundle {
  const { start, last, skipped } = digest(state.events);
  const lines = factsOf(state, last, skipped);
  const isLive = state.status === "running";
  const text = lines.map(([label, value]) => `${label} ${value}`).join(" · ");
  if (!start || !last)
    return { "text/html": runHeader(state, { done: 0, steps: start?.steps }, lines), "text/plain": `sft: ${text}` };
  const figure = training(state.events, { steps: start.steps, ...(isLive && { points: livePoints }) });
  const head = runHeader(state, { done: last.step, steps: start.steps }, lines);
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

function factsOf({ status, elapsedMs, events, error }: State, last: StepEnd | undefined, skipped: number): Fact[] {
  const evaluation = events.findLast(ofType("eval-end"));
  const facts: Fact[] = [["", status === "running" && !last ? "preparing data and model" : status]];
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
