import { canonicalJson } from "../core/canonical.ts";
import type { ToolCall } from "./task.ts";

export { exactMatch, normalizeAnswer } from "../text/metrics/index.ts";

/** The same calls in the same order; the order of arguments does not count. */
export function callsMatch(calls: readonly ToolCall[], expected: readonly ToolCall[]): boolean {
  return (
    calls.length === expected.length && calls.every((call, i) => canonicalJson(call) === canonicalJson(expected[i]))
  );
}
