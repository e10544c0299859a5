/**
 * Learning-rate schedules, as transformers' get_scheduler gives them. `step` counts from 0, so that with warm-up the
 * first step has rate 0. W warm-up steps, T steps in all.
 */
export type Schedule = "linear" | "cosine" | "constant";

/** What follows the warm-up: (step − W) of (T − W) steps done → factor of the peak rate. */
const decays: Record<Schedule, (progress: number) => number> = {
  linear: (progress) => 1 - progress,
  // half a period, https://arxiv.org/abs/1608.03983 without restarts
  cosine: (progress) => 0.5 * (1 + Math.cos(Math.PI * progress)),
  constant: () => 1,
};

/** Factor of the peak learning rate at a step. */
export function scheduleFactor(schedule: Schedule, step: number, warmupSteps: number, steps: number): number {
  if (step < warmupSteps) return step / Math.max(1, warmupSteps);
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  return Math.max(0, decays[schedule](progress));
}

/** W from either option: the steps themselves, or ⌈T·ratio⌉ as transformers rounds. */
export function warmupStepsOf(steps: number, warmup: { warmupSteps?: number; warmupRatio?: number }): number {
  return warmup.warmupSteps ?? Math.ceil(steps * (warmup.warmupRatio ?? 0));
}
