import { escapeHtml } from "../core/display.ts";
import type { RunStatus } from "../core/run.ts";

/** A label and a value; "" for a value that speaks for itself. */
export type Fact = readonly [label: string, value: string];

const colors = { running: "#2f6fde", succeeded: "#1e8e5a", failed: "#d93025", cancelled: "#6b747d" };

/** A run's name, its progress and figures: what is above its curves. */
export function runHeader(
  { name, status }: { name: string; status: RunStatus },
  { done, steps, unit = "step" }: { done: number; steps?: number; unit?: string },
  facts: readonly Fact[],
): string {
  const width = steps ? Math.round((100 * done) / steps) : 0;
  const cells = facts.map(
    ([label, value]) =>
      `<span style="margin-right:16px;white-space:nowrap"><span style="opacity:.65">${escapeHtml(label)}</span> <b>${escapeHtml(value)}</b></span>`,
  );
  const count = steps ? `${unit} ${done} of ${steps}` : "";
  return (
    `<div style="font:13px system-ui,sans-serif;max-width:760px;margin:4px 0"><div style="margin-bottom:4px"><b>${escapeHtml(name)}</b> ${count}</div>` +
    `<div style="height:6px;border-radius:3px;background:rgba(128,128,128,.25)"><div style="height:6px;border-radius:3px;width:${width}%;background:${colors[status]}"></div></div>` +
    `<div style="margin-top:6px;line-height:1.6;white-space:normal">${cells.join(" ")}</div></div>`
  );
}
