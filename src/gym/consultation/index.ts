export type { ConsultationCase, Fact } from "./cases.ts";
export {
  type ConsultationOptions,
  type ConsultationState,
  consultation,
  consultationBiases,
  consultationPersonalities,
} from "./consultation.ts";
export { type ConsultationFigures, consultationFigures } from "./figures.ts";
export { modelPatient, type ReplyWriter } from "./model-patient.ts";
export { type Asked, type PatientReply, rulePatient, type SimulatedPatient } from "./patient.ts";
export { randomDoctor } from "./random-doctor.ts";
export { judgeScorer, rougeScorer, type Scorer, type ScorerInput } from "./scorer.ts";
