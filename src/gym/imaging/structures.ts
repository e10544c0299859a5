/** Widths and heights of organs, by where the brightness passes half of its step; to fractions of a pixel. */
import { disc, thorax } from "./backgrounds.ts";
import type { Raster } from "./raster.ts";

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
  const { width } = raster;
  const midline = width / 2;
  const rows = Array.from({ length: 21 }, (_, i) => 160 + i);
  const data = raster.rows(94, 182);
  // three rows together, against grain
  const level = (x: number, y: number) => {
    const at = y * width + x;
    return (data[at - width] + data[at] + data[at + width]) / 3;
  };
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
    const start = side < 0 ? 4 : width - 5;
    let nearest = Number.POSITIVE_INFINITY;
    for (let y = 95; y <= 155; y++) {
      let wall = 0;
      while (wall < 60 && level(start - side * wall, y) <= half) wall++;
      if (wall === 60) wall = 0; // no wall: from the start
      const from = start - side * wall;
      nearest = Math.min(nearest, wall + fallsBelow(60 - wall, (i) => level(from - side * i, y), half));
    }
    return start - side * nearest;
  };
  const part = extent(1) + extent(-1);
  const whole = outer(1) - outer(-1);
  return { part, whole, ratio: part / whole };
}

/** Vertical cup-to-disc ratio of a fundus: the rim's outer and inner edge at a third and at five sixths from retina to cup. */
export function cupToDiscRatio(raster: Raster): Ratio {
  const columns = [-3, -2, -1, 0, 1, 2, 3].map((dx) => disc.x + dx);
  const data = raster.rows(disc.y - 44, disc.y + 45);
  const brightness = (x: number, y: number) => {
    const at = 3 * (y * raster.width + x);
    return (data[at] + data[at + 1] + data[at + 2]) / 3;
  };
  const level = (y: number) => mean(columns.map((x) => brightness(x, y)));
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
