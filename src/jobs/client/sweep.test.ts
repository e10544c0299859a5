import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { displaySymbol } from "../../core/display.ts";
import * as jobs from "../index.ts";
import { apiForTest } from "../testing/api.test-helper.ts";
import { Halving } from "./halving.ts";
import { sweep } from "./sweep.ts";
import { drawn, gridOf, labelOf, withSetting } from "./sweep-space.ts";

vi.mock("../package.ts", () => ({ packageName: "medgym", importPackage: async () => ({}) }));

describe("a space", () => {
  it("is a grid of all combinations, the last path fastest", () => {
    const settings = gridOf({ "lora.rank": [8, 16], "lora.targets": ["attention", "all-linear"] });
    expect(settings.map(labelOf)).toEqual([
      ...["rank=8 targets=attention", "rank=8 targets=all-linear"],
      ...["rank=16 targets=attention", "rank=16 targets=all-linear"],
    ]);
    expect(() => gridOf({ rate: { min: 0, max: 1 } })).toThrow(/rate is a range.*strategy: "random"/);
    expect(() => gridOf({ rank: [] })).toThrow("rank is an empty list");
  });

  it("is drawn from, without repeating a setting, the same for a seed", () => {
    const space = {
      rate: { min: 1e-5, max: 1e-3, log: true },
      rank: [8, 16],
      depth: { min: 1, max: 3, integer: true },
    };
    const some = drawn(space, 12, 7);
    expect(some).toEqual(drawn(space, 12, 7));
    expect(new Set(some.map((setting) => JSON.stringify(setting))).size).toBe(12);
    for (const { rate, depth } of some as { rate: number; depth: number }[]) {
      expect(rate).toBeGreaterThanOrEqual(1e-5);
      expect(rate).toBeLessThanOrEqual(1e-3);
      expect([1, 2, 3]).toContain(depth);
    }
    // On a logarithmic scale half of them lie below the geometric mean; evenly it would be one in ten.
    const rates = drawn({ rate: space.rate }, 200, 1).filter(({ rate }) => (rate as number) < 1e-4);
    expect(rates.length).toBeGreaterThan(70);
    expect(drawn({ rank: [8, 16] }, 12, 0)).toHaveLength(2);
    expect(() => drawn({ rate: { min: 0, max: 1, log: true } }, 1, 0)).toThrow(/min above 0 for log/);
  });

  it("sets values by path, and leaves the base as it was", () => {
    const base = { model: "m", lora: { rank: 4, alpha: 8 } };
    expect(withSetting(base, { "lora.rank": 8, "a.b": 1 })).toEqual({
      model: "m",
      lora: { rank: 8, alpha: 8 },
      a: { b: 1 },
    });
    expect(base.lora.rank).toBe(4);
    expect(() => withSetting(base, { "model.path": 1 })).toThrow(/model\.path cannot be set: model is "m"/);
  });
});

describe("successive halving", () => {
  it("stops those behind at each rung, in whatever order they come", () => {
    const halving = new Halving(4, { first: 10, factor: 2, mode: "min" });
    expect(halving.reached(0, 5, 9)).toEqual([]); // before the first rung
    expect(halving.reached(0, 10, 3)).toEqual([]); // alone
    expect(halving.reached(1, 12, 2)).toEqual([{ index: 0, step: 10 }]); // overtaken
    expect(halving.reached(2, 10, 1)).toEqual([]); // the best two of three go on
    expect(halving.reached(3, 10, 5)).toEqual([{ index: 3, step: 10 }]);
    expect(halving.reached(1, 20, 0.5)).toEqual([]);
    expect(halving.reached(2, 20, 0.7)).toEqual([{ index: 2, step: 20 }]);
    expect(halving.reached(2, 40, 0.1)).toEqual([]); // stopped already
  });

  it("stops nothing that is over, and takes the most where that is better", () => {
    const halving = new Halving(2, { first: 1, factor: 2, mode: "max" });
    halving.reached(0, 1, 0.2);
    halving.over(0);
    expect(halving.reached(1, 1, 0.9)).toEqual([]);
    const other = new Halving(2, { first: 1, factor: 2, mode: "max" });
    other.reached(0, 1, 0.2);
    expect(other.reached(1, 1, 0.1)).toEqual([{ index: 1, step: 1 }]);
  });
});

describe("a sweep", () => {
  it("ranks its trials; one that fails is last; called again it takes up what was done", async () => {
    const { module } = await apiForTest({ MEDGYM_DEVICES: "cpu:4" });
    const path = module(
      "train.mjs",
      `export function train({ lora: { rank }, base }) {
         if (rank === 64) throw new Error("too large");
         return { summary: { loss: { value: base / rank, low: base / rank - 0.1, high: base / rank + 0.1 } } };
       }`,
    );
    const { train } = await import(path);
    (globalThis as Record<symbol, unknown>)[Symbol.for("Jupyter.modules")] = new Map([[path, { train }]]);
    const study = sweep(train, { base: 32 }, { "lora.rank": [8, 16, 64] }, { name: "ranks" });
    let changes = 0;
    study.onChange(() => changes++);
    const ranking = await study;
    expect(changes).toBe(3);
    expect(ranking.trials.map(({ setting, state, value }) => [setting["lora.rank"], state, value?.value])).toEqual([
      [16, "succeeded", 2],
      [8, "succeeded", 4],
      [64, "failed", undefined],
    ]);
    expect(ranking.best?.value).toEqual({ value: 2, low: 1.9, high: 2.1 });
    expect(ranking[displaySymbol]()["text/plain"]).toMatch(/1 +16 +2 \[1\.9, 2\.1\] +succeeded/);
    const again = sweep(train, { base: 32 }, { "lora.rank": [8, 16, 64, 32] }, { name: "ranks" });
    expect((await again).trials.map(({ setting }) => setting["lora.rank"])).toEqual([32, 16, 8, 64]);
    // Two were there; the failed one and the new one were run.
    expect((await jobs.list()).map(({ spec }) => spec.name).reverse()).toEqual([
      ...["ranks: rank=8", "ranks: rank=16", "ranks: rank=64", "ranks: rank=64", "ranks: rank=32"],
    ]);
    // Pruning leaves what the sweep would take up, and takes what it would run again; by the sweep's name all goes.
    const pruned = await jobs.prune({ keep: 0 });
    expect([pruned.removed.map(({ id }) => id), pruned.stay.map(({ id, sweep: name }) => `${id} ${name}`)]).toEqual([
      [3, 4],
      ["1 ranks", "2 ranks", "5 ranks"],
    ]);
    expect((await jobs.prune({ jobs: "ranks" })).removed.map(({ id }) => id)).toEqual([5, 2, 1]);
    delete (globalThis as Record<symbol, unknown>)[Symbol.for("Jupyter.modules")];
  });

  it("ends trials that fall behind, by their curves", async () => {
    const { module, home } = await apiForTest({ MEDGYM_DEVICES: "cpu:4" });
    const current = JSON.stringify(new URL("../current.ts", import.meta.url).pathname);
    const path = module(
      "train.ts",
      `import { existsSync } from "node:fs";
       import { current } from ${current};
       export async function train({ rate }: { rate: number }) {
         const job = current()!;
         for (let step = 1; step <= 40; step++) {
           job.signal.throwIfAborted();
           job.metric(step, { loss: 1 / (rate * step) });
           // None runs ahead, however slowly the others start.
           while (step === 4 && !existsSync("others-are-over")) {
             job.signal.throwIfAborted();
             await new Promise((resolve) => setTimeout(resolve, 20));
           }
         }
         return { summary: { loss: 1 / (rate * 40) } };
       }`,
    );
    const train = () => {};
    (globalThis as Record<symbol, unknown>)[Symbol.for("Jupyter.modules")] = new Map([[path, { train }]]);
    const study = sweep(
      train as (options: { rate: number }) => unknown,
      {},
      { rate: [1, 2, 3] },
      { halving: { first: 4 }, directory: home },
    );
    study.onChange(() => {
      const over = study.trials.filter(({ job }) => job.state === "cancelled");
      if (over.length === 2) writeFileSync(join(home, "others-are-over"), "");
    });
    const { trials } = await study;
    expect(trials.map(({ setting, state, stopped }) => [setting.rate, state, stopped])).toEqual([
      [3, "succeeded", undefined],
      [1, "cancelled", "behind at step 4"],
      [2, "cancelled", "behind at step 4"],
    ]);
    delete (globalThis as Record<symbol, unknown>)[Symbol.for("Jupyter.modules")];
  });
});
