/** Short forms of what a task expects. */
import type { Assertion, ExpectedAction } from "../task.ts";

/** A call whose arguments all count but for those that are `free`. */
export const call = (tool: string, args: Record<string, unknown>, ...free: string[]): ExpectedAction => ({
  tool,
  arguments: args,
  compareArgs: Object.keys(args).filter((name) => !free.includes(name)),
});
export const must = (text: string, ...evidence: string[]): Assertion => ({ text, importance: "critical", evidence });
export const should = (text: string, ...evidence: string[]): Assertion => ({ text, importance: "high", evidence });
