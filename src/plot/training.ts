/** The dashboard of a training run: a panel for each quantity that its events carry. */
import { smoothed } from "./builders.ts";
import { Figure } from "./figure.ts";
import type { Layout, Trace } from "./spec.ts";
import { palette, withOpacity } from "./style.ts";
import { textWidth } from "./svg/text.ts";

/** One event of a run: `step` and any of the quantities; others are left alone. */
export type TrainingEvent = object & { step?: number };

interface Panel {
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
  /** Most panels. @default 4 */
  panels?: number;
  /** Steps of the whole run, so that the axis stands still while it goes on. @default the last step seen */
  steps?: number;
  width?: number;
  height?: number;
}

/** Curves over the optimizer step. Evaluation events bring `evalLoss`, `evalTokenAccuracy`. */
export function training(events: Iterable<TrainingEvent>, options: TrainingOptions = {}): Figure {
  const points = new Map<string, { x: number[]; y: number[] }>();
  for (const event of events) {
    if (typeof event.step !== "number") continue;
    for (const [quantity, value] of Object.entries(event)) {
      if (typeof value !== "number") continue;
      const series = points.get(quantity) ?? { x: [], y: [] };
      points.set(quantity, series);
      series.x.push(event.step);
      series.y.push(short(value));
    }
  }
  const shown = panels
    .filter((panel) => Object.keys(panel.curves).some((q) => points.has(q)))
    .slice(0, options.panels ?? 4);
  const steps = [...points.values()].flatMap((series) => [series.x[0], series.x[series.x.length - 1]]);
  const last = Math.max(options.steps ?? 1, ...steps);
  const range: [number, number] = [Math.min(last - 1, ...steps), last + (last - Math.min(1, ...steps)) * 0.015];
  const columns = shown.length > 1 ? 2 : 1;
  const rows = Math.max(1, Math.ceil(shown.length / columns));
  const layout: Layout = {
    ...(options.title && { title: { text: options.title } }),
    width: options.width ?? 760,
    height: options.height ?? 40 + rows * 190,
    margin: { l: 56, r: 20, t: options.title ? 66 : 34, b: 44 },
    showlegend: false,
    hovermode: "x",
    annotations: [],
  };
  const traces: Trace[] = [];
  shown.forEach((panel, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const suffix = i === 0 ? "" : String(i + 1);
    const [gapX, gapY] = [0.1, rows > 1 ? 0.24 : 0];
    const cell = { width: (1 - gapX * (columns - 1)) / columns, height: (1 - gapY * (rows - 1)) / rows };
    const left = column * (cell.width + gapX);
    const top = 1 - row * (cell.height + gapY);
    const isLast = i + columns >= shown.length;
    layout[`xaxis${suffix}`] = {
      domain: [left, left + cell.width],
      range,
      nticks: 7,
      anchor: `y${suffix}`,
      ...(isLast && { title: { text: "step" } }),
    };
    layout[`yaxis${suffix}`] = {
      domain: [top - cell.height, top],
      anchor: `x${suffix}`,
      ...(panel.fromZero && { rangemode: "tozero" }),
    };
    const note = { y: top, xref: "paper", yref: "paper", yanchor: "bottom", showarrow: false } as const;
    layout.annotations!.push({ ...note, text: panel.title, x: left, xanchor: "left", font: { size: 12 } });
    const drawn = Object.entries(panel.curves).filter(([quantity]) => points.has(quantity));
    if (drawn.length > 1) {
      // The legend of a panel: the curves' names in their colours, right of its title.
      let right = left + cell.width;
      drawn.forEach(([, name], k) => {
        const font = { size: 11, color: palette[k] };
        layout.annotations!.push({ ...note, text: `● ${name}`, x: right, xanchor: "right", font });
        right -= (textWidth(`● ${name}`, 11) + 10) / (layout.width! - layout.margin!.l! - layout.margin!.r!);
      });
    }
    drawn.forEach(([quantity, name], k) => {
      const { x, y } = points.get(quantity)!;
      traces.push(
        ...curve(x, y, name, palette[k], `x${suffix}`, `y${suffix}`, quantity.startsWith("eval"), options.smooth),
      );
    });
  });
  return new Figure(traces, layout);
}

/** As many digits as a picture can show: a third of the bytes. */
const short = (value: number) => Number(value.toPrecision(6));

function curve(
  x: number[],
  y: number[],
  name: string,
  color: string,
  xaxis: string,
  yaxis: string,
  isEvaluation: boolean,
  smooth: number | undefined,
): Trace[] {
  const common: Trace = { type: "scatter", x, y, name, xaxis, yaxis };
  if (isEvaluation)
    return [{ ...common, mode: "lines+markers", line: { color, width: 1.5 }, marker: { color, size: 6 } }];
  const isNoisy = name !== "learning rate";
  const beta = smooth ?? (x.length >= 50 && isNoisy ? 0.6 : 0);
  if (beta === 0)
    return [{ ...common, mode: x.length > 1 ? "lines" : "markers", line: { color, width: 2 }, marker: { color } }];
  return [
    { ...common, mode: "lines", hoverinfo: "skip", line: { color: withOpacity(color, 0.25), width: 1 } },
    { ...common, mode: "lines", y: smoothed(y, beta).map((value) => value && short(value)), line: { color, width: 2 } },
  ];
}
