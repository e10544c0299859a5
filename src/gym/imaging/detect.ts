/** What differs between pictures: from the picture of a healthy body, or from an earlier picture. */
import type { Modality } from "./findings.ts";
import { leastContrast } from "./measure.ts";
import { normalBody } from "./picture.ts";
import { type Box, brightnessOf, type Raster, scratch } from "./raster.ts";

/** Pixels that hang together and are all brighter, or all darker, than what they are held against. */
export interface StandOut {
  /** With a margin. */
  box: Box;
  /** Pixels. */
  area: number;
  /** Mean, in grey levels of brightness. */
  difference: number;
}

/** Healthy bodies in the atlas, per modality. */
const bodies = 4;
/** Smaller ones are vessels, hairs, single nuclei and grain. */
const leastArea: Readonly<Partial<Record<Modality, number>>> = { histology: 400 };
const margin = 7;

/** A healthy body: its brightness, and every seventh pixel of it, by which the nearest is found. */
interface Page {
  levels: Float32Array;
  sample: Float32Array;
}
const sampleEvery = 7;
const atlas = new Map<string, Page>();

function sampled(levels: Float32Array, name?: string): Float32Array {
  const length = Math.ceil(levels.length / sampleEvery);
  const sample = name ? scratch(name, length) : new Float32Array(length);
  for (let i = 0; i < length; i++) sample[i] = levels[i * sampleEvery];
  return sample;
}

function healthy(modality: Modality, body: number): Page {
  const key = `${modality} ${body}`;
  const known = atlas.get(key);
  if (known) return known;
  const { planes } = normalBody(modality, body);
  const levels = planes[0].slice();
  if (planes.length === 3)
    for (let i = 0; i < levels.length; i++) levels[i] = (levels[i] + planes[1][i] + planes[2][i]) / 3;
  const made = { levels, sample: sampled(levels) };
  atlas.set(key, made);
  return made;
}

/** Places where a picture differs from the healthy body of the atlas that is most like it, the largest first. */
export function standOuts(raster: Raster, modality: Modality): StandOut[] {
  const levels = brightnessOf(raster, "now");
  const here = sampled(levels, "sample");
  let [nearest, least] = [levels, Number.POSITIVE_INFINITY];
  for (let body = 0; body < bodies; body++) {
    const { levels: known, sample } = healthy(modality, body);
    let distance = 0;
    for (let i = 0; i < sample.length && distance < least; i++) distance += Math.min(20, Math.abs(here[i] - sample[i]));
    if (distance < least) {
      nearest = known;
      least = distance;
    }
  }
  return patches(levels, nearest, raster.width, leastArea[modality] ?? 24);
}

/** Places where two pictures of the same body differ, the largest first; the difference is now less earlier. */
export function changes(now: Raster, earlier: Raster, modality: Modality): StandOut[] {
  return patches(brightnessOf(now, "now"), brightnessOf(earlier, "earlier"), now.width, leastArea[modality] ?? 24);
}

function patches(levels: Float32Array, known: Float32Array, width: number, atLeast: number): StandOut[] {
  const height = levels.length / width;
  const { means, places } = differences(levels, known, width);
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
function differences(
  levels: Float32Array,
  known: Float32Array,
  width: number,
): { means: Float32Array; places: number[] } {
  const places: number[] = [];
  const [values, rows] = [scratch("differences", levels.length), scratch("rows", levels.length)];
  const means = scratch("means", levels.length).fill(0);
  const last = levels.length - 1;
  for (let i = 0; i <= last; i++) values[i] = levels[i] - known[i];
  for (let i = 1; i < last; i++) rows[i] = values[i - 1] + values[i] + values[i + 1];
  const keep = (at: number, mean: number) => {
    means[at] = mean;
    places.push(at);
  };
  for (let i = 0; i < width; i++) keep(i, inRow(values, i));
  for (let i = width; i <= last - width; i++) {
    const sum = rows[i - width] + rows[i] + rows[i + width];
    if (sum < surelyLess && sum > -surelyLess) continue;
    keep(i, (inRow(values, i - width) + inRow(values, i) + inRow(values, i + width)) / 3);
  }
  for (let i = last - width + 1; i <= last; i++) keep(i, inRow(values, i));
  return { means, places };
}

/** Mean of a pixel and its neighbours in the row, as the array of single precision keeps it. */
function inRow(values: Float32Array, at: number): number {
  if (at === 0 || at === values.length - 1) return values[at];
  return Math.fround((values[at - 1] + values[at] + values[at + 1]) / 3);
}
