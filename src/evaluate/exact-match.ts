import { canonicalJson } from "../core/canonical.ts";
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
  return calls.length === expected.length && calls.every((call, i) => canonicalJson(call) === canonicalJson(expected[i]));
}
