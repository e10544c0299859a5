/** The dashboard of a training run: a panel for each quantity that its events carry. */
import { smoothed } from "./builders.ts";
import { Figure } from "./figure.ts";
import type { Annotation, Layout, Trace } from "./spec.ts";
import { palette, withOpacity } from "./style.ts";
import { textWidth } from "./svg/text.ts";

/** One event of a run: `step` and any of the quantities; others are left alone. */
export type TrainingEvent = object & { step?: number };

export interface Panel {
  title: string;
  /** Quantity → name of its curve. */
  curves: Record<string, string>;
  /** The axis begins at 0. */
  fromZero?: boolean;
}

const panels: Panel[] = [
  { title: "loss (nats per token)", curves: { loss: "training", evalLoss: "evaluation" } },
  { title: "reward", curves: { reward: "reward" } },
  { title: "token accuracy", curves: { tokenAccuracy: "training", evalTokenAccuracy: "evaluation" } },
  { title: "learning rate", curves: { learningRate: "learning rate" }, fromZero: true },
  { title: "tokens per second", curves: { tokensPerSecond: "tokens/s" } },
  { title: "gradient norm", curves: { gradNorm: "gradient norm" } },
  { title: "KL to reference (nats)", curves: { kl: "KL" } },
];

export interface TrainingOptions {
  title?: string;
  /** Smoothing of noisy training curves in [0, 1). @default 0.6 once there are 50 steps */
  smooth?: number;
  /** Most panels. @default 4 of `training` */
  panels?: number;
  /** Steps of the whole run, so that the axis stands still while it goes on. @default the last step seen */
  steps?: number;
  /** Most points of a curve; of more, an even choice that ends with the last. @default 1000 */
  points?: number;
  width?: number;
  height?: number;
}

/** Curves over the optimizer step. Evaluation events bring `evalLoss`, `evalTokenAccuracy`. */
export function training(events: Iterable<TrainingEvent>, options: TrainingOptions = {}): Figure {
  return dashboard(events, panels, { ...options, panels: options.panels ?? 4 });
}

/** The same with panels of one's own; those without a curve are left out. */
export function dashboard(
  events: Iterable<TrainingEvent>,
  panels: readonly Panel[],
  options: TrainingOptions = {},
): Figure {
  const series = collect(events);
  const shown = panels
    .filter((panel) => Object.keys(panel.curves).some((quantity) => series.has(quantity)))
    .slice(0, options.panels);
  const rows = Math.max(1, Math.ceil(shown.length / 2));
  const layout: Layout & Frame = {
    ...(options.title && { title: { text: options.title } }),
    width: options.width ?? 760,
    height: options.height ?? 40 + rows * 190,
    margin: { l: 56, r: 20, t: options.title ? 66 : 34, b: 44 },
    showlegend: false,
    hovermode: "x",
    annotations: [],
  };
  const range = stepRange(series, options.steps);
  const traces = shown.flatMap((panel, i) => {
    const cell = cellOf(i, shown.length);
    const suffix = i === 0 ? "" : String(i + 1);
    const isLast = i + 2 >= shown.length;
    layout[`xaxis${suffix}`] = {
      domain: [cell.left, cell.right],
      range,
      nticks: 7,
      anchor: `y${suffix}`,
      ...(isLast && { title: { text: "step" } }),
    };
    layout[`yaxis${suffix}`] = {
      domain: [cell.bottom, cell.top],
      anchor: `x${suffix}`,
      ...(panel.fromZero && { rangemode: "tozero" }),
    };
    const drawn = Object.entries(panel.curves).filter(([quantity]) => series.has(quantity));
    const names = drawn.map(([, name]) => name);
    layout.annotations.push(...headingOf(panel.title, names, cell, layout));
    return drawn.flatMap(([quantity, name], k) => {
      const place = { name, xaxis: `x${suffix}`, yaxis: `y${suffix}` };
      const kind = quantity.startsWith("eval") ? "evaluation" : quantity === "learningRate" ? "exact" : "noisy";
      return curve(series.get(quantity)!, kind, place, palette[k], options);
    });
  });
  return new Figure(traces, layout);
}

interface Points {
  x: number[];
  y: number[];
}

/** Every number that comes with a step, by its name. */
function collect(events: Iterable<TrainingEvent>): Map<string, Points> {
  const series = new Map<string, Points>();
  for (const event of events) {
    if (typeof event.step !== "number") continue;
    for (const [quantity, value] of Object.entries(event)) {
      if (typeof value !== "number") continue;
      const points = series.get(quantity) ?? { x: [], y: [] };
      series.set(quantity, points);
      points.x.push(event.step);
      points.y.push(value);
    }
  }
  return series;
}

/** The same x axis for all panels. */
function stepRange(series: Map<string, Points>, steps: number | undefined): [number, number] {
  const ends = [...series.values()].flatMap(({ x }) => [x[0], x[x.length - 1]]);
  const last = Math.max(steps ?? 1, ...ends);
  const first = Math.min(last - 1, ...ends);
  return [first, last + (last - Math.min(1, first)) * 0.015];
}

interface Cell {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** Room between two rows, for ticks and the next heading, as a share of a panel's height. */
const gapOfRows = 0.6;

/** Two panels a row, in parts of the drawing area. */
function cellOf(index: number, count: number): Cell {
  const [columns, rows] = [count > 1 ? 2 : 1, Math.ceil(count / 2)];
  const gapX = 0.1;
  const width = (1 - gapX * (columns - 1)) / columns;
  const height = 1 / (rows + gapOfRows * (rows - 1));
  const gapY = gapOfRows * height;
  const left = (index % columns) * (width + gapX);
  const top = 1 - Math.floor(index / columns) * (height + gapY);
  return { left, right: left + width, bottom: top - height, top };
}

interface Frame {
  width: number;
  margin: { l: number; r: number };
  annotations: Annotation[];
}

/** A panel's title, and where it has several curves their names in their colours, right of it. */
function headingOf(title: string, names: string[], cell: Cell, { width, margin }: Frame): Annotation[] {
  const note = { y: cell.top, xref: "paper", yref: "paper", yanchor: "bottom", showarrow: false } as const;
  const heading: Annotation[] = [{ ...note, text: title, x: cell.left, xanchor: "left", font: { size: 12 } }];
  if (names.length < 2) return heading;
  let right = cell.right;
  for (const [k, name] of names.entries()) {
    const text = `● ${name}`;
    heading.push({ ...note, text, x: right, xanchor: "right", font: { size: 11, color: palette[k] } });
    right -= (textWidth(text, 11) + 10) / (width - margin.l - margin.r);
  }
  return heading;
}

function curve(
  { x, y }: Points,
  kind: "evaluation" | "noisy" | "exact",
  place: Pick<Trace, "name" | "xaxis" | "yaxis">,
  color: string,
  options: TrainingOptions,
): Trace[] {
  const choose = <T>(values: T[]) => everyNth(values, options.points ?? 1000);
  const common: Trace = { type: "scatter", ...place, x: choose(x), y: choose(y).map(short) };
  if (kind === "evaluation") {
    return [{ ...common, mode: "lines+markers", line: { color, width: 1.5 }, marker: { color, size: 6 } }];
  }
  const beta = options.smooth ?? (x.length >= 50 && kind === "noisy" ? 0.6 : 0);
  if (beta === 0) {
    return [{ ...common, mode: x.length > 1 ? "lines" : "markers", line: { color, width: 2 }, marker: { color } }];
  }
  return [
    { ...common, mode: "lines", hoverinfo: "skip", line: { color: withOpacity(color, 0.25), width: 1 } },
    { ...common, mode: "lines", y: choose(smoothed(y, beta)).map(short), line: { color, width: 2 } },
  ];
}

function everyNth<T>(values: T[], most: number): T[] {
  const every = Math.ceil(values.length / most);
  return every <= 1 ? values : values.filter((_, i) => (values.length - 1 - i) % every === 0);
}

/** As many digits as a picture can show: a third of the bytes. */
const short = <T extends number | null>(value: T) => (value === null ? null : Number(value.toPrecision(6)));
