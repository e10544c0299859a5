import { describe, expect, test, vi } from "vitest";
import type { CodeCell } from "../kernel/client/notebook.ts";
import { firstLine, NotebookProgress } from "./notebook-progress.ts";

const cell = (source: string): CodeCell => ({
  cell_type: "code",
  id: "c",
  metadata: {},
  source,
  execution_count: null,
  outputs: [],
});

function terminal(over: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  return { written, ...over, write: (text: string) => written.push(text) };
}

describe("NotebookProgress", () => {
  test("without a terminal: one plain line per cell, at its end", () => {
    const out = terminal();
    const progress = new NotebookProgress(out, {});
    progress.handle({ type: "cell-start", number: 1, total: 12, cell: cell("\n  const a = 1;\nconst b = 2;") });
    progress.handle({ type: "cell-output", number: 1, line: "never shown" });
    progress.handle({
      type: "cell-end",
      number: 1,
      total: 12,
      cell: cell("const a = 1;"),
      status: "ok",
      elapsedMs: 1234,
    });
    expect(out.written).toEqual(["[ 1/12] ✓    1.2 s  const a = 1;\n"]);
  });

  test("a cell that fails is marked, unless its tag says that it is meant to", () => {
    const out = terminal();
    const progress = new NotebookProgress(out, {});
    const failing = cell("throw 1");
    const meant = { ...failing, metadata: { tags: ["raises-exception"] } };
    for (const each of [failing, meant])
      progress.handle({ type: "cell-end", number: 1, total: 1, cell: each, status: "error", elapsedMs: 0 });
    expect(out.written).toEqual([
      "[1/1] ✗    0.0 s  throw 1\n",
      "[1/1] ✓    0.0 s  throw 1  │ fails, as it is meant to\n",
    ]);
  });

  test("a long cell without a terminal says that it lives, with its last line", () => {
    vi.useFakeTimers();
    try {
      const out = terminal();
      const progress = new NotebookProgress(out, {});
      progress.handle({ type: "cell-start", number: 2, total: 3, cell: cell("await train()") });
      progress.handle({ type: "cell-output", number: 2, line: "\x1b[1mstep 7\x1b[0m" });
      vi.advanceTimersByTime(31_000);
      expect(out.written).toHaveLength(1);
      expect(out.written[0]).toMatch(/^\[2\/3\] . +\d+\.\d s {2}await train\(\) {2}│ step 7\n$/u);
      progress.stop();
      vi.advanceTimersByTime(60_000);
      expect(out.written).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  test("on a terminal the running cell's line is redrawn in place and never wraps", () => {
    vi.useFakeTimers();
    try {
      const out = terminal({ isTTY: true, columns: 40 });
      const progress = new NotebookProgress(out, {});
      progress.handle({ type: "cell-start", number: 1, total: 1, cell: cell("await train()") });
      progress.handle({ type: "cell-output", number: 1, line: "x".repeat(100) });
      vi.advanceTimersByTime(250);
      progress.note("interrupting");
      progress.handle({
        type: "cell-end",
        number: 1,
        total: 1,
        cell: cell("await train()"),
        status: "error",
        elapsedMs: 5,
      });
      const lines = out.written.join("").split("\n");
      expect(lines[0].endsWith("\r\x1b[Kinterrupting")).toBe(true);
      expect(lines[1].endsWith("\r\x1b[K[1/1] ✗    0.0 s  await train()")).toBe(true);
      for (const drawn of out.written
        .join("")
        .split("\n")
        .flatMap((row) => row.split("\r\x1b[K")))
        expect([...drawn].length).toBeLessThan(40);
    } finally {
      vi.useRealTimers();
    }
  });

  test("CI has no spinner even on a terminal", () => {
    const out = terminal({ isTTY: true });
    new NotebookProgress(out, { CI: "true" }).handle({ type: "cell-start", number: 1, total: 1, cell: cell("a") });
    expect(out.written).toEqual([]);
  });

  test("first line that says something, cut by characters", () => {
    expect(firstLine("\n\n  a\nb")).toBe("a");
    expect(firstLine("")).toBe("");
    expect(firstLine("😀".repeat(80))).toBe(`${"😀".repeat(59)}…`);
  });
});
