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

/** Brightness of every pixel of a box: the mean of its channels. */
function brightness({ width, channels, data }: Raster, [left, top, w, h]: Box): Float32Array {
  const out = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const place = ((top + y) * width + left + x) * channels;
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += data[place + c];
      out[y * w + x] = sum / channels;
    }
  }
  return out;
}

/** The part of a box that lies in the picture. */
export function clip({ width, height }: Raster, [left, top, w, h]: Box): Box {
  const [x, y] = [Math.min(width - 1, Math.max(0, left)), Math.min(height - 1, Math.max(0, top))];
  return [x, y, Math.max(1, Math.min(width, left + w) - x), Math.max(1, Math.min(height, top + h) - y)];
}

function median(values: Float32Array): number {
  const sorted = values.toSorted();
  return sorted[sorted.length >> 1];
}

/** The outermost ring of a box, two pixels wide. */
function onRim(x: number, y: number, w: number, h: number): boolean {
  return x < 2 || y < 2 || x >= w - 2 || y >= h - 2;
}

export function regionStatistics(raster: Raster, box: Box): RegionStatistics {
  const [left, top, w, h] = clip(raster, box);
  const { channels, width, data } = raster;
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

/**
 * The lesion in the middle of a box. What is on its side of half the contrast and hangs together is its core; pixels at
 * its edge count in part, from a third of the contrast to two thirds. The ellipse is that of the
 * moments: half axis 2·√λ, λ the eigenvalues of the covariance. undefined: nothing stands out there.
 */
export function measure(raster: Raster, asked: Box): Measurement | undefined {
  const box = clip(raster, asked);
  const [left, top, w, h] = box;
  const levels = brightness(raster, box);
  const [rim, middle]: number[][] = [[], []];
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      if (onRim(x, y, w, h)) rim.push(levels[y * w + x]);
      else if (Math.abs(x - (w - 1) / 2) <= 2 && Math.abs(y - (h - 1) / 2) <= 2) middle.push(levels[y * w + x]);
    }
  }
  if (rim.length === 0 || middle.length === 0) return undefined;
  const [around, peak] = [rim, middle].map((values) => median(Float32Array.from(values)));
  if (Math.abs(peak - around) < leastContrast) return undefined;
  const core = grow(levels, w, h, around, peak);
  const inner = erode(core, w, h);
  const level = mean(levels, inner) ?? peak;
  const reach = dilate(core, w, h);
  let [area, sumX, sumY, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < levels.length; i++) {
    if (!reach[i]) continue;
    const share = inner[i] ? 1 : Math.min(1, Math.max(0, 3 * ((levels[i] - around) / (level - around) - 0.5) + 0.5));
    const y = Math.floor(i / w);
    const x = i - y * w;
    area += share;
    sumX += share * x;
    sumY += share * y;
    xx += share * x * x;
    yy += share * y * y;
    xy += share * x * y;
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
  const folded = (axis: number) => (hues ? foldOver(hues, w, meanX, meanY, axis) : 0);
  return {
    long: 2 * a,
    short: 2 * b,
    area,
    x: left + meanX,
    y: top + meanY,
    contrast: level - around,
    difference: differenceOf(raster, box, inner),
    level,
    edge: edgeOf(levels, ring(core, w, h), w, around, level) / (Math.PI * (1.5 * (a + b) - Math.sqrt(a * b)) * 0.5),
    colourSpread: spread(hues),
    asymmetry: Math.max(folded(slope), folded(slope + Math.PI / 2)),
  };
}

/** Of each channel: the mean inside less the median of the rim. */
function differenceOf({ width, channels, data }: Raster, [left, top, w, h]: Box, mask: Uint8Array): number[] {
  return Array.from({ length: channels }, (_, channel) => {
    const rim: number[] = [];
    let [sum, count] = [0, 0];
    for (let y = 0, i = 0; y < h; y++) {
      for (let x = 0; x < w; x++, i++) {
        const level = data[((top + y) * width + left + x) * channels + channel];
        if (onRim(x, y, w, h)) rim.push(level);
        if (mask[i]) sum += level;
        count += mask[i];
      }
    }
    return sum / (count || 1) - median(Float32Array.from(rim));
  });
}

/** Up to three pixels from the border of a mask, to both sides. */
function ring(mask: Uint8Array, w: number, h: number): Uint8Array {
  const out = dilate(dilate(dilate(mask, w, h), w, h), w, h);
  const within = erode(mask, w, h); // two pixels
  return out.map((set, i) => set - within[i]);
}

/** Pixels near the border from a quarter to three quarters of the contrast, smoothed against grain. */
function edgeOf(levels: Float32Array, near: Uint8Array, w: number, around: number, level: number): number {
  let count = 0;
  for (let i = w; i < levels.length - w; i++) {
    if (near[i]) {
      const smoothed = (4 * levels[i] + levels[i - 1] + levels[i + 1] + levels[i - w] + levels[i + w]) / 8;
      const share = (smoothed - around) / (level - around);
      if (share > 0.25 && share < 0.75) count++;
    }
  }
  return count;
}

/** Where a pixel is not covered. */
const noHue = -32768;

/** red − blue of the covered pixels, by their place in the box; undefined in grey pictures. */
function huesOf({ width, channels, data }: Raster, [left, top, w, h]: Box, mask: Uint8Array): Int16Array | undefined {
  if (channels === 1) return undefined;
  const hues = new Int16Array(mask.length).fill(noHue);
  for (let y = 0, i = 0; y < h; y++) {
    for (let x = 0; x < w; x++, i++) {
      const place = ((top + y) * width + left + x) * channels;
      if (mask[i]) hues[i] = data[place] - data[place + 2];
    }
  }
  return hues;
}

/** Mean difference of what lies on both sides of an axis through the centre. */
function foldOver(hues: Int16Array, w: number, cx: number, cy: number, axis: number): number {
  const [cos, sin] = [Math.cos(2 * axis), Math.sin(2 * axis)];
  let [sum, count] = [0, 0];
  for (let i = 0; i < hues.length; i++) {
    if (hues[i] === noHue) continue;
    const dx = (i % w) - cx;
    const dy = Math.floor(i / w) - cy;
    const mirror = Math.round(cy + dx * sin - dy * cos) * w + Math.round(cx + dx * cos + dy * sin);
    if (mirror < 0 || mirror >= hues.length || hues[mirror] === noHue) continue;
    sum += Math.abs(hues[i] - hues[mirror]);
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** Standard deviation of the hues; 0 in grey pictures. */
function spread(hues: Int16Array | undefined): number {
  const values = hues?.filter((hue) => hue !== noHue) ?? [];
  if (values.length === 0) return 0;
  let [sum, squares] = [0, 0];
  for (const value of values) sum += value;
  const centre = sum / values.length;
  for (const value of values) squares += (value - centre) ** 2;
  return Math.sqrt(squares / values.length);
}

/** From the middle outwards, over neighbours that are nearer to `peak` than to `around`. */
function grow(levels: Float32Array, w: number, h: number, around: number, peak: number): Uint8Array {
  const core = new Uint8Array(levels.length);
  const belongs = (i: number) => (levels[i] - around) / (peak - around) >= 0.5;
  const waiting: number[] = [];
  const [cx, cy] = [(w - 1) >> 1, (h - 1) >> 1];
  for (let y = cy - 2; y <= cy + 2; y++) for (let x = cx - 2; x <= cx + 2; x++) take(x, y);
  function take(x: number, y: number): void {
    const i = y * w + x;
    if (x < 0 || y < 0 || x >= w || y >= h || core[i] || !belongs(i)) return;
    core[i] = 1;
    waiting.push(i);
  }
  for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
    const y = Math.floor(i / w);
    const x = i - y * w;
    take(x - 1, y);
    take(x + 1, y);
    take(x, y - 1);
    take(x, y + 1);
  }
  return core;
}

/** Pixels of which at least so many of five, they and their four neighbours, are set. */
function neighbours(mask: Uint8Array, w: number, h: number, atLeast: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  for (let y = 0, i = 0; y < h; y++) {
    for (let x = 0; x < w; x++, i++) {
      let set = mask[i];
      if (x > 0) set += mask[i - 1];
      if (x < w - 1) set += mask[i + 1];
      if (y > 0) set += mask[i - w];
      if (y < h - 1) set += mask[i + w];
      if (set >= atLeast) out[i] = 1;
    }
  }
  return out;
}
const dilate = (mask: Uint8Array, w: number, h: number) => neighbours(mask, w, h, 1);
/** By two pixels. */
const erode = (mask: Uint8Array, w: number, h: number) => neighbours(neighbours(mask, w, h, 5), w, h, 5);

function mean(levels: Float32Array, mask: Uint8Array): number | undefined {
  let [sum, count] = [0, 0];
  for (let i = 0; i < levels.length; i++) {
    sum += mask[i] * levels[i];
    count += mask[i];
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
  const [bright, curves, steps] = [new Counts(), new Counts(), new Counts()];
  for (let y = 2; y < height - 2; y += 2) {
    for (let x = 2; x < width - 2; x += 2) {
      const i = y * width + x;
      const corners = levels[i - width - 1] + levels[i - width + 1] + levels[i + width - 1] + levels[i + width + 1];
      const sides = levels[i - width] + levels[i + width] + levels[i - 1] + levels[i + 1];
      if (levels[i] > 10) curves.add(Math.abs(corners - 2 * sides + 4 * levels[i]) / 6);
      const [across, down] = [levels[i + 1] - levels[i - 1], levels[i + width] - levels[i - width]];
      steps.add(Math.sqrt(across * across + down * down));
      bright.add(levels[i]);
    }
  }
  const highlights = bright.quantile(0.99);
  return { highlights, noise: curves.quantile(0.5) / 0.6745, sharpness: steps.quantile(0.995) / highlights };
}

/** Values from 0 to 512 by eighths: quantiles without sorting. */
class Counts {
  readonly #bins = new Uint32Array(4096);
  #count = 0;

  add(value: number): void {
    this.#bins[Math.min(4095, Math.floor(8 * value))]++;
    this.#count++;
  }

  quantile(share: number): number {
    let [bin, below] = [0, this.#bins[0]];
    while (below < share * this.#count) below += this.#bins[++bin];
    return (bin + 0.5) / 8;
  }
}
