/** Roughly how long the engine takes: operations by the model's size, at rates that docs/performance.md measured on one machine. */
import type { ModelInfo } from "../engine/engine.ts";

/** Operations a second that a training pass reaches; another processor has another rate. */
const rates = { bf16: 2e11, f32: 3e10, nf4: 1e11 };
/** Drawing token by token reaches about half of it. */
const drawing = 0.5;

/** 2 operations a parameter and token forward, 2 more back through it, 2 for the gradients of weights, 2 to compute layers again. */
export function secondsToTrain(
  { parameters, dtype }: ModelInfo,
  tokens: number,
  how: { full: boolean; again: boolean },
): number {
  return (parameters * tokens * (4 + (how.full ? 2 : 0) + (how.again ? 2 : 0))) / rates[dtype];
}

export function secondsToScore({ parameters, dtype }: ModelInfo, tokens: number): number {
  return (parameters * tokens * 2) / rates[dtype];
}

export function secondsToGenerate(info: ModelInfo, promptTokens: number, drawnTokens: number): number {
  return secondsToScore(info, promptTokens + drawnTokens / drawing);
}
