import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { displaySymbol } from "../core/display.ts";
import { binValues } from "./bins.ts";
import { forgetLibrary } from "./html.ts";
import * as plot from "./index.ts";
import { dashboard } from "./training.ts";

describe("builders", () => {
  it("take numbers, typed arrays, series and named series; gaps become null", () => {
    const shapes = [
      plot.line([1, Number.NaN, 3]),
      plot.line(Float32Array.of(1, Number.NaN, 3)),
      plot.line({ y: [1, Number.NaN, 3] }),
      plot.line([{ y: [1, Number.NaN, 3] }]),
    ];
    for (const figure of shapes) {
      expect(figure.data.map((t) => [t.x, t.y])).toEqual([
        [
          [0, 1, 2],
          [1, null, 3],
        ],
      ]);
    }
    expect(plot.line({ a: [1], b: { x: [5], y: [2] } }).data.map((t) => [t.name, t.x?.[0]])).toEqual([
      ["a", 0],
      ["b", 5],
    ]);
  });

  it("refuse series of unequal length, with the numbers", () => {
    expect(() => plot.line({ loss: { x: [1, 2], y: [1, 2, 3] } })).toThrow(
      'plot.line: series "loss" has 3 values of y but 2 of x.',
    );
    expect(() => plot.line({ loss: 3 as never })).toThrow("a series is numbers");
  });

  it("smooth with the debiased moving average", () => {
    // β = ½: s1 = 4; s2 = (¼·4 + ½·8)/(¾) = 20/3; a gap changes nothing.
    expect(plot.smoothed([4, null, 8], 0.5)).toEqual([4, null, 20 / 3]);
    expect(() => plot.smoothed([1], 1)).toThrow("smooth is 1");
  });

  it("compare models with intervals as error bars around the value", () => {
    const figure = plot.compare({ base: { exact: { value: 0.2, low: 0.1, high: 0.4 } }, tuned: { exact: 0.9 } });
    expect(figure.data.map((t) => [t.name, t.x, t.y])).toEqual([
      ["base", ["exact"], [0.2]],
      ["tuned", ["exact"], [0.9]],
    ]);
    expect(figure.data[0].error_y?.array[0]).toBeCloseTo(0.2, 12);
    expect(figure.data[0].error_y?.arrayminus?.[0]).toBeCloseTo(0.1, 12);
    expect(figure.data[1].error_y).toBeUndefined();
  });

  it("bin: every value once, the greatest in the last bin, whole numbers in bins of their own", () => {
    expect(binValues([1, 2, 2, 3])).toEqual({ start: 0.5, size: 1, counts: [1, 2, 1] });
    const bins = binValues([0, 0.5, 1], 2);
    expect(bins.counts.reduce((a, b) => a + b)).toBe(3);
    expect(binValues([5, 5, 5]).counts).toEqual([3]);
    expect(binValues([Number.NaN]).counts).toEqual([]);
  });

  it("training draws a panel for each quantity that the events carry", () => {
    const events = [
      { type: "step-end", step: 1, loss: 2, learningRate: 0 },
      { type: "step-end", step: 2, loss: 1, learningRate: 1e-4 },
      { type: "eval-end", step: 2, evalLoss: 1.5 },
      { type: "checkpoint-saved", step: 2, path: "x" },
    ];
    const figure = plot.training(events);
    expect(figure.data.map((t) => [t.name, t.y])).toEqual([
      ["training", [2, 1]],
      ["evaluation", [1.5]],
      ["learning rate", [0, 1e-4]],
    ]);
    expect(figure.data.map((t) => t.yaxis)).toEqual(["y", "y", "y2"]);
    expect(plot.training([]).toSvg()).toContain("no data yet");
  });

  it("a dashboard of many panels leaves each its height, and rows apart", () => {
    const panels = Array.from({ length: 12 }, (_, i) => ({ title: `p${i}`, curves: { [`q${i}`]: `q${i}` } }));
    const numbers = Object.fromEntries(panels.map((_, i) => [`q${i}`, i]));
    const figure = dashboard([{ step: 1, ...numbers }], panels);
    const layout = figure.layout as Record<string, { domain: [number, number] }>;
    const rows = [1, 3, 5, 7, 9, 11].map((n) => layout[n === 1 ? "yaxis" : `yaxis${n}`].domain);
    for (const [bottom, top] of rows) expect(top - bottom).toBeCloseTo(1 / 9, 9); // 6 panels and 5 gaps of 0.6
    for (const [i, [bottom]] of rows.slice(0, -1).entries()) expect(bottom - rows[i + 1][1]).toBeCloseTo(0.6 / 9, 9);
    expect([rows[0][1], rows[5][0]]).toEqual([1, expect.closeTo(0, 9)]);
  });
});

describe("Figure in a cell", () => {
  it("carries the library once a session, the figure's data safely, and the picture where scripts do not run", () => {
    forgetLibrary();
    const figure = plot.line({ "</script><b>": [1, 2] }, { title: "A < B" });
    const first = figure[displaySymbol]();
    const second = figure[displaySymbol]();
    const [html, later] = [first["text/html"] as string, second["text/html"] as string];
    expect(html.length).toBeGreaterThan(400_000);
    expect(later.length).toBeLessThan(30_000);
    expect(later.match(/<\/script>/g)).toHaveLength(1);
    expect(later).toMatch(/<img [^>]*src="data:image\/svg\+xml;base64,/);
    expect(first["application/vnd.plotly.v1+json"]).toMatchObject({ data: [{ type: "scatter", y: [1, 2] }] });
    expect(first["image/svg+xml"]).toContain("<svg");
    expect(first["text/plain"]).toBe('Figure "A < B" of </script><b> (2 points)');
  });

  it("serialises to JSON and back to the same figure", () => {
    const figure = plot.bar({ a: { x: 1, y: 2 }, b: { x: 3, y: 4 } });
    const copy = JSON.parse(JSON.stringify(figure));
    expect(plot.figure(copy.data, copy.layout).toSvg()).toBe(figure.toSvg());
  });

  it("saves by the file's ending and refuses others", async () => {
    const folder = mkdtempSync(join(tmpdir(), "medgym-plot-"));
    const figure = plot.histogram([1, 2, 2]);
    await figure.save(join(folder, "a.svg"));
    await figure.save(join(folder, "a.html"));
    expect(readFileSync(join(folder, "a.svg"), "utf8")).toBe(figure.toSvg());
    expect(readFileSync(join(folder, "a.html"), "utf8")).toContain("DecompressionStream");
    await expect(figure.save(join(folder, "a.png"))).rejects.toThrow("End the name in .svg, .html or .json.");
    rmSync(folder, { recursive: true });
  });
});
