import { escapeHtml, type MimeBundle } from "../core/display.ts";
import type { RunProgress } from "../core/progress-line.ts";
import type { RunState } from "../core/run.ts";
import { htmlTable, tableBundle, textTable } from "../core/table.ts";
import { transcript } from "../gym/transcript.ts";
import type { Estimate } from "./bootstrap.ts";
import type { Comparison } from "./compare.ts";
import type { EvaluateEvent } from "./evaluate.ts";
import type { Evaluation, Outcome } from "./evaluation.ts";

type State = RunState<Evaluation, EvaluateEvent>;

/** Progress, then the card. */
export function evaluationView(state: State): MimeBundle {
  if (state.result) return evaluationCard(state.result);
  const last = state.events.at(-1);
  if (state.status === "failed" || state.status === "cancelled") {
    const reason = `evaluate: ${state.status}: ${(state.error as Error | undefined)?.message ?? ""}`;
    return { "text/plain": reason, "text/html": `<div style="color:#c0392b">${escapeHtml(reason)}</div>` };
  }
  const text = last
    ? `${last.done} of ${last.total} tasks, ${last.measure} ${formatEstimate(last.score)}${last.failed > 0 ? `, ${last.failed} failed` : ""}`
    : "playing the first tasks";
  return {
    "text/plain": text,
    "text/html": `<div>${escapeHtml(text)}</div>${last ? opened(last.sample) : ""}`,
  };
}

export function evaluationMeter(state: State): RunProgress | undefined {
  const last = state.events.at(-1);
  return (
    last && {
      done: last.done,
      total: last.total,
      unit: "tasks",
      detail: `${last.measure} ${formatEstimate(last.score)}`,
    }
  );
}

const partLabels: Record<string, string> = { answerMatch: "final answer", callsMatch: "tool calls" };

/** Scores by domain and kind, parts, failures with their reasons, and a few transcripts to read. */
export function evaluationCard(evaluation: Evaluation): MimeBundle {
  const { name, n, failed, byKind, byDomain, confidence, measure } = evaluation;
  const scored = n - failed.length;
  const several = Object.keys(byDomain).length > 1;
  const groups = Object.entries(several ? byDomain : byKind).map(
    ([label, estimate]) => [`· ${label}`, estimate] as const,
  );
  const parts = Object.entries(evaluation.parts).filter(([part]) => part !== "exactMatch");
  const header = ["", measure, "interval", "n", "left out"];
  const cells = [
    ...([["all", evaluation.score], ...groups] as const).map(([label, estimate]) => [
      label,
      ...estimateCells(estimate),
      "",
    ]),
    ...parts.map(([part, estimate]) => {
      return [partLabels[part] ?? part, ...estimateCells(estimate), String(scored - (estimate?.n ?? 0))];
    }),
  ];
  const caption = `${name}: ${n} tasks, ${failed.length} failed, ${evaluation.tokens} tokens in ${evaluation.seconds.toFixed(1)} s; ${(100 * confidence).toFixed(0)} % bootstrap intervals`;
  const ordered = evaluation.outcomes.filter(({ score }) => score !== null).toSorted((a, b) => b.score! - a.score!);
  const shown = new Set([ordered[0], ...ordered.slice(-2)].filter((outcome) => outcome !== undefined));
  const reasons = failed.slice(0, 3).map(({ id, reason }) => `failed: ${id}: ${reason}`);
  return {
    "text/plain": [caption, textTable([header, ...cells]), ...reasons].join("\n"),
    "text/html":
      htmlTable(caption, header, cells) +
      reasons.map((reason) => `<div style="color:#c0392b">${escapeHtml(reason)}</div>`).join("") +
      [...shown].map(opened).join(""),
  };
}

export function comparisonCard(comparison: Comparison): MimeBundle {
  const { names, rows, confidence, n, measure } = comparison;
  const header = [measure, ...names, ...names.slice(1).map((name) => `${name} − ${names[0]}`), "n"];
  const cells = rows.map(({ label, estimates, differences, n: rowTasks }) => [
    label,
    ...estimates.map(formatEstimate),
    ...differences.map((difference) =>
      difference
        ? `${signed(difference.value)} [${signed(difference.low)}, ${signed(difference.high)}]${difference.p < 0.05 ? " *" : ""}`
        : "–",
    ),
    String(rowTasks),
  ]);
  const caption = `${n} tasks scored for all; ${(100 * confidence).toFixed(0)} % intervals, differences by paired bootstrap; *: p < 0.05, one-sided`;
  const notes =
    comparison.unscored > 0
      ? [`${comparison.unscored} tasks failed in one or more, or the part does not apply: left out`]
      : [];
  const { otherBases } = comparison;
  if (otherBases.length > 0)
    notes.push(
      `another base model than ${names[0]}: ${otherBases.join(", ")}; the difference is not what training did`,
    );
  return tableBundle(caption, header, cells, notes);
}

export function formatEstimate(estimate: Estimate | null): string {
  if (!estimate) return "not measured";
  return `${estimate.value.toFixed(3)} [${estimate.low.toFixed(3)}, ${estimate.high.toFixed(3)}]`;
}

function estimateCells(estimate: Estimate | null): string[] {
  if (!estimate) return ["not measured", "", "0"];
  return [estimate.value.toFixed(3), `${estimate.low.toFixed(3)} – ${estimate.high.toFixed(3)}`, String(estimate.n)];
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

/** To be opened: what was asked, and everything that was written. */
function opened({ trajectory }: Outcome): string {
  const { answer } = trajectory.task;
  const note = answer === undefined ? "" : `<div style="opacity:.7">expected: ${escapeHtml(answer)}</div>`;
  return transcript(trajectory).html({ folded: true }) + note;
}
