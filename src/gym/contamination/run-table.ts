const filterMask = (1 << 18) - 1;

/** A set of 64-bit hashes, each with how many texts have it: open addressing in typed arrays, 16 bytes an entry. */
export class RunTable {
  /** A bit for each hash that is there: 1 MB that stays in the cache answers most questions of runs that are not. */
  readonly #filter = new Int32Array(1 << 18);
  #a = new Int32Array(1 << 12);
  #b = new Int32Array(1 << 12);
  /** Texts that have the run; 0: the place is free. */
  #texts = new Int32Array(1 << 12);
  /** Last text that added it, so that repeats inside one text count once. */
  #last = new Int32Array(1 << 12);
  #size = 0;

  /** Of text number `text`, from 0. */
  add(a: number, b: number, text: number): void {
    if (2 * (this.#size + 1) > this.#a.length) this.#grow();
    const at = this.#find(a, b);
    if (this.#texts[at] === 0) {
      this.#filter[(b >>> 5) & filterMask] |= 1 << (b & 31);
      this.#a[at] = a;
      this.#b[at] = b;
      this.#size++;
    } else if (this.#last[at] === text) return;
    this.#texts[at]++;
    this.#last[at] = text;
  }

  /** Its place, or −1. Places hold until the next `add`. */
  indexOf(a: number, b: number): number {
    if ((this.#filter[(b >>> 5) & filterMask] & (1 << (b & 31))) === 0) return -1;
    const at = this.#find(a, b);
    return this.#texts[at] === 0 ? -1 : at;
  }

  /** How many texts have the run at a place. */
  textsAt(place: number): number {
    return this.#texts[place];
  }

  get places(): number {
    return this.#a.length;
  }

  #find(a: number, b: number): number {
    const mask = this.#a.length - 1;
    let at = (a ^ Math.imul(b, 0x9e3779b1)) & mask;
    while (this.#texts[at] !== 0 && (this.#a[at] !== a || this.#b[at] !== b)) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const old = [this.#a, this.#b, this.#texts, this.#last];
    [this.#a, this.#b, this.#texts, this.#last] = old.map((array) => new Int32Array(2 * array.length));
    for (let i = 0; i < old[0].length; i++) {
      if (old[2][i] === 0) continue;
      const at = this.#find(old[0][i], old[1][i]);
      [this.#a[at], this.#b[at], this.#texts[at], this.#last[at]] = old.map((array) => array[i]);
    }
  }
}
