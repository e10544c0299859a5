import { escapeHtml, type MimeBundle } from "../core/display.ts";
import type { RunProgress } from "../core/progress-line.ts";
import type { RunState } from "../core/run.ts";
import { htmlTable, tableBundle, textTable } from "../core/table.ts";
import type { Estimate } from "./bootstrap.ts";
import type { Comparison } from "./compare.ts";
import type { Outcome } from "./episode.ts";
import type { EvaluateEvent, Evaluation } from "./evaluate.ts";

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
    ? `${last.done} of ${last.total} tasks, exact match ${formatEstimate(last.exactMatch)}${last.failed > 0 ? `, ${last.failed} failed` : ""}`
    : "playing the first tasks";
  return {
    "text/plain": text,
    "text/html": `<div>${escapeHtml(text)}</div>${last ? transcript(last.sample) : ""}`,
  };
}

export function evaluationMeter(state: State): RunProgress | undefined {
  const last = state.events.at(-1);
  return (
    last && {
      done: last.done,
      total: last.total,
      unit: "tasks",
      detail: `exact match ${formatEstimate(last.exactMatch)}`,
    }
  );
}

/** Scores by kind, failures with their reasons, and a few transcripts to read. */
export function evaluationCard(evaluation: Evaluation): MimeBundle {
  const { name, n, failed, byKind, confidence } = evaluation;
  const rows = [
    ["all", evaluation.exactMatch],
    ...Object.entries(byKind).map(([kind, estimate]) => [`· ${kind}`, estimate]),
    ["final answer", evaluation.answerMatch],
    ["tool calls", evaluation.callsMatch],
  ] as [string, Estimate | null][];
  const header = ["", "exact match", "interval", "n"];
  const cells = rows.map(([label, estimate]) => [label, ...estimateCells(estimate)]);
  const caption = `${name}: ${n} tasks, ${failed.length} failed, ${evaluation.tokens} tokens in ${evaluation.seconds.toFixed(1)} s; ${(100 * confidence).toFixed(0)} % bootstrap intervals`;
  const wrong = evaluation.outcomes.filter(({ exactMatch }) => exactMatch === false).slice(0, 2);
  const right = evaluation.outcomes.filter(({ exactMatch }) => exactMatch).slice(0, 1);
  const reasons = failed.slice(0, 3).map(({ id, reason }) => `failed: ${id}: ${reason}`);
  return {
    "text/plain": [caption, textTable([header, ...cells]), ...reasons].join("\n"),
    "text/html":
      htmlTable(caption, header, cells) +
      reasons.map((reason) => `<div style="color:#c0392b">${escapeHtml(reason)}</div>`).join("") +
      [...right, ...wrong].map(transcript).join(""),
  };
}

export function comparisonCard(comparison: Comparison): MimeBundle {
  const { names, rows, confidence, n } = comparison;
  const header = ["exact match", ...names, ...names.slice(1).map((name) => `${name} − ${names[0]}`), "n"];
  const cells = rows.map(({ label, estimates, differences }) => [
    label,
    ...estimates.map(formatEstimate),
    ...differences.map((difference) =>
      difference
        ? `${signed(difference.value)} [${signed(difference.low)}, ${signed(difference.high)}]${difference.p < 0.05 ? " *" : ""}`
        : "–",
    ),
    String(estimates[0]?.n ?? 0),
  ]);
  const caption = `${n} tasks scored for all; ${(100 * confidence).toFixed(0)} % intervals, differences by paired bootstrap; *: p < 0.05, one-sided`;
  const notes = comparison.unscored > 0 ? [`${comparison.unscored} tasks failed in one or more and are left out`] : [];
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

/** What the model saw last and everything it wrote. */
function transcript({ id, exactMatch, turns, expected, reason }: Outcome): string {
  const last = turns.at(-1);
  if (!last) return "";
  const mark = exactMatch === null ? "failed" : exactMatch ? "right" : "wrong";
  const body = `${escapeHtml(last.prompt)}<b>${escapeHtml(last.completion)}</b>`;
  const note = `expected: ${expected}${reason ? `; ${reason}` : ""}`;
  return `<details><summary>${mark}: ${escapeHtml(id)}</summary><pre style="white-space:pre-wrap">${body}</pre><div style="opacity:.7">${escapeHtml(note)}</div></details>`;
}
