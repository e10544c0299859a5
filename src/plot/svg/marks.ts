/** The traces of a subplot as SVG: lines, markers, filled bands, bars, error bars. */
import type { ErrorBars, Layout, Trace } from "../spec.ts";
import { ink } from "../style.ts";
import { barWidth, type Subplot } from "./axes.ts";
import { escapeXml, round } from "./text.ts";

export type Point = { x: number; y: number } | undefined;

/** Pixel positions of a subplot's values. */
function mapper({ x, y, area }: Subplot) {
  return {
    px: (value: number) => area.x + x.scale.position(value) * area.width,
    py: (value: number) => area.y + (1 - y.scale.position(value)) * area.height,
  };
}

export function drawScatter(subplot: Subplot, trace: Trace, color: string, previous: Trace | undefined): string {
  const points = pointsOf(subplot, trace);
  const mode = trace.mode ?? (points.length > 20 ? "lines" : "lines+markers");
  const opacity = trace.opacity === undefined ? "" : ` opacity="${trace.opacity}"`;
  const line = { color: trace.line?.color ?? color, width: trace.line?.width ?? 2 };
  const parts: string[] = [];
  if (trace.fill && trace.fill !== "none") {
    const fill = trace.fillcolor ?? line.color;
    const outline = fillOutline(subplot, trace, points, previous);
    if (outline.length > 2) {
      parts.push(`<path d="${path(outline)}Z" fill="${fill}"${trace.fillcolor ? "" : ' fill-opacity="0.3"'}/>`);
    }
  }
  if (mode.includes("lines") && line.width > 0) {
    const dash = dashArray(trace.line?.dash, line.width);
    const d = path(thin(trace.line?.shape === "hv" ? steps(points) : points, subplot.area.width));
    if (d)
      parts.push(
        `<path d="${d}" fill="none" stroke="${line.color}" stroke-width="${line.width}"${dash} stroke-linejoin="round"/>`,
      );
  }
  if (trace.error_y) parts.push(drawErrors(subplot, trace, trace.error_y, "y", trace.error_y.color ?? line.color));
  if (trace.error_x) parts.push(drawErrors(subplot, trace, trace.error_x, "x", trace.error_x.color ?? line.color));
  if (mode.includes("markers")) {
    const radius = (trace.marker?.size ?? 6) / 2;
    const fill = trace.marker?.color ?? color;
    points.forEach((point, i) => {
      if (!point) return;
      const own = Array.isArray(fill) ? fill[i] : fill;
      const faint = trace.marker?.opacity === undefined ? "" : ` fill-opacity="${trace.marker.opacity}"`;
      parts.push(`<circle cx="${round(point.x)}" cy="${round(point.y)}" r="${radius}" fill="${own}"${faint}/>`);
    });
  }
  return `<g${opacity}>${parts.join("")}</g>`;
}

function pointsOf(subplot: Subplot, trace: Trace): Point[] {
  const { px, py } = mapper(subplot);
  const length = trace.y?.length ?? trace.x?.length ?? 0;
  return Array.from({ length }, (_, i) => {
    const x = px(trace.x ? subplot.x.number(trace.x[i]) : i);
    const y = py(trace.y ? subplot.y.number(trace.y[i]) : i);
    return Number.isFinite(x) && Number.isFinite(y) ? { x, y } : undefined;
  });
}

function fillOutline(subplot: Subplot, trace: Trace, points: Point[], previous: Trace | undefined): Point[] {
  const own = points.filter((p) => p !== undefined);
  if (trace.fill === "toself") return own;
  if (trace.fill === "tonexty" && previous) {
    const back = pointsOf(subplot, previous).filter((p) => p !== undefined);
    return [...own, ...back.reverse()];
  }
  const { area, y } = subplot;
  const zero = Math.min(area.y + area.height, area.y + (1 - y.scale.position(0)) * area.height);
  const base = Number.isFinite(zero) ? zero : area.y + area.height;
  return own.length > 0 ? [...own, { x: own[own.length - 1]!.x, y: base }, { x: own[0]!.x, y: base }] : [];
}

function path(points: Point[]): string {
  let pen = "M";
  let d = "";
  for (const point of points) {
    if (point) d += `${pen}${round(point.x)} ${round(point.y)}`;
    pen = point ? "L" : "M";
  }
  return d;
}

function steps(points: Point[]): Point[] {
  return points.flatMap((point, i) => {
    const before = points[i - 1];
    return point && before ? [{ x: point.x, y: before.y }, point] : [point];
  });
}

/** Of many points in one pixel column the first, lowest, highest and last: the picture is the same, the file small. */
export function thin(points: Point[], pixels: number): Point[] {
  if (points.length <= pixels * 4) return points;
  const kept: Point[] = [];
  for (let i = 0; i < points.length; ) {
    const first = points[i];
    if (!first) {
      kept.push(points[i++]);
      continue;
    }
    const column = Math.floor(first.x);
    let [low, high, end] = [i, i, i];
    while (end + 1 < points.length && points[end + 1] && Math.floor(points[end + 1]!.x) === column) {
      end++;
      if (points[end]!.y < points[low]!.y) low = end;
      if (points[end]!.y > points[high]!.y) high = end;
    }
    for (const at of [...new Set([i, low, high, end])].sort((a, b) => a - b)) kept.push(points[at]);
    i = end + 1;
  }
  return kept;
}

function dashArray(dash: string | undefined, width: number): string {
  const pattern = { dot: [1, 2], dash: [4, 3], longdash: [8, 4], dashdot: [4, 2, 1, 2] }[dash ?? "solid"];
  return pattern ? ` stroke-dasharray="${pattern.map((n) => n * Math.max(1, width)).join(" ")}"` : "";
}

/** All bar traces of one subplot: they share their places. */
export function drawBars(subplot: Subplot, bars: { trace: Trace; color: string }[], layout: Layout): string {
  const { px, py } = mapper(subplot);
  const overlay = layout.barmode === "overlay" || layout.barmode === "stack" || layout.barmode === "relative";
  const stacked = layout.barmode === "stack" || layout.barmode === "relative";
  const tops = new Map<string, number>();
  const parts: string[] = [];
  bars.forEach(({ trace, color }, slot) => {
    const horizontal = trace.orientation === "h";
    const [places, sizes] = horizontal
      ? [(trace.y ?? []).map(subplot.y.number), (trace.x ?? []).map(subplot.x.number)]
      : [(trace.x ?? []).map(subplot.x.number), (trace.y ?? []).map(subplot.y.number)];
    const full = barWidth(trace, places) * (trace.width === undefined ? 1 - (layout.bargap ?? 0.2) : 1);
    const own = trace.marker?.color;
    const width = overlay ? full : full / bars.length;
    const offset = overlay ? -full / 2 : -full / 2 + slot * width;
    places.forEach((place, i) => {
      const size = sizes[i];
      if (!Number.isFinite(place) || !Number.isFinite(size)) return;
      const stackKey = `${place}:${size < 0}`;
      const base = stacked ? (tops.get(stackKey) ?? 0) : 0;
      tops.set(stackKey, base + size);
      const fill = Array.isArray(own) ? own[i] : (own ?? color);
      const along = [place + offset, place + offset + width];
      // A log axis has no zero: its bars stand on the bottom of the picture.
      const foot = (map: (v: number) => number, bottom: number) => (Number.isFinite(map(base)) ? map(base) : bottom);
      const [x0, x1, y0, y1] = horizontal
        ? [foot(px, subplot.area.x), px(base + size), py(along[0]), py(along[1])]
        : [px(along[0]), px(along[1]), foot(py, subplot.area.y + subplot.area.height), py(base + size)];
      const faint =
        (trace.marker?.opacity ?? trace.opacity) === undefined
          ? ""
          : ` fill-opacity="${trace.marker?.opacity ?? trace.opacity}"`;
      parts.push(
        `<rect x="${round(Math.min(x0, x1))}" y="${round(Math.min(y0, y1))}" width="${round(Math.abs(x1 - x0))}" height="${round(Math.abs(y1 - y0))}" fill="${fill}"${faint}/>`,
      );
      const label = Array.isArray(trace.text) ? trace.text[i] : trace.text;
      if (label) {
        const errors = horizontal ? trace.error_x : trace.error_y;
        const sign = base + size < 0 ? -1 : 1;
        const reach = (horizontal ? px : py)(base + size + sign * (errors?.array[i] ?? 0));
        const [tx, ty, anchor] = horizontal
          ? [reach + sign * 5, (y0 + y1) / 2 + 4, sign > 0 ? "start" : "end"]
          : [(x0 + x1) / 2, reach + (sign > 0 ? -5 : 14), "middle"];
        parts.push(
          `<text x="${round(tx)}" y="${round(ty)}" text-anchor="${anchor}" font-size="11" fill="${ink.text}">${escapeXml(label)}</text>`,
        );
      }
    });
    const errors = horizontal ? trace.error_x : trace.error_y;
    if (errors) {
      const shifted = places.map((place) => place + offset + width / 2);
      parts.push(drawErrorLines(sizes, shifted, errors, px, py, horizontal, errors.color ?? ink.text));
    }
  });
  return parts.join("");
}

function drawErrors(subplot: Subplot, trace: Trace, errors: ErrorBars, along: "x" | "y", color: string): string {
  const { px, py } = mapper(subplot);
  const xs = (trace.x ?? []).map(subplot.x.number);
  const ys = (trace.y ?? []).map(subplot.y.number);
  return along === "y"
    ? drawErrorLines(ys, xs, errors, px, py, false, color)
    : drawErrorLines(xs, ys, errors, px, py, true, color);
}

function drawErrorLines(
  values: number[],
  places: number[],
  errors: ErrorBars,
  px: (v: number) => number,
  py: (v: number) => number,
  horizontal: boolean,
  color: string,
): string {
  const cap = errors.width ?? 4;
  let d = "";
  values.forEach((value, i) => {
    const [low, high] = [value - ((errors.arrayminus ?? errors.array)[i] ?? 0), value + (errors.array[i] ?? 0)];
    const place = places[i];
    if (![low, high, place].every(Number.isFinite)) return;
    const at = round(horizontal ? py(place) : px(place));
    const [a, b] = horizontal ? [round(px(low)), round(px(high))] : [round(py(low)), round(py(high))];
    d += horizontal
      ? `M${a} ${at}L${b} ${at}M${a} ${at - cap}L${a} ${at + cap}M${b} ${at - cap}L${b} ${at + cap}`
      : `M${at} ${a}L${at} ${b}M${at - cap} ${a}L${at + cap} ${a}M${at - cap} ${b}L${at + cap} ${b}`;
  });
  return `<path d="${d}" fill="none" stroke="${color}" stroke-width="${errors.thickness ?? 1.5}"/>`;
}
