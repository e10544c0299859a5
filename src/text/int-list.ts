/** A growing Int32Array. */
export class IntList {
  #data = new Int32Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.#data.length) this.#grow(this.length + 1);
    this.#data[this.length++] = value;
  }

  pushAll(values: Int32Array): void {
    if (this.length + values.length > this.#data.length) this.#grow(this.length + values.length);
    this.#data.set(values, this.length);
    this.length += values.length;
  }

  at(index: number): number {
    return this.#data[index];
  }

  /** A copy of the values from `from` on. */
  slice(from = 0): Int32Array {
    return this.#data.slice(from, this.length);
  }

  #grow(atLeast: number): void {
    const data = new Int32Array(Math.max(atLeast, this.#data.length * 2));
    data.set(this.#data);
    this.#data = data;
  }
}
