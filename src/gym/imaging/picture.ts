import { copyJson } from "../../core/copy-json.ts";
import { Random } from "../../core/random.ts";
import { background, bodyOf, disc, pictureSize, thorax } from "./backgrounds.ts";
import { drawTrace, type Trace } from "./ecg.ts";
import { type FindingKind, findingKind, type Modality, modalityFacts } from "./findings.ts";
import { grainWords } from "./grain.ts";
import {
  type Box, blur, boxOf, type Canvas, dim, type Ellipse, type Exposure, fill, paint, Raster, scaleOf,
} from "./raster.ts"; // biome-ignore format: a list

export const qualities = ["adequate", "underexposed", "noisy", "blurred"] as const;
export type Quality = (typeof qualities)[number];

/** One finding as it is painted. Sizes in the modality's unit. */
export interface Lesion {
  /** Name of a `FindingKind` of the modality. */
  kind: string;
  place: string;
  /** Centre, in pixels. */
  x: number;
  y: number;
  long: number;
  short: number;
  /** Degrees. */
  angle: number;
}

/** All that a picture is made from: plain JSON, and the same picture every time. */
export interface PictureSpec {
  modality: Modality;
  /** Of body and grain. */
  seed: number;
  quality: Quality;
  lesions: Lesion[];
  /** Of chest films: width of the heart ÷ width of the thorax. @default usualHeart */
  heart?: number;
  /** Of fundi: height of the cup ÷ height of the disc. @default usualCup */
  cup?: number;
  /** Of ECGs. */
  trace?: Trace;
}

export const usualHeart = 0.4;
export const usualCup = 0.4;
const grains: Readonly<Record<Quality, number>> = { adequate: 4, underexposed: 4, noisy: 20, blurred: 4 };

/** Paints it: body, organs, findings, exposure; grain where somebody looks. Grey or RGB. `into`: memory to use again. */
export function render(spec: PictureSpec, into?: Uint8Array<ArrayBuffer>): Raster {
  const own = copyJson(spec); // painted again when another was painted in between
  const { canvas } = exposed(own);
  return new Raster(canvas.size, canvas.planes.length as 1 | 3, () => exposed(own), into);
}

/** Where pictures of one body are painted, one at a time: a fresh copy for each would cost more than the work. */
interface Desk {
  canvas: Canvas;
  scale: number;
  grainSeed: number;
  of?: PictureSpec;
}
const desks = new Map<Canvas, Desk>();
/** Words of grain, by the size of pictures: those of the one that was looked at last. */
const grain = new Map<number, { words: Int32Array; of?: PictureSpec }>();

function exposed(spec: PictureSpec): Exposure {
  const on = normalBody(spec.modality, bodyOf(spec.modality, spec.seed));
  const desk = desks.get(on) ?? { canvas: copyOf(on), scale: 0, grainSeed: 0 };
  desks.set(on, desk);
  if (desk.of !== spec) paintOn(desk, on, spec);
  const { canvas, scale, grainSeed } = desk;
  const shared = grain.get(canvas.size) ?? { words: new Int32Array(canvas.size ** 2) };
  grain.set(canvas.size, shared);
  if (shared.of !== spec) grainWords(grainSeed, shared.words);
  shared.of = spec;
  return { canvas, on, words: shared.words, scale };
}

function paintOn(desk: Desk, body: Canvas, spec: PictureSpec): void {
  const { modality, seed, quality, lesions, trace } = spec;
  const { canvas } = desk;
  desk.of = undefined;
  for (const box of canvas.touched) lay(body, canvas, box);
  canvas.touched = [];
  const random = new Random(seed).split("picture");
  const [organ, usual] = [organOf(modality, spec), organOf(modality, {})];
  if (organ && usual && organ.shape.a !== usual.shape.a) {
    const place = boxOf(usual.shape, usual.soft + 1);
    lay(background(modality, bodyOf(modality, seed)), canvas, place);
    canvas.touched.push(place);
    fill(canvas, organ.shape, organ.levels, organ.soft);
  }
  if (modality === "histology") nuclei(canvas, random, lesions);
  if (trace) drawTrace(canvas, trace, () => random.uniform());
  for (const lesion of lesions) paintLesion(canvas, lesion, kindOf(lesion));
  if (quality === "underexposed") dim(canvas, 0.4);
  if (quality === "blurred") blur(canvas, 3);
  desk.grainSeed = random.uint32();
  desk.scale = scaleOf(grains[quality]);
  desk.of = spec;
}

function copyOf({ size, planes }: Canvas): Canvas {
  return { size, planes: planes.map((plane) => plane.slice()), touched: [] };
}

/** Lays a box of one canvas on another. */
function lay(from: Canvas, to: Canvas, [left, top, width, height]: Box): void {
  const { size } = to;
  const within = (i: number) => Math.min(size, Math.max(0, i));
  const [first, last] = [within(left), within(left + width)];
  for (const [i, plane] of to.planes.entries()) {
    const source = from.planes[i];
    if (width === size) plane.set(source.subarray(within(top) * size, within(top + height) * size), within(top) * size);
    else
      for (let y = within(top); y < within(top + height); y++)
        for (let at = y * size + first, end = y * size + last; at < end; at++) plane[at] = source[at];
  }
}

const bodiesKept = new Map<string, Canvas>();

/** A body without findings and without grain: what a picture is painted on, and held against. Not to be painted upon. */
export function normalBody(modality: Modality, body: number): Canvas {
  const key = `${modality} ${body}`;
  let kept = bodiesKept.get(key);
  if (!kept) {
    kept = background(modality, body);
    const organ = organOf(modality, {});
    if (organ) {
      kept = copyOf(kept);
      fill(kept, organ.shape, organ.levels, organ.soft);
    }
    bodiesKept.set(key, kept);
  }
  return kept;
}

/** What is of another size in every picture. */
function organOf(
  modality: Modality,
  { heart = usualHeart, cup = usualCup }: Pick<PictureSpec, "heart" | "cup">,
): { shape: Ellipse; levels: number[]; soft: number } | undefined {
  if (modality === "chest film")
    return { shape: { x: 132, y: 172, a: (heart * (thorax.right - thorax.left)) / 2, b: 36 }, levels: [172], soft: 4 };
  if (modality !== "fundus") return undefined;
  const { x, y, a, b } = disc;
  return { shape: { x: x + 1, y, a: cup * a, b: cup * b }, levels: [246, 220, 170], soft: 1 };
}

function paintLesion(picture: Canvas, lesion: Lesion, { contrast, soft, variegated }: FindingKind) {
  const shape = shapeOf(lesion);
  paint(picture, shape, contrast, soft);
  if (!variegated) return;
  const turn = ((shape.angle ?? 0) * Math.PI) / 180;
  const off = 0.35 * shape.a;
  const side = { x: shape.x + off * Math.cos(turn), y: shape.y + off * Math.sin(turn) };
  paint(picture, { ...shape, ...side, a: shape.a * 0.5, b: shape.b * 0.6 }, [-18, 0, 18], 3);
}

/** Small nuclei in the stroma, away from the findings. */
function nuclei(picture: Canvas, random: Random, lesions: readonly Lesion[]): void {
  const taken = lesions.map((lesion) => regionOf(lesion));
  for (let i = 0; i < 70; i++) {
    const [x, y] = [random.uniform() * pictureSize, random.uniform() * pictureSize];
    if (taken.some(([left, top, width, height]) => x > left - 8 && x < left + width + 8 && y > top - 8 && y < top + height + 8)) continue; // biome-ignore format: a test
    fill(picture, { x, y, a: 3.2, b: 2.4, angle: 180 * random.uniform() }, [118, 84, 158], 1.5);
  }
}

function kindOf({ kind }: Lesion): FindingKind {
  const found = findingKind(kind);
  if (!found) throw new RangeError(`no finding ${kind}`);
  return found;
}

export function shapeOf(lesion: Lesion): Ellipse {
  const { unitPerPixel } = modalityFacts[kindOf(lesion).modality];
  const { x, y, long, short, angle } = lesion;
  return { x, y, a: long / 2 / unitPerPixel, b: short / 2 / unitPerPixel, angle };
}

/** Where one looks for a finding: it with a margin of its surroundings. */
export function regionOf(lesion: Lesion): Box {
  return boxOf(shapeOf(lesion), 4 + kindOf(lesion).soft);
}

/** Pictures that were looked at last; a group of rollouts looks at the same ones. */
const rasters = new Map<string, Raster>();
const rastersAtMost = 48;

/** `render`, remembered until 48 others were asked for; then its memory is used for another picture. */
function rendered(spec: PictureSpec): Raster {
  const key = JSON.stringify(spec);
  const known = rasters.get(key);
  if (known) {
    rasters.delete(key); // to the end of the line: its memory is not used again while it is looked at
    rasters.set(key, known);
    return known;
  }
  let old: Raster | undefined;
  if (rasters.size >= rastersAtMost) {
    const [first] = rasters.keys();
    old = rasters.get(first);
    rasters.delete(first);
  }
  const made = render(spec, old?.memory);
  rasters.set(key, made);
  return made;
}

const results = new Map<string, { value: unknown }>();
const resultsAtMost = 8192;

/** What `look` reads from the pixels of pictures, remembered; `what` names the look and its arguments. Do not write into it. */
export function seen<T>(specs: readonly PictureSpec[], what: string, look: (...pictures: Raster[]) => T): T {
  const key = `${what} ${JSON.stringify(specs)}`;
  let known = results.get(key);
  if (!known) {
    known = { value: look(...specs.map(rendered)) };
    results.set(key, known);
    if (results.size > resultsAtMost) results.delete(results.keys().next().value!);
  }
  return known.value as T;
}

/** A finding drawn at random: kind, place, size. `place`: keeps that. */
export function drawLesion(random: Random, kind: FindingKind, place?: string): Lesion {
  const { places, unitPerPixel, step } = modalityFacts[kind.modality];
  const where = place ?? random.choice(kind.places ?? Object.keys(places));
  const [low, high] = kind.long.map((size) => Math.round(size / step));
  const long = (low + random.integer(high - low + 1)) * step;
  const [least, most] = kind.ratio;
  const short = Math.max(step, Math.round((long * (least + random.uniform() * (most - least))) / step) * step);
  const [x, y] = places[where];
  const jitter = () => Math.round((random.uniform() - 0.5) * 40) / 10; // ±2 pixels
  const wide = long / unitPerPixel > 26; // long ones must stay inside the organ
  const angle = Math.round((random.uniform() - 0.5) * (wide ? 30 : 180)) + 0; // no −0: JSON has none
  return { kind: kind.name, place: where, x: x + jitter(), y: y + (kind.lower ?? 0) + jitter(), long, short, angle };
}
