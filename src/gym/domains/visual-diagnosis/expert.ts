import type { Brief, Expert, Move } from "../../domain.ts";
import { type Box, type Modality, modalityFacts, noFinding, softFrom, type textbook } from "../../imaging/index.ts";
import type { LesionReading } from "../../imaging/reader.ts";

// biome-ignore lint/suspicious/noExplicitAny: results are whatever the tool returns
export type Part<T> = Generator<Move, T, any>;
interface Asked {
  ticket: string;
  patientId: string;
  imageId: string;
  /** Of two images the earlier one. */
  priorId?: string;
}
type Solver = (asked: Asked) => Part<[answer: string, ...reasons: string[]]>;

/** Answers as a careful reader would: looks, measures, compares with the textbook, and says what was measured. */
export function* expert({ kind, ticket, patientId = "" }: Brief): Expert {
  const ids = [...new Set(ticket.match(/I\d{5}-\d/g))].sort();
  const asked: Asked = { ticket, patientId, imageId: ids.at(-1) ?? "", priorId: ids.at(-2) };
  const [answer, ...reasons] = yield* solvers[kind ?? ""](asked);
  const reasoning = `${reasons.join(". ")}. If it does not fit the patient, repeat the image.`;
  yield { name: "submitAnswer", arguments: { answer, reasoning } };
}

type Row = ReturnType<typeof textbook>[number];

export interface Place {
  box: Box;
  place?: string;
}

/** What stands out most, measured; undefined: nothing does. */
export function* lookFor(imageId: string): Part<(Place & { found: LesionReading }) | undefined> {
  const { standingOut }: { standingOut: Place[] } = yield { name: "analyzeMedicalImage", arguments: { imageId } };
  const [first] = standingOut;
  if (!first) return undefined;
  const found: LesionReading = yield { name: "measureLesion", arguments: { imageId, box: first.box } };
  return { ...first, found };
}

/** The row of the textbook that a lesion is nearest to: by colour, border, size, shape and place. */
export function bestFit(rows: readonly Row[], found: LesionReading, place?: string): Row {
  const outside = (value: number, [low, high]: readonly number[]) => Math.max(0, low - value, value - high);
  const distance = (row: Row) => {
    const colour = Math.hypot(...row.difference.map((level, i) => (level - found.difference[i]) / 12));
    const border = found.borderPixels >= softFrom === (row.border === "soft") ? 0 : 1;
    const size = outside(found.longAxis, row.longAxis) / (0.1 * row.longAxis[1]);
    const shape = outside(found.shortAxis / found.longAxis, row.shortToLong) * 8;
    const mixed = found.colourSpread >= 8 === row.severalColours ? 0 : 3;
    const elsewhere = place && row.places && !row.places.includes(place) ? 2 : 0;
    return colour + border + size + shape + mixed + elsewhere;
  };
  return rows.reduce((best, row) => (distance(row) < distance(best) ? row : best));
}

function toStep(modality: Modality, value: number): number {
  const { step } = modalityFacts[modality];
  return Math.round(value / step) * step;
}

/** Reads an image: the finding with where and how large it is; undefined: there is none. */
function* diagnose(imageId: string): Part<{ row: Row; text: string } | undefined> {
  const { modality }: { modality: Modality } = yield { name: "getImageReport", arguments: { imageId } };
  const seen = yield* lookFor(imageId);
  if (!seen) {
    yield {
      name: "recordVisualDiagnosis",
      arguments: { imageId, diagnosis: noFinding, severity: "none", urgency: "none" },
    };
    return undefined;
  }
  const { findings }: { findings: Row[] } = yield { name: "lookUpFindings", arguments: { modality } };
  const { found, place } = seen;
  const row = bestFit(findings, found, place);
  const { unit } = modalityFacts[modality];
  const long = toStep(modality, found.longAxis);
  const text = `${imageId} shows ${row.finding}${place ? ` in the ${place}` : ""}, because it is ${row.appearance}. The long axis is ${long} ${unit} to the nearest ${modalityFacts[modality].step}, the short axis ${found.shortAxis} ${unit}`;
  const record = { imageId, diagnosis: row.finding, location: place ?? "", urgency: row.urgency, impression: text };
  yield { name: "recordVisualDiagnosis", arguments: record };
  return { row, text };
}

function* classified(system: string, values: Record<string, number>): Part<[category: string, detail: string]> {
  const { category, detail } = yield { name: "classifyFinding", arguments: { system, values } };
  return [category, detail];
}

const solvers: Readonly<Record<string, Solver>> = {
  *finding({ imageId }) {
    const read = yield* diagnose(imageId);
    if (!read) return [noFinding, `${imageId} shows ${noFinding}, nothing stands out from the atlas`];
    return [read.row.finding, read.text];
  },

  *urgency({ imageId }) {
    const read = yield* diagnose(imageId);
    if (!read) return ["none", `${imageId} shows ${noFinding}`];
    return [read.row.urgency, `${read.row.finding} on ${imageId}: ${read.row.urgency}`, read.text];
  },

  *place({ imageId }) {
    const { standingOut }: { standingOut: Place[] } = yield { name: "analyzeMedicalImage", arguments: { imageId } };
    const [{ box, place = "" }] = standingOut;
    yield { name: "annotateRegions", arguments: { imageId, box, label: "abnormality" } };
    return [place, `the abnormality of ${imageId} is in the ${place}, box ${box.join(", ")}`];
  },

  *size({ ticket, imageId }) {
    const seen = yield* lookFor(imageId);
    const step = Number(/(?:nearest|multiple of) ([\d.]+)/.exec(ticket)?.[1]);
    const { longAxis, shortAxis, unit } = seen!.found;
    const [long, short] = [longAxis, shortAxis].map((axis) => Math.round(axis / step) * step);
    return [
      String(long),
      `the long axis is ${long} ${unit}, measured ${longAxis}`,
      `the short axis is about ${short} ${unit}`,
    ];
  },

  *change({ imageId, priorId = "", patientId }) {
    yield { name: "listImages", arguments: { patientId } };
    const { standingOut: before }: { standingOut: Place[] } = yield {
      name: "analyzeMedicalImage",
      arguments: { imageId: priorId },
    };
    const { standingOut: after }: { standingOut: Place[] } = yield {
      name: "analyzeMedicalImage",
      arguments: { imageId },
    };
    // the larger of both boxes holds both
    const [{ box }] = [...before, ...after].sort((a, b) => b.box[2] - a.box[2]);
    const { before: beforeMm, now: nowMm } = yield { name: "trackLesionChanges", arguments: { imageId, priorId, box } };
    const [category, detail] = yield* classified("RECIST 1.1", { beforeMm, nowMm });
    const rounded = [beforeMm, nowMm].map((size) => 2 * Math.round(size / 2));
    return [
      category,
      `the response of ${imageId} is ${category}`,
      `the long axis went from ${rounded.join(" to ")} mm (${detail})`,
    ];
  },

  *quality({ imageId }) {
    yield { name: "getImageReport", arguments: { imageId } };
    const { highlights, noise, sharpness, usual } = yield { name: "assessImageQuality", arguments: { imageId } };
    const answer =
      highlights < 0.7 * usual.highlights[0]
        ? "underexposed"
        : noise > 2 * usual.noise[1]
          ? "noisy"
          : sharpness < 0.9 * usual.sharpness[0]
            ? "blurred"
            : "adequate";
    return [
      answer,
      `the quality of ${imageId} is ${answer}: highlights ${highlights}, noise ${noise}, sharpness ${sharpness}`,
    ];
  },

  *"heart-size"({ imageId }) {
    const { ratio } = yield { name: "measureStructure", arguments: { imageId, structure: "heart" } };
    const [category, detail] = yield* classified("cardiothoracic ratio", { ratio });
    return [category, `the heart of ${imageId} is ${category} by the cardiothoracic ratio`, detail];
  },

  *"cup-disc"({ imageId }) {
    const { ratio } = yield { name: "measureStructure", arguments: { imageId, structure: "cup" } };
    const [category, detail] = yield* classified("cup-to-disc ratio", { ratio });
    return [category, `the cup-to-disc ratio of ${imageId} is ${category}`, detail];
  },

  *"st-elevation"({ imageId, patientId }) {
    const { age, sex } = yield { name: "getPatientContext", arguments: { patientId } };
    const { stMm }: { stMm: Record<string, number> } = yield { name: "measureEcg", arguments: { imageId } };
    // shifts are painted in half millimetres: what the grain adds is less than a quarter of one
    const values = Object.fromEntries(Object.entries(stMm).map(([lead, shift]) => [lead, Math.round(2 * shift) / 2]));
    const [category, detail] = yield* classified("ST elevation", { age, male: sex === "male" ? 1 : 0, ...values });
    return [category, `ST elevation of ${imageId}: ${category}`, `raised in ${detail}`];
  },

  *rhythm({ imageId }) {
    const { rate, variation } = yield { name: "measureEcg", arguments: { imageId } };
    const [category, detail] = yield* classified("heart rate", { rate, variation });
    return [category, `the rhythm of ${imageId} is ${category}`, detail];
  },

  *"haemorrhage-volume"({ imageId }) {
    const { slices } = yield { name: "getImageReport", arguments: { imageId } };
    const seen = yield* lookFor(imageId);
    const depthMm = slices.count * slices.thicknessMm;
    const { longAxis: longMm, shortAxis: shortMm } = seen!.found;
    const [category, detail] = yield* classified("ABC/2", { longMm, shortMm, depthMm });
    return [
      category,
      `the ABC/2 volume of ${imageId} is ${category}`,
      `${slices.count} slices of ${slices.thicknessMm} mm are ${depthMm} mm`,
      detail,
    ];
  },

  *"skin-criteria"({ imageId }) {
    const seen = yield* lookFor(imageId);
    const { asymmetry, colourSpread, longAxis: longMm } = seen!.found;
    const [category, detail] = yield* classified("ABCD", { asymmetry, colourSpread, longMm });
    return [
      category,
      `${imageId} meets ${category}: ${detail}`,
      `asymmetry ${asymmetry}, colour spread ${colourSpread}, ${longMm} mm`,
    ];
  },
};
