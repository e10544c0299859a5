import type { Brief, Expert } from "../../domain.ts";
import { modalityFacts, noFinding, type textbook, type Urgency } from "../../imaging/index.ts";
import type { LesionReading } from "../../imaging/reader.ts";
import { bestFit, lookFor, type Part } from "../visual-diagnosis/expert.ts";
import type { PriorReport } from "./state.ts";
import type { Reported } from "./tables.ts";

interface Study {
  modality: Reported;
  indication: string;
  view: string;
}

/** Reports as a careful radiologist would: request, earlier reports, quality, finding, size, change, next step, call, text. */
export function* expert({ ticket, patientId = "" }: Brief): Expert {
  const [imageId] = /I\d{5}-\d/.exec(ticket) ?? [""];
  const study: Study = yield {
    name: "getStudy",
    arguments: { imageId },
    thought: "First the request and what was seen before.",
  };
  const { reports }: { reports: PriorReport[] } = yield { name: "getPriorReports", arguments: { patientId } };
  const prior = reports.at(-1);
  const fault = yield* qualityFault(imageId);
  const read = fault
    ? { name: fault, urgency: "none" as const, findings: `The image is ${fault} and cannot be read` }
    : yield* readImage(imageId, study, prior);
  const { step }: { step: string } = yield { name: "getNextStep", arguments: { finding: read.name } };
  const told = read.urgency === "minutes" || read.urgency === "hours";
  if (told)
    yield {
      name: "notifyClinician",
      arguments: { imageId, finding: read.name, urgency: read.urgency, message: read.findings },
    };
  const impression = [
    `${imageId}: ${read.name}`,
    `Next: ${step}`,
    ...(told ? [`The clinician was told of the ${read.name}, and read it back`] : []),
    "If it does not fit the patient, please call",
  ];
  yield {
    name: "submitReport",
    arguments: {
      indication: study.indication,
      technique: `${study.modality}, ${study.view}`,
      comparison: prior?.date ?? "none",
      findings: `${read.findings}.`,
      impression: `${impression.join(". ")}.`,
    },
  };
}

function* qualityFault(imageId: string): Part<string | undefined> {
  const { highlights, noise, sharpness, usual } = yield { name: "assessImageQuality", arguments: { imageId } };
  if (highlights < 0.7 * usual.highlights[0]) return "underexposed";
  if (noise > 2 * usual.noise[1]) return "noisy";
  return sharpness < 0.9 * usual.sharpness[0] ? "blurred" : undefined;
}

interface Read {
  name: string;
  urgency: Urgency;
  findings: string;
}

function* readImage(imageId: string, { modality }: Study, prior?: PriorReport): Part<Read> {
  const seen = yield* lookFor(imageId);
  const { negatives }: { negatives: { finding: string; says: string }[] } = yield {
    name: "getReportTemplate",
    arguments: { modality },
  };
  const denied = (name: string) => negatives.filter(({ finding }) => finding !== name).map(({ says }) => says);
  const wide = modality === "chest film" ? yield* heart(imageId) : { ratio: 0, enlarged: false };
  // an enlarged heart stands out beside the usual one, and is no lesion
  if (wide.enlarged) {
    const text = `enlarged heart, cardiothoracic ratio ${wide.ratio}`;
    return { name: "enlarged heart", urgency: "none", findings: [text, ...denied("")].join(". ") };
  }
  if (!seen)
    return { name: noFinding, urgency: "none", findings: [`${imageId}: ${noFinding}`, ...denied("")].join(". ") };
  const { findings: rows }: { findings: ReturnType<typeof textbook> } = yield {
    name: "lookUpFindings",
    arguments: { modality },
  };
  const { found, place = "", box } = seen;
  const { finding: name, urgency } = bestFit(rows, found, place);
  const change = prior ? yield* changeSince(imageId, prior, box) : [];
  const text = `${imageId} shows ${name} in the ${place}. The long axis is ${sizeText(modality, found)}`;
  return { name, urgency, findings: [text, ...change, ...denied(name)].join(". ") };
}

function sizeText(modality: Reported, { longAxis }: LesionReading): string {
  const { step, unit } = modalityFacts[modality];
  return `${Math.round(longAxis / step) * step} ${unit}`;
}

function* heart(imageId: string): Part<{ ratio: number; enlarged: boolean }> {
  const { ratio } = yield { name: "measureStructure", arguments: { imageId, structure: "heart" } };
  return { ratio, enlarged: ratio > 0.5 };
}

function* changeSince(
  imageId: string,
  { imageId: priorId, date }: PriorReport,
  box: readonly number[],
): Part<string[]> {
  const { before, now } = yield { name: "trackLesionChanges", arguments: { imageId, priorId, box } };
  const verdict = Math.abs(now - before) < 2 ? "unchanged" : now > before ? "larger" : "smaller";
  return [`It is ${verdict} since ${date}: ${before} mm then, ${now} mm now`];
}
