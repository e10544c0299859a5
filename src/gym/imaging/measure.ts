/** What is read from the pixels, and from nothing else. */
import { type Box, brightnessOf, type Raster } from "./raster.ts";

export interface RegionStatistics {
  /** Mean grey level of the region's middle, and of its rim; one for each channel. */
  inside: number[];
  around: number[];
}

export interface Measurement {
  /** Axes of the ellipse with the same second moments, in pixels. */
  long: number;
  short: number;
  /** Pixels that are covered. */
  area: number;
  /** Centre, in pixels of the picture. */
  x: number;
  y: number;
  /** Grey levels of brightness against the surroundings. */
  contrast: number;
  /** The same, one for each channel. */
  difference: number[];
  /** Mean grey level inside. */
  level: number;
  /** Width of the border: pixels from a quarter to three quarters of the contrast ÷ half the circumference. */
  edge: number;
  /** Standard deviation of red − blue inside; 0 in grey pictures. */
  colourSpread: number;
  /** Mean difference of red − blue between a pixel and its mirror image, across the axis where it is larger. */
  asymmetry: number;
}

/** The part of a box that lies in the picture. */
export function clip({ width, height }: Raster, [left, top, w, h]: Box): Box {
  const [x, y] = [Math.min(width - 1, Math.max(0, left)), Math.min(height - 1, Math.max(0, top))];
  return [x, y, Math.max(1, Math.min(width, left + w) - x), Math.max(1, Math.min(height, top + h) - y)];
}

/** The outermost ring of a box, two pixels wide. */
function onRim(x: number, y: number, w: number, h: number): boolean {
  return x < 2 || y < 2 || x >= w - 2 || y >= h - 2;
}

export function regionStatistics(raster: Raster, box: Box): RegionStatistics {
  const [left, top, w, h] = clip(raster, box);
  const { channels, width } = raster;
  const data = raster.rows(top, top + h);
  const [inside, around] = [new Array<number>(channels).fill(0), new Array<number>(channels).fill(0)];
  let [inner, outer] = [0, 0];
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const rim = onRim(x, y, w, h);
      const central = Math.abs(x - (w - 1) / 2) <= w / 6 && Math.abs(y - (h - 1) / 2) <= h / 6;
      if (!rim && !central) continue;
      const place = ((top + y) * width + left + x) * channels;
      for (let c = 0; c < channels; c++) (rim ? around : inside)[c] += data[place + c];
      if (rim) outer++;
      else inner++;
    }
  }
  return { inside: inside.map((sum) => sum / inner), around: around.map((sum) => sum / outer) };
}

/** Fewer grey levels against the surroundings are noise. */
export const leastContrast = 12;

/** What is read of a box: every pixel's sum over the channels, of which a table has the brightness. */
interface Field {
  sums: Uint16Array;
  brightness: Float32Array;
  w: number;
  h: number;
}

/** Brightness by the sum of the channels: their mean. */
const brightnesses = { 1: meansOf(1), 3: meansOf(3) } as const;

function meansOf(channels: number): Float32Array {
  return Float32Array.from({ length: 255 * channels + 1 }, (_, sum) => sum / channels);
}

function fieldOf(raster: Raster, [left, top, w, h]: Box): Field {
  const { width, channels } = raster;
  const data = raster.rows(top, top + h);
  const sums = new Uint16Array(w * h);
  for (let y = 0, i = 0; y < h; y++) {
    let place = ((top + y) * width + left) * channels;
    if (channels === 1) for (let x = 0; x < w; x++) sums[i++] = data[place++];
    else for (let x = 0; x < w; x++, place += 3) sums[i++] = data[place] + data[place + 1] + data[place + 2];
  }
  return { sums, brightness: brightnesses[channels], w, h };
}

/** Whole numbers by how often they come: the one in the middle without sorting. */
class Tally {
  readonly #counts: Uint32Array;
  #total = 0;

  constructor(most: number) {
    this.#counts = new Uint32Array(most + 1);
  }

  add(value: number): void {
    this.#counts[value]++;
    this.#total++;
  }

  /** undefined: there are none. */
  median(): number | undefined {
    if (this.#total === 0) return undefined;
    let [value, upTo] = [0, this.#counts[0]];
    while (upTo <= this.#total >> 1) upTo += this.#counts[++value];
    return value;
  }
}

/** What `of` gives for every place of the rim. */
function medianOfRim(w: number, h: number, most: number, of: (i: number) => number): number | undefined {
  const tally = new Tally(most);
  for (let y = 0; y < h; y++) {
    const whole = y < 2 || y >= h - 2;
    for (let x = 0; x < w; x++) {
      if (!whole && x === 2 && w > 4) x = w - 2;
      tally.add(of(y * w + x));
    }
  }
  return tally.median();
}

/** The same of the five by five in the middle that are not of the rim. */
function medianOfMiddle({ sums, w, h }: Field): number | undefined {
  const tally = new Tally(765);
  for (let y = Math.ceil((h - 1) / 2 - 2); y <= (h - 1) / 2 + 2; y++)
    for (let x = Math.ceil((w - 1) / 2 - 2); x <= (w - 1) / 2 + 2; x++)
      if (!onRim(x, y, w, h)) tally.add(sums[y * w + x]);
  return tally.median();
}

/**
 * The lesion in the middle of a box. What is on its side of half the contrast and hangs together is its core; pixels at
 * its edge count in part, from a third of the contrast to two thirds. The ellipse is that of the
 * moments: half axis 2·√λ, λ the eigenvalues of the covariance. undefined: nothing stands out there.
 */
export function measure(raster: Raster, asked: Box): Measurement | undefined {
  const box = clip(raster, asked);
  const [left, top, w, h] = box;
  const field = fieldOf(raster, box);
  const { sums, brightness } = field;
  const [rim, middle] = [medianOfRim(w, h, 765, (i) => sums[i]), medianOfMiddle(field)];
  if (rim === undefined || middle === undefined) return undefined;
  const [around, peak] = [brightness[rim], brightness[middle]];
  if (Math.abs(peak - around) < leastContrast) return undefined;
  const core = grow(field, around, peak);
  const inner = erode(core, w, h);
  const level = mean(field, inner) ?? peak;
  const reach = dilate(core, w, h);
  const shareOf = (value: number) => Math.min(1, Math.max(0, 3 * ((value - around) / (level - around) - 0.5) + 0.5));
  let [area, sumX, sumY, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (let y = 0, i = 0; y < h; y++) {
    for (let x = 0; x < w; x++, i++) {
      if (!reach[i]) continue;
      const share = inner[i] ? 1 : shareOf(brightness[sums[i]]);
      area += share;
      sumX += share * x;
      sumY += share * y;
      xx += share * x * x;
      yy += share * y * y;
      xy += share * x * y;
    }
  }
  const [meanX, meanY] = [sumX / area, sumY / area];
  const pixel = 1 / 12; // variance inside a pixel
  const [varX, varY] = [xx / area - meanX ** 2 + pixel, yy / area - meanY ** 2 + pixel];
  const covariance = xy / area - meanX * meanY;
  const middleOf = (varX + varY) / 2;
  const root = Math.hypot((varX - varY) / 2, covariance);
  const [a, b] = [2 * Math.sqrt(middleOf + root), 2 * Math.sqrt(Math.max(pixel, middleOf - root))];
  const slope = 0.5 * Math.atan2(2 * covariance, varX - varY);
  const hues = huesOf(raster, box, inner);
  const folded = (axis: number) => (hues ? foldOver(hues, w, h, meanX, meanY, axis) : 0);
  const near = ring(reach, inner, w, h);
  return {
    long: 2 * a,
    short: 2 * b,
    area,
    x: left + meanX,
    y: top + meanY,
    contrast: level - around,
    difference: differenceOf(raster, box, inner),
    level,
    edge: edgeOf(field, near, around, level) / (Math.PI * (1.5 * (a + b) - Math.sqrt(a * b)) * 0.5),
    colourSpread: spread(hues),
    asymmetry: Math.max(folded(slope), folded(slope + Math.PI / 2)),
  };
}

/** Of each channel: the mean inside less the median of the rim. */
function differenceOf(raster: Raster, [left, top, w, h]: Box, mask: Uint8Array): number[] {
  const { width, channels } = raster;
  const data = raster.rows(top, top + h);
  const level = (i: number, channel: number) => {
    const y = Math.floor(i / w);
    return data[((top + y) * width + left + i - y * w) * channels + channel];
  };
  return Array.from({ length: channels }, (_, channel) => {
    let [sum, count] = [0, 0];
    for (let y = 0, i = 0; y < h; y++) {
      let place = ((top + y) * width + left) * channels + channel;
      for (let x = 0; x < w; x++, i++, place += channels) {
        if (!mask[i]) continue;
        sum += data[place];
        count++;
      }
    }
    return sum / (count || 1) - (medianOfRim(w, h, 255, (i) => level(i, channel)) ?? 0);
  });
}

/** Up to three pixels from the border of a mask, to both sides: `reach` is the mask and one more, `inner` it and two less. */
function ring(reach: Uint8Array, inner: Uint8Array, w: number, h: number): Uint8Array {
  const out = dilate(dilate(reach, w, h), w, h);
  for (let i = 0; i < out.length; i++) out[i] -= inner[i];
  return out;
}

/** Pixels near the border from a quarter to three quarters of the contrast, smoothed against grain. */
function edgeOf({ sums, brightness, w }: Field, near: Uint8Array, around: number, level: number): number {
  let count = 0;
  for (let i = w; i < sums.length - w; i++) {
    if (!near[i]) continue;
    const sides = 4 * brightness[sums[i]] + brightness[sums[i - 1]] + brightness[sums[i + 1]];
    const smoothed = (sides + brightness[sums[i - w]] + brightness[sums[i + w]]) / 8;
    const share = (smoothed - around) / (level - around);
    if (share > 0.25 && share < 0.75) count++;
  }
  return count;
}

/** Where a pixel is not covered. */
const noHue = -32768;

/** red − blue of the covered pixels, by their place in the box; undefined in grey pictures. */
function huesOf(raster: Raster, [left, top, w, h]: Box, mask: Uint8Array): Int16Array | undefined {
  const { width, channels } = raster;
  if (channels === 1) return undefined;
  const data = raster.rows(top, top + h);
  const hues = new Int16Array(mask.length);
  for (let y = 0, i = 0; y < h; y++)
    for (let x = 0, place = ((top + y) * width + left) * channels; x < w; x++, i++, place += channels)
      hues[i] = mask[i] ? data[place] - data[place + 2] : noHue;
  return hues;
}

/** Mean difference of what lies on both sides of an axis through the centre. */
function foldOver(hues: Int16Array, w: number, h: number, cx: number, cy: number, axis: number): number {
  const [cos, sin] = [Math.cos(2 * axis), Math.sin(2 * axis)];
  let [sum, count] = [0, 0];
  for (let y = 0, i = 0; y < h; y++) {
    const dy = y - cy;
    for (let x = 0; x < w; x++, i++) {
      if (hues[i] === noHue) continue;
      const dx = x - cx;
      const mirror = Math.round(cy + dx * sin - dy * cos) * w + Math.round(cx + dx * cos + dy * sin);
      if (mirror < 0 || mirror >= hues.length || hues[mirror] === noHue) continue;
      sum += Math.abs(hues[i] - hues[mirror]);
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** Standard deviation of the hues; 0 in grey pictures. */
function spread(hues: Int16Array | undefined): number {
  if (!hues) return 0;
  let [sum, count, squares] = [0, 0, 0];
  for (let i = 0; i < hues.length; i++) {
    if (hues[i] === noHue) continue;
    sum += hues[i];
    count++;
  }
  if (count === 0) return 0;
  const centre = sum / count;
  for (let i = 0; i < hues.length; i++) if (hues[i] !== noHue) squares += (hues[i] - centre) ** 2;
  return Math.sqrt(squares / count);
}

/** From the middle outwards, over neighbours that are nearer to `peak` than to `around`. */
function grow({ sums, brightness, w, h }: Field, around: number, peak: number): Uint8Array {
  const core = new Uint8Array(sums.length);
  const waiting: number[] = [];
  const take = (i: number) => {
    if (core[i] || (brightness[sums[i]] - around) / (peak - around) < 0.5) return;
    core[i] = 1;
    waiting.push(i);
  };
  const [cx, cy] = [(w - 1) >> 1, (h - 1) >> 1];
  for (let y = Math.max(0, cy - 2); y <= Math.min(h - 1, cy + 2); y++)
    for (let x = Math.max(0, cx - 2); x <= Math.min(w - 1, cx + 2); x++) take(y * w + x);
  for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
    const x = i % w;
    if (x > 0) take(i - 1);
    if (x < w - 1) take(i + 1);
    if (i >= w) take(i - w);
    if (i < core.length - w) take(i + w);
  }
  return core;
}

/** Pixels of which at least so many of five, they and their four neighbours, are set; there are none beyond the edge. */
function neighbours(mask: Uint8Array, w: number, h: number, atLeast: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  const wide = w + 2; // with an empty frame, so that every pixel has neighbours
  const framed = new Uint8Array(wide * (h + 2));
  for (let y = 0; y < h; y++) framed.set(mask.subarray(y * w, (y + 1) * w), (y + 1) * wide + 1);
  for (let y = 0, i = 0; y < h; y++) {
    for (let x = 0, at = (y + 1) * wide + 1; x < w; x++, i++, at++) {
      const set = framed[at] + framed[at - 1] + framed[at + 1] + framed[at - wide] + framed[at + wide];
      out[i] = set >= atLeast ? 1 : 0;
    }
  }
  return out;
}
const dilate = (mask: Uint8Array, w: number, h: number) => neighbours(mask, w, h, 1);
/** By two pixels. */
const erode = (mask: Uint8Array, w: number, h: number) => neighbours(neighbours(mask, w, h, 5), w, h, 5);

function mean({ sums, brightness }: Field, mask: Uint8Array): number | undefined {
  let [sum, count] = [0, 0];
  for (let i = 0; i < sums.length; i++) {
    if (!mask[i]) continue;
    sum += brightness[sums[i]];
    count++;
  }
  return count === 0 ? undefined : sum / count;
}

export interface QualityFigures {
  /** Of the brightest hundredth of the pixels, grey levels. */
  highlights: number;
  /** Standard deviation of the grain, grey levels: the median of |∇⁴| ÷ (6·0.6745). */
  noise: number;
  /** Steepest steps over two pixels, their upper fiftieth, as a share of the highlights. */
  sharpness: number;
}

/** Exposure, grain and steps of a whole picture. The grain after Immerkær 1996, with the median so that edges do not count. */
export function qualityFigures(raster: Raster): QualityFigures {
  const { width, height } = raster;
  const levels = brightnessOf(raster, "now");
  const [bright, curves, steps] = Array.from({ length: 3 }, () => new Uint32Array(8 * 512));
  for (let y = 2; y < height - 2; y += 2) {
    for (let x = 2, i = y * width + 2; x < width - 2; x += 2, i += 2) {
      const level = levels[i];
      const corners = levels[i - width - 1] + levels[i - width + 1] + levels[i + width - 1] + levels[i + width + 1];
      const sides = levels[i - width] + levels[i + width] + levels[i - 1] + levels[i + 1];
      if (level > 10) curves[eighths(Math.abs(corners - 2 * sides + 4 * level) / 6)]++;
      const across = levels[i + 1] - levels[i - 1];
      const down = levels[i + width] - levels[i - width];
      steps[eighths(Math.sqrt(across * across + down * down))]++;
      bright[eighths(level)]++;
    }
  }
  const highlights = quantile(bright, 0.99);
  return { highlights, noise: quantile(curves, 0.5) / 0.6745, sharpness: quantile(steps, 0.995) / highlights };
}

/** The bin of a value from 0 to 512: by eighths, so that quantiles need no sorting. */
function eighths(value: number): number {
  return (8 * value) | 0;
}

function quantile(bins: Uint32Array, share: number): number {
  const wanted = share * bins.reduce((sum, count) => sum + count, 0);
  let [bin, below] = [0, bins[0]];
  while (below < wanted) below += bins[++bin];
  return (bin + 0.5) / 8;
}
