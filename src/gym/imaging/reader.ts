/** What a reader's instruments show of a picture: from its pixels, in the modality's units, remembered. */

import { Random } from "../../core/random.ts";
import { changes, type StandOut, standOuts } from "./detect.ts";
import { leads } from "./ecg.ts";
import { findingsOf, type Modality, modalityFacts } from "./findings.ts";
import { readRhythm, readSt } from "./leads.ts";
import { type Measurement, measure, qualityFigures, regionStatistics } from "./measure.ts";
import { drawLesion, type PictureSpec, regionOf, seen } from "./picture.ts";
import type { Box } from "./raster.ts";
import { cardiothoracicRatio, cupToDiscRatio } from "./structures.ts";

const round = (value: number, digits = 1) => Number(value.toFixed(digits));

/** The named place whose centre is nearest; undefined where the modality has one place only. */
export function placeOf(modality: Modality, [left, top, width, height]: Box): string | undefined {
  const places = Object.entries(modalityFacts[modality].places);
  const [x, y] = [left + width / 2, top + height / 2];
  if (new Set(places.map(([, [px, py]]) => `${px} ${py}`)).size < 2) return undefined;
  const distance = ([, [px, py]]: (typeof places)[number]) => Math.hypot(px - x, py - y);
  return places.reduce((best, one) => (distance(one) < distance(best) ? one : best))[0];
}

function told({ box, area, difference }: StandOut, modality: Modality) {
  const place = placeOf(modality, box);
  return { box, ...(place ? { place } : {}), areaPixels: area, difference: round(difference) };
}

/** Places that stand out from the healthy bodies of the atlas. */
export function readWhole(spec: PictureSpec) {
  const { modality } = spec;
  return seen([spec], "whole", (raster) => standOuts(raster, modality).map((blob) => told(blob, modality)));
}

/** Places that are not as they were; `difference`: now less earlier. */
export function readChanges(spec: PictureSpec, earlier: PictureSpec) {
  const { modality } = spec;
  return seen([spec, earlier], "changes", (now, then) =>
    changes(now, then, modality).map((blob) => told(blob, modality)),
  );
}

/** What stands out in the middle of a box; undefined: nothing does. */
export function readLesion(spec: PictureSpec, box: Box) {
  const { unit, unitPerPixel, hounsfieldPerLevel } = modalityFacts[spec.modality];
  return seen([spec], `lesion ${box.join(" ")}`, (raster) => {
    const found = measure(raster, box);
    if (!found) return undefined;
    const { long, short, contrast, difference, level, edge, colourSpread, asymmetry, x, y } = found;
    return {
      unit,
      longAxis: round(long * unitPerPixel),
      shortAxis: round(short * unitPerPixel),
      centre: [round(x), round(y)],
      brightness: contrast > 0 ? "brighter" : "darker",
      difference: difference.map((value) => round(value)),
      ...(hounsfieldPerLevel ? { hounsfield: round(level * hounsfieldPerLevel, 0) } : {}),
      borderPixels: round(edge),
      colourSpread: round(colourSpread),
      asymmetry: round(asymmetry),
    };
  });
}
export type LesionReading = NonNullable<ReturnType<typeof readLesion>>;

/** Mean grey levels of the middle and the rim of a box, and of eight by eight fields of it. */
export function readRegion(spec: PictureSpec, box: Box) {
  return seen([spec], `region ${box.join(" ")}`, (raster) => {
    const { inside, around } = regionStatistics(raster, box);
    const [left, top, width, height] = box;
    const fields = 8;
    const at = (from: number, size: number, limit: number, i: number) =>
      Math.min(limit - 1, Math.max(0, Math.floor(from + ((i + 0.5) * size) / fields)));
    const { data } = raster;
    const levels = Array.from({ length: fields }, (_, row) =>
      Array.from({ length: fields }, (_, column) => {
        const [cx, cy] = [at(left, width, raster.width, column), at(top, height, raster.height, row)];
        let [sum, count] = [0, 0];
        for (let y = Math.max(0, cy - 1); y <= Math.min(raster.height - 1, cy + 1); y++) {
          for (let x = Math.max(0, cx - 1); x <= Math.min(raster.width - 1, cx + 1); x++) {
            for (let c = 0; c < raster.channels; c++) {
              sum += data[(y * raster.width + x) * raster.channels + c];
              count++;
            }
          }
        }
        return Math.round(sum / count);
      }),
    );
    return { inside: inside.map((value) => round(value)), around: around.map((value) => round(value)), levels };
  });
}

type Range = readonly [low: number, high: number];

/**
 * Brightest hundredth, grain and sharpness of healthy pictures of a modality that are in order: the range of sixteen, as
 * imaging.test.ts reads it; painting them when somebody asks took longer than an episode.
 */
// biome-ignore format: a table
export const usualQuality: Readonly<Record<Modality, { highlights: Range; noise: Range; sharpness: Range }>> = {
  "chest film": { highlights: [180, 180], noise: [4, 4.2], sharpness: [0.29, 0.3] },
  "head CT": { highlights: [239, 240], noise: [4.2, 4.5], sharpness: [0.9, 0.9] },
  dermoscopy: { highlights: [183, 188], noise: [4, 4.2], sharpness: [0.44, 0.46] },
  fundus: { highlights: [177, 178], noise: [4.2, 4.2], sharpness: [0.38, 0.39] },
  histology: { highlights: [204, 206], noise: [4, 4.2], sharpness: [0.39, 0.41] },
  ECG: { highlights: [243, 243], noise: [7.1, 7.1], sharpness: [1.18, 1.19] },
};

export function readQuality(spec: PictureSpec) {
  return seen([spec], "quality", (raster) => {
    const { highlights, noise, sharpness } = qualityFigures(raster);
    return { highlights: round(highlights, 0), noise: round(noise), sharpness: round(sharpness, 2) };
  });
}

/** Pixels of the part and the whole, and their ratio: the heart in the thorax, the cup in the disc. */
export function readStructure(spec: PictureSpec, structure: "heart" | "cup") {
  return seen([spec], structure, (raster) => {
    const { part, whole, ratio } = (structure === "heart" ? cardiothoracicRatio : cupToDiscRatio)(raster);
    return { partPixels: round(part), wholePixels: round(whole), ratio: round(ratio, 2) };
  });
}

/** Rhythm from the long strip, ST shifts in mm from each lead. */
export function readEcg(spec: PictureSpec) {
  return seen([spec], "ecg", (raster) => {
    const rhythm = readRhythm(raster);
    const shifts = leads.flatMap((lead): [string, number][] => {
      const shift = readSt(raster, lead);
      return shift === undefined ? [] : [[lead, round(shift)]];
    });
    return {
      ...(rhythm ? { beats: rhythm.beats, rate: round(rhythm.rate, 0), variation: round(rhythm.variation, 2) } : {}),
      stMm: Object.fromEntries(shifts) as Record<string, number>,
    };
  });
}

/** Pictures of the teaching file, of each kind of finding. */
const perKind = 3;

/** Cases of the teaching file that measure most like a lesion, the nearest first, with the diagnoses that these were filed under. */
export function similarCases(spec: PictureSpec, box: Box, k: number) {
  const here = seen([spec], `features ${box.join(" ")}`, (raster) => features(spec.modality, measure(raster, box)));
  if (!here) return undefined;
  return teachingFile(spec.modality)
    .map(({ caseId, diagnosis, vector }) => ({
      caseId,
      diagnosis,
      distance: round(Math.hypot(...vector.map((value, i) => value - here[i])), 2),
    }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, k);
}

function features(modality: Modality, found: Measurement | undefined): number[] | undefined {
  if (!found) return undefined;
  const { long, short, difference, edge, colourSpread } = found;
  const size = (long * modalityFacts[modality].unitPerPixel) / 10;
  return [
    Math.log(Math.max(size, 0.1)),
    3 * (short / long),
    edge,
    colourSpread / 5,
    ...difference.map((value) => value / 25),
  ];
}

const files = new Map<Modality, { caseId: string; diagnosis: string; vector: number[] }[]>();

function teachingFile(modality: Modality) {
  const known = files.get(modality);
  if (known) return known;
  const made = findingsOf(modality).flatMap((kind) =>
    Array.from({ length: perKind }, (_, i) => {
      const lesion = drawLesion(new Random(i).split(`teaching file ${kind.name}`), kind);
      const spec: PictureSpec = { modality, seed: 1000 + i, quality: "adequate", lesions: [lesion] };
      const vector = seen([spec], "features", (raster) => features(modality, measure(raster, regionOf(lesion))));
      return { caseId: `T-${kind.name.replaceAll(" ", "-")}-${i + 1}`, diagnosis: kind.name, vector: vector ?? [] };
    }),
  );
  files.set(modality, made);
  return made;
}
