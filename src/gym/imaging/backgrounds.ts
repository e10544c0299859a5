import { Random } from "../../core/random.ts";
import type { Modality } from "./findings.ts";
import { type Canvas, canvas, fill, paint } from "./raster.ts";

/** Pixels on a side; of the ECG's paper. */
export const pictureSize = 256;
export const paperSize = 400;

/** Of the ECG's paper, at 25 mm a second and 10 mm a millivolt. */
export const pixelsPerMm = 2;

/** Healthy bodies of each modality. */
export const bodies = 4;
const painted = new Map<string, Canvas>();

/** Which of the bodies a picture of this seed shows; paper is all alike. */
export function bodyOf(modality: Modality, seed: number): number {
  return modality === "ECG" ? 0 : ((seed % bodies) + bodies) % bodies;
}

/** A body without a finding and without organs; not to be painted upon. Bodies are kept: painting one takes longer than a picture. */
export function background(modality: Modality, body: number): Canvas {
  const key = `${modality} ${body}`;
  let kept = painted.get(key);
  if (!kept) {
    const random = new Random(body).split(modality);
    kept = painters[modality](() => random.uniform());
    painted.set(key, kept);
  }
  return kept;
}

/** `vary` gives numbers in [0, 1), the same for the same body. */
const painters: Readonly<Record<Modality, (vary: () => number) => Canvas>> = {
  "chest film": chestFilm,
  "head CT": headCt,
  dermoscopy: skin,
  fundus: retina,
  histology: tissue,
  ECG: gridPaper,
};

function chestFilm(vary: () => number): Canvas {
  const film = canvas(pictureSize, [18]);
  fill(film, { x: 128, y: 150, a: 122, b: 150 }, [145 + 10 * vary()], 6);
  for (const x of [72, 184]) fill(film, { x, y: 125, a: 46, b: 86 }, [76 + 4 * vary()], 4);
  fill(film, { x: 128, y: 128, a: 9, b: 128 }, [178], 5); // spine
  for (let rib = 0; rib < 8; rib++) {
    const y = 52 + rib * 21 + 3 * vary();
    for (const [x, angle] of [
      [72, -14],
      [184, 14],
    ])
      paint(film, { x, y, a: 52, b: 4, angle }, [5], 3);
  }
  return film;
}

/** The lungs' outer edges: what the heart is compared with, in pixels. */
export const thorax = { left: 26, right: 230 } as const;

/** The optic disc of the fundus, in pixels. */
export const disc = { x: 180, y: 128, a: 22, b: 25 } as const;

function headCt(vary: () => number): Canvas {
  const slice = canvas(pictureSize, [4]);
  fill(slice, { x: 128, y: 128, a: 98, b: 118 }, [235], 2);
  fill(slice, { x: 128, y: 128, a: 90, b: 110 }, [112 + 3 * vary()], 2);
  paint(slice, { x: 128, y: 128, a: 1.2, b: 108 }, [-14], 2); // falx and fissure
  for (const side of [-1, 1])
    fill(slice, { x: 128 + 11 * side, y: 122, a: 6 + vary(), b: 24, angle: 8 * side }, [28], 2);
  return slice;
}

function skin(vary: () => number): Canvas {
  const field = canvas(pictureSize, [208 + 8 * vary(), 166 + 8 * vary(), 146 + 8 * vary()]);
  for (let hair = 0; hair < 3; hair++) {
    const y = hair === 0 ? 14 + 8 * vary() : 236 + 7 * hair;
    paint(field, { x: 128 + 40 * vary(), y, a: 120, b: 1.2, angle: 4 * vary() }, [-90, -80, -70], 1);
  }
  return field;
}

function retina(vary: () => number): Canvas {
  const eye = canvas(pictureSize, [6, 5, 5]);
  fill(eye, { x: 128, y: 128, a: 122, b: 122 }, [168 + 8 * vary(), 84 + 5 * vary(), 44], 3);
  fill(eye, { x: 70, y: 128, a: 20, b: 20 }, [138, 62, 34], 16); // macula
  for (let vessel = 0; vessel < 12; vessel++) {
    // beads along two arcs from the disc, nearer to the horizon than the quadrants' findings
    for (const side of [-1, 1])
      paint(eye, { x: 168 - vessel * 9, y: 128 + side * (12 + 30 * Math.sin(vessel / 6)), a: 8, b: 2.2, angle: side * (vessel < 6 ? -30 : 6) }, [-30, -22, -12], 1.5); // biome-ignore format: a row
  }
  fill(eye, { x: disc.x, y: disc.y, a: disc.a, b: disc.b }, [232, 178, 116], 2);
  return eye;
}

function tissue(vary: () => number): Canvas {
  const field = canvas(pictureSize, [222, 160 + 6 * vary(), 192]);
  for (let fibre = 0; fibre < 10; fibre++)
    paint(field, { x: 256 * vary(), y: 256 * vary(), a: 70, b: 5, angle: 60 * vary() }, [6, 8, 5], 5);
  return field;
}

/** Pink lines at every millimetre, darker ones at every fifth. */
function gridPaper(): Canvas {
  const paper = canvas(paperSize, [255, 240, 238]);
  const [, green, blue] = paper.planes;
  const [mm, five] = [pixelsPerMm, 5 * pixelsPerMm];
  for (let y = 0, place = 0; y < paperSize; y++) {
    for (let x = 0; x < paperSize; x++, place++) {
      const fade = x % five === 0 || y % five === 0 ? 34 : x % mm === 0 || y % mm === 0 ? 10 : 0;
      green[place] -= fade;
      blue[place] -= fade;
    }
  }
  return paper;
}
