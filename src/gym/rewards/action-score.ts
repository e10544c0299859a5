import { normalizeAnswer } from "../../text/metrics/index.ts";
import type { Episode } from "../episode.ts";
import type { RewardContext } from "../reward.ts";
import type { ExpectedAction } from "../task.ts";
import type { ToolCall } from "../tool.ts";

/**
 * Matched ÷ expected tool actions, each call standing for one of them; order and further calls do not matter. Only calls that were
 * executed count. null without expected actions.
 */
export function actionScore({ task, episode }: Pick<RewardContext, "task" | "episode">): number | null {
  const expected = task.criteria.actions;
  return expected.length === 0 ? null : matchActions(expected, executed(episode)).length / expected.length;
}

/** What each turn added to the action score. */
export function turnActions({ task, episode }: Pick<RewardContext, "task" | "episode">): number[] {
  const expected = task.criteria.actions;
  const calls = episode.log.filter(({ status }) => status === "ok");
  const matched = (turn: number) =>
    matchActions(
      expected,
      calls.filter((call) => call.turn <= turn),
    ).length;
  return episode.turns.map((_, i) => (matched(i + 1) - matched(i)) / expected.length);
}

export function executed(episode: Episode): ToolCall[] {
  return episode.log.filter(({ status }) => status === "ok");
}

/** The expected actions that calls can be found for, as many as possible: maximum bipartite matching (Kuhn 1955). */
export function matchActions(expected: readonly ExpectedAction[], calls: readonly ToolCall[]): ExpectedAction[] {
  const takenBy = new Map<number, number>();
  const find = (action: number, seen: Set<number>): boolean =>
    calls.some((call, i) => {
      if (seen.has(i) || !matches(expected[action], call)) return false;
      seen.add(i);
      const holder = takenBy.get(i);
      if (holder !== undefined && !find(holder, seen)) return false;
      takenBy.set(i, action);
      return true;
    });
  expected.forEach((_, action) => {
    find(action, new Set());
  });
  const matched = new Set(takenBy.values());
  return expected.filter((_, action) => matched.has(action));
}

/** By name, and by `compareArgs` where they are given. */
function matches(expected: ExpectedAction, call: ToolCall): boolean {
  if (expected.tool !== call.name) return false;
  return (expected.compareArgs ?? []).every((name) => sameValue(expected.arguments[name], call.arguments[name]));
}

/** Letter case and white space do not count, and "5.0" is 5; lists in order, objects by field. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => sameValue(a[key], b[key]));
  }
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) return left === right;
  if (typeof a === "string" && typeof b === "string") return normalizeAnswer(a) === normalizeAnswer(b);
  return a === b;
}

export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const text = typeof value === "string" ? value.trim() : "";
  return text.length < 40 && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
