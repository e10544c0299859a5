/**
 * A figure: plotly data and layout, drawn by whatever can draw it. In a cell it shows itself as
 * - `application/vnd.plotly.v1+json`, for front ends that know plotly;
 * - `text/html`, interactive without network, with the static picture inside until (or unless) the script runs;
 * - `image/svg+xml`, the static picture;
 * - `text/plain`, one line.
 */
import { extname } from "node:path";
import { displaySymbol, type MimeBundle } from "../core/display.ts";
import { MedgymError } from "../core/errors.ts";
import { writeFileAtomic } from "../core/files.ts";
import { claimLibrary, figureHtml, libraryScript, onPage } from "./html.ts";
import { type Axis, type Layout, type Trace, titleText, type Value } from "./spec.ts";
import { defaultSize, fontFamily, ink, palette } from "./style.ts";
import { renderSvg } from "./svg/render.ts";

export interface FigureJson {
  data: Trace[];
  layout: Layout;
  config: Record<string, unknown>;
}

export class Figure {
  readonly data: readonly Trace[];
  readonly layout: Layout;

  constructor(data: readonly Trace[], layout: Layout = {}) {
    this.data = data.map(plainTrace);
    this.layout = completeLayout(layout, this.data);
  }

  /** What plotly takes: `Plotly.newPlot(element, figure)`. */
  toJSON(): FigureJson {
    return { data: [...this.data], layout: this.layout, config: { responsive: true, displaylogo: false } };
  }

  /** The static picture. */
  toSvg(): string {
    return renderSvg(this.data, this.layout);
  }

  /** The static picture as a part of a page, light or dark: while it changes often. */
  toStillHtml(): string {
    return onPage(this.toSvg());
  }

  /** A page of its own, interactive, library included. */
  toHtml(): string {
    const title = titleText(this.layout.title) || "figure";
    const safe = title.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
    const body = `${libraryScript()}${figureHtml(this.toJSON(), this.toSvg())}`;
    return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${safe}</title><body>${body}</body></html>\n`;
  }

  /** Writes `.svg`, `.html` or `.json` by the file's ending. */
  async save(path: string): Promise<void> {
    const writers: Record<string, () => string> = {
      ".svg": () => this.toSvg(),
      ".html": () => this.toHtml(),
      ".json": () => JSON.stringify(this),
    };
    const write = writers[extname(path)];
    if (!write) {
      throw new MedgymError("unsupported", `cannot save a figure as ${path}. End the name in .svg, .html or .json.`);
    }
    await writeFileAtomic(path, write());
  }

  toString(): string {
    const points = this.data.reduce((sum, trace) => sum + (trace.y?.length ?? trace.x?.length ?? 0), 0);
    const title = titleText(this.layout.title);
    const names = this.data.filter((t) => t.showlegend !== false && t.name).map((t) => t.name);
    const series = names.length > 0 ? ` of ${names.slice(0, 6).join(", ")}${names.length > 6 ? ", …" : ""}` : "";
    return `Figure${title ? ` "${title}"` : ""}${series} (${points} points)`;
  }

  [displaySymbol](): MimeBundle {
    const svg = this.toSvg();
    const json = this.toJSON();
    return {
      "application/vnd.plotly.v1+json": json,
      "text/html": `${claimLibrary()}${figureHtml(json, svg)}`,
      "image/svg+xml": svg,
      "text/plain": this.toString(),
    };
  }
}

/** Numbers and strings that survive JSON: typed arrays become arrays, dates ISO strings, what is not finite a gap. */
export function plainValues(values: ArrayLike<unknown>): Value[] {
  return Array.from(values, (value) => {
    if (typeof value === "number") return Number.isFinite(value) ? value : null;
    if (typeof value === "bigint") return Number(value);
    if (value instanceof Date) return value.toISOString();
    return value === null || value === undefined ? null : String(value);
  });
}

function plainTrace(trace: Trace): Trace {
  const plain = { ...trace };
  for (const key of ["x", "y"] as const) {
    const values = plain[key] as ArrayLike<unknown> | undefined;
    if (values !== undefined) plain[key] = plainValues(values);
  }
  return plain;
}

/** Our look, under whatever the caller's layout says. */
function completeLayout(layout: Layout, data: readonly Trace[]): Layout {
  const title = titleText(layout.title);
  const named = data.filter((trace) => trace.name && trace.showlegend !== false);
  const complete: Layout = {
    ...defaultSize,
    colorway: palette,
    font: { family: fontFamily, size: 12, color: ink.text },
    paper_bgcolor: ink.paper,
    plot_bgcolor: ink.paper,
    showlegend: named.length > 1,
    hovermode: "closest",
    legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" },
    ...layout,
    margin: { l: 60, r: 24, t: title ? 44 : 20, b: 48, ...layout.margin },
  };
  if (title) {
    complete.title = { x: 0, xref: "paper", y: 0.97, font: { size: 16 }, ...(layout.title as object), text: title };
  }
  if (complete.showlegend && layout.margin?.t === undefined) complete.margin!.t! += 22;
  const axes = new Set(["xaxis", "yaxis", ...Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))]);
  for (const trace of data) {
    axes.add(`xaxis${trace.xaxis?.slice(1) ?? ""}`);
    axes.add(`yaxis${trace.yaxis?.slice(1) ?? ""}`);
  }
  for (const key of axes) {
    const own = layout[key] as Axis | undefined;
    const text = titleText(own?.title);
    const id = key.replace("axis", "");
    const values = data.flatMap((t) =>
      (t[`${id[0]}axis`] ?? id[0]) === id ? ((t[id[0]] as Value[] | undefined) ?? []) : [],
    );
    complete[key] = {
      gridcolor: ink.grid,
      linecolor: ink.axis,
      showline: true,
      zeroline: false,
      automargin: true,
      // plotly's SI prefixes read well for thousands (12k) and badly for small numbers (200μ)
      exponentformat: values.some((value) => Math.abs(Number(value)) >= 1e4) ? "SI" : "e",
      showgrid: !values.some((value) => typeof value === "string" && !Number.isFinite(Date.parse(value))),
      tickfont: { color: ink.faint, size: 11 },
      ...own,
      ...(text ? { title: { text, font: { size: 12 }, standoff: 8 } } : {}),
    };
  }
  return complete;
}
