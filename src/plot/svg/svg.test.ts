import { describe, expect, it } from "vitest";
import * as plot from "../index.ts";
import { thin } from "./marks.ts";
import { formatNumber, linearTicks, logTicks, makeScale, niceStep } from "./scale.ts";
import { escapeXml, fit, textWidth } from "./text.ts";

describe("ticks", () => {
  it("step by 1, 2 or 5 times a power of ten", () => {
    expect([niceStep(10, 5), niceStep(1, 4), niceStep(0.03, 6), niceStep(700, 4)]).toEqual([2, 0.2, 0.005, 200]);
    expect(linearTicks(0, 1, 5).map((t) => t.label)).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1"]);
    expect(linearTicks(-1.2, 1.2, 5).map((t) => t.value)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(linearTicks(3, 3, 5)).toEqual([{ value: 3, label: "3" }]);
  });

  it("of small steps share one notation", () => {
    expect(linearTicks(0, 2e-4, 4).map((t) => t.label)).toEqual(["0", "5e-5", "1e-4", "1.5e-4", "2e-4"]);
  });

  it("of log axes are decades, with 2 and 5 between few", () => {
    expect(logTicks(0.01, 1000, 6).map((t) => t.label)).toEqual(["0.01", "0.1", "1", "10", "100", "1000"]);
    expect(logTicks(1, 100, 6).map((t) => t.value)).toEqual([1, 2, 5, 10, 20, 50, 100]);
  });

  it("are written short", () => {
    expect([12_000, 2_500_000, 0.25, -40, 1e-7, 1234].map((v) => formatNumber(v))).toEqual([
      "12k",
      "2.5M",
      "0.25",
      "-40",
      "1e-7",
      "1234",
    ]);
  });
});

describe("scales", () => {
  it("map values to [0, 1]; a log axis has no place for 0", () => {
    expect(makeScale("linear", [0, 10], 5).position(2.5)).toBe(0.25);
    const log = makeScale("log", [1, 100], 5);
    expect(log.position(10)).toBeCloseTo(0.5, 12);
    expect(log.position(0)).toBeNaN();
    expect(makeScale("category", [-0.5, 1.5], 2, ["a", "b"]).position(0)).toBe(0.25);
  });
});

describe("renderSvg", () => {
  const numbers = (svg: string) => [...svg.matchAll(/[\s"(](-?[\d.]+|NaN|Infinity)/g)].map((m) => m[1]);

  it("draws every kind of figure without a NaN", () => {
    const figures = [
      plot.line({ a: [1, 2, Number.NaN, 4], b: [4, 3, 2, 1] }, { smooth: 0.5, title: "t", xLabel: "x", yLabel: "y" }),
      plot.line([0, 1e-3, 10], { log: "y" }),
      plot.line([]),
      plot.line([5]),
      plot.scatter([{ x: ["2026-01-01", "2026-01-02"], y: [1, 2] }]),
      plot.bar({ a: -1, b: 2 }, { horizontal: true, labels: true }),
      plot.bar({ s: { a: 1, b: 2 }, t: { a: 3, b: 4 } }, { mode: "stack" }),
      plot.histogram({ a: [1, 2, 3, 4, 5, 6], b: [] }),
      plot.figure([{ type: "histogram", x: [1, 2, 2, 3] }], {
        shapes: [{ type: "line", x0: 0, x1: 4, y0: 1, y1: 1 }],
        annotations: [{ text: "here", x: 1, y: 1 }],
      }),
    ];
    for (const figure of figures) {
      const svg = figure.toSvg();
      expect(numbers(svg)).not.toContain("NaN");
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it("puts bars where their values are", () => {
    // height 400, margins top 20 and bottom 48: the axis spans 332 px for 0 … 10 (+5 %), so 10 is 316.2 px high.
    const svg = plot.bar({ a: 10, b: 5 }).toSvg();
    const heights = [...svg.matchAll(/<rect x="[^"]+" y="[^"]+" width="[^"]+" height="([^"]+)" fill="#2f6fde"/g)].map(
      (m) => Number(m[1]),
    );
    expect(heights).toEqual([316.2, 158.1]);
  });

  it("stacks bars on each other", () => {
    const svg = plot.bar({ s: { a: 6 }, t: { a: 4 } }, { mode: "stack" }).toSvg();
    const boxes = [
      ...svg.matchAll(/<rect x="[^"]+" y="([^"]+)" width="[^"]+" height="([^"]+)" fill="#(?:2f6fde|e8710a)"\/>/g),
    ]
      .map((m) => [Number(m[1]), Number(m[2])])
      .filter(([, height]) => height > 12); // the legend's keys are 12 px
    expect(boxes).toHaveLength(2);
    expect(boxes[1][0] + boxes[1][1]).toBeCloseTo(boxes[0][0], 0);
  });

  it("says so when it cannot draw a kind", () => {
    expect(plot.figure([{ type: "heatmap", z: [[1]] }]).toSvg()).toContain("interactive figure only");
  });
});

describe("thin", () => {
  it("keeps each pixel column's extremes and its ends", () => {
    const points = Array.from({ length: 10_000 }, (_, i) => ({ x: i / 100, y: i === 5050 ? 99 : i % 2 }));
    const kept = thin(points, 100);
    expect(kept.length).toBeLessThanOrEqual(400);
    expect(kept).toContainEqual({ x: 50.5, y: 99 });
    expect(kept[0]).toEqual(points[0]);
    expect(kept.at(-1)).toEqual(points.at(-1));
  });
});

describe("text", () => {
  it("is escaped, measured and cut", () => {
    expect(escapeXml('a<b & "c"')).toBe("a&#60;b &#38; &#34;c&#34;");
    expect(textWidth("iii", 10)).toBeLessThan(textWidth("www", 10));
    expect(fit("a long label indeed", 11, 50)).toMatch(/…$/);
    expect(fit("ok", 11, 50)).toBe("ok");
  });
});
