/** A running pipeline in its cell: its stages with what came of them. Each stage draws itself below. */
import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { formatDuration, type RunProgress } from "../../core/progress-line.ts";
import type { RunState } from "../../core/run.ts";
import { tableBundle } from "../../core/table.ts";
import { type Fact, runHeader } from "../run-header.ts";
import type { PipelineDryRun, PipelineEvent, PipelineResult } from "./pipeline-result.ts";
import type { Summary } from "./stage.ts";

type State = RunState<PipelineResult, PipelineEvent>;
type Progress = Extract<PipelineEvent, { type: "progress" }>;

interface Line {
  name: string;
  status: "waiting" | "running" | "done" | "failed" | "cancelled";
  seconds?: number;
  summary?: Summary;
  progress?: Progress;
}

export function pipelineView(state: State): MimeBundle {
  const { events, status, elapsedMs, error } = state;
  const lines = linesOf(state);
  const done = lines.filter((line) => line.status === "done").length;
  const facts: Fact[] = [
    ["", status === "running" ? (lines.find((line) => line.status === "running")?.name ?? "beginning") : status],
    ["time", formatDuration(elapsedMs / 1000)],
  ];
  const warnings = status === "failed" ? [error instanceof Error ? error.message : String(error)] : [];
  const start = events.findLast((event) => event.type === "start");
  const table = stagesTable(lines, start ? start.run : "pipeline", warnings);
  const head = runHeader(state, { done, steps: lines.length || undefined, unit: "stage" }, facts);
  return { ...table, "text/html": `${head}${table["text/html"]}` };
}

/** For the terminal's line. */
export function pipelineMeter(state: State): RunProgress | undefined {
  const lines = linesOf(state);
  if (lines.length === 0) return undefined;
  const running = lines.find((line) => line.status === "running");
  const detail = running && `${running.name} ${running.progress ? progressText(running.progress) : ""}`.trim();
  return { done: lines.filter((line) => line.status === "done").length, total: lines.length, unit: "stages", detail };
}

function linesOf({ events, status }: State): Line[] {
  const start = events.findLast((event) => event.type === "start");
  return (start?.stages ?? []).map((name, i): Line => {
    const own = events.filter((event) => event.type !== "start" && event.step === i + 1);
    const end = own.findLast((event) => event.type === "stage-end");
    if (end) return { name, status: "done", seconds: end.seconds, summary: end.summary };
    if (own.length === 0) return { name, status: "waiting" };
    const progress = own.findLast((event) => event.type === "progress");
    return { name, status: status === "succeeded" ? "done" : status, progress };
  });
}

const marks = { waiting: "", running: "▶", done: "✓", failed: "✗", cancelled: "✗" };

export function stagesTable(lines: readonly Line[], caption: string, warnings: readonly string[] = []): MimeBundle {
  const rows = lines.map(({ name, status, seconds, summary = {}, progress }, i) => {
    const facts = Object.entries(summary).flatMap(([key, value]) => (value === null ? [] : [`${key} ${brief(value)}`]));
    const text = progress ? progressText(progress) : facts.slice(0, 6).join(", ");
    return [`${i + 1} ${name}`, marks[status], seconds === undefined ? "" : formatDuration(seconds), text];
  });
  return tableBundle(caption, ["stage", "", "time", ""], rows, warnings);
}

const brief = (value: string | number) => (typeof value === "number" ? String(Number(value.toPrecision(4))) : value);

const progressText = ({ done, total, unit }: Progress) => `${done}${total === null ? "" : ` of ${total}`} ${unit}`;

/** From the events of any run to how far it is: the steps of a training, the tasks of an evaluation, demonstrations. */
export function progressOf(): (event: object) => Pick<Progress, "done" | "total" | "unit"> | undefined {
  let steps: number | null = null;
  return (event) => {
    const { type, step, steps: all, done, kept, total } = event as Record<string, unknown>;
    if (typeof all === "number") steps = all;
    if (typeof kept === "number") return { done: kept, total: Number(total), unit: "demonstrations" };
    if (type === "step-end") return { done: Number(step), total: steps, unit: "steps" };
    if (type === "candidate-end") return { done: Number(done), total: Number(total), unit: "checkpoints" };
    if (typeof done === "number" && typeof total === "number" && type !== "phase")
      return { done, total, unit: "tasks" };
    return undefined;
  };
}

export function dryRunView({ status, result, error }: RunState<PipelineDryRun, never>): MimeBundle {
  if (result) return result[displaySymbol]();
  const what = status === "running" ? "looking" : `${status}: ${(error as Error | undefined)?.message ?? ""}`;
  return { "text/plain": `pipeline dry run: ${what}` };
}
