/** Widths and heights of organs, by where the brightness passes half of its step; to fractions of a pixel. */
import { disc, thorax } from "./backgrounds.ts";
import type { Raster } from "./raster.ts";

function brightnessAt({ width, height, channels, data }: Raster, x: number, y: number): number {
  const column = Math.min(width - 1, Math.max(0, x));
  const row = Math.min(height - 1, Math.max(0, y));
  const place = (row * width + column) * channels;
  let sum = 0;
  for (let c = 0; c < channels; c++) sum += data[place + c];
  return sum / channels;
}

/** How far from the start so many values first fall below `level`, between two of them; `count` if they never do. */
function fallsBelow(count: number, valueAt: (i: number) => number, level: number): number {
  let before = 0;
  for (let i = 0; i < count; i++) {
    const value = valueAt(i);
    if (value < level) return i === 0 ? 0 : i - 1 + (before - level) / (before - value);
    before = value;
  }
  return count;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

export interface Ratio {
  /** Pixels: heart and thorax, cup and disc. */
  part: number;
  whole: number;
  ratio: number;
}

/** Cardiothoracic ratio of a frontal film: the heart's widest extents to both sides ÷ the lungs' outer edges. Danzer 1919. */
export function cardiothoracicRatio(raster: Raster): Ratio {
  const midline = raster.width / 2;
  const rows = Array.from({ length: 21 }, (_, i) => 160 + i);
  // three rows together, against grain
  const level = (x: number, y: number) =>
    (brightnessAt(raster, x, y - 1) + brightnessAt(raster, x, y) + brightnessAt(raster, x, y + 1)) / 3;
  const [heart, lung] = [
    mean(rows.map((y) => level(midline, y))),
    mean(rows.map((y) => level(thorax.left + 10, y - 40))),
  ];
  const half = (heart + lung) / 2;
  const extent = (side: number) => {
    const widths = rows.map((y) => fallsBelow(100, (i) => level(midline + side * i, y), half));
    return Math.max(...widths.filter((width) => width < 100));
  };
  // from outside in: the wall is bright, the lung dark
  const outer = (side: number) => {
    const start = side < 0 ? 4 : raster.width - 5;
    const edges = Array.from({ length: 61 }, (_, i) => 95 + i).map((y) => {
      const values = Array.from({ length: 60 }, (_, i) => level(start - side * i, y));
      const wall = Math.max(
        0,
        values.findIndex((value) => value > half),
      );
      return wall + fallsBelow(60 - wall, (i) => values[wall + i], half);
    });
    return start - side * Math.min(...edges);
  };
  const part = extent(1) + extent(-1);
  const whole = outer(1) - outer(-1);
  return { part, whole, ratio: part / whole };
}

/** Vertical cup-to-disc ratio of a fundus: the rim's outer and inner edge at a third and at five sixths from retina to cup. */
export function cupToDiscRatio(raster: Raster): Ratio {
  const columns = [-3, -2, -1, 0, 1, 2, 3].map((dx) => disc.x + dx);
  const level = (y: number) => mean(columns.map((x) => brightnessAt(raster, x, y)));
  const cup = mean([-2, -1, 0, 1, 2].map((dy) => level(disc.y + dy)));
  const retina = mean([-44, -42, -40, 40, 42, 44].map((dy) => level(disc.y + dy)));
  const heightAt = (share: number) => {
    const edge = retina + share * (cup - retina);
    const to = (side: number) => fallsBelow(40, (i) => level(disc.y + side * i), edge);
    return to(1) + to(-1);
  };
  const [part, whole] = [heightAt(5 / 6), heightAt(1 / 3)];
  return { part, whole, ratio: part / whole };
}
