import { describe, expect, it } from "vitest";
import type { RunState } from "../core/run.ts";
import type { LoadEvent } from "./load.ts";
import { loadMeter, loadView } from "./load-view.ts";
import type { Model } from "./model.ts";

const state = (events: LoadEvent[], rest: Partial<RunState<Model, LoadEvent>> = {}): RunState<Model, LoadEvent> => ({
  ...{ name: "loadModel", status: "running", events, elapsedMs: 1000 },
  ...rest,
});
const start: LoadEvent = { type: "download-start", id: "clinic/tiny", commit: "c", files: 3, totalBytes: 4_000_000 };
const progress: LoadEvent = {
  type: "download-progress",
  receivedBytes: 1_000_000,
  totalBytes: 4_000_000,
  bytesPerSecond: 500_000,
};
const text = (...events: LoadEvent[]) => loadView(state(events))["text/plain"];

describe("the view of a load", () => {
  it("says what goes on: bytes, rate and time left", () => {
    expect(text()).toBe("asking the hub");
    expect(text(start)).toBe("downloading clinic/tiny: 3 files, 4.00 MB");
    // 3 MB are left at 0.5 MB/s: 6 s.
    expect(text(start, progress)).toBe("downloading clinic/tiny: 1.00 MB of 4.00 MB, 500 kB/s, ETA 6.0 s");
    expect(loadView(state([start, progress]))["text/html"]).toContain("width:25.0%");
    expect(text(start, progress, { type: "load-start", directory: "/m", dtype: "bf16" })).toBe("loading /m as bf16");
    expect(text({ type: "note", message: "the cached copy is used" })).toBe("the cached copy is used");
  });

  it("shows why it failed, escaped", () => {
    const failed = loadView(state([], { status: "failed", error: new Error("no <tensor>") }));
    expect(failed["text/plain"]).toBe("no <tensor>");
    expect(failed["text/html"]).not.toContain("<tensor>");
  });

  it("counts megabytes in the terminal", () => {
    expect(loadMeter(state([start, progress]))).toEqual({ done: 1, total: 4, unit: "MB", detail: "clinic/tiny" });
    expect(loadMeter(state([]))).toBeUndefined();
  });
});
