/** What is painted is found again in the pixels, at its place and of its size; where nothing is painted nothing is found. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { displaySymbol } from "../../core/display.ts";
import { Random } from "../../core/random.ts";
import { grainWords } from "./grain.ts";
import {
  cardiothoracicRatio, changes, cupToDiscRatio, drawLesion, encodePng, findingKinds, leads, measure, modalities, modalityFacts, type PictureSpec,
  picture, qualities, qualityFigures, readRhythm, readSt, regionOf, render, standOuts,
} from "./index.ts"; // biome-ignore format: a list
import { canvas, develop, paint, Raster } from "./raster.ts";
import { placeOf, readEcg, readQuality, similarCases, usualQuality } from "./reader.ts";

const seeds = [0, 1, 2, 3, 4, 5, 6, 7];
const healthy = (modality: PictureSpec["modality"], seed: number, more: Partial<PictureSpec> = {}): PictureSpec => ({
  modality,
  seed,
  quality: "adequate",
  lesions: [],
  ...more,
});
const seeable = modalities.filter((name) => name !== "ECG");

describe("measuring", () => {
  test("an ellipse of 30 × 18 pixels on an even ground: axes, area, centre, contrast", () => {
    const ground = canvas(80, [100]);
    paint(ground, { x: 40, y: 38, a: 15, b: 9, angle: 30 }, [50]);
    const found = measure(develop(ground, 1, 0), [10, 8, 60, 60])!;
    expect(found.long).toBeCloseTo(30, 0);
    expect(found.short).toBeCloseTo(18, 0);
    expect(found.area / (Math.PI * 15 * 9)).toBeCloseTo(1, 1); // πab
    expect([found.x, found.y, found.contrast]).toEqual([
      expect.closeTo(40, 0),
      expect.closeTo(38, 0),
      expect.closeTo(50, 0),
    ]);
    expect(measure(develop(canvas(80, [100]), 1, 0), [10, 8, 60, 60])).toBeUndefined();
  });
});

describe("findings", () => {
  test.each(findingKinds.map((kind) => [kind.name, kind] as const))(
    "%s is the one thing that stands out, where and as long as painted",
    (_, kind) => {
      const { unitPerPixel, step } = modalityFacts[kind.modality];
      for (const seed of seeds) {
        const lesion = drawLesion(new Random(seed).split(kind.name), kind);
        const raster = render(healthy(kind.modality, 5 * seed, { lesions: [lesion] }));
        const found = standOuts(raster, kind.modality);
        expect(found).toHaveLength(1);
        expect(Math.sign(found[0].difference)).toBe(Math.sign(kind.contrast.reduce((sum, level) => sum + level, 0)));
        expect(placeOf(kind.modality, found[0].box)).toBe(kind.modality === "dermoscopy" ? undefined : lesion.place);
        const { long, short, x, y, difference, colourSpread, asymmetry } = measure(raster, found[0].box)!;
        expect(Math.abs(long * unitPerPixel - lesion.long)).toBeLessThan(step / 2); // so that rounding gives what was painted
        expect(Math.abs(short * unitPerPixel - lesion.short)).toBeLessThan(0.75 * step);
        expect(Math.hypot(x - lesion.x, y - lesion.y)).toBeLessThan(1.5);
        if (!kind.variegated)
          for (const [i, level] of difference.entries()) expect(Math.abs(level - kind.contrast[i])).toBeLessThan(14);
        expect([colourSpread >= 8, asymmetry >= 5]).toEqual([kind.variegated === true, kind.variegated === true]);
      }
    },
  );
  test.each(seeable)("a healthy %s has nothing that stands out", (modality) => {
    for (const seed of seeds) expect(standOuts(render(healthy(modality, seed)), modality)).toEqual([]);
  });
  test("soft borders measure wider than sharp ones", () => {
    const clear = findingKinds.filter(
      ({ contrast }) => Math.abs(contrast.reduce((sum, level) => sum + level, 0)) / contrast.length > 35,
    );
    expect(clear.length).toBe(findingKinds.length - 1); // but the lymphocytes, whose blue is hardly darker
    const edges = clear.map((kind) => {
      const lesion = drawLesion(new Random(1).split(kind.name), kind);
      return [kind.soft, measure(render(healthy(kind.modality, 1, { lesions: [lesion] })), regionOf(lesion))!.edge];
    });
    for (const [soft, edge] of edges) expect([soft, edge >= 2.5]).toEqual([soft, soft >= 2.5]);
  });
  test("a lesion that has grown is where the two pictures differ; other grain alone is no difference", () => {
    const lesion = drawLesion(new Random(2), findingKinds[0], "left middle zone");
    const before = render(healthy("chest film", 2, { lesions: [lesion] }));
    const now = render(
      healthy("chest film", 6, { lesions: [{ ...lesion, long: 2 * lesion.long, short: 2 * lesion.short }] }),
    );
    expect(changes(now, before, "chest film").length).toBeGreaterThan(0);
    expect(changes(render(healthy("chest film", 6, { lesions: [lesion] })), before, "chest film")).toEqual([]);
  });
  test("the teaching file has the like of it first", () => {
    for (const kind of findingKinds) {
      const lesion = drawLesion(new Random(77).split(kind.name), kind);
      const [first] = similarCases(healthy(kind.modality, 3, { lesions: [lesion] }), regionOf(lesion), 1)!;
      expect(first.diagnosis).toBe(kind.name);
    }
    expect(similarCases(healthy("head CT", 3), [60, 60, 30, 30], 3)).toBeUndefined();
  });
});

describe("organs", () => {
  test("cardiothoracic ratio to 0.01, cup-to-disc ratio to 0.03", () => {
    for (const seed of seeds) {
      const heart = 0.36 + 0.04 * seed;
      expect(Math.abs(cardiothoracicRatio(render(healthy("chest film", seed, { heart }))).ratio - heart)).toBeLessThan(
        0.01,
      );
      const cup = 0.28 + 0.08 * seed;
      expect(Math.abs(cupToDiscRatio(render(healthy("fundus", seed, { cup }))).ratio - cup)).toBeLessThan(0.03);
    }
  });
});

describe("electrocardiogram", () => {
  const ecg = (seed: number, rate: number, irregular: boolean, st = {}) =>
    render(healthy("ECG", seed, { trace: { rate, irregular, st } }));
  test("rate to one beat a minute, from the distances of the beats", () => {
    for (const [seed, rate] of [36, 60, 75, 100, 120, 150].entries()) {
      const { rate: read, variation } = readRhythm(ecg(seed, rate, false))!;
      expect(Math.abs(read - rate)).toBeLessThan(1);
      expect(variation).toBeLessThan(0.03);
    }
    for (const seed of seeds) expect(readRhythm(ecg(seed, 70 + 5 * seed, true))!.variation).toBeGreaterThan(0.1);
  });
  test("ST elevation in every lead, to less than a quarter of a millimetre", () => {
    const st = { V1: 2, V2: 3.5, V3: 3, V4: 2, III: -1, aVF: -1, I: 0.5 } as const;
    for (const seed of [0, 1, 2]) {
      const raster = ecg(seed, 58 + 12 * seed, false, st);
      for (const lead of leads)
        expect(Math.abs(readSt(raster, lead)! - ((st as Partial<Record<string, number>>)[lead] ?? 0))).toBeLessThan(
          0.25,
        );
    }
  });
});

describe("quality", () => {
  test.each(modalities)("of a %s: what is wrong is outside the usual range, what is right inside", (modality) => {
    const { highlights, noise, sharpness } = usualQuality[modality];
    const rhythm = (rate: number) => (modality === "ECG" ? { trace: { rate, irregular: false, st: {} } } : {});
    const all = Array.from({ length: 16 }, (_, seed) => readQuality(healthy(modality, seed, rhythm(72))));
    for (const name of ["highlights", "noise", "sharpness"] as const) {
      const read = all.map((figures) => figures[name]);
      expect([Math.min(...read), Math.max(...read)]).toEqual(usualQuality[modality][name]);
    }
    const trace = rhythm(66);
    for (const quality of qualities) {
      const read = readQuality(healthy(modality, 23, { quality, ...trace }));
      expect(read.highlights < 0.7 * highlights[0]).toBe(quality === "underexposed");
      expect(read.noise > 2 * noise[1]).toBe(quality === "noisy");
      expect(read.sharpness < 0.9 * sharpness[0]).toBe(quality === "blurred");
    }
  });
  test("the grain's standard deviation is found", () => {
    const { noise } = qualityFigures(render(healthy("head CT", 1, { quality: "noisy" })));
    expect(Math.abs(noise - 20)).toBeLessThan(2);
  });
});

test("pixels and readings stay as they were when tasks were first made of them: recorded episodes replay", () => {
  const [pixels, readings] = [createHash("sha256"), createHash("sha256")];
  for (const [seed, modality] of modalities.entries()) {
    const random = new Random(seed).split("kept");
    const trace = modality === "ECG" ? { trace: { rate: 87, irregular: true, st: { II: 2, V2: -1 } } } : {};
    const kinds = findingKinds.filter((kind) => kind.modality === modality);
    for (const quality of qualities) {
      const lesions = kinds.length > 0 ? [drawLesion(random, random.choice(kinds))] : [];
      const spec = healthy(modality, random.integer(1000), { quality, lesions, ...trace });
      const raster = render(spec);
      pixels.update(raster.data);
      const found = modality === "ECG" ? readEcg(spec) : standOuts(raster, modality);
      const measured = Array.isArray(found) ? found.map(({ box }) => measure(raster, box) ?? null) : [];
      readings.update(JSON.stringify([found, measured, qualityFigures(raster)]));
    }
  }
  expect([pixels, readings].map((hash) => hash.digest("hex").slice(0, 16))).toEqual([
    "3d430f92182abaf9",
    "781949fd0db7fb4a",
  ]);
});

describe("looking at a part", () => {
  const shown = findingKinds.flatMap((kind) =>
    [1, 6].map((seed) =>
      healthy(kind.modality, seed, { lesions: [drawLesion(new Random(seed).split(kind.name), kind)] }),
    ),
  );
  const hearts = [0.36, 0.6].map((heart) => ({ ...shown[0], heart }));
  test("what stands out where something was painted is what stands out of the whole picture", () => {
    for (const spec of [...shown, ...hearts]) {
      const raster = render(spec);
      const { on, ...exposure } = raster.exposure();
      const whole = new Raster(raster.width, raster.channels, () => exposure); // of which nothing is known but its pixels
      expect(on).toBeDefined();
      expect(standOuts(raster, spec.modality)).toEqual(standOuts(whole, spec.modality));
    }
  });
  test("pictures of one body that are looked at in turns keep their own pixels, row by row", () => {
    const [one, other] = [shown[0], { ...shown[2], seed: shown[0].seed + 4 }];
    const [first, second] = [render(one), render(other)];
    for (let y = 0; y < first.height; y += 16) for (const raster of [first, second]) raster.rows(y, y + 9);
    expect(Buffer.from(first.data).equals(Buffer.from(render(one).data))).toBe(true);
    expect(Buffer.from(second.data).equals(Buffer.from(render(other).data))).toBe(true);
  });
  test("grain is one run of xorshift32, whoever draws which part of it", () => {
    for (const [seed, count] of [
      [7, 1024],
      [2 ** 32 - 1, 1027],
    ]) {
      let word = seed | 1;
      const run = Int32Array.from({ length: count }, () => {
        word ^= word << 13;
        word ^= word >>> 17;
        word ^= word << 5;
        return word;
      });
      expect(grainWords(seed, new Int32Array(count))).toEqual(run);
    }
  });
});

test("the same spec gives the same pixels, another seed others; a picture is a PNG in a cell", () => {
  const spec = healthy("dermoscopy", 9);
  const first = encodePng(render(spec));
  expect(Buffer.from(encodePng(render(spec))).equals(Buffer.from(first))).toBe(true);
  expect(Buffer.from(encodePng(render({ ...spec, seed: 13 }))).equals(Buffer.from(first))).toBe(false);
  const shown = picture(spec)[displaySymbol]();
  expect(shown["text/plain"]).toBe("dermoscopy, 256×256 pixels");
  expect(Buffer.from(String(shown["image/png"]), "base64").subarray(1, 4).toString()).toBe("PNG");
});
