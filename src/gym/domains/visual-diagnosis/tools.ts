import { z } from "zod";
import { type Box, findSystem, modalities, modalityFacts, systems, textbook, urgencies } from "../../imaging/index.ts";
import {
  readChanges, readEcg, readLesion, readQuality, readRegion, readStructure, readWhole, similarCases, usualQuality,
} from "../../imaging/reader.ts"; // biome-ignore format: a list
import { ToolError, type toolsOf } from "../../tool.ts";
import { patientId } from "../patient-tools.ts";
import type { ImageRecord, State } from "./state.ts";

const imageId = z.string().describe("e.g. I12345-2");
const box = z
  .array(z.number().int().min(-20).max(400))
  .length(4)
  .describe("[left, top, width, height] in pixels, a lesion in the middle, some of its surroundings in it");

export function imageOf({ images }: Pick<State, "images">, id: string): ImageRecord {
  const wanted = id.trim().toUpperCase();
  const found = images.find((image) => image.imageId === wanted);
  if (!found) throw new ToolError(`no image ${id}`);
  return found;
}

/** A box that has some pixels of the picture in it. */
export function boxIn(given: readonly number[]): Box {
  const [left, top, width, height] = given;
  if (width < 6 || height < 6 || left + width < 6 || top + height < 6) throw new ToolError("the box is too small");
  return [left, top, width, height];
}

function lesionIn(image: ImageRecord, at: readonly number[]) {
  const found = readLesion(image.picture, boxIn(at));
  if (!found) throw new ToolError(`nothing stands out in the middle of ${at.join(", ")} of ${image.imageId}`);
  return found;
}

/** What looks at pixels. */
export const lookingTools = [
  "analyzeMedicalImage", "zoomImage", "measureLesion", "measureStructure", "measureEcg", "compareWithPrior", "trackLesionChanges",
  "assessImageQuality", "searchSimilarCases",
] as const; // biome-ignore format: a list

export function tools(tool: ReturnType<typeof toolsOf<State>>) {
  return {
    listImages: tool({
      kind: "read",
      description: "The images of the patient, oldest first.",
      parameters: { patientId },
      run({ patientId }, { state }) {
        if (patientId.trim().toUpperCase() !== state.patient.id) throw new ToolError(`no patient ${patientId}`);
        return {
          images: state.images.map(({ imageId: id, date, modality, bodyPart }) => ({
            imageId: id,
            date,
            modality,
            bodyPart,
          })),
        };
      },
    }),
    getImageReport: tool({
      kind: "read",
      description:
        "What goes with an image: date, modality, view, scale, why it was asked for. Findings are yours to make.",
      parameters: { imageId },
      run({ imageId: id }, { state }) {
        const { picture, ...image } = imageOf(state, id);
        const { unit, unitPerPixel, step } = modalityFacts[image.modality];
        return {
          ...image,
          scale: `1 pixel is ${unitPerPixel} ${unit}`,
          reportedToNearest: `${step} ${unit}`,
          findings: "not reported yet",
        };
      },
    }),
    getPatientContext: tool({
      kind: "read",
      description: "Age, sex and history of the patient.",
      parameters: { patientId },
      run({ patientId }, { state }) {
        if (patientId.trim().toUpperCase() !== state.patient.id) throw new ToolError(`no patient ${patientId}`);
        return state.patient;
      },
    }),
    analyzeMedicalImage: tool({
      kind: "read",
      description:
        "Compares an image with healthy ones of an atlas: the places that stand out, the largest first. An empty list: nothing does.",
      parameters: { imageId, focus: z.string().describe('a named place, or "whole"').default("whole") },
      run({ imageId: id, focus }, { state }) {
        const { modality, picture } = imageOf(state, id);
        if (modality === "ECG") throw new ToolError("an ECG is read with measureEcg");
        const { unit, unitPerPixel, places } = modalityFacts[modality];
        const asked = focus.trim().toLowerCase();
        const named = Object.keys(places).find((place) => place.toLowerCase() === asked);
        if (asked !== "whole" && !named)
          throw new ToolError(`no place ${focus}. Places: whole, ${Object.keys(places).join(", ")}`);
        const shown = readWhole(picture).filter(({ place }) => !named || place === undefined || place === named);
        return { modality, unit, unitPerPixel, standingOut: shown };
      },
    }),
    zoomImage: tool({
      kind: "read",
      description:
        "Grey levels, 0 black to 255 white: of the middle and of the rim of a box, by channel, and of 8 by 8 fields.",
      parameters: { imageId, box },
      run: ({ imageId: id, box: at }, { state }) => readRegion(imageOf(state, id).picture, boxIn(at)),
    }),
    measureLesion: tool({
      kind: "read",
      description:
        "Measures what stands out in the middle of a box: both axes, difference of grey levels by channel, width of the border, spread and asymmetry of colour.",
      parameters: { imageId, box },
      run: ({ imageId: id, box: at }, { state }) => lesionIn(imageOf(state, id), at),
    }),
    measureStructure: tool({
      kind: "read",
      description:
        "Measures an organ: of a chest film the heart in the thorax, of a fundus the cup in the disc; part, whole and ratio.",
      parameters: { imageId, structure: z.enum(["heart", "cup"]) },
      run({ imageId: id, structure }, { state }) {
        const { modality, picture } = imageOf(state, id);
        if (modality !== (structure === "heart" ? "chest film" : "fundus"))
          throw new ToolError(`no ${structure} in a ${modality}`);
        return readStructure(picture, structure);
      },
    }),
    measureEcg: tool({
      kind: "read",
      description: "Measures an ECG: beats, rate, variation of the intervals, and the shift of ST in each lead in mm.",
      parameters: { imageId },
      run({ imageId: id }, { state }) {
        const { modality, picture } = imageOf(state, id);
        if (modality !== "ECG") throw new ToolError(`${id} is a ${modality}`);
        return readEcg(picture);
      },
    }),
    compareWithPrior: tool({
      kind: "read",
      description: "Where an image differs from an earlier one of the same patient; an empty list: nowhere.",
      parameters: { imageId, priorId: imageId },
      run({ imageId: id, priorId }, { state }) {
        const [now, then] = pair(state, id, priorId);
        return { date: now.date, priorDate: then.date, changed: readChanges(now.picture, then.picture) };
      },
    }),
    trackLesionChanges: tool({
      kind: "read",
      description: "The long axis of what is in a box, now and on an earlier image; 0: nothing stands out there.",
      parameters: { imageId, priorId: imageId, box },
      run({ imageId: id, priorId, box: at }, { state }) {
        const [now, then] = pair(state, id, priorId);
        const [here, before] = [now, then].map(({ picture }) => readLesion(picture, boxIn(at))?.longAxis ?? 0);
        return { unit: modalityFacts[now.modality].unit, priorDate: then.date, before, date: now.date, now: here };
      },
    }),
    assessImageQuality: tool({
      kind: "read",
      description: "Highlights, grain and sharpness of an image, with their usual ranges in the modality.",
      parameters: { imageId },
      run({ imageId: id }, { state }) {
        const { modality, picture } = imageOf(state, id);
        return { ...readQuality(picture), usual: usualQuality[modality] };
      },
    }),
    searchSimilarCases: tool({
      kind: "read",
      description:
        "Cases of the teaching file that measure most like what is in a box, with their diagnoses. Alike is not the same.",
      parameters: { imageId, box, k: z.number().int().min(1).max(10).default(3) },
      run({ imageId: id, box: at, k }, { state }) {
        const cases = similarCases(imageOf(state, id).picture, boxIn(at), k);
        if (!cases) throw new ToolError(`nothing stands out in the middle of ${at.join(", ")}`);
        return { cases };
      },
    }),
    lookUpFindings: tool({
      kind: "read",
      description: "The textbook: how findings of a modality look and measure, and how soon somebody must know.",
      parameters: { modality: z.enum(modalities) },
      run: ({ modality }) => ({ modality, findings: textbook(modality) }),
    }),
    classifyFinding: tool({
      kind: "read",
      description: `Classifies measurements: ${systems.map(({ name, needs }) => `${name} (${needs.join(", ")})`).join("; ")}.`,
      parameters: {
        system: z.enum(systems.map(({ name }) => name) as [string, ...string[]]),
        values: z.record(z.string(), z.number()).describe("by name"),
      },
      run({ system: name, values }) {
        const { needs, classify, source } = findSystem(name)!;
        const missing = needs.filter((need) => values[need] === undefined);
        if (missing.length > 0) throw new ToolError(`${name} needs ${missing.join(", ")}`);
        return { system: name, ...classify(values), source };
      },
    }),
    annotateRegions: tool({
      kind: "write",
      description: "Marks a box of an image with a word.",
      parameters: { imageId, box, label: z.string().min(1) },
      run({ imageId: id, box: at, label }, { state }) {
        const image = imageOf(state, id);
        state.annotations.push({ imageId: image.imageId, box: boxIn(at), label });
        return { annotations: state.annotations.length };
      },
    }),
    recordVisualDiagnosis: tool({
      kind: "write",
      description:
        'Records what an image shows, by the name that lookUpFindings uses; "no abnormality" where nothing is found.',
      parameters: {
        imageId,
        diagnosis: z.string().min(1),
        location: z.string().default(""),
        severity: z.enum(["none", "mild", "moderate", "severe"]).default("moderate"),
        urgency: z.enum(urgencies).default("days"),
        confidence: z.number().min(0).max(1).default(0.9),
        impression: z.string().default(""),
      },
      run({ imageId: id, diagnosis, location, severity, confidence, impression }, { state }) {
        const image = imageOf(state, id);
        state.recorded.push({ imageId: image.imageId, diagnosis, location, severity, confidence, impression });
        return { recorded: state.recorded.length };
      },
    }),
    think: tool({
      kind: "think",
      description: "A note to yourself.",
      parameters: { thought: z.string() },
      run: () => "noted",
    }),
    submitAnswer: tool({
      kind: "submit",
      description: "Your final answer, as short as the question asks, and what you measured.",
      parameters: { answer: z.string(), reasoning: z.string().default("") },
      run: () => "submitted",
    }),
  };
}

function pair(state: State, id: string, priorId: string): [now: ImageRecord, then: ImageRecord] {
  const [now, then] = [imageOf(state, id), imageOf(state, priorId)];
  if (now.modality !== then.modality) throw new ToolError(`${id} is a ${now.modality}, ${priorId} a ${then.modality}`);
  return [now, then];
}
