/** What a running sft tells. Times in seconds, memory in bytes, losses in nats per learned token. */
export type SftEvent =
  | {
      type: "start";
      /** Id and folder in the run store. */
      run: string;
      path: string;
      /** Optimizer steps in all, and those done before (a resumed run). */
      steps: number;
      step: number;
      sequences: number;
      tokens: number;
      scoredTokens: number;
      trainableParameters: number;
      /** Rows that were cut, left out as too long, or without a learned token. */
      truncated: number;
      dropped: number;
      unscored: number;
    }
  | {
      type: "step-end";
      step: number;
      epoch: number;
      loss: number;
      learningRate: number;
      /** Before clipping. */
      gradNorm: number;
      tokenAccuracy: number;
      tokens: number;
      tokensPerSecond: number;
      /** Held by the engine. */
      memoryBytes: number;
      etaSeconds: number;
    }
  /** Loss or gradient was not finite: nothing was learned from this step. */
  | { type: "step-skipped"; step: number; loss: number; gradNorm: number | null; skippedInRow: number }
  | { type: "eval-end"; step: number; evalLoss: number; evalTokenAccuracy: number; best: boolean; seconds: number }
  | { type: "checkpoint-saved"; step: number; path: string };

export type SftEventOf<T extends SftEvent["type"]> = Extract<SftEvent, { type: T }>;

/** For `filter` and `findLast`: events of one type. */
export const ofType =
  <T extends SftEvent["type"]>(type: T) =>
  (event: SftEvent): event is SftEventOf<T> =>
    event.type === type;
