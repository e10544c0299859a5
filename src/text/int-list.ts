/** A growing Int32Array. */
export class IntList {
  #data: Int32Array;
  length = 0;

  /** Grows by itself; `expected` values fit at once. */
  constructor(expected = 256) {
    this.#data = new Int32Array(expected);
  }

  push(value: number): void {
    if (this.length === this.#data.length) this.#grow(this.length + 1);
    this.#data[this.length++] = value;
  }

  /** Appends values[from, to) of another list. */
  pushFrom(values: IntList, from: number, to: number): void {
    if (this.length + to - from > this.#data.length) this.#grow(this.length + to - from);
    const source = values.#data;
    for (let i = from; i < to; i++) this.#data[this.length++] = source[i];
  }

  set(index: number, value: number): void {
    this.#data[index] = value;
  }

  at(index: number): number {
    return this.#data[index];
  }

  /** A copy of the values from `from` on. */
  slice(from = 0): Int32Array {
    return this.#data.slice(from, this.length);
  }

  #grow(atLeast: number): void {
    const data = new Int32Array(Math.max(atLeast, this.#data.length * 2, 16));
    data.set(this.#data);
    this.#data = data;
  }
}
