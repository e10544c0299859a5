import { findingKind, type Lesion, modalityFacts, noFinding, type Urgency } from "../../imaging/index.ts";
import type { State as Archive, ImageRecord } from "../visual-diagnosis/state.ts";
import { negatives, nextStep, policy, type Reported } from "./tables.ts";

export interface PriorReport {
  imageId: string;
  date: string;
  findings: string;
  impression: string;
}

export interface State extends Archive {
  /** Of the earlier images, as they were signed. */
  priorReports: PriorReport[];
  drafts: { imageId: string; findings: string; impression: string }[];
  calls: { imageId: string; finding: string; urgency: Urgency; message: string }[];
}

/** What the image that is to be reported really shows: for judging, never for tools. */
export interface Truth {
  image: ImageRecord;
  lesion?: Lesion;
  /** Name of the finding, "enlarged heart", what is wrong with the picture, or "no abnormality". */
  name: string;
  urgency: Urgency;
  /** Its own words, e.g. "no pneumothorax". */
  negatives: string[];
  /** Date of the earlier image, or "none". */
  comparison: string;
  step: string;
  /** Whether somebody must be told before the report is read. */
  tell: boolean;
}

export function truthOf({ images }: Pick<State, "images">): Truth {
  const image = images[images.length - 1];
  const { lesions, quality, heart = 0 } = image.picture;
  const [lesion] = lesions;
  const name = quality !== "adequate" ? quality : (lesion?.kind ?? (heart > 0.5 ? "enlarged heart" : noFinding));
  const urgency = lesion && quality === "adequate" ? findingKind(lesion.kind)!.urgency : "none";
  const unread = quality !== "adequate";
  return {
    image,
    ...(lesion && !unread ? { lesion } : {}),
    name,
    urgency,
    negatives: unread
      ? []
      : negatives[image.modality as Reported].filter(({ finding }) => finding !== name).map(({ says }) => says),
    comparison: images.length > 1 ? images[0].date : "none",
    step: nextStep(name)?.step ?? "",
    tell: (policy.toldAtOnce as readonly Urgency[]).includes(urgency),
  };
}

/** The size as it is reported: the long axis to the nearest step, with its unit. */
export function sizeOf({ lesion, image }: Truth): string | undefined {
  return lesion && `${lesion.long} ${modalityFacts[image.modality].unit}`;
}
