/**
 * Successive halving without waiting (ASHA, https://arxiv.org/abs/1810.05934, in its stopping form): at each rung, `first`·`factor`^k
 * steps, a trial goes on while it is among the best 1/`factor` of those that came so far. One that is overtaken by later ones before
 * its next rung is stopped too, so that the order in which trials start does not decide.
 */
export class Halving {
  readonly #first: number;
  readonly #factor: number;
  readonly #sign: number;
  /** Values of each trial at the rungs that it reached. */
  readonly #values: number[][];
  readonly #ended: boolean[];

  constructor(trials: number, { first, factor, mode }: { first: number; factor: number; mode: "min" | "max" }) {
    this.#first = first;
    this.#factor = factor;
    this.#sign = mode === "min" ? 1 : -1;
    this.#values = Array.from({ length: trials }, () => []);
    this.#ended = new Array<boolean>(trials).fill(false);
  }

  /** A trial's figure at a step; those to stop now, each with the step of the rung at which it is behind. */
  reached(trial: number, step: number, value: number): { index: number; step: number }[] {
    const own = this.#values[trial];
    if (this.#ended[trial] || step < this.#stepOf(own.length)) return [];
    while (step >= this.#stepOf(own.length)) own.push(value);
    const rung = own.length - 1;
    const came = this.#values.flatMap((values, index) =>
      values.length > rung ? [{ index, value: values[rung] }] : [],
    );
    if (came.length < this.#factor) return [];
    came.sort((a, b) => this.#sign * (a.value - b.value));
    const behind = came
      .slice(Math.ceil(came.length / this.#factor))
      .filter(({ index }) => !this.#ended[index] && this.#values[index].length === rung + 1)
      .map(({ index }) => ({ index, step: this.#stepOf(rung) }));
    for (const { index } of behind) this.#ended[index] = true;
    return behind;
  }

  /** It will not be stopped any more. */
  over(trial: number): void {
    this.#ended[trial] = true;
  }

  #stepOf(rung: number): number {
    return this.#first * this.#factor ** rung;
  }
}
