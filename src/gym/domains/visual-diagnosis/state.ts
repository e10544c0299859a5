import type { Patient } from "../../clinical/index.ts";
import type { Box, Modality, PictureSpec } from "../../imaging/index.ts";

/** A picture in the archive. What is in it is known to no tool but through its pixels. */
export interface ImageRecord {
  imageId: string;
  date: string;
  modality: Modality;
  bodyPart: string;
  view: string;
  /** Why it was asked for. */
  indication: string;
  picture: PictureSpec;
  /** Of slices: how many show the finding, and how thick they are. */
  slices?: { count: number; thicknessMm: number };
}

export interface Recorded {
  imageId: string;
  diagnosis: string;
  location: string;
  severity: string;
  confidence: number;
  impression: string;
}

export interface State {
  patient: Pick<Patient, "id" | "age" | "sex"> & { history: string[] };
  /** Oldest first; the last is the one that is asked about. */
  images: ImageRecord[];
  recorded: Recorded[];
  annotations: { imageId: string; box: Box; label: string }[];
}
