import { copyJson } from "../../../core/copy-json.ts";
import type { Patient } from "../../clinical/index.ts";
import type { Assertion, ExpectedAction } from "../../task.ts";
import type { Case } from "../clinical-diagnosis/cases.ts";
import type { State as Clinical } from "../clinical-diagnosis/tools.ts";
import { type State as Pharmacy, profileOf } from "../drug-interaction/state.ts";
import type { State as Triage } from "../triage/tools.ts";
import type { State as Archive, ImageRecord } from "../visual-diagnosis/state.ts";
import type { Phase } from "./tables.ts";

/** What of a task's criteria belongs to a phase. */
export interface PhaseCriteria {
  phase: Phase;
  actions: ExpectedAction[];
  assertions: Assertion[];
}

/** What a task starts from. */
export interface Start {
  pathway: string;
  case: Case;
  complaint: string;
  newConfusion: boolean;
  images: ImageRecord[];
  phases: PhaseCriteria[];
}

/** One patient in the hands of four domains: their databases share the patient's record, and are hashed together. */
export interface State {
  pathway: string;
  /** Of `phases`, the one that goes on. */
  current: number;
  summaries: { phase: Phase; summary: string }[];
  clinical: Clinical;
  triage: Triage;
  archive: Archive;
  pharmacy: Pharmacy;
}

/** The domains' databases over one record: what one of them prescribes, the others see. What is judged stays with the task. */
export function stateOf(start: Start): State {
  const { pathway, case: given, complaint, newConfusion, images } = copyJson({ ...start, phases: [] });
  const { patient } = given;
  return {
    pathway,
    current: 0,
    summaries: [],
    clinical: { ...given, orders: [], prescriptions: [], diagnoses: [], transfers: [] },
    triage: {
      patient,
      arrival: pathway,
      complaint,
      note: patient.notes[patient.notes.length - 1].text,
      pain: 0,
      newConfusion,
      level: 2,
      interventions: [],
      calls: [],
      orders: [],
      free: { "resuscitation room": 1, "monitored bed": 2, "acute bed": 4 },
    },
    archive: { patient: readerSees(patient), images, recorded: [], annotations: [] },
    pharmacy: { profile: profileOf(patient), question: {} },
  };
}

function readerSees({ id, age, sex, conditions }: Patient): Archive["patient"] {
  return { id, age, sex, history: conditions.map(({ name }) => name) };
}
