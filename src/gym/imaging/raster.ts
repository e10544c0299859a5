/** A picture while it is painted: one plane of floats for each channel, grey levels 0…255, row by row. */
export interface Canvas {
  size: number;
  /** 1: grey, 3: red, green, blue. */
  planes: Float32Array[];
}

/** A finished picture: `data` is (height, width, channels), one byte each. */
export interface Raster {
  width: number;
  height: number;
  channels: 1 | 3;
  data: Uint8Array<ArrayBuffer>;
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

export function canvas(size: number, colour: readonly number[]): Canvas {
  return { size, planes: colour.map((level) => new Float32Array(size * size).fill(level)) };
}

/** Adds `levels`, one for each channel, inside an ellipse; the edge is `soft` pixels wide, half of it outside. */
export function paint({ size, planes }: Canvas, shape: Ellipse, levels: readonly number[], soft = 1): void {
  visit(size, shape, soft, (place, cover) => {
    for (let channel = 0; channel < planes.length; channel++) planes[channel][place] += cover * levels[channel];
  });
}

/** Brings what is inside an ellipse to `levels`. */
export function fill({ size, planes }: Canvas, shape: Ellipse, levels: readonly number[], soft = 1): void {
  visit(size, shape, soft, (place, cover) => {
    for (let channel = 0; channel < planes.length; channel++) {
      const plane = planes[channel];
      plane[place] += cover * (levels[channel] - plane[place]);
    }
  });
}

/** Every pixel that an ellipse touches, with the share of it that is covered. */
function visit(size: number, shape: Ellipse, soft: number, at: (place: number, cover: number) => void): void {
  const { x, y, a, b, angle = 0 } = shape;
  const [left, top, width, height] = boxOf(shape, soft + 1);
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
export function dim({ planes }: Canvas, factor: number): void {
  for (const plane of planes) for (let i = 0; i < plane.length; i++) plane[i] *= factor;
}

/** Mean of every pixel and its neighbours up to `radius`, rows and then columns; edges repeat. */
export function blur({ size, planes }: Canvas, radius: number): void {
  const line = new Float32Array(size);
  const smooth = (plane: Float32Array, start: number, step: number) => {
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let d = -radius; d <= radius; d++) sum += plane[start + Math.min(size - 1, Math.max(0, i + d)) * step];
      line[i] = sum / (2 * radius + 1);
    }
    for (let i = 0; i < size; i++) plane[start + i * step] = line[i];
  };
  for (const plane of planes) {
    for (let i = 0; i < size; i++) smooth(plane, i * size, 1);
    for (let i = 0; i < size; i++) smooth(plane, i, size);
  }
}

/** Finishes a picture with grain, the same in all channels: three uniforms of ten bits a pixel, so nearly normal. `into`: used again if it has the size. */
export function develop(
  { size, planes }: Canvas,
  seed: number,
  standardDeviation: number,
  into?: Uint8Array<ArrayBuffer>,
): Raster {
  const channels = planes.length as 1 | 3;
  const length = size * size * channels;
  const data = into?.length === length ? into : new Uint8Array(length);
  const [red, green = red, blue = red] = planes;
  let word = seed | 1; // xorshift32, Marsaglia 2003: a picture needs 65,536 draws, and only their look matters
  const scale = (2 * standardDeviation) / 1024;
  for (let i = 0, at = 0; i < red.length; i++, at += channels) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    const noise = ((word & 1023) + ((word >>> 10) & 1023) + ((word >>> 20) & 1023) - 1534.5) * scale;
    data[at] = toByte(red[i] + noise);
    if (channels === 1) continue;
    data[at + 1] = toByte(green[i] + noise);
    data[at + 2] = toByte(blue[i] + noise);
  }
  return { width: size, height: size, channels, data };
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

/** Of every pixel the mean of its channels, in the notes of this name. */
export function brightnessOf({ data, channels }: Raster, name: string): Float32Array {
  const out = scratch(name, data.length / channels);
  if (channels === 1) out.set(data);
  else for (let i = 0, at = 0; i < out.length; i++, at += 3) out[i] = thirds[data[at] + data[at + 1] + data[at + 2]];
  return out;
}
