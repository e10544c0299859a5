export { changes, type StandOut, standOuts } from "./detect.ts";
export { Picture, picture } from "./display.ts";
export { type Lead, leads, type Trace } from "./ecg.ts";
export {
  type FindingKind, findingKind, findingKinds, findingsOf, type Modality, type ModalityFacts, modalities, modalityFacts, noFinding, softFrom, textbook, type Urgency,
  urgencies,
} from "./findings.ts"; // biome-ignore format: a list
export { type Rhythm, readRhythm, readSt } from "./leads.ts";
export { type Measurement, measure, type QualityFigures, qualityFigures, regionStatistics } from "./measure.ts";
export { drawLesion, type Lesion, type PictureSpec, type Quality, qualities, regionOf, render, seen } from "./picture.ts"; // biome-ignore format: a list
export { encodePng } from "./png.ts";
export type { Box, Raster } from "./raster.ts";
export { cardiothoracicRatio, cupToDiscRatio, type Ratio } from "./structures.ts";
export { ellipsoidMl, findSystem, type System, stLimit, systems, type Territory, territories } from "./systems.ts";
