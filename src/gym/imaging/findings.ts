/**
 * What can be in a picture, and how it looks there. Words of the Fleischner glossary (Bankier 2024), of the ABCDE rule (Abbasi 2004,
 * JAMA 292:2771), of the international scale of diabetic retinopathy (Wilkinson 2003, Ophthalmology 110:1677) and of common
 * radiology and pathology teaching. Phantoms, simplified for teaching software: never for care.
 */
export const modalities = ["chest film", "head CT", "dermoscopy", "fundus", "histology", "ECG"] as const;
export type Modality = (typeof modalities)[number];

export type FindingSeverity = "mild" | "moderate" | "severe";

/** The three levels of the ACR's work group on actionable reporting (Larson 2014, J Am Coll Radiol 11:552); which finding is of which is ours. */
export const urgencies = ["minutes", "hours", "days", "none"] as const;
export type Urgency = (typeof urgencies)[number];

export interface FindingKind {
  name: string;
  modality: Modality;
  /** What one sees, without the name for it. */
  appearance: string;
  /** Long axis, both ends included, in the modality's unit. */
  long: readonly [number, number];
  /** Short axis ÷ long axis. */
  ratio: readonly [number, number];
  /** Grey levels against its surroundings, one for each channel. */
  contrast: readonly number[];
  /** Width of its edge in pixels. */
  soft: number;
  severity: FindingSeverity;
  /** How soon somebody must know. */
  urgency: Urgency;
  /** Must not be missed. */
  critical?: boolean;
  /** One side of it more blue and less red, at the same brightness. */
  variegated?: boolean;
  /** Pixels below the centre of its place. */
  lower?: number;
  /** Only in these places. @default in all of the modality */
  places?: readonly string[];
}

export interface ModalityFacts {
  bodyPart: string;
  view: string;
  /** Of sizes. */
  unit: "mm" | "µm";
  unitPerPixel: number;
  /** Sizes in records are whole multiples. */
  step: number;
  /** Centre of a finding by the name of its place, in pixels of 256. The patient's right is on the left. */
  places: Readonly<Record<string, readonly [x: number, y: number]>>;
  /** Hounsfield units of a grey level: the window is 0 to 80. */
  hounsfieldPerLevel?: number;
}

const middle = [128, 128] as const;

// biome-ignore format: a table
export const modalityFacts: Readonly<Record<Modality, ModalityFacts>> = {
  "chest film": { bodyPart: "chest", view: "posteroanterior", unit: "mm", unitPerPixel: 1.5, step: 2,
    places: { "right upper zone": [72, 80], "left upper zone": [184, 80], "right middle zone": [72, 125], "left middle zone": [184, 125], "right lower zone": [62, 168], "left lower zone": [196, 168] } },
  "head CT": { bodyPart: "head", view: "axial, without contrast", unit: "mm", unitPerPixel: 0.9, step: 1, hounsfieldPerLevel: 80 / 255,
    places: { "right frontal lobe": [92, 75], "left frontal lobe": [164, 75], "right temporal lobe": [76, 130], "left temporal lobe": [180, 130], "right occipital lobe": [95, 184], "left occipital lobe": [161, 184] } },
  dermoscopy: { bodyPart: "skin", view: "polarised, contact", unit: "mm", unitPerPixel: 0.1, step: 0.5,
    places: { "upper back": middle, "left forearm": middle, "right calf": middle, abdomen: middle, "right shoulder": middle } },
  fundus: { bodyPart: "eye", view: "50 degrees, centred between disc and macula", unit: "µm", unitPerPixel: 40, step: 80,
    places: { "superotemporal quadrant": [84, 62], "inferotemporal quadrant": [84, 194], "superonasal quadrant": [186, 58], "inferonasal quadrant": [186, 198] } },
  histology: { bodyPart: "breast", view: "haematoxylin and eosin, high power", unit: "µm", unitPerPixel: 1, step: 2,
    places: { "upper left of the field": [84, 84], "upper right of the field": [172, 84], "lower left of the field": [84, 172], "lower right of the field": [172, 172], "centre of the field": middle } },
  ECG: { bodyPart: "heart", view: "twelve leads, 25 mm/s, 10 mm/mV", unit: "mm", unitPerPixel: 0.5, step: 0.5, places: {} },
};

// biome-ignore format: a table
export const findingKinds: readonly FindingKind[] = [
  { name: "pulmonary nodule", modality: "chest film", appearance: "a round opacity with a sharp border, under 3 cm", long: [12, 28], ratio: [0.85, 1], contrast: [70], soft: 1, severity: "moderate", urgency: "days" },
  { name: "pulmonary mass", modality: "chest film", appearance: "a rounded opacity with a sharp border, over 3 cm", long: [34, 52], ratio: [0.8, 1], contrast: [75], soft: 1, severity: "severe", urgency: "days" },
  { name: "consolidation", modality: "chest film", appearance: "a patchy opacity with a soft border that fades into the lung", long: [40, 62], ratio: [0.6, 0.8], contrast: [62], soft: 4, severity: "moderate", urgency: "hours" },
  { name: "pneumothorax", modality: "chest film", appearance: "a black area without lung markings, bounded by a fine edge", long: [44, 64], ratio: [0.5, 0.7], contrast: [-42], soft: 1, severity: "severe", urgency: "minutes", critical: true, lower: -22, places: ["right upper zone", "left upper zone"] },
  { name: "pleural effusion", modality: "chest film", appearance: "a dense homogeneous opacity that lies at the base and blunts the angle", long: [40, 54], ratio: [0.4, 0.55], contrast: [80], soft: 2, severity: "moderate", urgency: "hours", lower: 8, places: ["right lower zone", "left lower zone"] },
  { name: "intracerebral haemorrhage", modality: "head CT", appearance: "a hyperdense area of fresh blood", long: [14, 36], ratio: [0.6, 0.95], contrast: [95], soft: 1, severity: "severe", urgency: "minutes", critical: true },
  { name: "ischaemic infarct", modality: "head CT", appearance: "a hypodense area with loss of the grey and white boundary", long: [18, 36], ratio: [0.5, 0.85], contrast: [-48], soft: 3, severity: "severe", urgency: "minutes", critical: true },
  { name: "calcification", modality: "head CT", appearance: "a very dense spot, as dense as bone", long: [9, 13], ratio: [0.8, 1], contrast: [130], soft: 1, severity: "mild", urgency: "none" },
  { name: "melanoma", modality: "dermoscopy", appearance: "a dark lesion of several colours, asymmetric, with a blue-grey part", long: [4, 14], ratio: [0.6, 0.85], contrast: [-120, -105, -90], soft: 2, severity: "severe", urgency: "days", critical: true, variegated: true },
  { name: "melanocytic naevus", modality: "dermoscopy", appearance: "an evenly brown, symmetric lesion with a regular network", long: [3, 9], ratio: [0.85, 1], contrast: [-80, -85, -80], soft: 2, severity: "mild", urgency: "none" },
  { name: "basal cell carcinoma", modality: "dermoscopy", appearance: "a pink translucent lesion with branching vessels", long: [4, 12], ratio: [0.75, 0.95], contrast: [15, -70, -60], soft: 2, severity: "moderate", urgency: "days" },
  { name: "seborrhoeic keratosis", modality: "dermoscopy", appearance: "a waxy, pale tan lesion with white cysts and a sharp moth-eaten border", long: [5, 13], ratio: [0.75, 0.95], contrast: [-35, -45, -60], soft: 1, severity: "mild", urgency: "none" },
  { name: "blot haemorrhage", modality: "fundus", appearance: "a dark red blot deep in the retina", long: [480, 1000], ratio: [0.7, 1], contrast: [-85, -55, -30], soft: 1, severity: "moderate", urgency: "days" },
  { name: "hard exudate", modality: "fundus", appearance: "a waxy yellow deposit with a sharp border", long: [400, 880], ratio: [0.6, 0.9], contrast: [50, 95, 20], soft: 1, severity: "moderate", urgency: "days" },
  { name: "cotton-wool spot", modality: "fundus", appearance: "a fluffy white patch with a soft border", long: [560, 1040], ratio: [0.65, 0.9], contrast: [50, 110, 130], soft: 3, severity: "moderate", urgency: "days" },
  { name: "invasive carcinoma", modality: "histology", appearance: "a nest of crowded, large, dark nuclei that breaks into the stroma", long: [60, 110], ratio: [0.6, 0.9], contrast: [-105, -75, -35], soft: 2, severity: "severe", urgency: "days", critical: true, places: ["centre of the field"] },
  { name: "lymphocytic aggregate", modality: "histology", appearance: "a cluster of small, round, blue nuclei", long: [40, 80], ratio: [0.8, 1], contrast: [-85, -30, 20], soft: 2, severity: "mild", urgency: "none" },
  { name: "necrosis", modality: "histology", appearance: "a pale, washed-out area without nuclei", long: [50, 96], ratio: [0.55, 0.85], contrast: [20, 55, 40], soft: 3, severity: "moderate", urgency: "days" },
];

export const noFinding = "no abnormality";

export function findingKind(name: string): FindingKind | undefined {
  const asked = name.trim().toLowerCase();
  return findingKinds.find((kind) => kind.name.toLowerCase() === asked);
}

export function findingsOf(modality: Modality): readonly FindingKind[] {
  return findingKinds.filter((kind) => kind.modality === modality);
}

/** A border that takes so many pixels or more is soft. */
export const softFrom = 2.5;

/** Everything that is kept of a finding's look, for whoever compares. */
export function textbook(modality: Modality) {
  return findingsOf(modality).map(({ name, appearance, long, ratio, contrast, soft, variegated = false, places, urgency }) => ({
    finding: name,
    appearance,
    longAxis: long,
    shortToLong: ratio,
    difference: contrast,
    border: soft >= softFrom ? "soft" : "sharp",
    severalColours: variegated,
    ...(places ? { places } : {}),
    urgency,
  })); // biome-ignore format: a row
}
