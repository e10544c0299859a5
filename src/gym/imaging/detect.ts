/** What differs between pictures: from the picture of a healthy body, or from an earlier picture. */
import { bodies } from "./backgrounds.ts";
import type { Modality } from "./findings.ts";
import { leastContrast } from "./measure.ts";
import { normalBody } from "./picture.ts";
import { type Box, brightnessOf, type Canvas, type Exposure, type Raster, readBrightness, sampleOf, scaleOf, scratch } from "./raster.ts"; // biome-ignore format: a list

/** Pixels that hang together and are all brighter, or all darker, than what they are held against. */
export interface StandOut {
  /** With a margin. */
  box: Box;
  /** Pixels. */
  area: number;
  /** Mean, in grey levels of brightness. */
  difference: number;
}

/** Smaller ones are vessels, hairs, single nuclei and grain. */
const leastArea: Readonly<Partial<Record<Modality, number>>> = { histology: 400 };
const margin = 7;

/** A healthy body: its brightness, and every seventh pixel of it, by which the nearest is found. */
interface Page {
  body: Canvas;
  levels: Float32Array;
  sample: Float32Array;
}
const sampleEvery = 7;
const atlas = new Map<string, Page>();

function healthy(modality: Modality, index: number): Page {
  const key = `${modality} ${index}`;
  const known = atlas.get(key);
  if (known) return known;
  const body = normalBody(modality, index);
  const levels = body.planes[0].slice();
  if (body.planes.length === 3)
    for (let i = 0; i < levels.length; i++) levels[i] = (levels[i] + body.planes[1][i] + body.planes[2][i]) / 3;
  const made = { body, levels, sample: levels.filter((_, i) => i % sampleEvery === 0) };
  atlas.set(key, made);
  return made;
}

/** The healthy body of the atlas that a picture is most like. */
function nearest(modality: Modality, here: Float32Array): Page {
  let [found, least] = [healthy(modality, 0), Number.POSITIVE_INFINITY];
  for (let body = 0; body < bodies; body++) {
    const page = healthy(modality, body);
    const { sample } = page;
    let distance = 0;
    for (let i = 0; i < here.length && distance < least; ) {
      for (const end = Math.min(here.length, i + 64); i < end; i++) {
        const off = Math.abs(here[i] - sample[i]);
        distance += Math.min(20, off);
      }
    }
    if (distance < least) {
      found = page;
      least = distance;
    }
  }
  return found;
}

/**
 * Standard deviation of grain that stands out nowhere. In the whole period of its generator, all 2³² − 1 words, no three by three pixels
 * of a picture 256 wide have a mean of more than 2.04 standard deviations, and no three of a row, as at the edge, more than 2.9: with
 * rounding, single pixels of the edge at most reach the least contrast.
 */
const quietGrain = scaleOf(4);

/** Places where a picture differs from the healthy body of the atlas that is most like it, the largest first. */
export function standOuts(raster: Raster, modality: Modality): StandOut[] {
  const { width, height } = raster;
  const exposure = raster.exposure();
  const { body, levels: known } = nearest(modality, sampleOf(exposure, sampleEvery, "sample"));
  const { canvas, on, scale } = exposure;
  const least = leastArea[modality] ?? 24;
  const all = canvas.touched.some(([, , wide, high]) => wide * high > (width * height) / 2);
  if (on !== body || scale > quietGrain || all)
    return patches(differences(brightnessOf(raster, "now"), known, width), width, height, least);
  // where nothing was painted there is grain alone
  return patches(differencesIn(canvas.touched, exposure, known), width, height, least);
}

/** Places where two pictures of the same body differ, the largest first; the difference is now less earlier. */
export function changes(now: Raster, earlier: Raster, modality: Modality): StandOut[] {
  const { width, height } = now;
  const found = differences(brightnessOf(now, "now"), brightnessOf(earlier, "earlier"), width);
  return patches(found, width, height, leastArea[modality] ?? 24);
}

function patches({ means, places }: Differences, width: number, height: number, atLeast: number): StandOut[] {
  const taken = new Uint8Array(means.length);
  const waiting: number[] = [];
  const found: StandOut[] = [];
  let sign = 1;
  const take = (at: number) => {
    if (taken[at] || sign * means[at] < leastContrast) return;
    taken[at] = 1;
    waiting.push(at);
  };
  for (const i of places) {
    if (taken[i] || Math.abs(means[i]) < leastContrast) continue;
    sign = Math.sign(means[i]);
    let [area, sum, left, right, top, bottom] = [0, 0, width, 0, height, 0];
    take(i);
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const y = Math.floor(at / width);
      const x = at - y * width;
      area++;
      sum += means[at];
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      if (x > 0) take(at - 1);
      if (x < width - 1) take(at + 1);
      if (y > 0) take(at - width);
      if (y < height - 1) take(at + width);
    }
    if (area < atLeast) continue;
    const box: Box = [left - margin, top - margin, right - left + 1 + 2 * margin, bottom - top + 1 + 2 * margin];
    found.push({ box, area, difference: sum / area });
  }
  return found.sort((a, b) => b.area - a.area);
}

/** Nine pixels whose sum is below it have a mean below the least contrast, however both are rounded. */
const surelyLess = 9 * leastContrast - 0.01;

/**
 * Levels less the known ones: mean of three by three pixels, at the picture's upper and lower edge of three in the row. 0 where it is
 * surely below the least contrast, since most pixels need no mean; `places`: where it may not be, in order.
 */
interface Differences {
  means: Float32Array;
  places: ArrayLike<number> & Iterable<number>;
}

function differences(levels: Float32Array, known: Float32Array, width: number): Differences {
  const places: number[] = [];
  const [values, rows] = [scratch("differences", levels.length), scratch("rows", levels.length)];
  const means = scratch("means", levels.length).fill(0);
  const last = levels.length - 1;
  // a row at a time: the next needs what was just written
  for (let start = 0; start <= last; start += width) {
    for (let i = start; i < start + width; i++) values[i] = levels[i] - known[i];
    for (let i = Math.max(1, start - 1); i < start + width - 1; i++)
      rows[i] = values[i - 1] + values[i] + values[i + 1];
  }
  for (let i = 0; i <= last; i++) {
    if (i >= width && i <= last - width) {
      const sum = rows[i - width] + rows[i] + rows[i + width];
      if (sum < surelyLess && sum > -surelyLess) continue;
    }
    means[i] = meanAround(values, i, width);
    places.push(i);
  }
  return { means, places };
}

/** The same where what was painted in these boxes has a part in the mean. */
function differencesIn(boxes: readonly Box[], exposure: Exposure, known: Float32Array): Differences {
  const width = exposure.canvas.size;
  const values = scratch("differences", known.length);
  const means = scratch("means", known.length).fill(0);
  const places: number[] = [];
  for (const [from, to] of stretches(boxes, 2, width)) {
    readBrightness(exposure, from, to, values);
    for (let i = from; i < to; i++) values[i] -= known[i];
  }
  const inner = known.length - width;
  for (const [from, to] of stretches(boxes, 1, width)) {
    for (let i = from; i < to; i++) {
      if (i >= width && i < inner) {
        const above = values[i - width - 1] + values[i - width] + values[i - width + 1];
        const below = values[i + width - 1] + values[i + width] + values[i + width + 1];
        const sum = above + values[i - 1] + values[i] + values[i + 1] + below;
        if (sum < surelyLess && sum > -surelyLess) continue;
      }
      means[i] = meanAround(values, i, width);
      places.push(i);
    }
  }
  return { means, places: Int32Array.from(places).sort() };
}

/** The rows of all boxes with a margin, as places in a picture of this width; beyond its edge comes the next row. */
function stretches(boxes: readonly Box[], margin: number, width: number): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (const [left, top, wide, high] of boxes) {
    for (let y = Math.max(0, top - margin); y < Math.min(width, top + high + margin); y++) {
      const from = y * width + left - margin;
      found.push([Math.max(0, from), Math.min(width * width, from + wide + 2 * margin)]);
    }
  }
  return found;
}

function meanAround(values: Float32Array, at: number, width: number): number {
  if (at < width || at >= values.length - width) return inRow(values, at);
  return (inRow(values, at - width) + inRow(values, at) + inRow(values, at + width)) / 3;
}

/** Mean of a pixel and its neighbours in the row, as the array of single precision keeps it. */
function inRow(values: Float32Array, at: number): number {
  if (at === 0 || at === values.length - 1) return values[at];
  return Math.fround((values[at - 1] + values[at] + values[at + 1]) / 3);
}
