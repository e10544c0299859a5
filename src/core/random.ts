/**
 * Seeded random numbers: Philox4x32-10, a counter-based generator (Salmon et al. 2011,
 * https://doi.org/10.1145/2063384.2063405). Its state is a key and a position, so it is saved as JSON, and streams are
 * split off by name without drawing from the parent: what one part draws never shifts another's numbers.
 */
export interface RandomState {
  key: [number, number];
  /** 32-bit words drawn so far. */
  position: number;
}

/** One block: four 32-bit words from a 128-bit counter and a 64-bit key. */
export function philox4x32(
  counter: readonly number[],
  key: readonly [number, number],
): [number, number, number, number] {
  let c0 = counter[0] >>> 0;
  let c1 = counter[1] >>> 0;
  let c2 = counter[2] >>> 0;
  let c3 = counter[3] >>> 0;
  let k0 = key[0] >>> 0;
  let k1 = key[1] >>> 0;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0) >>> 0;
    const low1 = Math.imul(0xcd9e8d57, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c1 = low1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Upper 32 bits of a 32×32-bit product, by halves: no sum of theirs reaches 2^32. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16);
  const other = Math.imul(aLow, bHigh) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (other >>> 16)) >>> 0;
}

/** FNV-1a over UTF-16 units: names of streams to numbers. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

export class Random {
  readonly #key: [number, number];
  #position: number;
  #block: [number, number, number, number] = [0, 0, 0, 0];

  constructor(seed: number | RandomState) {
    if (typeof seed === "number") {
      if (!Number.isSafeInteger(seed)) throw new RangeError(`seed is ${seed}; it must be an integer`);
      const high = Math.floor(seed / 0x100000000);
      this.#key = [seed >>> 0, high >>> 0];
      this.#position = 0;
    } else {
      this.#key = [seed.key[0], seed.key[1]];
      this.#position = seed.position;
      if (this.#position % 4 !== 0) this.#fill();
    }
  }

  /** An independent stream, the same for the same name (and index) whatever has been drawn. */
  split(name: string | number, index = 0): Random {
    const label = typeof name === "number" ? name >>> 0 : hashName(name);
    // Counter words 2 and 3 are never set while drawing, so children's keys come from blocks that are never output.
    const [a, b] = philox4x32([label, index >>> 0, typeof name === "number" ? 1 : 2, 0x5eed], this.#key);
    return new Random({ key: [a, b], position: 0 });
  }

  state(): RandomState {
    return { key: [this.#key[0], this.#key[1]], position: this.#position };
  }

  uint32(): number {
    if (this.#position % 4 === 0) this.#fill();
    return this.#block[this.#position++ % 4];
  }

  #fill(): void {
    const block = Math.floor(this.#position / 4);
    this.#block = philox4x32([block >>> 0, Math.floor(block / 0x100000000), 0, 0], this.#key);
  }

  /** [0, 1), 53 bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    return (high * 0x4000000 + (this.uint32() >>> 6)) / 0x20000000000000;
  }

  /** 0 … below − 1, without bias. */
  integer(below: number): number {
    if (!Number.isInteger(below) || below < 1 || below > 0x100000000) {
      throw new RangeError(`integer(${below}): the bound must be an integer from 1 to 2^32`);
    }
    const limit = 0x100000000 - (0x100000000 % below);
    for (;;) {
      const draw = this.uint32();
      if (draw < limit) return draw % below;
    }
  }

  /** Box-Muller; two uniforms each, so that the state stays a position. */
  normal(mean = 0, standardDeviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + standardDeviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  boolean(probability = 0.5): boolean {
    return this.uniform() < probability;
  }

  choice<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("choice of an empty array");
    return items[this.integer(items.length)];
  }

  /** In place (Fisher-Yates). */
  shuffle<A extends { length: number; [index: number]: unknown }>(items: A): A {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }

  /** 0 … n − 1 in random order. */
  permutation(n: number): Uint32Array {
    return this.shuffle(Uint32Array.from({ length: n }, (_, i) => i));
  }

  /** k different items. */
  sample<T>(items: readonly T[], k: number): T[] {
    if (k > items.length) throw new RangeError(`sample of ${k} from ${items.length} items`);
    return Array.from(this.permutation(items.length).subarray(0, k), (i) => items[i]);
  }
}
