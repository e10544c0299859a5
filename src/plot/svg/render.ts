/**
 * A figure as a static SVG picture, for pages that run no scripts: the same traces, axes, titles and legend as the
 * interactive one. Knows scatter, bar and histogram; a figure of other kinds says so in its picture.
 */
import { histogramTrace } from "../bins.ts";
import { type Annotation, type Layout, type Shape, type Trace, titleText } from "../spec.ts";
import { defaultSize, fontFamily, ink, palette } from "../style.ts";
import { layOut, type Rectangle, type Subplot } from "./axes.ts";
import { drawBars, drawScatter } from "./marks.ts";
import { escapeXml, fit, round, textWidth } from "./text.ts";

interface Painted {
  trace: Trace;
  color: string;
}

const tickFont = 11;
const drawable = new Set(["scatter", "scattergl", "bar"]);

export function renderSvg(data: readonly Trace[], layout: Layout): string {
  const width = layout.width ?? defaultSize.width;
  const height = layout.height ?? defaultSize.height;
  const colors = (layout.colorway as string[] | undefined) ?? palette;
  const visible = data.filter((trace) => trace.visible === undefined || trace.visible === true).map(histogramTrace);
  const painted = visible.map((trace, i) => ({ trace, color: colorOf(trace, colors[i % colors.length]) }));
  const shown = painted.filter(({ trace }) => drawable.has(trace.type ?? "scatter"));

  const title = titleText(layout.title);
  const legend = legendEntries(painted, layout);
  const margin = { l: 60, r: 24, t: title ? 44 : 20, b: 48, ...layout.margin };
  const rows = legendRows(legend, width - margin.l - margin.r);
  const legendHeight = rows.length * 20;
  const hasTopRoom = (layout.margin?.t ?? 0) >= (title ? 40 : 16) + legendHeight;
  const inner: Rectangle = { x: margin.l, y: hasTopRoom ? margin.t : margin.t + legendHeight, width: 0, height: 0 };
  inner.width = Math.max(20, width - inner.x - margin.r);
  inner.height = Math.max(20, height - inner.y - margin.b);

  let subplots = layOut(
    shown.map((p) => p.trace),
    layout,
    inner,
  );
  const missing = Math.max(
    0,
    ...subplots.map((s) => labelRoom(s) - (s.area.x - (s.area.x - inner.x < 1 ? 0 : inner.x))),
  );
  if (missing > 0 && subplots.every((s) => s.area.x - inner.x < 1)) {
    inner.x += missing;
    inner.width = Math.max(20, inner.width - missing);
    subplots = layOut(
      shown.map((p) => p.trace),
      layout,
      inner,
    );
  }

  const body = subplots.map((subplot) => drawSubplot(subplot, painted, layout)).join("");
  const notes = (layout.annotations ?? []).map((note) => drawAnnotation(note, inner, subplots)).join("");
  const shapes = (layout.shapes ?? []).map((shape) => drawShape(shape, inner, subplots)).join("");
  const heading = title
    ? `<text x="${margin.l}" y="26" font-size="16" font-weight="600" fill="${ink.text}">${escapeXml(fit(title, 16, width - margin.l - 8))}</text>`
    : "";
  const empty =
    shown.length === 0
      ? `<text x="${width / 2}" y="${height / 2}" text-anchor="middle" font-size="13" fill="${ink.faint}">${
          data.length === 0 ? "no data yet" : "shown by the interactive figure only"
        }</text>`
      : "";
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily.replace(/"/g, "'")}" role="img">` +
    `<rect width="${width}" height="${height}" fill="${ink.paper}"/>${heading}${drawLegend(rows, margin.l, title ? 36 : 8)}` +
    `${body}${shapes}${notes}${empty}</svg>`
  );
}

function colorOf(trace: Trace, fallback: string): string {
  const marker = trace.marker?.color;
  return trace.line?.color ?? (typeof marker === "string" ? marker : fallback);
}

/** Pixels that a subplot's tick labels and axis title take on its left. */
function labelRoom({ y }: Subplot): number {
  if (y.layout.showticklabels === false) return 0;
  return Math.max(0, ...y.scale.ticks.map((t) => textWidth(t.label, tickFont))) + 10 + (y.title ? 20 : 0);
}

function drawSubplot(subplot: Subplot, painted: Painted[], layout: Layout): string {
  const { area } = subplot;
  const own = painted.filter(({ trace }) => subplot.traces.includes(trace));
  const bars = own.filter(({ trace }) => trace.type === "bar");
  const lines = own.filter(({ trace }) => trace.type !== "bar");
  const curves = lines.map(({ trace, color }, i) => drawScatter(subplot, trace, color, lines[i - 1]?.trace)).join("");
  // A nested <svg> clips without an id: several pictures on one page would share theirs.
  const [x, y, width, height] = [area.x, area.y - 2, area.width + 2, area.height + 2].map(round);
  const clip = `<svg x="${x}" y="${y}" width="${width}" height="${height}" viewBox="${x} ${y} ${width} ${height}">`;
  return `${drawAxes(subplot)}${clip}${drawBars(subplot, bars, layout)}${curves}</svg>`;
}

function drawAxes({ x, y, area }: Subplot): string {
  const parts: string[] = [];
  const bottom = area.y + area.height;
  for (const tick of y.scale.ticks) {
    const position = y.scale.position(tick.value);
    if (!(position >= -0.001 && position <= 1.001) || y.layout.visible === false) continue;
    const at = round(area.y + (1 - position) * area.height);
    if (y.layout.showgrid !== false && y.scale.type !== "category") {
      parts.push(`<path d="M${round(area.x)} ${at}H${round(area.x + area.width)}" stroke="${ink.grid}"/>`);
    }
    if (y.layout.showticklabels !== false) {
      parts.push(label(tick.label, area.x - 7, at + 4, "end"));
    }
  }
  let freeFrom = Number.NEGATIVE_INFINITY;
  const room = (area.width / Math.max(1, x.scale.ticks.length)) * 0.96;
  for (const tick of x.scale.ticks) {
    const position = x.scale.position(tick.value);
    if (!(position >= -0.001 && position <= 1.001) || x.layout.visible === false) continue;
    const at = round(area.x + position * area.width);
    if (x.layout.showgrid !== false && x.scale.type !== "category") {
      parts.push(`<path d="M${at} ${round(area.y)}V${round(bottom)}" stroke="${ink.grid}"/>`);
    }
    const text = x.scale.type === "category" ? fit(tick.label, tickFont, room) : tick.label;
    const half = textWidth(text, tickFont) / 2;
    if (x.layout.showticklabels !== false && at - half > freeFrom) {
      parts.push(label(text, at, bottom + 17, "middle"));
      freeFrom = at + half + 2;
    }
  }
  parts.push(
    `<path d="M${round(area.x)} ${round(area.y)}V${round(bottom)}H${round(area.x + area.width)}" fill="none" stroke="${ink.axis}"/>`,
  );
  if (x.title) parts.push(label(x.title, area.x + area.width / 2, bottom + 36, "middle", 12, ink.text));
  if (y.title) {
    const widest = Math.max(0, ...y.scale.ticks.map((t) => textWidth(t.label, tickFont)));
    const [tx, ty] = [round(Math.max(12, area.x - widest - 18)), round(area.y + area.height / 2)];
    parts.push(
      `<text transform="translate(${tx} ${ty}) rotate(-90)" text-anchor="middle" font-size="12" fill="${ink.text}">${escapeXml(y.title)}</text>`,
    );
  }
  return parts.join("");
}

function label(text: string, x: number, y: number, anchor: string, size = tickFont, color = ink.faint): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}" fill="${color}">${escapeXml(text)}</text>`;
}

function legendEntries(painted: Painted[], layout: Layout): Painted[] {
  const named = painted.filter(({ trace }) => trace.name && trace.showlegend !== false);
  const wanted = layout.showlegend ?? named.length > 1;
  return wanted ? named : [];
}

function legendRows(entries: Painted[], width: number): { entry: Painted; x: number }[][] {
  const rows: { entry: Painted; x: number }[][] = [];
  let x = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const size = 26 + textWidth(entry.trace.name ?? "", 12) + 16;
    if (x + size > width) {
      rows.push([]);
      x = 0;
    }
    rows[rows.length - 1].push({ entry, x });
    x += size;
  }
  return rows;
}

function drawLegend(rows: { entry: Painted; x: number }[][], left: number, top: number): string {
  return rows
    .flatMap((row, i) =>
      row.map(({ entry: { trace, color }, x }) => {
        const [at, y] = [round(left + x), top + i * 20 + 10];
        const key =
          trace.type === "bar"
            ? `<rect x="${at + 4}" y="${y - 6}" width="12" height="12" rx="1" fill="${color}"/>`
            : trace.mode === "markers"
              ? `<circle cx="${at + 10}" cy="${y}" r="4" fill="${color}"/>`
              : `<path d="M${at} ${y}h20" stroke="${color}" stroke-width="${trace.line?.width ?? 2}"${
                  trace.line?.dash && trace.line.dash !== "solid" ? ' stroke-dasharray="5 3"' : ""
                }/>`;
        return key + label(trace.name ?? "", at + 26, y + 4, "start", 12, ink.text);
      }),
    )
    .join("");
}

function place(
  ref: string | undefined,
  letter: "x" | "y",
  value: number,
  inner: Rectangle,
  subplots: Subplot[],
): number {
  if (ref === "paper") return letter === "x" ? inner.x + value * inner.width : inner.y + (1 - value) * inner.height;
  const [id, isDomain] = (ref ?? letter).split(" ");
  const subplot = subplots.find((s) => s[letter].id === id) ?? subplots[0];
  if (!subplot) return Number.NaN;
  const position = isDomain ? value : subplot[letter].scale.position(value);
  return letter === "x"
    ? subplot.area.x + position * subplot.area.width
    : subplot.area.y + (1 - position) * subplot.area.height;
}

function drawAnnotation(note: Annotation, inner: Rectangle, subplots: Subplot[]): string {
  const size = note.font?.size ?? 12;
  const x = place(note.xref, "x", note.x, inner, subplots);
  const y = place(note.yref, "y", note.y, inner, subplots);
  if (!Number.isFinite(x) || !Number.isFinite(y)) return "";
  const anchor = { left: "start", center: "middle", right: "end" }[note.xanchor ?? "center"];
  const lift = { bottom: -4, middle: size * 0.35, top: size }[note.yanchor ?? "middle"];
  return label(note.text, x, y + lift, anchor, size, note.font?.color ?? ink.text);
}

function drawShape(shape: Shape, inner: Rectangle, subplots: Subplot[]): string {
  const [x0, x1] = [shape.x0, shape.x1].map((v) => round(place(shape.xref, "x", v, inner, subplots)));
  const [y0, y1] = [shape.y0, shape.y1].map((v) => round(place(shape.yref, "y", v, inner, subplots)));
  if (![x0, x1, y0, y1].every(Number.isFinite)) return "";
  const stroke = `stroke="${shape.line?.color ?? ink.faint}" stroke-width="${shape.line?.width ?? 1}"`;
  const dash = shape.line?.dash && shape.line.dash !== "solid" ? ' stroke-dasharray="5 4"' : "";
  const opacity = ` opacity="${shape.opacity ?? 1}"`;
  if (shape.type === "line") return `<path d="M${x0} ${y0}L${x1} ${y1}" ${stroke}${dash}${opacity}/>`;
  return `<rect x="${Math.min(x0, x1)}" y="${Math.min(y0, y1)}" width="${Math.abs(x1 - x0)}" height="${Math.abs(y1 - y0)}" fill="${shape.fillcolor ?? "none"}" ${stroke}${opacity}/>`;
}
