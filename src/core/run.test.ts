import { afterEach, describe, expect, it, vi } from "vitest";
import { type DisplayHandle, displaySymbol, type MimeBundle } from "./display.ts";
import { isCancelled } from "./errors.ts";
import { claimProgressLine, formatBytes, formatDuration, progressText } from "./progress-line.ts";
import { Run } from "./run.ts";

const tick = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));
const global = globalThis as Record<symbol, unknown>;

/** Stands in for the kernel: records what each output showed. */
function installKernel() {
  const outputs: { bundles: MimeBundle[]; controller: AbortController }[] = [];
  global[displaySymbol] = (bundle: MimeBundle): DisplayHandle => {
    const controller = new AbortController();
    const output = { bundles: [bundle], controller };
    outputs.push(output);
    return { update: (next) => output.bundles.push(next), signal: controller.signal };
  };
  return outputs;
}

afterEach(() => {
  delete global[displaySymbol];
  vi.useRealTimers();
});

const counting = (to: number) =>
  new Run<string, number>("count", async ({ emit, signal }) => {
    for (let i = 1; i <= to; i++) {
      await tick();
      signal.throwIfAborted();
      emit(i);
    }
    return "done";
  });

describe("Run", () => {
  it("is awaited to its result and replays every event to every reader, late ones too", async () => {
    const run = counting(3);
    const read = async () => {
      const seen: number[] = [];
      for await (const event of run) seen.push(event);
      return seen;
    };
    const early = [read(), read()];
    expect(await run).toBe("done");
    expect(await Promise.all([...early, read()])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect([run.status, run.result, run.events.length]).toEqual(["succeeded", "done", 3]);
  });

  it("cancels between steps, with the events so far", async () => {
    const run = counting(1000);
    for await (const event of run) {
      if (event === 2) break;
    }
    run.cancel();
    const error = await run.then(
      () => undefined,
      (reason) => reason,
    );
    expect(isCancelled(error)).toBe(true);
    expect(run.status).toBe("cancelled");
    expect(run.events.length).toBeLessThan(10);
    run.cancel(); // of an ended run: nothing
    expect(run.status).toBe("cancelled");
  });

  it("keeps a failure that nobody awaits from becoming an unhandled rejection, and says it once on stderr", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const run = new Run("broken", async () => {
      throw new Error("no such thing");
    });
    await tick(5);
    process.off("unhandledRejection", unhandled);
    const said = stderr.mock.calls.map(([text]) => text).join("");
    stderr.mockRestore();
    expect(unhandled).not.toHaveBeenCalled();
    expect(run.status).toBe("failed");
    expect(said).toBe("medgym: broken failed: no such thing\n");
    await expect(run).rejects.toThrow("no such thing"); // a later await still gets it
  });

  it("says nothing on stderr when the failure is awaited", async () => {
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const run = new Run("broken", async () => {
      throw new Error("no");
    });
    await run.then(undefined, () => {});
    const calls = stderr.mock.calls.length;
    stderr.mockRestore();
    expect(calls).toBe(0);
  });

  it("redraws its view at most every 250 ms, and once at the end", async () => {
    const outputs = installKernel();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    let finish = () => {};
    const run = new Run<void, number>(
      "live",
      async ({ emit }) => {
        for (let i = 0; i < 100; i++) {
          emit(i);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
      (state) => ({ "text/plain": `${state.status} ${state.events.length}` }),
    );
    const result = run.then(() => {});
    await vi.advanceTimersByTimeAsync(1010);
    const live = outputs[0].bundles.length;
    expect(live).toBeGreaterThanOrEqual(4); // 1 s at 250 ms
    expect(live).toBeLessThanOrEqual(6);
    finish();
    await result;
    expect(outputs[0].bundles.at(-1)).toEqual({ "text/plain": "succeeded 100" });
    expect(outputs.length).toBe(1);
  });

  it("redraws less often when drawing is slow: at most a twentieth of the time", async () => {
    const outputs = installKernel();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const run = new Run<void, number>(
      "slow view",
      async ({ emit }) => {
        for (let i = 0; i < 400; i++) {
          emit(i);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
      () => {
        vi.advanceTimersByTime(50); // as long as drawing takes
        return {};
      },
    );
    const result = run.then(() => {});
    await vi.advanceTimersByTimeAsync(10_000);
    await result;
    // 4 s of work with redraws of 50 ms, so 1 s apart; at the plain 250 ms there would be about 16
    expect(outputs[0].bundles.length).toBeLessThanOrEqual(8);
  });

  it("shows itself once per await or last expression, all updated", async () => {
    const outputs = installKernel();
    const run = new Run<string, number>(
      "x",
      async () => {
        await tick(5);
        return "r";
      },
      (state) => ({ "text/plain": state.status }),
    );
    expect(run[displaySymbol]()).toBeUndefined();
    await run;
    expect(outputs.map((o) => o.bundles.at(-1))).toEqual([{ "text/plain": "succeeded" }]);
  });

  it("is cancelled by the interrupt of the cell that shows it", async () => {
    const outputs = installKernel();
    const run = new Run<void, number>(
      "x",
      async ({ signal }) => {
        for (;;) {
          await tick(1);
          signal.throwIfAborted();
        }
      },
      (state) => ({ "text/plain": state.status }),
    );
    const ended = run.then(undefined, (error) => error);
    await tick(2);
    outputs[0].controller.abort();
    expect(isCancelled(await ended)).toBe(true);
    expect(outputs[0].bundles.at(-1)).toEqual({ "text/plain": "cancelled" });
  });

  it("survives a view that throws", async () => {
    const outputs = installKernel();
    const run = new Run<number, number>(
      "x",
      async () => 1,
      () => {
        throw new Error("bad view");
      },
    );
    expect(await run).toBe(1);
    expect(outputs[0].bundles.at(-1)!["text/plain"]).toContain("bad view");
  });
});

describe("progress line", () => {
  it("says done, rate, time left and detail", () => {
    expect(progressText({ done: 40, total: 100, detail: "loss 1.2" }, 4000)).toBe(
      "40/100 steps  10.0 steps/s  ETA 6.0 s  loss 1.2",
    );
    expect(progressText({ done: 2, total: 10, unit: "tasks" }, 60_000)).toBe("2/10 tasks  30 s each  ETA 4 min 0 s");
    expect(progressText({ done: 0, total: 10 }, 0)).toBe("0/10 steps");
    expect(progressText({ done: 10, total: 10 }, 1000, true)).toBe("10/10 steps  10.0 steps/s");
  });

  it("is claimed by one run at a time, on a terminal outside CI only", () => {
    const written: string[] = [];
    const terminal = { isTTY: true, columns: 40, write: (text: string) => written.push(text) };
    expect(claimProgressLine("sft", { ...terminal, isTTY: false }, {})).toBeUndefined();
    expect(claimProgressLine("sft", terminal, { CI: "1" })).toBeUndefined();
    const line = claimProgressLine("sft", terminal, {});
    expect(claimProgressLine("sft", terminal, {})).toBeUndefined();
    line?.update({ done: 1, total: 2, detail: "x".repeat(100) }, 1000);
    expect(written[0]).toContain("sft  1/2 steps  1.0 steps/s  ETA 1.0 s");
    expect(written[0].length).toBeLessThanOrEqual(39 + 4); // control characters besides
    line?.end({ done: 2, total: 2 }, 2000, "succeeded");
    expect(written.at(-1)).toMatch(/succeeded\n$/);
    const next = claimProgressLine("sft", terminal, {});
    expect(next).toBeDefined();
    next?.end(undefined, 0, "failed");
  });

  it("formats durations and sizes", () => {
    expect([0.42, 59.6, 61, 3700].map(formatDuration)).toEqual(["0.4 s", "60 s", "1 min 1 s", "1 h 1 min"]);
    expect([0, 999, 1500, 123_456_789, 2.5e12].map(formatBytes)).toEqual([
      "0 B",
      "999 B",
      "1.50 kB",
      "123 MB",
      "2.50 TB",
    ]);
  });
});
