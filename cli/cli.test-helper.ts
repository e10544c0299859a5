/** Commands as a terminal gives them, in this process. */
import { afterEach, beforeEach, vi } from "vitest";
import { runCli } from "./main.ts";

/** Runs `npx medgym` with the words and, after them, a call's arguments; what a test prints does not reach the terminal. */
export function useCli(...words: string[]): (...args: string[]) => Promise<{ code: number; text: string }> {
  let printed = "";
  const print = (text: unknown) => {
    printed += text;
    return true;
  };
  beforeEach(() => {
    for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, "write").mockImplementation(print);
    for (const method of ["log", "error"] as const)
      vi.spyOn(console, method).mockImplementation((text) => print(`${text}\n`));
  });
  afterEach(() => void vi.restoreAllMocks());
  return async (...args) => {
    printed = "";
    const code = await runCli(["node", "medgym", ...words, ...args]);
    return { code, text: printed };
  };
}
