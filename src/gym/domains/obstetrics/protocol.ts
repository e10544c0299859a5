/** How protocols are written and read: by whoever makes a task, and by whoever solves it with what a tool said. */
import type { ToolCall } from "../../tool.ts";

/** What is known, by tool and item; a tool that had nothing to say is an empty object. */
export type Seen = Record<string, Readonly<Record<string, unknown>>>;

export interface Step {
  /** The first that nothing speaks against. */
  firstThatFits: string[];
  when: string[];
}

const form = /^(\w+)\.(.+?) (=|>=|<|says) (.+)$/;

/** "getVitalSigns.systolic >= 160 or getVitalSigns.diastolic >= 110" */
export function parseCondition(condition: string) {
  return condition.split(" or ").map((part) => {
    const found = form.exec(part);
    if (!found) throw new RangeError(`"${part}" is no condition: tool.item =|>=|<|says value`);
    const [, tool, item, sign, value] = found;
    return { tool, item, sign, value };
  });
}

/** "labetalol | nifedipine if a.b = c and d.e >= 3" */
export function parseStep(step: string): Step {
  const [give, conditions] = step.split(" if ");
  return { firstThatFits: give.split(" | "), when: conditions?.split(" and ") ?? [] };
}

/** What was not asked for, or not measured, does not hold. */
export function holds(condition: string, seen: Seen): boolean {
  return holding(condition, seen) !== undefined;
}

/** What of a condition is so, in words: "haemoglobin: 98", "Bishop score: 9". */
export function inWords(condition: string, seen: Seen): string {
  const { tool, item, sign, value } = holding(condition, seen)!;
  const plain = item.replace(/[A-Z](?![A-Z])/g, (letter) => ` ${letter.toLowerCase()}`).trim();
  const name = ["score", "risk"].includes(item) ? `${tool.replace(/^[a-z]+/, "")} ${item}` : plain;
  return `${name}: ${sign === "says" ? value : seen[tool][item]}`;
}

function holding(condition: string, seen: Seen) {
  return parseCondition(condition).find(({ tool, item, sign, value }) => {
    const known = seen[tool]?.[item];
    if (known === undefined) return false;
    if (sign === "says") return JSON.stringify(known).toLowerCase().includes(value.toLowerCase());
    if (sign === "=") return String(known) === value;
    return sign === ">=" ? Number(known) >= Number(value) : Number(known) < Number(value);
  });
}

interface Derived {
  /** The tools that give its arguments. */
  from: readonly string[];
  args(seen: Seen): Record<string, unknown>;
}

/** Tools that compute, and what they are asked with. */
export const derived: Readonly<Record<string, Derived>> = {
  calculateGestationalAge: {
    from: ["getPregnancy"],
    args({ getPregnancy: { lastPeriod, today, firstScan } }) {
      const { date, crownRumpMm } = (firstScan ?? {}) as { date?: string; crownRumpMm?: number };
      return { lastPeriod, today, ...(date ? { scanDate: date, crownRumpMm } : {}) };
    },
  },
  classifyCtg: { from: ["getCtg"], args: ({ getCtg: { accelerations: _, ...trace } }) => trace },
  calculateBishop: { from: ["examineCervix"], args: ({ examineCervix }) => examineCervix },
  calculateApgar: { from: ["getNewborn"], args: ({ getNewborn }) => getNewborn },
  calculateBpp: {
    from: ["getUltrasound", "getCtg"],
    args: ({ getUltrasound: { breathing, movements, tone, deepestPoolCm }, getCtg: { accelerations } }) => ({
      breathing,
      movements,
      tone,
      deepestPoolCm,
      reactiveTrace: accelerations === "present",
    }),
  },
};

/** A tool's result as conditions name it: the items of a score beside its sum; nothing where nothing was measured. */
export function asSeen(result: Record<string, unknown>): Record<string, unknown> {
  return "notDone" in result ? {} : { ...(result.breakdown as object | undefined), ...result };
}

type Inquiry<T> = Generator<ToolCall, T, Record<string, unknown>>;

/** Asks one tool, and first those that give its arguments, unless they were asked before. */
function* inquire(tool: string, patientId: string, seen: Seen): Inquiry<void> {
  if (tool in seen) return;
  const { from, args } = derived[tool] ?? { from: [], args: () => ({ patientId }) };
  for (const source of from) yield* inquire(source, patientId, seen);
  const known = from.every((source) => Object.keys(seen[source]).length > 0);
  seen[tool] = known ? asSeen(yield { name: tool, arguments: args(seen) }) : {};
}

/** Whether all conditions hold; the first that does not ends the questions. */
export function* fits(when: readonly string[], patientId: string, seen: Seen): Inquiry<boolean> {
  for (const condition of when) {
    for (const { tool } of parseCondition(condition)) yield* inquire(tool, patientId, seen);
    if (!holds(condition, seen)) return false;
  }
  return true;
}

/** The first row of which all conditions hold. Yields the calls it needs, fills `seen` with their results. */
export function* decide<Row extends { when: readonly string[] }>(
  rows: readonly Row[],
  patientId: string,
  seen: Seen,
): Inquiry<Row | undefined> {
  for (const row of rows) if (yield* fits(row.when, patientId, seen)) return row;
  return undefined;
}
