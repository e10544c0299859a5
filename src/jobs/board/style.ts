/** One look for job, board and sweep: on a light page and on a dark one. */
import { escapeHtml } from "../../core/display.ts";
import type { JobState } from "../job.ts";

export const stateColors: Record<JobState, string> = {
  queued: "#8a929a",
  starting: "#7fa8ee",
  running: "#2f6fde",
  stalled: "#b8860b",
  succeeded: "#1e8e5a",
  failed: "#d93025",
  cancelled: "#767c84",
  lost: "#8e44ad",
  "out-of-memory": "#d4620a",
};

/** Text of pictures, which do not know the page behind them: 4.2 : 1 on white and on near-black. */
export const quiet = "#767c84";

export const width = 760;

export const block = (html: string): string =>
  `<div style="font:13px system-ui,sans-serif;max-width:${width}px;margin:4px 0;line-height:1.5">${html}</div>`;

/** A picture as an image: sanitizers of notebooks that are not trusted drop inline SVG and keep these. */
export const picture = (svg: string, alt: string, ofWidth = width): string =>
  `<img alt="${escapeHtml(alt)}" width="${ofWidth}" style="display:block;max-width:100%;height:auto;margin:6px 0" src="data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}">`;

export const stateMark = (state: JobState): string =>
  `<span style="color:${stateColors[state]};white-space:nowrap">●&nbsp;${state}</span>`;

export const faint = (html: string): string => `<span style="opacity:.7">${html}</span>`;

/** Text with the colours that terminals give it taken out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
export const withoutColors = (text: string): string => text.replace(/\u001b\[[\d;]*m/g, "");

export const preformatted = (text: string, color = "inherit"): string =>
  `<pre style="margin:4px 0;padding:6px 8px;max-height:220px;overflow:auto;white-space:pre-wrap;font-size:12px;color:${color};background:rgba(128,128,128,.12)">${escapeHtml(withoutColors(text))}</pre>`;

export interface TableCell {
  /** HTML; plain text must be escaped. */
  html: string;
  text: string;
}

export const plainCell = (text: string): TableCell => ({ html: escapeHtml(text), text });
export const stateCell = (state: JobState): TableCell => ({ html: stateMark(state), text: state });

/** Numbers to the right, words to the left, where only long ones are broken; the row numbered `best` stands out. */
export function table(header: readonly string[], rows: readonly TableCell[][], best?: number): string {
  const isNumber = header.map((_, i) => rows.some((row) => /^[\d.,]+( [[a-zA-Z%].*)?$/.test(row[i].text)));
  const isLong = header.map((_, i) => rows.some((row) => row[i].text.length > 30));
  const align = (i: number) =>
    `text-align:${isNumber[i] ? "right" : "left"};padding:2px 8px;vertical-align:top${isLong[i] ? ";min-width:150px" : ";white-space:nowrap"}`;
  const head = header.map((text, i) => `<th style="${align(i)}">${escapeHtml(text)}</th>`).join("");
  const body = rows.map((row, r) => {
    const weight = r === best ? ' style="font-weight:700"' : "";
    return `<tr${weight}>${row.map(({ html }, i) => `<td style="${align(i)}">${html}</td>`).join("")}</tr>`;
  });
  return `<table style="margin:6px 0;font-size:12px"><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}
