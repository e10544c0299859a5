/**
 * Exponential moving average: θ′ ← d·θ′ + (1 − d)·θ. A teacher whose weights follow the student's so is steadier than the student
 * and never far behind: https://arxiv.org/abs/1703.01780, equation 2. d in [0, 1]; 1: it stands still.
 */
export function movingAverage(average: Float32Array, next: Float32Array, decay: number): Float32Array {
  return average.map((value, i) => decay * value + (1 - decay) * next[i]);
}
