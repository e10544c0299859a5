import { Random } from "../../core/random.ts";
import { background, disc, pictureSize, thorax } from "./backgrounds.ts";
import { drawTrace, type Trace } from "./ecg.ts";
import { type FindingKind, findingKind, type Modality, modalityFacts } from "./findings.ts";
import { type Box, blur, boxOf, type Canvas, develop, dim, type Ellipse, fill, paint, type Raster } from "./raster.ts";

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
const grainOf: Readonly<Record<Quality, number>> = { adequate: 4, underexposed: 4, noisy: 20, blurred: 4 };

/** Paints it: background, organs, findings, exposure, grain. Grey or RGB. `into`: memory to use again. */
export function render(
  { modality, seed, quality, lesions, heart, cup, trace }: PictureSpec,
  into?: Uint8Array<ArrayBuffer>,
): Raster {
  const random = new Random(seed).split("picture");
  const picture = background(modality, seed);
  paintOrgans(picture, modality, { heart, cup });
  if (modality === "histology") nuclei(picture, random, lesions);
  if (trace) drawTrace(picture, trace, () => random.uniform());
  for (const lesion of lesions) paintLesion(picture, lesion, kindOf(lesion));
  if (quality === "underexposed") dim(picture, 0.4);
  if (quality === "blurred") blur(picture, 3);
  return develop(picture, random.uint32(), grainOf[quality], into);
}

/** A body without findings and without grain: what a picture is held against. */
export function normalBody(modality: Modality, body: number): Canvas {
  const picture = background(modality, body);
  paintOrgans(picture, modality, {});
  return picture;
}

function paintOrgans(
  picture: Canvas,
  modality: Modality,
  { heart = usualHeart, cup = usualCup }: Pick<PictureSpec, "heart" | "cup">,
): void {
  if (modality === "chest film") {
    const half = (heart * (thorax.right - thorax.left)) / 2;
    fill(picture, { x: 132, y: 172, a: half, b: 36 }, [172], 4);
  }
  if (modality === "fundus") {
    const { x, y, a, b } = disc;
    fill(picture, { x: x + 1, y, a: cup * a, b: cup * b }, [246, 220, 170], 1);
  }
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
  const made = render(spec, old?.data);
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
