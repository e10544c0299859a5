/** A sweep: which options are best so far, with intervals where the results have them; then its jobs on the board. */
import { escapeHtml, type MimeBundle } from "../../core/display.ts";
import { textTable } from "../../core/table.ts";
import type { Measured } from "../../plot/builders.ts";
import type { JobRecord } from "../job.ts";
import { isOver } from "../job.ts";
import { type BoardViewState, boardView } from "./board-view.ts";
import { measuredText } from "./figures.ts";
import { progressText } from "./job-view.ts";
import { block, faint, plainCell, stateCell, table } from "./style.ts";

export interface SweepTrial {
  job: JobRecord;
  /** What of the options it changes, by path: { "lora.rank": 8 }. */
  setting: Readonly<Record<string, unknown>>;
  /** The metric, once there is one. */
  value?: Measured;
  /** Why it was ended before its end. */
  stopped?: string;
}

export interface SweepViewState extends Omit<BoardViewState, "title" | "jobs"> {
  name: string;
  /** e.g. "evalLoss" */
  metric: string;
  mode: "min" | "max";
  trials: readonly SweepTrial[];
}

export function sweepView(state: SweepViewState): MimeBundle {
  const { name, metric, mode, trials } = state;
  const ranked = rankTrials(trials, mode);
  const paths = [...new Set(trials.flatMap(({ setting }) => Object.keys(setting)))];
  const header = ["rank", ...paths, `${metric} (${mode})`, "state", ""];
  const rows = ranked.map(({ job, setting, value, stopped }, i) => [
    plainCell(value ? String(i + 1) : ""),
    ...paths.map((path) => plainCell(settingText(setting[path]))),
    plainCell(measuredText(value)),
    stateCell(job.state),
    plainCell(
      stopped ?? (isOver(job.state) ? (job.state === "succeeded" ? "" : (job.reason ?? "")) : progressText(job)),
    ),
  ]);
  const over = trials.filter(({ job }) => isOver(job.state)).length;
  const head = `${over} of ${trials.length} done`;
  const close = closeToBest(ranked);
  const note =
    close > 0
      ? `The interval of the best overlaps with ${close === 1 ? "that of the next" : `those of ${close} others`}: the order among them is not certain.`
      : "";
  const best = ranked[0]?.value ? 0 : undefined;
  const board = boardView({
    ...state,
    title: "its jobs",
    jobs: trials.map(({ job }) => withoutPrefix(job, `${name}: `)),
  });
  const html = [
    `<div><b>${escapeHtml(name)}</b> &nbsp; ${faint(escapeHtml(head))}</div>`,
    table(header, rows, best),
    note ? `<div>${faint(escapeHtml(note))}</div>` : "",
  ];
  const text = [`${name}: ${head}`, textTable([header, ...rows.map((row) => row.map((cell) => cell.text))]), note];
  return {
    "text/html": block(html.join("")) + board["text/html"],
    "text/plain": [...text.filter(Boolean), board["text/plain"]].join("\n"),
  };
}

/** Below the sweep's name, its jobs are known by their settings. */
const withoutPrefix = (job: JobRecord, prefix: string): JobRecord =>
  job.spec.name.startsWith(prefix) ? { ...job, spec: { ...job.spec, name: job.spec.name.slice(prefix.length) } } : job;

/** The best first; those without a value behind, in the order they were submitted. */
export function rankTrials(trials: readonly SweepTrial[], mode: "min" | "max"): SweepTrial[] {
  const sign = mode === "min" ? 1 : -1;
  return [...trials].sort((a, b) => {
    if (a.value && b.value) return sign * (a.value.value - b.value.value) || a.job.id - b.job.id;
    return Number(b.value !== undefined) - Number(a.value !== undefined) || a.job.id - b.job.id;
  });
}

/** How many others have an interval that overlaps with that of the best. */
function closeToBest([best, ...others]: readonly SweepTrial[]): number {
  const { low, high } = best?.value ?? {};
  if (low === undefined || high === undefined) return 0;
  return others.filter(
    ({ value }) => value?.low !== undefined && value.high !== undefined && value.low <= high && value.high >= low,
  ).length;
}

const settingText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
