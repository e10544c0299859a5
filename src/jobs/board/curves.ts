/** The curves of several jobs over each other: a panel for each of the quantities that most of them have. */
import { escapeHtml } from "../../core/display.ts";
import { figure, smoothed } from "../../plot/builders.ts";
import { onPage } from "../../plot/html.ts";
import type { Trace } from "../../plot/spec.ts";
import { palette, withOpacity } from "../../plot/style.ts";
import type { JobEvent } from "../job.ts";
import { picture, width } from "./style.ts";

/** Of one quantity of one run of a job. */
export interface Curve {
  run: string;
  quantity: string;
  steps: number[];
  values: number[];
}

type Metric = Extract<JobEvent, { type: "metric" }>;

/** The curves of a job as its events come. */
export class Curves {
  readonly #curves = new Map<string, Curve>();

  add({ run, step, values }: Pick<Metric, "run" | "step" | "values">): void {
    for (const [quantity, value] of Object.entries(values)) {
      const key = `${run}\n${quantity}`;
      const curve: Curve = this.#curves.get(key) ?? { run, quantity, steps: [], values: [] };
      this.#curves.set(key, curve);
      // An attempt that goes on from a checkpoint says some steps again.
      while (curve.steps.length > 0 && curve.steps.at(-1)! >= step) {
        curve.steps.pop();
        curve.values.pop();
      }
      curve.steps.push(step);
      curve.values.push(value);
    }
  }

  get all(): Curve[] {
    return [...this.#curves.values()];
  }
}

export interface NamedCurves {
  /** The job's. */
  name: string;
  curves: readonly Curve[];
}

/** What is looked at first. */
const preferred = ["reward", "score", "loss", "evalLoss", "accuracy", "margin", "kl", "tokenAccuracy"];
/** Points of a curve: more cannot be seen. */
const mostPoints = 200;

/** Panels of pictures, at most `most`; "" without a curve. */
export function curvePanels(jobs: readonly NamedCurves[], most = 2): string {
  const quantities = rankedQuantities(jobs).slice(0, most);
  const panelWidth = quantities.length > 1 ? width / 2 - 4 : width;
  const panels = quantities.map((quantity) => onPage(picture(panel(jobs, quantity, panelWidth), quantity, panelWidth)));
  if (panels.length === 0) return "";
  const names = jobs.length > 1 ? legend(jobs) : "";
  return `${names}<div style="display:grid;grid-template-columns:${panels.length > 1 ? "1fr 1fr" : "1fr"};gap:8px">${panels.join("")}</div>`;
}

const colorOf = (index: number): string => palette[index % palette.length];

/** One for all panels. */
function legend(jobs: readonly NamedCurves[]): string {
  const entries = jobs.map(({ name }, i) => {
    const line = i < palette.length ? "━" : "╍";
    return `<span style="white-space:nowrap;margin-right:14px"><span style="color:${colorOf(i)}">${line}</span> ${escapeHtml(name)}</span>`;
  });
  return `<div style="font-size:12px;margin-top:8px">${entries.join(" ")}</div>`;
}

/** Those with a curve of at least two points, the preferred first, then by how many jobs have them. */
export function rankedQuantities(jobs: readonly NamedCurves[]): string[] {
  const counts = new Map<string, number>();
  for (const { curves } of jobs) {
    for (const quantity of new Set(curves.filter(({ steps }) => steps.length > 1).map((curve) => curve.quantity)))
      counts.set(quantity, (counts.get(quantity) ?? 0) + 1);
  }
  const rank = (quantity: string) => {
    const at = preferred.indexOf(quantity);
    return at < 0 ? preferred.length : at;
  };
  return [...counts]
    .sort(([a, countA], [b, countB]) => rank(a) - rank(b) || countB - countA)
    .map(([quantity]) => quantity);
}

function panel(jobs: readonly NamedCurves[], quantity: string, panelWidth: number): string {
  const traces: Trace[] = jobs.flatMap(({ name, curves }, i) => {
    const own = curves.filter((curve) => curve.quantity === quantity);
    return own.flatMap(({ run, steps, values }): Trace[] => {
      const color = colorOf(i);
      const dash = i < palette.length ? undefined : "dash";
      const every = Math.ceil(steps.length / mostPoints);
      const choose = <T>(all: readonly T[]) => all.filter((_, at) => (all.length - 1 - at) % every === 0);
      const shared = { type: "scatter", mode: "lines", name: own.length > 1 ? `${name}: ${run}` : name };
      const isNoisy = steps.length >= 50 && !quantity.startsWith("eval");
      const line = { ...shared, x: choose(steps), y: choose(isNoisy ? smoothed(values, 0.6) : values) };
      const behind = { ...shared, showlegend: false, x: choose(steps), y: choose(values) };
      return [
        ...(isNoisy ? [{ ...behind, line: { color: withOpacity(color, 0.2), width: 1 } }] : []),
        { ...line, line: { color, width: 2, dash } },
      ];
    });
  });
  return figure(traces, {
    title: { text: quantity },
    width: panelWidth,
    height: 220,
    showlegend: jobs.length === 1 && traces.length > 2, // runs of one job
    margin: { l: 50, r: 14, b: 42 },
    xaxis: { title: { text: "step" } },
  }).toSvg();
}
