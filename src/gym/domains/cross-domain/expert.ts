import type { Allergy, Patient } from "../../clinical/index.ts";
import type { Brief, Expert } from "../../domain.ts";
import { noFinding, type textbook } from "../../imaging/index.ts";
import { expert as clinicalExpert } from "../clinical-diagnosis/expert.ts";
import { bestFit, lookFor, type Part } from "../visual-diagnosis/expert.ts";
import type { ImageRecord } from "../visual-diagnosis/state.ts";
import { pneumonia, viral } from "./tables.ts";
import { childDrug, stElevation, urgencyOf } from "./tasks.ts";

/** Leads a patient through the phases; for diagnosis and treatment of adults it works as the expert of clinical-diagnosis does. */
export function* expert(brief: Brief): Expert {
  const id = brief.patientId ?? "";
  const isChild = brief.kind === "paediatric-fever";
  const arrived = yield* isChild ? childArrives(id) : adultArrives(id);
  yield* complete("arrival", arrived.text);
  const { shows, text } = yield* image(id);
  yield* complete("imaging", text);
  const { diagnosis, plan, reasoning } = yield* isChild ? treatChild(id, shows, arrived) : treatAdult(brief);
  yield {
    name: "submitPathway",
    arguments: {
      diagnosis,
      plan: `${plan}.`,
      reasoning: `${arrived.text}. ${text}. ${reasoning} Reassess if anything changes.`,
    },
  };
}

function* complete(phase: string, summary: string): Part<void> {
  yield { name: "completePhase", arguments: { phase, summary } };
}

interface Arrived {
  text: string;
  light?: string;
}

function* adultArrives(patientId: string): Part<Arrived> {
  yield { name: "getPresentation", arguments: { patientId }, thought: "Look first, then measure." };
  const { date: _, diastolic: __, ...vitals } = yield { name: "getVitalSigns", arguments: { patientId } };
  const { newConfusion } = yield { name: "assessConsciousness", arguments: { patientId } };
  const { conditions }: { conditions: string[] } = yield { name: "getHistory", arguments: { patientId } };
  const items = { ...vitals, hypercapnicFailure: conditions.includes("COPD"), newConfusionOrLess: newConfusion };
  const { score } = yield { name: "calculateNews2", arguments: items };
  const urgency = urgencyOf(score);
  yield { name: "notifyPhysician", arguments: { patientId, urgency, reason: `NEWS2 is ${score}` } };
  return { text: `NEWS2 is ${score}, the doctor comes ${urgency}` };
}

function* childArrives(patientId: string): Part<Arrived> {
  const { note } = yield { name: "getPresentation", arguments: { patientId }, thought: "Look first, then measure." };
  const { heartRate, respiratoryRate, oxygenSaturation } = yield { name: "getVitalSigns", arguments: { patientId } };
  const { age: ageYears } = yield { name: "getPatientInfo", arguments: { patientId } };
  yield { name: "checkDangerZone", arguments: { ageYears } };
  const signs = [/On examination: ([^.]+)\./.exec(note)?.[1] ?? ""];
  const { light } = yield {
    name: "classifyFever",
    arguments: { ageYears, heartRate, respiratoryRate, oxygenSaturation, signs },
  };
  const urgency = light === "red" ? "immediate" : light === "amber" ? "within 10 minutes" : "routine";
  yield { name: "notifyPhysician", arguments: { patientId, urgency, reason: `${light} light` } };
  return { text: `the traffic light is ${light}: ${signs[0]}, heart rate ${heartRate}`, light };
}

/** Looks at the one image and records what it shows. */
function* image(patientId: string): Part<{ shows: string; text: string }> {
  const { images }: { images: Pick<ImageRecord, "imageId" | "modality">[] } = yield {
    name: "listImages",
    arguments: { patientId },
  };
  const { imageId, modality } = images[images.length - 1];
  const shows = modality === "ECG" ? yield* readEcg(imageId) : yield* readImage(imageId, modality);
  yield { name: "recordVisualDiagnosis", arguments: { imageId, diagnosis: shows } };
  return { shows, text: `${imageId} shows ${shows}` };
}

function* readEcg(imageId: string): Part<string> {
  const { stMm, rate }: { stMm: Record<string, number>; rate: number } = yield {
    name: "measureEcg",
    arguments: { imageId },
  };
  if (["II", "III", "aVF"].filter((lead) => stMm[lead] >= 0.9).length >= 2) return stElevation;
  return rate > 100 ? "tachycardia" : rate < 60 ? "bradycardia" : "normal rate";
}

function* readImage(imageId: string, modality: string): Part<string> {
  const seen = yield* lookFor(imageId);
  if (!seen) return noFinding;
  const { findings }: { findings: ReturnType<typeof textbook> } = yield {
    name: "lookUpFindings",
    arguments: { modality },
  };
  return bestFit(findings, seen.found, seen.place).finding;
}

interface Solved {
  diagnosis: string;
  plan: string;
  reasoning: string;
}

/** Plays the other domain's expert up to its submission; before a drug the pharmacy is asked, and before allergies the phase ends. */
function* treatAdult(brief: Brief): Part<Solved> {
  const inner = clinicalExpert(brief);
  let treating = false;
  for (let move = inner.next(); !move.done; ) {
    const { value } = move;
    if ("text" in value) break;
    if (value.name === "submitDiagnosis") {
      const { diagnosis, plan, reasoning } = value.arguments as unknown as Solved;
      return { diagnosis, plan, reasoning };
    }
    if (!treating && ["getAllergyList", "transferToSpecialist"].includes(value.name)) {
      treating = true;
      yield* complete("diagnosis", "the diagnosis is proved; treatment follows");
    }
    if (value.name === "prescribeMedication") {
      const { patientId, drug } = value.arguments;
      yield { name: "checkAllInteractions", arguments: { patientId, newDrug: drug } };
    }
    move = inner.next(yield value);
  }
  return { diagnosis: "", plan: "", reasoning: "" };
}

function* treatChild(patientId: string, shows: string, { light }: Arrived): Part<Solved> {
  const about = { patientId };
  const ill = shows === "consolidation";
  const diagnosis = ill ? pneumonia : viral;
  if (!ill) yield { name: "orderLabTest", arguments: { ...about, test: "urine leucocytes" } };
  const record = { diagnosis, icd10: ill ? "J18.9" : "B34.9", confidence: 0.8, reasoning: `the film shows ${shows}` };
  yield { name: "recordDiagnosis", arguments: { ...about, ...record } };
  yield* complete("diagnosis", diagnosis);
  const { age: ageYears, weightKg }: Pick<Patient, "age" | "weightKg"> = yield {
    name: "getPatientInfo",
    arguments: about,
  };
  const { allergies }: { allergies: Allergy[] } = yield { name: "getAllergyList", arguments: about };
  const drug = childDrug(ill, allergies);
  const { dose, frequency } = yield { name: "getChildDose", arguments: { drug, ageYears, weightKg } };
  yield { name: "checkAllInteractions", arguments: { ...about, newDrug: drug } };
  yield { name: "prescribeMedication", arguments: { ...about, drug, dose, frequency, route: "oral" } };
  const handed = light !== "green";
  if (handed)
    yield { name: "transferToSpecialist", arguments: { ...about, specialty: "paediatrics", summary: diagnosis } };
  const known = allergies.map(({ allergen, reaction }) => `allergy to ${allergen}: ${reaction}`);
  const plan = [
    `${drug} ${dose} ${frequency} is prescribed`,
    ...known,
    ...(handed ? ["paediatrics takes over"] : []),
  ].join(". ");
  return { diagnosis, plan, reasoning: `The diagnosis is ${diagnosis}, because the film shows ${shows}.` };
}
