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
  const made = planes[0].map((_, i) => planes.reduce((sum, plane) => sum + plane[i], 0) / planes.length);
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
    for (let i = 0; i < levels.length; i += 7) distance += Math.min(20, Math.abs(levels[i] - known[i]));
    if (distance < least) [nearest, least] = [known, distance];
  }
  return patches(levels, nearest, raster.width, leastArea[modality] ?? 24);
}

/** Places where two pictures of the same body differ, the largest first; the difference is now less earlier. */
export function changes(now: Raster, earlier: Raster, modality: Modality): StandOut[] {
  return patches(brightnessOf(now, "now"), brightnessOf(earlier, "earlier"), now.width, leastArea[modality] ?? 24);
}

function patches(levels: Float32Array, known: Float32Array, width: number, atLeast: number): StandOut[] {
  const height = levels.length / width;
  const off = differences(levels, known, width);
  const taken = new Uint8Array(off.length);
  const found: StandOut[] = [];
  for (let i = 0; i < off.length; i++) {
    if (taken[i] || Math.abs(off[i]) < leastContrast) continue;
    const sign = Math.sign(off[i]);
    const waiting = [i];
    taken[i] = 1;
    let [area, sum, left, right, top, bottom] = [0, 0, width, 0, height, 0];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      area++;
      sum += off[at];
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
      const near = [x > 0 ? at - 1 : at, x < width - 1 ? at + 1 : at, y > 0 ? at - width : at, y < height - 1 ? at + width : at]; // biome-ignore format: four
      for (const next of near) {
        if (taken[next] || sign * off[next] < leastContrast) continue;
        taken[next] = 1;
        waiting.push(next);
      }
    }
    if (area < atLeast) continue;
    const box: Box = [left - margin, top - margin, right - left + 1 + 2 * margin, bottom - top + 1 + 2 * margin];
    found.push({ box, area, difference: sum / area });
  }
  return found.sort((a, b) => b.area - a.area);
}

/** Mean of three by three pixels; the picture's edge stays as it is. */
function differences(levels: Float32Array, known: Float32Array, width: number): Float32Array {
  const values = scratch("differences", levels.length);
  for (let i = 0; i < values.length; i++) values[i] = levels[i] - known[i];
  const rows = scratch("rows", levels.length);
  rows.set(values);
  for (let i = 1; i < values.length - 1; i++) rows[i] = (values[i - 1] + values[i] + values[i + 1]) / 3;
  values.set(rows);
  for (let i = width; i < values.length - width; i++) values[i] = (rows[i - width] + rows[i] + rows[i + width]) / 3;
  return values;
}
