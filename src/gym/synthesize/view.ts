import { escapeHtml, type MimeBundle } from "../../core/display.ts";
import type { RunState } from "../../core/run.ts";
import { tableBundle } from "../../core/table.ts";
import type { Synthesis } from "./synthesis.ts";
import type { SynthesisEvent } from "./synthesize.ts";

/** Demonstrations by strategy and domain, and what was not kept. */
export function countsTable({ rows, rejected }: Pick<Synthesis, "rows" | "rejected">): MimeBundle {
  const counts = new Map<string, Map<string, number>>();
  const totals = new Map<string, number>();
  for (const { metadata } of rows) {
    const { strategy, domain } = metadata;
    const each = counts.get(strategy) ?? new Map();
    counts.set(strategy, each.set(domain, (each.get(domain) ?? 0) + 1));
    totals.set(domain, (totals.get(domain) ?? 0) + 1);
  }
  const domains = [...totals.keys()];
  const lines = [...counts].map(([strategy, each]) => ({
    strategy,
    each: domains.map((domain) => each.get(domain) ?? 0),
    all: [...each.values()].reduce((a, b) => a + b, 0),
  }));
  lines.sort((a, b) => b.all - a.all);
  const tasks = new Set(rows.map(({ metadata }) => `${metadata.domain} ${metadata.taskId}`)).size;
  const left = Object.entries(rejected).map(([reason, count]) => `${count} ${reason}`);
  const caption = `${rows.length} demonstrations of ${tasks} tasks, each replayed${left.length > 0 ? `; not kept: ${left.join(", ")}` : ""}`;
  return tableBundle(
    caption,
    ["strategy", ...domains, "all"],
    [
      ...lines.map(({ strategy, each, all }) => [strategy, ...each.map(String), String(all)]),
      ["all", ...[...totals.values()].map(String), String(rows.length)],
    ],
  );
}

/** A bar while it runs, the table at its end. */
export function view({ events, result, status, error }: RunState<Synthesis, SynthesisEvent>): MimeBundle {
  if (result) return countsTable(result);
  const last = events.at(-1);
  const count = last ? `${last.kept} of ${last.total} demonstrations, ${last.tried} tried` : "playing the first tasks";
  if (status !== "running") return { "text/plain": `${status} after ${count}: ${(error as Error)?.message}` };
  const text = last ? `${count}, now ${last.domain} by ${last.strategy}` : count;
  const bar = last ? `<progress value="${last.kept}" max="${last.total}"></progress> ` : "";
  return { "text/plain": text, "text/html": `<div>${bar}${escapeHtml(text)}</div>` };
}
