import { escapeHtml, type MimeBundle } from "./display.ts";

/** The first column is left-aligned, the others right. */
export function htmlTable(caption: string, header: readonly string[], rows: readonly string[][]): string {
  const cell = (tag: string) => (text: string, i: number) =>
    `<${tag} style="text-align:${i === 0 ? "left" : "right;white-space:nowrap"}">${escapeHtml(text)}</${tag}>`;
  const body = rows.map((row) => `<tr>${row.map(cell("td")).join("")}</tr>`).join("");
  return `<table><caption style="text-align:left;white-space:nowrap">${escapeHtml(caption)}</caption><thead><tr>${header.map(cell("th")).join("")}</tr></thead><tbody>${body}</tbody></table>`;
}

/** Rows with the header first. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) => row.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join("  "))
    .join("\n");
}

/** A table with lines below it; `warnings` in red. */
export function tableBundle(
  caption: string,
  header: readonly string[],
  rows: readonly string[][],
  warnings: readonly string[] = [],
): MimeBundle {
  const lines = warnings.map((line) => `<div style="color:#c0392b">${escapeHtml(line)}</div>`);
  return {
    "text/plain": [caption, textTable([header, ...rows]), ...warnings].join("\n"),
    "text/html": htmlTable(caption, header, rows) + lines.join(""),
  };
}
