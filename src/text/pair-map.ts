/** (left, right) → value, all integers ≥ 0: open addressing over typed arrays, no string and no boxed key. */
export class PairMap {
  /** Of 2^n slots, at most half filled: left, right, value. */
  #slots: Int32Array;
  #mask: number;
  #size = 0;

  /** Grows by itself; `expected` pairs fit at once. */
  constructor(expected = 8) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, expected * 2)));
    this.#mask = slots - 1;
    this.#slots = new Int32Array(3 * slots).fill(-1);
  }

  set(left: number, right: number, value: number): void {
    if (2 * this.#size > this.#mask) this.#grow();
    const slots = this.#slots;
    let at = 3 * this.#hash(left, right);
    while (slots[at] >= 0 && (slots[at] !== left || slots[at + 1] !== right)) at = at === 3 * this.#mask ? 0 : at + 3;
    if (slots[at] < 0) this.#size++;
    slots[at] = left;
    slots[at + 1] = right;
    slots[at + 2] = value;
  }

  /** -1 where nothing was set. */
  get(left: number, right: number): number {
    const slots = this.#slots;
    let at = 3 * this.#hash(left, right);
    for (;;) {
      const there = slots[at];
      if (there < 0) return -1;
      if (there === left && slots[at + 1] === right) return slots[at + 2];
      at = at === 3 * this.#mask ? 0 : at + 3;
    }
  }

  #hash(left: number, right: number): number {
    const h = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    return (h ^ (h >>> 15)) & this.#mask;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length).fill(-1);
    this.#mask = 2 * this.#mask + 1;
    this.#size = 0;
    for (let at = 0; at < old.length; at += 3) if (old[at] >= 0) this.set(old[at], old[at + 1], old[at + 2]);
  }
}
