/** A run's folder, state and record of events: new, or gone on with. */

import type { Model } from "../model/model.ts";
import type { RunFacts } from "../track/manifest.ts";
import type { Metric } from "../track/metrics.ts";
import { RunFolder } from "../track/store.ts";
import { describeModel } from "./references.ts";
import { type Fingerprint, resumeRun, type TrainingState } from "./run-state.ts";
import type { Trainee } from "./trainee.ts";

export interface Session<State extends TrainingState, Event> {
  folder: RunFolder;
  state: State;
  fingerprint: Fingerprint;
  /** Every event of the run, those before a resume included. */
  events: Event[];
  /** Into the run store and to the readers of the run. */
  record(event: Event): void;
}

export interface SessionPlan<State extends TrainingState, Event> {
  /** "sft", "grpo" */
  verb: string;
  /** As it was given, before training. */
  model: Model;
  trainee: Trainee;
  resume: string | boolean | undefined;
  /** What the numbers depend on, besides the model. */
  fingerprint: Fingerprint;
  /** Of a new run. */
  start: State;
  /** For the manifest of a new run. */
  facts: Pick<RunFacts, "options" | "seed" | "data">;
  emit(event: Event): void;
}

export async function openSession<State extends TrainingState, Event extends Metric>(
  plan: SessionPlan<State, Event>,
): Promise<Session<State, Event>> {
  const { verb, trainee, resume, start, emit } = plan;
  const model = await describeModel(plan.model);
  const fingerprint = { ...plan.fingerprint, model: model.hash };
  const resumed = resume ? await resumeRun<State>(verb, resume, trainee, fingerprint) : undefined;
  const folder = resumed?.folder ?? (await newFolder(plan, model));
  const events = (resumed?.metrics ?? []) as Event[];
  for (const event of events) emit(event);
  return {
    folder,
    fingerprint,
    events,
    state: resumed?.state ?? start,
    record(event) {
      folder.log(event);
      events.push(event);
      emit(event);
    },
  };
}

function newFolder<State extends TrainingState, Event>(
  { verb, model: given, facts }: SessionPlan<State, Event>,
  model: Record<string, unknown>,
): Promise<RunFolder> {
  const { name, isa, threads } = given.device.info();
  return RunFolder.create(verb, {
    ...facts,
    device: { name, isa, threads },
    engineVersion: given.device.engineVersion,
    model,
  });
}

export function trainableParameters({ model }: Trainee): number {
  const tensors = model.engine.tensors(model.adapter?.engine);
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
