/** What is told of pairs that were compared, by the policy's implicit rewards or by a reward model. */

export interface PairReport {
  /** Share of pairs whose chosen has the higher reward; equal rewards count ½. */
  accuracy: number;
  /** Means: of the reward of chosen less that of rejected, and of each. */
  margin: number;
  chosenReward: number;
  rejectedReward: number;
}

export interface EvalPairReport {
  evalAccuracy: number;
  evalMargin: number;
  evalChosenReward: number;
  evalRejectedReward: number;
}

/** Sums over the batches of a step. */
export class PairSums {
  #pairs = 0;
  #right = 0;
  #chosen = 0;
  #rejected = 0;

  add(chosen: ArrayLike<number>, rejected: ArrayLike<number>): void {
    for (let i = 0; i < chosen.length; i++) {
      this.#pairs++;
      this.#right += chosen[i] > rejected[i] ? 1 : chosen[i] === rejected[i] ? 0.5 : 0;
      this.#chosen += chosen[i];
      this.#rejected += rejected[i];
    }
  }

  report(): PairReport {
    const of = (sum: number) => sum / this.#pairs;
    return {
      accuracy: of(this.#right),
      margin: of(this.#chosen - this.#rejected),
      chosenReward: of(this.#chosen),
      rejectedReward: of(this.#rejected),
    };
  }
}

export const asEvaluation = ({ accuracy, margin, chosenReward, rejectedReward }: PairReport): EvalPairReport => ({
  evalAccuracy: accuracy,
  evalMargin: margin,
  evalChosenReward: chosenReward,
  evalRejectedReward: rejectedReward,
});
