/** Tells of each step of learning from rollouts: how far its phases are, what it came to, when the run will end, and samples. */
import type { Trajectory } from "../../generate/index.ts";
import type { Model } from "../../model/model.ts";
import type { Session } from "../session.ts";
import type { PolicyEvent, PolicyStepEnd, TellPart } from "./policy-events.ts";
import type { PolicyState } from "./policy-session.ts";
import { policyStepEnd, type StepFacts, samplesOf } from "./step-report.ts";

export interface StepRecorder<More> {
  /** For what counts its progress; every tenth is told. */
  phase(step: number): TellPart;
  /** Once per step that learned. `more`: what the way of training says besides. */
  stepEnd(facts: Omit<StepFacts, "step" | "level" | "memoryBytes" | "etaSeconds">, more: More): void;
  /** Every `sampleEvery` steps, and of the first. */
  samples(trajectories: readonly Trajectory[]): void;
}

type Recorded<More> = Pick<Session<PolicyState, PolicyEvent | (PolicyStepEnd & More)>, "state" | "record">;

/** Time is taken from this call on: make it when the first step begins. */
export function stepRecorder<More extends object>(
  { state, record }: Recorded<More>,
  { steps, sampleEvery }: { steps: number; sampleEvery: number },
  { device }: Model,
  emit: (event: Extract<PolicyEvent, { type: "phase" }>) => void,
): StepRecorder<More> {
  const began = { at: performance.now(), step: state.step };
  return {
    phase: (step) => (phase, done, total) => {
      if (done === total || done % Math.ceil(total / 10) === 0) emit({ type: "phase", step, phase, done, total });
    },
    stepEnd(facts, more) {
      const { step } = state;
      const etaSeconds = ((performance.now() - began.at) / 1000 / (step - began.step)) * (steps - step);
      const level = state.tasks.curriculum?.level ?? null;
      record({
        ...policyStepEnd({ ...facts, step, level, memoryBytes: device.info().currentBytes, etaSeconds }),
        ...more,
      });
    },
    samples(trajectories) {
      const { step } = state;
      if (step === 1 || step % sampleEvery === 0) record({ type: "samples", step, samples: samplesOf(trajectories) });
    },
  };
}
