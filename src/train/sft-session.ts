/** A run's folder, state and record of events: new, or gone on with. */
import type { DeviceInfo } from "../engine/engine.ts";
import { RunFolder } from "../track/store.ts";
import type { Examples } from "./examples.ts";
import { describeData, describeModel } from "./references.ts";
import type { SftEvent } from "./sft-events.ts";
import { numericOptions, type ResolvedSft } from "./sft-options.ts";
import { type Fingerprint, resumeRun, type SftState } from "./sft-state.ts";
import type { Trainee } from "./trainee.ts";

export interface SftSession {
  folder: RunFolder;
  state: SftState;
  fingerprint: Fingerprint;
  /** Every event of the run, those before a resume included. */
  events: SftEvent[];
  /** Into the run store and to the readers of the run. */
  record(event: SftEvent): void;
}

export async function openSession(
  options: ResolvedSft,
  data: Examples,
  evalData: Examples | undefined,
  trainee: Trainee,
  emit: (event: SftEvent) => void,
): Promise<SftSession> {
  const model = await describeModel(options.model);
  const fingerprint = { ...numericOptions(options), model: model.hash, data: data.hash, evalData: evalData?.hash };
  const resumed = options.resume ? await resumeRun(options.resume, trainee, fingerprint) : undefined;
  const folder = resumed?.folder ?? (await newFolder(options, data, evalData, model));
  const events = (resumed?.metrics ?? []) as unknown as SftEvent[];
  for (const event of events) emit(event);
  return {
    folder,
    fingerprint,
    events,
    state: resumed?.state ?? { step: 0, evaluated: -1, best: null, skippedInRow: 0 },
    record(event) {
      folder.log(event);
      events.push(event);
      emit(event);
    },
  };
}

function newFolder(
  options: ResolvedSft,
  data: Examples,
  evalData: Examples | undefined,
  model: Record<string, unknown>,
) {
  const { name, isa, threads }: DeviceInfo = options.model.device.info();
  return RunFolder.create("sft", {
    options: { ...options, model: undefined, data: undefined, evalData: undefined, heldOut: undefined },
    seed: options.seed,
    device: { name, isa, threads },
    engineVersion: options.model.device.engineVersion,
    model,
    data: {
      data: describeData(options.data, data),
      evalData: evalData && describeData(options.evalData!, evalData),
    },
  });
}

/** The first event: what is about to be done. */
export function startEvent({ folder, state }: SftSession, steps: number, data: Examples, { model }: Trainee): SftEvent {
  const { items, tokens, scoredTokens, truncated, dropped, unscored } = data;
  const tensors = model.engine.tensors(model.adapter?.engine);
  const trainableParameters = tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const counts = { sequences: items.length, tokens, scoredTokens, truncated, dropped, unscored, trainableParameters };
  return { type: "start", run: folder.id, path: folder.path, steps, step: state.step, ...counts };
}
