/**
 * What training over a data set tells. Times in seconds, memory in bytes. `Start`, `Step` and `Evaluation` are what a verb has
 * to say besides.
 */
export type DataEvent<Start, Step, Evaluation> =
  | (StartEvent & Start)
  | (StepEndEvent & Step)
  /** Loss or gradient was not finite: nothing was learned from this step. */
  | { type: "step-skipped"; step: number; loss: number; gradNorm: number | null; skippedInRow: number }
  | (EvalEndEvent & Evaluation)
  | { type: "checkpoint-saved"; step: number; path: string };

/** Aliases, not interfaces: they go into the run store as plain fields. */
export type StartEvent = {
  type: "start";
  /** Id and folder in the run store. */
  run: string;
  path: string;
  /** Optimizer steps in all, and those done before (a resumed run). */
  steps: number;
  step: number;
  trainableParameters: number;
};

export type StepEndEvent = {
  type: "step-end";
  step: number;
  epoch: number;
  loss: number;
  learningRate: number;
  /** Before clipping. */
  gradNorm: number;
  tokens: number;
  tokensPerSecond: number;
  /** Held by the engine. */
  memoryBytes: number;
  etaSeconds: number;
};

export type EvalEndEvent = { type: "eval-end"; step: number; evalLoss: number; best: boolean; seconds: number };

/** For `filter` and `findLast`: events of one type. */
export const ofType =
  <T extends string>(type: T) =>
  <E extends { type: string }>(event: E): event is Extract<E, { type: T }> =>
    event.type === type;
