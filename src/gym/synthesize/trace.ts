/** A solved task as steps, and which step needs what another one found out. */
import type { Random } from "../../core/random.ts";
import type { Episode } from "../episode.ts";
import type { Tool, ToolCall } from "../tool.ts";

export interface Step extends ToolCall {
  thought?: string;
  /** What the tool answered; nothing of steps that are yet to be played. */
  result?: unknown;
}

/** What a strategy plans from. */
export interface Trace {
  readonly episode: Episode;
  /** The submission is the last. */
  readonly steps: readonly Step[];
  /** For each step, the places of those that must come before it. */
  readonly needs: readonly ReadonlySet<number>[];
  /** Numbers for this task and strategy. */
  readonly random: Random;
}

/** Undefined where the episode is not tool calls alone, each of which went well. */
export function traceOf(episode: Episode, random: Random): Trace | undefined {
  const { log, turns } = episode;
  if (log.length === 0 || log.length !== turns.length || log.some(({ status }) => status !== "ok")) return undefined;
  const steps = log.map(({ name, arguments: args, result }, i): Step => {
    const { action } = turns[i];
    return { name, arguments: args, result, ...(action.thought ? { thought: action.thought } : {}) };
  });
  return { episode, steps, needs: needsOf(episode, steps), random };
}

/**
 * A step needs the first one whose result has a value of its arguments that the ticket does not have, and all before it if a value
 * is nowhere to be read: somebody has judged it from what was found. What writes stays where it is: looks before it inform it,
 * looks after it see what it did.
 */
function needsOf({ environment, task, messages }: Episode, steps: readonly Step[]): Set<number>[] {
  const tools = new Map(environment.tools.map((tool) => [tool.name, tool]));
  const writes = (step: Step) => tools.get(step.name)?.kind === "write";
  const told = `${messages.find(({ role }) => role === "user")?.content} ${task.patientId}`.toLowerCase();
  const found = steps.map(({ result }) => JSON.stringify(result ?? null).toLowerCase());
  return steps.map((step, at) => {
    const needs = new Set<number>();
    const all = () => {
      for (let i = 0; i < at; i++) needs.add(i);
    };
    for (let i = 0; i < at; i++) if (writes(step) || writes(steps[i])) needs.add(i);
    const choices = new Set(enumsIn(parametersOf(tools.get(step.name)!)));
    for (const value of leavesIn(step.arguments)) {
      if (typeof value === "string" && choices.has(value)) continue;
      const sources = wordsOf(value)
        .filter((text) => !told.includes(text))
        .map((text) => found.findIndex((result, i) => i < at && result.includes(text)));
      const short = typeof value !== "string" || value.length <= 40;
      const unread = isPlain(value) || (short && sources.length > 0 && sources.every((source) => source < 0));
      if (unread) all();
      for (const source of sources) if (source >= 0) needs.add(source);
    }
    return needs;
  });
}

const leavesIn = (value: unknown): unknown[] =>
  typeof value === "object" && value !== null ? Object.values(value).flatMap(leavesIn) : [value];

/** Too common to say where it was read: true, false, 0 to 9. */
const isPlain = (value: unknown) =>
  typeof value === "boolean" || (typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 10);

/** What to look for in results: the value if it is short, and the longer words and figures of texts. */
function wordsOf(value: unknown): string[] {
  if (typeof value === "number" && !isPlain(value)) return [String(value)];
  if (typeof value !== "string") return [];
  const text = value.toLowerCase();
  return text.length <= 40 ? [text, ...wordsIn(text)] : wordsIn(text);
}

/** The arguments of a tool as JSON Schema. */
export function parametersOf(tool: Pick<Tool<never>, "schema">): Record<string, unknown> {
  return (tool.schema.function as { parameters: Record<string, unknown> }).parameters;
}

/** Values that a schema names: choices that need no finding. */
function enumsIn(schema: unknown): unknown[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { enum: own = [] } = schema as { enum?: unknown[] };
  return [...own, ...Object.values(schema).flatMap(enumsIn)];
}

const wordsIn = (text: string) => text.match(/[\p{L}][\p{L}\d-]{3,}|\d+(?:\.\d+)|\d{2,}/gu) ?? [];

/** The steps that those at `places` need, and they themselves. */
export function neededFor({ needs }: Trace, places: Iterable<number>): Set<number> {
  const all = new Set(places);
  for (const place of all) for (const need of needs[place]) all.add(need);
  return all;
}

/** Some steps in an order that keeps what each needs before it; among those that may come next, the lowest `rank` does. */
export function ordered({ needs, steps }: Trace, places: ReadonlySet<number>, rank: (place: number) => number): Step[] {
  const left = new Set([...places].sort((a, b) => a - b));
  const submission = steps.length - 1;
  const out: Step[] = [];
  while (left.size > 0) {
    const free = [...left].filter(
      (place) => ![...needs[place]].some((need) => left.has(need)) && (place !== submission || left.size === 1),
    );
    const next = free.reduce((best, place) => (rank(place) < rank(best) ? place : best));
    left.delete(next);
    out.push(steps[next]);
  }
  return out;
}
