import type { ToolCall } from "./task.ts";

/** Unicode forms, letter case and runs of white space do not count; digits, signs and order do. */
export function normalizeAnswer(text: string): string {
  return text.normalize("NFKC").trim().replace(/\s+/gu, " ").toLowerCase();
}

export function exactMatch(answer: string, expected: string): boolean {
  return normalizeAnswer(answer) === normalizeAnswer(expected);
}

/** The same calls in the same order; the order of arguments does not count. */
export function callsMatch(calls: readonly ToolCall[], expected: readonly ToolCall[]): boolean {
  return calls.length === expected.length && calls.every((call, i) => canonical(call) === canonical(expected[i]));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join()}}`;
}
