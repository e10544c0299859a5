/** Reading an electrocardiogram from the pixels of its paper. */
import { pixelsPerMm } from "./backgrounds.ts";
import { type Lead, stripOf } from "./ecg.ts";
import { type Box, byteOf, type Exposure, frameOf, mostAdded, type Raster } from "./raster.ts";

/** Darkness from which on ink is told from the grid, in grey levels of 255. */
const [paperDark, ink] = [60, 150];

interface Column {
  /** Middle of the ink, pixels from the top. */
  centre: number;
  /** Height of the ink, pixels. */
  extent: number;
}

/** Outside of these boxes, which do not overlap, is white paper, of which no grain makes ink. */
function inked(exposure: Exposure): readonly Box[] {
  const { canvas, on } = exposure;
  return on && mostAdded(exposure) < paperDark - 1 ? canvas.touched : [frameOf(canvas)];
}

function columnsOf(raster: Raster, lead: Lead | "rhythm"): Column[] {
  const { left, width: wide, top, height } = stripOf(lead);
  const [sums, moments] = [new Float64Array(wide - 1), new Float64Array(wide - 1)];
  const exposure = raster.exposure();
  for (const [x, y, across, down] of inked(exposure)) {
    const [from, to] = [Math.max(x, left), Math.min(x + across, left + wide - 1)];
    if (from >= to) continue;
    for (let row = Math.max(y, top); row < Math.min(y + down, top + height); row++) {
      for (let column = from, at = row * raster.width + from; column < to; column++, at++) {
        const dark = 255 - byteOf(exposure, at, 0);
        if (dark <= paperDark) continue;
        const share = Math.min(1, (dark - paperDark) / (ink - paperDark));
        sums[column - left] += share;
        moments[column - left] += share * row;
      }
    }
  }
  let last = top + height / 2;
  return Array.from(sums, (extent, i) => {
    if (extent > 0) last = moments[i] / extent;
    return { centre: last, extent };
  });
}

/** First and last column of every QRS: steep strokes leave tall columns. P and T rise by less in a column, even together. */
function complexes(columns: readonly Column[]): [number, number][] {
  const steep = Math.max(5, 0.4 * Math.max(...columns.map(({ extent }) => extent)));
  const found: [number, number][] = [];
  columns.forEach(({ extent }, i) => {
    if (extent < steep) return;
    const last = found.at(-1);
    if (last && i - last[1] <= 4) last[1] = i;
    else found.push([i, i]);
  });
  return found;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

export interface Rhythm {
  beats: number;
  /** Millimetres between beats, each. */
  intervals: number[];
  /** Beats a minute: 1500 ÷ the mean interval in mm. */
  rate: number;
  /** Standard deviation of the intervals ÷ their mean. */
  variation: number;
}

/** From the long strip; undefined with fewer than three beats. */
export function readRhythm(raster: Raster): Rhythm | undefined {
  const at = complexes(columnsOf(raster, "rhythm")).map(([from, to]) => (from + to) / 2);
  const intervals = at.slice(1).map((x, i) => (x - at[i]) / pixelsPerMm);
  if (intervals.length < 2) return undefined;
  const mean = intervals.reduce((sum, value) => sum + value, 0) / intervals.length;
  const variance = intervals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / intervals.length;
  return { beats: at.length, intervals, rate: 1500 / mean, variation: Math.sqrt(variance) / mean };
}

/** Shift of the ST segment in mm against the segment before QRS, 0.06 to 0.1 s after its end; undefined without a whole beat. */
export function readSt(raster: Raster, lead: Lead): number | undefined {
  const columns = columnsOf(raster, lead);
  const mean = (from: number, to: number) => {
    const values = columns.slice(from, to + 1).map(({ centre }) => centre);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const shifts = complexes(columns)
    .filter(([from, to]) => from >= 6 && to + 6 < columns.length)
    .map(([from, to]) => (mean(from - 4, from - 2) - mean(to + 3, to + 5)) / pixelsPerMm);
  return shifts.length === 0 ? undefined : median(shifts);
}
