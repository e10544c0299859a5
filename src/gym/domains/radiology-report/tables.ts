/**
 * What a report must have: sections after the ACR practice parameter for communication of imaging findings (2020) and the ESR's good
 * practice for reporting (2011); next steps after the guideline named in each row. Simplified for teaching software: never for care.
 */
import type { Urgency } from "../../imaging/index.ts";

export const reported = ["chest film", "head CT"] as const;
export type Reported = (typeof reported)[number];

/** Who is told a result that must not wait, and how: ACR 2020, Joint Commission NPSG.02.03.01, urgencies after Larson 2014. */
export const policy = {
  toldAtOnce: ["minutes", "hours"] satisfies Urgency[],
  how: "notifyClinician with the urgency of the finding; the report says that it was done",
  source: "ACR practice parameter 2020; Larson 2014, J Am Coll Radiol 11:552",
} as const;

/** What is not there is said, in these words: by finding. */
// biome-ignore format: a table
export const negatives: Readonly<Record<Reported, readonly { finding: string; says: string }[]>> = {
  "chest film": [
    { finding: "pneumothorax", says: "no pneumothorax" }, { finding: "pleural effusion", says: "no pleural effusion" },
    { finding: "consolidation", says: "no consolidation" }, { finding: "pulmonary nodule", says: "no pulmonary nodule" },
    { finding: "pulmonary mass", says: "no pulmonary mass" },
  ],
  "head CT": [
    { finding: "intracerebral haemorrhage", says: "no intracerebral haemorrhage" }, { finding: "ischaemic infarct", says: "no ischaemic infarct" },
    { finding: "calcification", says: "no calcification" },
  ],
};

export interface NextStep {
  finding: string;
  /** One phrase, as the impression should have it. */
  step: string;
  source: string;
}

// biome-ignore format: a table
export const nextSteps: readonly NextStep[] = [
  { finding: "pulmonary nodule", step: "chest CT", source: "Fleischner Society 2017, Radiology 284:228: a nodule on a film is measured on CT" },
  { finding: "pulmonary mass", step: "urgent chest CT", source: "NICE NG12 2015, suspected lung cancer" },
  { finding: "consolidation", step: "repeat film in 6 weeks", source: "BTS 2009 pneumonia guideline, for resolution" },
  { finding: "pneumothorax", step: "clinical review now", source: "BTS 2023 pleural disease guideline" },
  { finding: "pleural effusion", step: "pleural ultrasound", source: "BTS 2023 pleural disease guideline" },
  { finding: "intracerebral haemorrhage", step: "neurosurgical review now", source: "AHA/ASA 2022, Stroke 53:e282" },
  { finding: "ischaemic infarct", step: "stroke team now", source: "AHA/ASA 2019, Stroke 50:e344" },
  { finding: "calcification", step: "no follow-up", source: "ACR incidental findings, benign calcification" },
  { finding: "enlarged heart", step: "echocardiography", source: "ESC 2021 heart failure guideline" },
  { finding: "no abnormality", step: "no follow-up", source: "ACR 2020" },
  { finding: "underexposed", step: "repeat the image", source: "ACR 2020: limitations are reported" },
  { finding: "noisy", step: "repeat the image", source: "ACR 2020: limitations are reported" },
  { finding: "blurred", step: "repeat the image", source: "ACR 2020: limitations are reported" },
];

export function nextStep(finding: string): NextStep | undefined {
  const asked = finding.trim().toLowerCase();
  return nextSteps.find((row) => row.finding === asked);
}
