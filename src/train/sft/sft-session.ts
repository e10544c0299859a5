/** The session of an sft: its state, its fingerprint and what its manifest says. */
import type { Examples } from "../examples.ts";
import { describeData } from "../references.ts";
import type { TrainingState } from "../run-state.ts";
import { openSession, type Session, trainableParameters } from "../session.ts";
import type { Trainee } from "../trainee.ts";
import type { SftEvent } from "./sft-events.ts";
import { numericOptions, type ResolvedSft } from "./sft-options.ts";

/** The lowest evaluation loss so far. */
export interface Best {
  step: number;
  evalLoss: number;
}

export interface SftState extends TrainingState {
  /** Step of the last evaluation; −1: none yet. */
  evaluated: number;
  best: Best | null;
}

export type SftSession = Session<SftState, SftEvent>;

export function openSftSession(
  options: ResolvedSft,
  data: Examples,
  evalData: Examples | undefined,
  trainee: Trainee,
  emit: (event: SftEvent) => void,
): Promise<SftSession> {
  return openSession<SftState, SftEvent>({
    verb: "sft",
    model: options.model,
    trainee,
    resume: options.resume,
    fingerprint: { ...numericOptions(options), data: data.hash, evalData: evalData?.hash },
    start: { step: 0, evaluated: -1, best: null, skippedInRow: 0 },
    facts: {
      options: { ...options, model: undefined, data: undefined, evalData: undefined, heldOut: undefined },
      seed: options.seed,
      data: {
        data: describeData(options.data, data),
        evalData: evalData && describeData(options.evalData!, evalData),
      },
    },
    emit,
  });
}

/** The first event: what is about to be done. */
export function startEvent({ folder, state }: SftSession, steps: number, data: Examples, trainee: Trainee): SftEvent {
  const { items, tokens, scoredTokens, truncated, dropped, unscored } = data;
  const counts = { sequences: items.length, tokens, scoredTokens, truncated, dropped, unscored };
  const parameters = { trainableParameters: trainableParameters(trainee) };
  return { type: "start", run: folder.id, path: folder.path, steps, step: state.step, ...counts, ...parameters };
}
