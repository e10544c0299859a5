/** A job in its cell: state, phase, progress, memory, curves, the last that it printed; why it waits, or how it ended. */
import { escapeHtml, type MimeBundle } from "../../core/display.ts";
import { formatBytes, formatDuration } from "../../core/progress-line.ts";
import type { JobRecord } from "../job.ts";
import { isOver } from "../job.ts";
import { type Curve, curvePanels } from "./curves.ts";
import { figuresOf, measuredText } from "./figures.ts";
import { block, faint, preformatted, stateColors, stateMark, withoutColors } from "./style.ts";

export interface JobViewState {
  job: JobRecord;
  /** Names of the devices that it holds or held. */
  devices: readonly string[];
  curves: readonly Curve[];
  /** The last of what it printed. */
  log: string;
  /** Once it has succeeded. */
  result?: unknown;
  nowMs: number;
  /** What it prints and draws is shown elsewhere in the cell, its curves among it. @default false */
  hidesOutput?: boolean;
}

const logLines = 8;
const errorLines = 12;

export function jobView(state: JobViewState): MimeBundle {
  const { job, curves, log, hidesOutput } = state;
  const facts = factsOf(state);
  const ending = endingOf(job);
  const figures = [...figuresOf(state.result)].slice(0, 6);
  const tail = hidesOutput ? "" : lastLines(log, logLines);
  const html = [
    `<div><b>${escapeHtml(job.spec.name)}</b> ${faint(`job ${job.id}`)} &nbsp; ${stateMark(job.state)} &nbsp; ${escapeHtml(progressText(job))}</div>`,
    bar(job),
    `<div>${facts.map((fact) => faint(escapeHtml(fact))).join(" · ")}</div>`,
    figures.length > 0
      ? `<div>${figures.map(([name, value]) => `${faint(escapeHtml(name))} <b>${escapeHtml(measuredText(value))}</b>`).join(" &nbsp; ")}</div>`
      : "",
    ending
      ? `<div style="color:${isOver(job.state) ? stateColors[job.state] : "inherit"}">${escapeHtml(ending)}</div>`
      : "",
    job.state === "stalled" && job.stack ? preformatted(job.stack) : "",
    hidesOutput ? "" : curvePanels([{ name: job.spec.name, curves }]),
    job.error?.traceback.length
      ? preformatted(job.error.traceback.slice(0, errorLines).join("\n"), stateColors.failed)
      : "",
    tail ? preformatted(tail) : "",
  ];
  const text = [
    [`${job.spec.name} (job ${job.id}): ${job.state}`, progressText(job)].filter(Boolean).join("  "),
    facts.join(" · "),
    figures.map(([name, value]) => `${name} ${measuredText(value)}`).join("  "),
    ending,
    job.state === "stalled" && job.stack ? job.stack : "",
    tail ? withoutColors(tail) : "",
  ];
  return { "text/html": block(html.join("")), "text/plain": text.filter(Boolean).join("\n") };
}

/** "updating: 40 of 100 steps, loss 1.234, ETA 12 s" */
export function progressText({ state, progress }: JobRecord): string {
  if (!progress || state === "succeeded") return "";
  const { phase, done, total, unit = "steps", detail, etaSeconds } = progress;
  const count =
    done === undefined ? undefined : total === undefined ? `${done} ${unit}` : `${done} of ${total} ${unit}`;
  const eta = etaSeconds === undefined || isOver(state) ? undefined : `ETA ${formatDuration(etaSeconds)}`;
  const rest = [count, detail, eta].filter(Boolean).join(", ");
  return rest ? `${phase}: ${rest}` : phase;
}

/** Seconds that it has run, or ran; undefined before it began. */
export const ranSeconds = ({ startedMs, endedMs }: JobRecord, nowMs: number): number | undefined =>
  startedMs === undefined ? undefined : Math.max(0, (endedMs ?? nowMs) - startedMs) / 1000;

function bar({ state, progress }: JobRecord): string {
  const { done, total } = progress ?? {};
  const share = state === "succeeded" ? 1 : done !== undefined && total ? Math.min(1, done / total) : 0;
  const filled = `<div style="height:6px;border-radius:3px;width:${Math.round(100 * share)}%;background:${stateColors[state]}"></div>`;
  return `<div style="height:6px;border-radius:3px;margin:4px 0;background:rgba(128,128,128,.25)">${filled}</div>`;
}

function factsOf({ job, devices, nowMs }: JobViewState): string[] {
  const { spec, attempt, peakBytes } = job;
  const facts: string[] = [];
  if (devices.length > 0) facts.push(devices.join(", "));
  else if (job.startedMs === undefined) facts.push(needsText(job));
  const seconds = ranSeconds(job, nowMs);
  facts.push(
    seconds === undefined
      ? `waiting for ${formatDuration(((job.endedMs ?? nowMs) - job.submittedMs) / 1000)}`
      : `${isOver(job.state) ? "took" : "running for"} ${formatDuration(seconds)}`,
  );
  if (attempt > 1) facts.push(`attempt ${attempt} of ${spec.retry.times + 1}`);
  if (peakBytes) facts.push(`peak memory ${formatBytes(peakBytes)}`);
  if (spec.estimate) facts.push(`estimated ${formatBytes(spec.estimate.bytes)}`);
  return facts;
}

export const needsText = ({ spec }: JobRecord): string => {
  const { gpus, memoryBytes, shared } = spec;
  const devices = gpus === 0 ? "no device" : `${gpus} device${gpus > 1 ? "s" : ""}`;
  return `needs ${devices}${memoryBytes === undefined ? "" : `, ${formatBytes(memoryBytes)}`}${shared ? ", shared" : ""}`;
};

/** Why it waits, or why it ended so, and for want of memory what would have fitted. */
function endingOf({ reason, error, downshift }: JobRecord): string {
  const why = reason ?? error?.message ?? "";
  const fits = downshift === undefined ? "" : ` It would have fitted with ${JSON.stringify(downshift)}.`;
  return `${why}${fits}`.trim();
}

/** As a terminal would show them: a carriage return goes back to the line's beginning. */
export function lastLines(log: string, count: number): string {
  const lines = log
    .trimEnd()
    .split("\n")
    .slice(-count)
    .map((line) => line.trimEnd())
    .map((line) => line.slice(line.lastIndexOf("\r") + 1));
  return lines.join("\n");
}
