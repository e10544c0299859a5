/** Plain data in, a figure out. Anything with numbers in it is taken: arrays, typed arrays, `{ x, y }`, or named series. */
import { MedgymError } from "../core/errors.ts";
import { barsOf, binValues } from "./bins.ts";
import { Figure, plainValues } from "./figure.ts";
import type { Annotation, Axis, Layout, Trace, Value } from "./spec.ts";
import { palette, withOpacity } from "./style.ts";

export interface Series {
  name?: string;
  /** @default 0, 1, 2, … */
  x?: ArrayLike<number | string | Date>;
  y: ArrayLike<number | null>;
  /** Lower and upper edge of a band around the line, e.g. a confidence interval. */
  lower?: ArrayLike<number>;
  upper?: ArrayLike<number>;
}

/** One series, several, or several by name. */
export type SeriesInput =
  | ArrayLike<number>
  | Series
  | readonly Series[]
  | { [name: string]: ArrayLike<number> | Series };

export interface PlotOptions {
  title?: string;
  /** Title of the x axis. */
  xLabel?: string;
  yLabel?: string;
  /** Logarithmic axes: "x", "y" or "xy". */
  log?: "x" | "y" | "xy";
  /** Pixels. @default 720 */
  width?: number;
  /** Pixels. @default 400 */
  height?: number;
  /** Fields of plotly's layout, laid over what we set. */
  layout?: Layout;
}

export interface LineOptions extends PlotOptions {
  /** Exponential smoothing in [0, 1), as TensorBoard's; the raw curve stays behind it, pale. @default 0 */
  smooth?: number;
  /** @default false */
  markers?: boolean;
}

/** Curves over x, with an optional band each. */
export function line(data: SeriesInput, options: LineOptions = {}): Figure {
  const traces: Trace[] = [];
  toSeries("plot.line", data).forEach((series, i) => {
    const color = palette[i % palette.length];
    const x = xOf(series);
    if (series.lower && series.upper) traces.push(...band(x, series.lower, series.upper, color));
    const mode = options.markers ? "lines+markers" : "lines";
    const y = plainValues(series.y);
    if (!options.smooth) {
      traces.push({ type: "scatter", mode, name: series.name, x, y, line: { color, width: 2 } });
      return;
    }
    traces.push({
      type: "scatter",
      mode: "lines",
      x,
      y,
      showlegend: false,
      hoverinfo: "skip",
      line: { color: withOpacity(color, 0.25), width: 1 },
    });
    traces.push({
      type: "scatter",
      mode: "lines",
      name: series.name,
      x,
      y: smoothed(series.y, options.smooth),
      line: { color, width: 2 },
    });
  });
  return new Figure(traces, layoutOf(options));
}

/** Points, optionally sized alike. */
export function scatter(data: SeriesInput, options: PlotOptions & { size?: number } = {}): Figure {
  const traces = toSeries("plot.scatter", data).map((series, i): Trace => {
    const marker = { color: palette[i % palette.length], size: options.size ?? 7, opacity: 0.75 };
    return { type: "scatter", mode: "markers", name: series.name, x: xOf(series), y: plainValues(series.y), marker };
  });
  return new Figure(traces, layoutOf(options));
}

export interface BarOptions extends PlotOptions {
  /** Several series beside each other, or on top of each other. @default "group" */
  mode?: "group" | "stack";
  /** Bars that lie. @default false */
  horizontal?: boolean;
  /** The value in figures at each bar. @default false */
  labels?: boolean;
}

/** Bars of `{ label: value }`, or of several series over the same labels: `{ before: { a: 1 }, after: { a: 2 } }`. */
export function bar(
  data: { [label: string]: number } | { [series: string]: { [label: string]: number } } | Series | readonly Series[],
  options: BarOptions = {},
): Figure {
  const allSeries = toBars(data);
  const annotations: Annotation[] = [];
  const traces = allSeries.map((series, i): Trace => {
    const places = xOf(series);
    const sizes = plainValues(series.y);
    const interval = series.lower && series.upper ? errorsOf(series) : undefined;
    const labels = options.labels ? sizes.map(labelOf) : undefined;
    // plotly writes a bar's text across its error bar: labels go above the interval as annotations instead.
    const isAbove = labels && interval && !options.horizontal && options.mode !== "stack";
    if (isAbove) annotations.push(...labelsAbove(labels, series, (i + 0.5) / allSeries.length - 0.5));
    const text = isAbove ? undefined : labels;
    const marker = { color: palette[i % palette.length] };
    const labelled = text && { text, textposition: "outside", cliponaxis: false };
    const shared: Trace = { type: "bar", name: series.name, marker, ...labelled };
    return options.horizontal
      ? { ...shared, orientation: "h", x: sizes, y: places, error_x: interval }
      : { ...shared, x: places, y: sizes, error_y: interval };
  });
  const layout = layoutOf(options);
  return new Figure(traces, {
    barmode: options.mode ?? "group",
    bargap,
    ...(annotations.length > 0 && { annotations }),
    ...layout,
  });
}

const bargap = 0.25;

const labelOf = (value: Value) => (value === null ? "" : String(Number(Number(value).toPrecision(3))));

/** `offset` of the bars from their category's middle, as a share of what the categories' bars take together. */
function labelsAbove(labels: string[], { upper }: Series, offset: number): Annotation[] {
  return labels.map((text, i) => ({
    text,
    x: i + offset * (1 - bargap),
    y: upper![i],
    yanchor: "bottom",
    showarrow: false,
    font: { size: 11 },
  }));
}

/** How often which value: bins of equal width (Freedman-Diaconis unless `bins` says how many). */
export function histogram(
  data: ArrayLike<number> | { [name: string]: ArrayLike<number> },
  options: PlotOptions & { bins?: number; normalize?: boolean } = {},
): Figure {
  const groups: [string | undefined, ArrayLike<number>][] = isNumbers(data)
    ? [[undefined, data]]
    : Object.entries(data);
  const opacity = groups.length > 1 ? 0.6 : 0.9;
  const traces = groups.map(([name, values], i): Trace => {
    const bars = barsOf(binValues(Array.from(values), options.bins), options.normalize ?? false);
    return { ...bars, name, marker: { color: palette[i % palette.length], opacity, line: { width: 0 } } };
  });
  return new Figure(traces, {
    barmode: "overlay",
    bargap: 0.02,
    ...layoutOf({ yLabel: options.normalize ? "share" : "count", ...options }),
  });
}

/** The escape hatch: plotly's own traces and layout, with our look where the layout is silent. */
export function figure(traces: readonly Trace[], layout: Layout = {}): Figure {
  return new Figure(traces, layout);
}

export interface Measured {
  value: number;
  /** Ends of the interval, e.g. 95 % bootstrap. */
  low?: number;
  high?: number;
}

/** Models side by side per metric, with their intervals: `{ base: { accuracy: { value, low, high } }, tuned: { … } }`. */
export function compare(
  models: { [model: string]: { [metric: string]: number | Measured } },
  options: PlotOptions = {},
): Figure {
  const metrics = [...new Set(Object.values(models).flatMap((scores) => Object.keys(scores)))];
  const series = Object.entries(models).map(([name, scores]): Series => {
    const measured = metrics.map((metric): Measured => {
      const score = scores[metric];
      return typeof score === "object" ? score : { value: score ?? Number.NaN };
    });
    const hasInterval = measured.some((m) => m.low !== undefined && m.high !== undefined);
    return {
      name,
      x: metrics,
      y: measured.map((m) => m.value),
      ...(hasInterval && {
        lower: measured.map((m) => m.low ?? m.value),
        upper: measured.map((m) => m.high ?? m.value),
      }),
    };
  });
  return bar(series, { labels: true, ...options });
}

/** Debiased exponential moving average: s_t = βs_{t−1} + (1−β)y_t, shown as s_t/(1−β^t); gaps are passed over. */
export function smoothed(values: ArrayLike<number | null>, beta: number): (number | null)[] {
  if (!(beta >= 0 && beta < 1))
    throw new MedgymError("invalid-option", `smooth is ${beta}; it must be at least 0, below 1.`);
  let [sum, weight] = [0, 0];
  return Array.from(values, (value) => {
    if (value === null || !Number.isFinite(value)) return null;
    sum = beta * sum + (1 - beta) * value;
    weight = beta * weight + (1 - beta);
    return sum / weight;
  });
}

function band(x: Value[], lower: ArrayLike<number>, upper: ArrayLike<number>, color: string): Trace[] {
  const edge: Trace = {
    type: "scatter",
    mode: "lines",
    x,
    showlegend: false,
    hoverinfo: "skip",
    line: { width: 0, color },
  };
  return [
    { ...edge, y: plainValues(lower) },
    { ...edge, y: plainValues(upper), fill: "tonexty", fillcolor: withOpacity(color, 0.18) },
  ];
}

function errorsOf(series: Series): Trace["error_y"] {
  const value = (i: number) => series.y[i] ?? Number.NaN;
  return {
    type: "data",
    symmetric: false,
    array: Array.from(series.upper!, (high, i) => high - value(i)),
    arrayminus: Array.from(series.lower!, (low, i) => value(i) - low),
    thickness: 1.5,
    width: 4,
  };
}

function isNumbers(data: unknown): data is ArrayLike<number> {
  return (
    ArrayBuffer.isView(data) ||
    (Array.isArray(data) && (data.length === 0 || typeof data[0] !== "object" || data[0] === null))
  );
}

function isSeries(data: unknown): data is Series {
  const y = (data as Series | null)?.y;
  return Array.isArray(y) || ArrayBuffer.isView(y);
}

function toSeries(name: string, data: SeriesInput): Series[] {
  if (isNumbers(data)) return [{ y: data }];
  if (isSeries(data)) return [check(name, data)];
  if (Array.isArray(data)) return (data as Series[]).map((series) => check(name, series));
  return Object.entries(data as { [name: string]: ArrayLike<number> | Series }).map(([key, value]) =>
    check(name, isNumbers(value) ? { name: key, y: value } : { name: key, ...(value as Series) }),
  );
}

function toBars(data: Parameters<typeof bar>[0]): Series[] {
  if (isSeries(data)) return [check("plot.bar", data)];
  if (Array.isArray(data)) return (data as Series[]).map((series) => check("plot.bar", series));
  const entries = Object.entries(data as Record<string, number | Record<string, number>>);
  if (entries.every(([, value]) => typeof value === "number")) {
    return [{ x: entries.map(([label]) => label), y: entries.map(([, value]) => value as number) }];
  }
  const labels = [...new Set(entries.flatMap(([, values]) => Object.keys(values as object)))];
  return entries.map(([name, values]) => ({
    name,
    x: labels,
    y: labels.map((l) => (values as Record<string, number>)[l] ?? null),
  }));
}

function check(name: string, series: Series): Series {
  if (!isSeries(series)) {
    throw new MedgymError("invalid-argument", `${name}: a series is numbers, or { x, y } with arrays of equal length.`);
  }
  for (const key of ["x", "lower", "upper"] as const) {
    const length = series[key]?.length;
    if (length !== undefined && length !== series.y.length) {
      const which = series.name ? `series "${series.name}"` : "the series";
      throw new MedgymError(
        "invalid-argument",
        `${name}: ${which} has ${series.y.length} values of y but ${length} of ${key}.`,
      );
    }
  }
  return series;
}

function xOf(series: Series): Value[] {
  return series.x ? plainValues(series.x) : Array.from({ length: series.y.length }, (_, i) => i);
}

function layoutOf(options: PlotOptions): Layout {
  const axis = (letter: "x" | "y", title: string | undefined): Axis => ({
    ...(title && { title: { text: title } }),
    ...(options.log?.includes(letter) && { type: "log" as const }),
  });
  const { title, width, height, layout = {} } = options;
  return {
    ...(title && { title: { text: title } }),
    ...(width && { width }),
    ...(height && { height }),
    ...layout,
    xaxis: { ...axis("x", options.xLabel), ...(layout.xaxis as Axis | undefined) },
    yaxis: { ...axis("y", options.yLabel), ...(layout.yaxis as Axis | undefined) },
  };
}
