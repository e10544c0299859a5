/** From a figure's traces and layout to the scales and rectangles of its subplots. */
import { type Axis, type Layout, type Trace, titleText, type Value } from "../spec.ts";
import { makeScale, type Scale, type ScaleType } from "./scale.ts";

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface AxisView {
  id: string;
  layout: Axis;
  title: string;
  scale: Scale;
  /** A trace's value in the axis's units; categories by their index. */
  number(value: Value | undefined): number;
}

export interface Subplot {
  x: AxisView;
  y: AxisView;
  area: Rectangle;
  traces: Trace[];
}

const layoutKey = (id: string) => `${id[0]}axis${id.slice(1)}`;
const isoDate = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)/;

/** The subplots of a figure, each a pair of axes over a part of `inner`. */
export function layOut(traces: Trace[], layout: Layout, inner: Rectangle): Subplot[] {
  const pairs = new Map<string, Trace[]>();
  for (const trace of traces) {
    const pair = `${trace.xaxis ?? "x"} ${trace.yaxis ?? "y"}`;
    pairs.set(pair, [...(pairs.get(pair) ?? []), trace]);
  }
  return [...pairs].map(([pair, own]) => {
    const [xId, yId] = pair.split(" ");
    const [xDomain, yDomain] = [xId, yId].map((id) => (layout[layoutKey(id)] as Axis | undefined)?.domain ?? [0, 1]);
    const area = {
      x: inner.x + xDomain[0] * inner.width,
      y: inner.y + (1 - yDomain[1]) * inner.height,
      width: (xDomain[1] - xDomain[0]) * inner.width,
      height: (yDomain[1] - yDomain[0]) * inner.height,
    };
    const sharing = (letter: "x" | "y", id: string) => traces.filter((t) => (t[`${letter}axis`] ?? letter) === id);
    const x = viewAxis(xId, "x", sharing("x", xId), layout, Math.max(3, Math.round(area.width / 65)));
    const y = viewAxis(yId, "y", sharing("y", yId), layout, Math.max(3, Math.round(area.height / 50)));
    return { x, y, area, traces: own };
  });
}

function viewAxis(id: string, letter: "x" | "y", traces: Trace[], layout: Layout, tickCount: number): AxisView {
  const own = (layout[layoutKey(id)] as Axis | undefined) ?? {};
  const values = traces.flatMap((trace) => (trace[letter] ?? []) as Value[]);
  const strings = values.filter((v): v is string => typeof v === "string");
  const type: ScaleType =
    own.type && own.type !== "-"
      ? own.type
      : strings.length === 0
        ? "linear"
        : strings.every((s) => isoDate.test(s))
          ? "date"
          : "category";
  const categories = type === "category" ? [...new Set(values.map((v) => String(v)))] : [];
  const index = new Map(categories.map((category, i) => [category, i]));
  const number = (value: Value | undefined): number => {
    if (value === null || value === undefined) return Number.NaN;
    if (type === "category") return index.get(String(value)) ?? Number.NaN;
    if (type === "date" && typeof value === "string") return Date.parse(value);
    return Number(value);
  };
  const range = own.range ? givenRange(own.range, type) : dataRange(letter, traces, number, type, own, layout);
  const scale = makeScale(type, range, tickCount, categories);
  if (own.tickvals) {
    const labels = own.ticktext;
    scale.ticks = own.tickvals.map((value, i) => ({ value, label: labels?.[i] ?? String(value) }));
  }
  if (own.tickformat?.endsWith("%")) {
    for (const tick of scale.ticks) tick.label = `${Number((tick.value * 100).toPrecision(6))}%`;
  }
  return { id, layout: own, title: titleText(own.title), scale, number };
}

// plotly gives ranges of log axes as powers of ten
const givenRange = (range: [number, number], type: ScaleType): [number, number] =>
  type === "log" ? [10 ** range[0], 10 ** range[1]] : [range[0], range[1]];

/** Extent of what is drawn (error bars and stacked bars too), with a margin; bars stand on zero. */
function dataRange(
  letter: "x" | "y",
  traces: Trace[],
  number: (value: Value) => number,
  type: ScaleType,
  axis: Axis,
  layout: Layout,
): [number, number] {
  if (type === "category") {
    const count = new Set(traces.flatMap((t) => (t[letter] ?? []) as Value[]).map(String)).size;
    return [-0.5, Math.max(1, count) - 0.5];
  }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const include = (value: number) => {
    if (!Number.isFinite(value) || (type === "log" && value <= 0)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  let [hasBars, linesOnly] = [false, true];
  const stacks = new Map<string, number>();
  for (const trace of traces) {
    const values = ((trace[letter] ?? []) as Value[]).map(number);
    const isValueAxis = trace.type === "bar" && (letter === "x") === (trace.orientation === "h");
    if (trace.type === "bar" && !isValueAxis) {
      const half = barWidth(trace, values) / 2;
      for (const value of values) [value - half, value + half].forEach(include);
      continue;
    }
    if (trace.type !== undefined && trace.type !== "scatter" && trace.type !== "bar") linesOnly = false;
    if (trace.mode?.includes("markers")) linesOnly = false;
    if (isValueAxis) hasBars = true;
    const errors = trace[`error_${letter}`];
    const positions = (trace[letter === "y" ? "x" : "y"] ?? []) as Value[];
    values.forEach((value, i) => {
      include(value);
      if (errors)
        [value + (errors.array[i] ?? 0), value - ((errors.arrayminus ?? errors.array)[i] ?? 0)].forEach(include);
      if (isValueAxis && layout.barmode === "stack") {
        const total = (stacks.get(String(positions[i])) ?? 0) + value;
        stacks.set(String(positions[i]), total);
        include(total);
      }
    });
  }
  if (!(low <= high)) return type === "log" ? [1, 10] : [0, 1];
  if (hasBars || axis.rangemode === "tozero") [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (type === "log") {
    const margin = low === high ? 2 : (high / low) ** (letter === "y" ? 0.05 : 0.01);
    return [low / margin, high * margin];
  }
  if (low === high) {
    const half = Math.abs(low) / 2 || 0.5;
    return [low - (axis.rangemode === "tozero" && low >= 0 ? low : half), high + half];
  }
  const isLabelled = hasBars && traces.some((trace) => trace.text !== undefined);
  const margin = (high - low) * (isLabelled ? 0.12 : letter === "y" || hasBars || !linesOnly ? 0.05 : 0);
  const zeroed = hasBars || axis.rangemode === "tozero";
  return [zeroed && low === 0 ? 0 : low - margin, zeroed && high === 0 ? 0 : high + margin];
}

/** Width of a trace's bars in its position axis's units: its own, or the least distance between two positions. */
export function barWidth(trace: Trace, positions: number[]): number {
  if (typeof trace.width === "number") return trace.width;
  if (Array.isArray(trace.width)) return Math.max(...trace.width);
  const sorted = [...new Set(positions.filter(Number.isFinite))].sort((a, b) => a - b);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < sorted.length; i++) least = Math.min(least, sorted[i] - sorted[i - 1]);
  return Number.isFinite(least) ? least : 1;
}
