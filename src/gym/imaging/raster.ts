import { grainOf, grainWords, mostGrain } from "./grain.ts";

/** A picture while it is painted: one plane of floats for each channel, grey levels 0…255, row by row. */
export interface Canvas {
  size: number;
  /** 1: grey, 3: red, green, blue. */
  planes: Float32Array[];
  /** Where something was painted. */
  touched: Box[];
}

/** A canvas and the grain that goes over it. */
export interface Exposure {
  canvas: Canvas;
  /** What the canvas is equal to where it was not touched. */
  on?: Canvas;
  /** Of the grain, (height, width). */
  words: Int32Array;
  /** Grey levels ÷ what a word is worth. */
  scale: number;
}

/**
 * A finished picture. Grain is added, and levels rounded, where somebody looks: most instruments look at a part. `expose` gives what it
 * is made of, whenever asked the same; it is not asked again once all is there.
 */
export class Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** There once somebody has looked. */
  #bytes?: Uint8Array<ArrayBuffer>;
  readonly #finished: Uint8Array;
  readonly #expose: () => Exposure;

  /** `into`: memory to use again, if it has the size. */
  constructor(size: number, channels: 1 | 3, expose: () => Exposure, into?: Uint8Array<ArrayBuffer>) {
    this.width = size;
    this.height = size;
    this.channels = channels;
    if (into?.length === size * size * channels) this.#bytes = into;
    this.#finished = new Uint8Array(size);
    this.#expose = expose;
  }

  /** (height, width, channels), one byte each. */
  get data(): Uint8Array<ArrayBuffer> {
    return this.rows(0, this.height);
  }

  /** The same memory, in which only these rows need be right. */
  rows(top: number, bottom: number): Uint8Array<ArrayBuffer> {
    this.#bytes ??= new Uint8Array(this.width * this.height * this.channels);
    for (let y = top; y < bottom; y++) {
      if (this.#finished[y]) continue;
      let last = y + 1;
      while (last < bottom && !this.#finished[last]) last++;
      finish(this.#expose(), this.#bytes, y * this.width, last * this.width);
      this.#finished.fill(1, y, last);
      y = last;
    }
    return this.#bytes;
  }

  /** Its memory, for another picture; it is not to be looked at any more. */
  get memory(): Uint8Array<ArrayBuffer> | undefined {
    return this.#bytes;
  }

  /** What it is made of, for instruments that need not finish it. */
  exposure(): Exposure {
    return this.#expose();
  }
}

/** In pixels; the angle in degrees from the x axis, clockwise on the screen. */
export interface Ellipse {
  x: number;
  y: number;
  /** Half axes. */
  a: number;
  b: number;
  angle?: number;
}

/** In pixels, `[left, top, width, height]`. */
export type Box = readonly [left: number, top: number, width: number, height: number];

/** All of it. */
export function frameOf({ size }: Canvas): Box {
  return [0, 0, size, size];
}

export function canvas(size: number, colour: readonly number[]): Canvas {
  return { size, planes: colour.map((level) => new Float32Array(size * size).fill(level)), touched: [] };
}

/** Adds `levels`, one for each channel, inside an ellipse; the edge is `soft` pixels wide, half of it outside. */
export function paint(canvas: Canvas, shape: Ellipse, levels: readonly number[], soft = 1): void {
  const { planes } = canvas;
  visit(canvas, shape, soft, (place, cover) => {
    for (let channel = 0; channel < planes.length; channel++) planes[channel][place] += cover * levels[channel];
  });
}

/** Brings what is inside an ellipse to `levels`. */
export function fill(canvas: Canvas, shape: Ellipse, levels: readonly number[], soft = 1): void {
  const { planes } = canvas;
  visit(canvas, shape, soft, (place, cover) => {
    for (let channel = 0; channel < planes.length; channel++) {
      const plane = planes[channel];
      plane[place] += cover * (levels[channel] - plane[place]);
    }
  });
}

/** Every pixel that an ellipse touches, with the share of it that is covered. */
function visit(canvas: Canvas, shape: Ellipse, soft: number, at: (place: number, cover: number) => void): void {
  const { x, y, a, b, angle = 0 } = shape;
  const { size } = canvas;
  const box = boxOf(shape, soft + 1);
  canvas.touched.push(box);
  const [left, top, width, height] = box;
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const [right, bottom] = [Math.min(size, left + width), Math.min(size, top + height)];
  const within = Math.max(0, 1 - soft / Math.min(a, b)) ** 2; // surely covered, and surely not: most pixels need no root
  const beyond = (1 + soft / Math.min(a, b)) ** 2;
  for (let row = Math.max(0, top); row < bottom; row++) {
    for (let column = Math.max(0, left); column < right; column++) {
      const dx = column - x;
      const dy = row - y;
      const u = (dx * cos + dy * sin) / a;
      const v = (dy * cos - dx * sin) / b;
      const square = u * u + v * v;
      if (square >= beyond) continue;
      if (square < within) {
        at(row * size + column, 1);
        continue;
      }
      // distance to the edge by the gradient: |∇r| = √((u/a)² + (v/b)²) ÷ r
      const radius = Math.sqrt(square);
      const slope = radius === 0 ? 1 / Math.min(a, b) : Math.sqrt((u / a) ** 2 + (v / b) ** 2) / radius;
      const cover = Math.min(1, Math.max(0, 0.5 - (radius - 1) / (slope * soft)));
      if (cover > 0) at(row * size + column, cover);
    }
  }
}

/** The smallest box in which an ellipse lies with this margin, in whole pixels. */
export function boxOf({ x, y, a, b, angle = 0 }: Ellipse, margin = 0): Box {
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const [halfWidth, halfHeight] = [Math.hypot(a * cos, b * sin) + margin, Math.hypot(a * sin, b * cos) + margin];
  const [left, top] = [Math.floor(x - halfWidth), Math.floor(y - halfHeight)];
  return [left, top, Math.ceil(x + halfWidth) - left + 1, Math.ceil(y + halfHeight) - top + 1];
}

/** All channels times a factor. */
export function dim(canvas: Canvas, factor: number): void {
  for (const plane of canvas.planes) for (let i = 0; i < plane.length; i++) plane[i] *= factor;
  canvas.touched = [frameOf(canvas)];
}

/**
 * Mean of every pixel and its neighbours up to `radius`, rows and then columns; edges repeat. The sums go along: what comes in is added
 * and what falls out taken away, exactly, since single precision has so many bits less than double.
 */
export function blur(canvas: Canvas, radius: number): void {
  const { size, planes } = canvas;
  const line = new Float32Array(size);
  const count = 2 * radius + 1;
  const within = (i: number) => Math.min(size - 1, Math.max(0, i));
  for (const plane of planes) {
    for (let start = 0; start < plane.length; start += size) {
      let sum = 0;
      for (let d = -radius; d <= radius; d++) sum += plane[start + within(d)];
      for (let i = 0; i < size; i++) {
        line[i] = sum / count;
        sum += plane[start + within(i + radius + 1)] - plane[start + within(i - radius)];
      }
      plane.set(line, start);
    }
    const sums = new Float64Array(size);
    const kept = plane.slice();
    for (let d = -radius; d <= radius; d++)
      for (let i = 0, at = within(d) * size; i < size; i++, at++) sums[i] += kept[at];
    for (let y = 0; y < size; y++) {
      const [next, gone] = [within(y + radius + 1) * size, within(y - radius) * size];
      for (let i = 0, at = y * size; i < size; i++, at++) {
        plane[at] = sums[i] / count;
        sums[i] += kept[next + i] - kept[gone + i];
      }
    }
  }
  canvas.touched = [frameOf(canvas)];
}

/** Finishes a picture with grain, the same in all channels, nearly normal. `into`: memory to use again. */
export function develop(
  canvas: Canvas,
  seed: number,
  standardDeviation: number,
  into?: Uint8Array<ArrayBuffer>,
): Raster {
  const { size, planes } = canvas;
  const exposure = { canvas, words: grainWords(seed, new Int32Array(size * size)), scale: scaleOf(standardDeviation) };
  return new Raster(size, planes.length as 1 | 3, () => exposure, into);
}

export function scaleOf(standardDeviation: number): number {
  return (2 * standardDeviation) / 1024;
}

/** Adds the grain to the pixels from one place to another. */
function finish({ canvas: { planes }, words, scale }: Exposure, data: Uint8Array, from: number, to: number): void {
  const [red, green, blue] = planes;
  if (planes.length === 1) {
    for (let i = from; i < to; i++) data[i] = toByte(red[i] + grainOf(words[i]) * scale);
    return;
  }
  for (let i = from, at = 3 * from; i < to; i++, at += 3) {
    const noise = grainOf(words[i]) * scale;
    data[at] = toByte(red[i] + noise);
    data[at + 1] = toByte(green[i] + noise);
    data[at + 2] = toByte(blue[i] + noise);
  }
}

/** One channel of one pixel, as it will be. */
export function byteOf({ canvas: { planes }, words, scale }: Exposure, place: number, channel: number): number {
  return toByte(planes[channel][place] + grainOf(words[place]) * scale) & 255;
}

/** What grain adds at most, grey levels. */
export function mostAdded({ scale }: Exposure): number {
  return mostGrain * scale;
}

/** Rounded and kept in 0…255, of whose bits the array takes eight; without branches, which white paper with grain mispredicts. */
function toByte(level: number): number {
  const rounded = (level + 0.5) | 0;
  const least = rounded & ~(rounded >> 31);
  return least | ((255 - least) >> 31);
}

const notes = new Map<string, Float32Array>();

/** Numbers to work with until the next who asks for the same name; fresh memory for each picture would cost more than the work. */
export function scratch(name: string, length: number): Float32Array {
  const known = notes.get(name);
  if (known?.length === length) return known;
  const made = new Float32Array(length);
  notes.set(name, made);
  return made;
}

/** Thirds of the sums of three bytes: dividing takes longer than looking up. */
const thirds = Float32Array.from({ length: 3 * 255 + 1 }, (_, sum) => sum / 3);

/** Of every pixel the mean of its channels, in the notes of this name; `top`, `bottom`: of these rows only. */
export function brightnessOf(raster: Raster, name: string, top = 0, bottom = raster.height): Float32Array {
  const { width, height, channels } = raster;
  const data = raster.rows(top, bottom);
  const out = scratch(name, width * height);
  const [from, to] = [top * width, bottom * width];
  if (channels === 1) for (let i = from; i < to; i++) out[i] = data[i];
  else for (let i = from, at = 3 * from; i < to; i++, at += 3) out[i] = thirds[data[at] + data[at + 1] + data[at + 2]];
  return out;
}

/** The mean of the channels from one place to another, as they will be. */
export function readBrightness(exposure: Exposure, from: number, to: number, out: Float32Array): void {
  const { canvas, words, scale } = exposure;
  const [red, green, blue] = canvas.planes;
  if (canvas.planes.length === 1) {
    for (let i = from; i < to; i++) out[i] = toByte(red[i] + grainOf(words[i]) * scale) & 255;
    return;
  }
  for (let i = from; i < to; i++) {
    const noise = grainOf(words[i]) * scale;
    out[i] =
      thirds[(toByte(red[i] + noise) & 255) + (toByte(green[i] + noise) & 255) + (toByte(blue[i] + noise) & 255)];
  }
}

/** Every `step`th pixel of canvases that pictures are painted on, plane by plane: going over the whole of them takes longer. */
const thinned = new WeakMap<Canvas, Float32Array[]>();

function thinnedOf(canvas: Canvas, step: number): Float32Array[] {
  const known = thinned.get(canvas);
  if (known) return known;
  const made = canvas.planes.map((plane) => plane.filter((_, place) => place % step === 0));
  thinned.set(canvas, made);
  return made;
}

/** Brightness of every `step`th pixel of a picture that need not be finished. */
export function sampleOf(exposure: Exposure, step: number, name: string): Float32Array {
  const { canvas, on = canvas, words, scale } = exposure;
  const { size, planes } = canvas;
  const out = scratch(name, Math.ceil(size ** 2 / step));
  const [red, green, blue] = thinnedOf(on, step);
  if (planes.length === 1)
    for (let i = 0, at = 0; i < out.length; i++, at += step) out[i] = toByte(red[i] + grainOf(words[at]) * scale) & 255;
  else
    for (let i = 0, at = 0; i < out.length; i++, at += step) {
      const noise = grainOf(words[at]) * scale;
      out[i] =
        thirds[(toByte(red[i] + noise) & 255) + (toByte(green[i] + noise) & 255) + (toByte(blue[i] + noise) & 255)];
    }
  const within = (i: number) => Math.min(size, Math.max(0, i));
  const row = scratch("row", size * size);
  for (const [left, top, width, height] of on === canvas ? [] : canvas.touched) {
    for (let y = within(top); y < within(top + height); y++) {
      const [from, to] = [y * size + within(left), y * size + within(left + width)];
      readBrightness(exposure, from, to, row);
      for (let i = Math.ceil(from / step); i * step < to; i++) out[i] = row[i * step];
    }
  }
  return out;
}
