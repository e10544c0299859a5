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

const atlas = new Map<string, Float32Array>();

function healthy(modality: Modality, body: number): Float32Array {
  const key = `${modality} ${body}`;
  const known = atlas.get(key);
  if (known) return known;
  const { planes } = normalBody(modality, body);
  const made = planes[0].slice();
  if (planes.length === 3) for (let i = 0; i < made.length; i++) made[i] = (made[i] + planes[1][i] + planes[2][i]) / 3;
  atlas.set(key, made);
  return made;
}

/** Places where a picture differs from the healthy body of the atlas that is most like it, the largest first. */
export function standOuts(raster: Raster, modality: Modality): StandOut[] {
  const levels = brightnessOf(raster, "now");
  let [nearest, least] = [healthy(modality, 0), Number.POSITIVE_INFINITY];
  for (let body = 0; body < bodies; body++) {
    const known = healthy(modality, body);
    let distance = 0;
    for (let i = 0; i < levels.length && distance < least; i += 7)
      distance += Math.min(20, Math.abs(levels[i] - known[i]));
    if (distance < least) [nearest, least] = [known, distance];
  }
  return patches(levels, nearest, raster.width, leastArea[modality] ?? 24);
}

/** Places where two pictures of the same body differ, the largest first; the difference is now less earlier. */
export function changes(now: Raster, earlier: Raster, modality: Modality): StandOut[] {
  return patches(brightnessOf(now, "now"), brightnessOf(earlier, "earlier"), now.width, leastArea[modality] ?? 24);
}

function patches(levels: Float32Array, known: Float32Array, width: number, atLeast: number): StandOut[] {
  const [count, height] = [levels.length, levels.length / width];
  const { values, rows } = differences(levels, known);
  const inRow = (at: number) =>
    at === 0 || at === count - 1 ? values[at] : Math.fround((values[at - 1] + values[at] + values[at + 1]) / 3);
  // mean of three by three pixels; at the picture's upper and lower edge of three
  const off = (at: number) => {
    if (at < width || at >= count - width) return inRow(at);
    return Math.fround((inRow(at - width) + inRow(at) + inRow(at + width)) / 3);
  };
  const taken = new Uint8Array(count);
  const waiting: number[] = [];
  const take = (at: number, sign: number) => {
    if (taken[at] || sign * off(at) < leastContrast) return;
    taken[at] = 1;
    waiting.push(at);
  };
  const found: StandOut[] = [];
  for (let i = 0; i < count; i++) {
    const sum9 = i < width || i >= count - width ? 3 * rows[i] : rows[i - width] + rows[i] + rows[i + width];
    if (sum9 < surelyLess && sum9 > -surelyLess) continue; // most pixels need no mean
    take(i, Math.sign(sum9));
    if (waiting.length === 0) continue;
    const sign = Math.sign(sum9);
    let [area, sum, left, right, top, bottom] = [0, 0, width, 0, height, 0];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const y = Math.floor(at / width);
      const x = at - y * width;
      area++;
      sum += off(at);
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      if (x > 0) take(at - 1, sign);
      if (x < width - 1) take(at + 1, sign);
      if (y > 0) take(at - width, sign);
      if (y < height - 1) take(at + width, sign);
    }
    if (area < atLeast) continue;
    const box: Box = [left - margin, top - margin, right - left + 1 + 2 * margin, bottom - top + 1 + 2 * margin];
    found.push({ box, area, difference: sum / area });
  }
  return found.sort((a, b) => b.area - a.area);
}

/** Nine pixels whose sum is below it have a mean below the least contrast, however both are rounded. */
const surelyLess = 9 * leastContrast - 0.01;

/** Levels less the known ones, and of each pixel the sum with its neighbours in the row, nearly. */
function differences(levels: Float32Array, known: Float32Array): { values: Float32Array; rows: Float32Array } {
  const [values, rows] = [scratch("differences", levels.length), scratch("rows", levels.length)];
  for (let i = 0; i < values.length; i++) values[i] = levels[i] - known[i];
  const last = values.length - 1;
  for (let i = 1; i < last; i++) rows[i] = values[i - 1] + values[i] + values[i + 1];
  [rows[0], rows[last]] = [3 * values[0], 3 * values[last]];
  return { values, rows };
}
