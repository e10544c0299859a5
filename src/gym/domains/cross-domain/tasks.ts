import type { Random } from "../../../core/random.ts";
import {
  type Allergy,
  allergyConflict,
  between,
  drugNamed,
  findPresentation,
  generatePatient,
  news2,
  type Patient,
} from "../../clinical/index.ts";
import { drawLesion, findingKind, type Lead, noFinding, type PictureSpec, regionOf } from "../../imaging/index.ts";
import type { ExpectedAction } from "../../task.ts";
import type { Case } from "../clinical-diagnosis/cases.ts";
import { task as clinicalTask } from "../clinical-diagnosis/tasks.ts";
import { call, must, should } from "../expected.ts";
import { type Draft, patientTasks } from "../patient-tasks.ts";
import { imageOf, infarctShifts, seedOf } from "../visual-diagnosis/kinds.ts";
import type { ImageRecord } from "../visual-diagnosis/state.ts";
import type { PhaseCriteria, Start } from "./state.ts";
import {
  childDose,
  feverSigns,
  type Light,
  type Pathway,
  pathways,
  phases,
  pneumonia,
  trafficLight,
  viral,
} from "./tables.ts";

/** 22 of each pathway, one for each patient. */
export const { kinds: kindNames, tasks } = patientTasks({
  domain: "cross-domain",
  rows: pathways,
  kindOf: ({ name }) => name,
  count: 22 * pathways.length,
  draft: (pathway, random, id) => (pathway.presentation ? adult(pathway, random, id) : child(pathway, random, id)),
});

/** What the first image shows, by the name that is to be recorded. */
export const stElevation = "inferior ST elevation";

function paint({ picture }: Pathway, random: Random, patient: Patient): { spec: PictureSpec; shows: string } {
  const base = { seed: seedOf(random), quality: "adequate" as const, lesions: [] };
  const trace = (st: Partial<Record<Lead, number>>) => ({
    rate: patient.vitals.at(-1)!.heartRate,
    irregular: false,
    st,
  });
  switch (picture) {
    case "inferior infarct": {
      const st = infarctShifts(random, "inferior", patient.age, patient.sex === "male");
      return { spec: { ...base, modality: "ECG", trace: trace(st) }, shows: stElevation };
    }
    case "rhythm": {
      const { heartRate } = patient.vitals.at(-1)!;
      return {
        spec: { ...base, modality: "ECG", trace: trace({}) },
        shows: heartRate > 100 ? "tachycardia" : "normal rate",
      };
    }
    case "infarct on the left": {
      const place = random.choice(["left frontal lobe", "left temporal lobe", "left occipital lobe"]);
      const lesion = drawLesion(random, findingKind("ischaemic infarct")!, place);
      return { spec: { ...base, modality: "head CT", lesions: [lesion] }, shows: lesion.kind };
    }
    default: {
      const kind = findingKind(picture === "effusion or not" ? "pleural effusion" : "consolidation")!;
      const lesions = random.boolean() ? [drawLesion(random, kind)] : [];
      return { spec: { ...base, modality: "chest film", lesions }, shows: lesions.length > 0 ? kind.name : noFinding };
    }
  }
}

/** Looks at the image and records what it shows. */
function imaging({ imageId, modality, picture }: ImageRecord, shows: string, patient: Patient): PhaseCriteria {
  const [lesion] = picture.lesions;
  const look =
    modality === "ECG"
      ? [call("measureEcg", { imageId })]
      : [
          call("analyzeMedicalImage", { imageId }),
          ...(lesion ? [call("measureLesion", { imageId, box: [...regionOf(lesion)] }, "box")] : []),
        ];
  return {
    phase: "imaging",
    actions: [
      call("listImages", { patientId: patient.id }),
      ...look,
      call("recordVisualDiagnosis", { imageId, diagnosis: shows }),
      handOver("imaging", shows),
    ],
    assertions: [must(`${imageId} shows ${shows}`, shows)],
  };
}

const handOver = (phase: string, summary: string) => call("completePhase", { phase, summary }, "summary");

/** From 7 points on a doctor comes at once: Royal College of Physicians 2017. */
export const urgencyOf = (score: number) => (score >= 7 ? "immediate" : "within 10 minutes");

const tickets = (random: Random, id: string, who: string, complaint: string) =>
  random.choice([
    `${id}, ${who}, arrives with ${complaint}. Take ${id} through arrival, imaging, diagnosis and treatment, then submit the pathway of ${id}.`,
    `Lead ${id} (${who}, ${complaint}) from the door to treatment. Hand ${id} over after each phase; submit when ${id} is treated.`,
  ]);

function adult(pathway: Pathway, random: Random, id: string): Draft | undefined {
  const presentation = findPresentation(pathway.presentation!)!;
  const inner = clinicalTask(presentation, id, random.integer(1 << 24));
  const given = inner.state as Case;
  const { patient } = given;
  const note = patient.notes[patient.notes.length - 1].text;
  if (pathway.needs && !note.includes(pathway.needs)) return undefined;
  const { spec, shows } = paint(pathway, random, patient);
  const image = imageOf(random, id, 1, spec, { date: patient.today, indication: presentation.complaint });
  const newConfusion = /drowsy|newly confused|disoriented/.test(note);
  const { date: _, diastolic: __, ...vitals } = patient.vitals.at(-1)!;
  const items = {
    ...vitals,
    hypercapnicFailure: patient.conditions.some(({ name }) => name === "COPD"),
    newConfusionOrLess: newConfusion,
  };
  const { score } = news2.compute({ ...items, supplementalOxygen: false });
  const about = { patientId: id };
  const own = inner.criteria.actions.slice(0, -1); // without its submission
  const turn = own.findIndex(({ tool }) =>
    ["getAllergyList", "getMedications", "prescribeMedication", "transferToSpecialist"].includes(tool),
  );
  // what the arrival and the record's own tools show already is not asked for twice
  const diagnosis = own.slice(0, turn).filter(({ tool }) => !["getClinicalNotes", "getVitalSigns"].includes(tool));
  const treatment = own.slice(turn).flatMap((action) => {
    if (action.tool !== "prescribeMedication") return [action];
    return [call("checkAllInteractions", { ...about, newDrug: action.arguments.drug }), action];
  });
  const [first, ...others] = inner.criteria.assertions;
  const parts: PhaseCriteria[] = [
    {
      phase: "arrival",
      actions: [
        call("getPresentation", about),
        call("getVitalSigns", about),
        call("assessConsciousness", about),
        call("calculateNews2", items, "hypercapnicFailure"),
        call("notifyPhysician", { ...about, urgency: urgencyOf(score), reason: `NEWS2 ${score}` }, "reason"),
        handOver("arrival", `NEWS2 ${score}`),
      ],
      assertions: [should(`NEWS2 is ${score}, the doctor comes ${urgencyOf(score)}`, "NEWS2", String(score))],
    },
    imaging(image, shows, patient),
    {
      phase: "diagnosis",
      actions: [call("getClinicalNotes", about), ...diagnosis, handOver("diagnosis", presentation.name)],
      assertions: [first],
    },
    { phase: "treatment", actions: treatment, assertions: others },
  ];
  const who = `${patient.age}-year-old ${patient.sex === "female" ? "woman" : "man"}`;
  const start: Start = {
    pathway: pathway.name,
    case: given,
    complaint: presentation.complaint,
    newConfusion,
    images: [image],
    phases: parts,
  };
  return draftOf(
    start,
    parts,
    tickets(random, id, who, presentation.complaint),
    presentation.name,
    inner.difficulty >= 4 ? 5 : 4,
  );
}

const lightRanges = {
  green: { heartRate: [96, 124], respiratoryRate: [22, 32], oxygenSaturation: [96, 99] },
  amber: { heartRate: [142, 158], respiratoryRate: [34, 48], oxygenSaturation: [92, 95] },
  red: { heartRate: [144, 172], respiratoryRate: [40, 66], oxygenSaturation: [88, 93] },
} as const;

function child(pathway: Pathway, random: Random, id: string): Draft | undefined {
  const age = between(random, 2, 4);
  const allergies: Allergy[] = random.boolean(0.4)
    ? [{ allergen: "penicillin", reaction: "urticaria", severity: "moderate" } as Allergy]
    : [];
  const grown = generatePatient({
    id,
    seed: random.integer(1 << 20),
    conditions: [],
    medications: [],
    allergies,
    egfr: [85, 110],
  });
  const light = random.choice(["green", "amber", "red"] as const satisfies readonly Light[]);
  const ranges = lightRanges[light];
  const vitals = {
    date: grown.today,
    temperature: between(random, 382, 399) / 10,
    heartRate: between(random, ranges.heartRate[0], ranges.heartRate[1]),
    respiratoryRate: between(random, ranges.respiratoryRate[0], ranges.respiratoryRate[1]),
    oxygenSaturation: between(random, ranges.oxygenSaturation[0], ranges.oxygenSaturation[1]),
    systolic: between(random, 88, 104),
    diastolic: between(random, 52, 66),
  };
  const sign = random.choice(feverSigns[light]);
  const days = between(random, 2, 4);
  const complaint = "fever";
  const text = `Fever for ${days} days, cough, drinks a little. On examination: ${sign}. Vaccinated as usual.`;
  const patient: Patient = {
    ...grown,
    age,
    weightKg: 2 * (age + 4), // Advanced Paediatric Life Support
    heightCm: 82 + 6 * age,
    chiefComplaint: complaint,
    vitals: [vitals],
    labs: [],
    notes: [{ date: grown.today, author: "nurse Ekwueme", type: "admission", text }],
    immunizations: [],
    social: { smoking: "never", alcohol: "none" },
  };
  const { spec, shows } = paint(pathway, random, patient);
  const image = imageOf(random, id, 1, spec, { date: patient.today, indication: "fever and cough" });
  const { heartRate, respiratoryRate, oxygenSaturation } = vitals;
  const items = { ageYears: age, heartRate, respiratoryRate, oxygenSaturation, signs: [sign] };
  const found = trafficLight(items);
  if (found.light !== light) return undefined;
  const ill = shows === "consolidation";
  const name = ill ? pneumonia : viral;
  const drug = childDrug(ill, allergies);
  const { dose, frequency } = childDose(drug, age, patient.weightKg)!;
  const about = { patientId: id };
  const urgency = light === "red" ? "immediate" : light === "amber" ? "within 10 minutes" : "routine";
  const parts: PhaseCriteria[] = [
    {
      phase: "arrival",
      actions: [
        call("getPresentation", about),
        call("getVitalSigns", about),
        call("checkDangerZone", { ageYears: age }),
        call("classifyFever", items, "signs"),
        call("notifyPhysician", { ...about, urgency, reason: `${light} light` }, "reason"),
        handOver("arrival", `${light} light`),
      ],
      assertions: [should(`the traffic light is ${light}`, light)],
    },
    imaging(image, shows, patient),
    {
      phase: "diagnosis",
      actions: [
        ...(ill ? [] : [call("orderLabTest", { ...about, test: "urine leucocytes" })]),
        call(
          "recordDiagnosis",
          { ...about, diagnosis: name, icd10: ill ? "J18.9" : "B34.9", confidence: 0.8, reasoning: shows },
          "icd10",
          "confidence",
          "reasoning",
        ),
        handOver("diagnosis", name),
      ],
      assertions: [must(`the diagnosis is ${name}`, name)],
    },
    {
      phase: "treatment",
      actions: [
        call("getAllergyList", about),
        call("getChildDose", { drug, ageYears: age, weightKg: patient.weightKg }),
        call("checkAllInteractions", { ...about, newDrug: drug }),
        call(
          "prescribeMedication",
          { ...about, drug, dose, frequency, route: drugNamed(drug).route },
          "route",
          "frequency",
        ),
        ...(light === "green"
          ? []
          : [call("transferToSpecialist", { ...about, specialty: "paediatrics", summary: name }, "summary")]),
      ],
      assertions: [
        must(`${drug} ${dose} ${frequency} is prescribed`, drug, dose),
        ...allergies.map(({ allergen, reaction }) => should(`allergy to ${allergen}: ${reaction}`, allergen)),
        ...(light === "green" ? [] : [should("paediatrics takes over", "paediatrics")]),
      ],
    },
  ];
  const given: Case = { patient, presentation: pneumonia, results: {} };
  const start: Start = {
    pathway: pathway.name,
    case: given,
    complaint,
    newConfusion: false,
    images: [image],
    phases: parts,
  };
  return draftOf(start, parts, tickets(random, id, `${age}-year-old child`, complaint), name, 4);
}

/** What a child gets by mouth. */
export function childDrug(ill: boolean, allergies: readonly Allergy[]): string {
  if (!ill) return "paracetamol";
  return allergyConflict(drugNamed("amoxicillin"), allergies) ? "clarithromycin" : "amoxicillin";
}

function draftOf(
  start: Start,
  parts: readonly PhaseCriteria[],
  ticket: string,
  answer: string,
  difficulty: Draft["difficulty"],
): Draft {
  const assertions = parts.flatMap((part) => part.assertions);
  const submission = { diagnosis: answer, plan: assertions.map(({ text }) => text).join(". ") };
  const submit: ExpectedAction = { tool: "submitPathway", arguments: submission, compareArgs: ["diagnosis"] };
  if (parts.length !== phases.length) throw new RangeError("a pathway has every phase");
  return {
    ticket,
    answer,
    difficulty,
    criteria: { actions: [...parts.flatMap(({ actions }) => actions), submit], assertions },
    state: start,
  };
}
