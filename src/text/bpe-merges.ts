/**
 * Byte-pair merging of one pre-token, https://arxiv.org/abs/1508.07909: of all adjacent pairs, the one with the lowest
 * rank merges first, the leftmost of equals.
 */

/** Above so many symbols the heap is faster than scanning all pairs for every merge. */
const scanLimit = 160;
const noRank = 0x7fffffff;

/** (left id, right id) → rank and merged id: open addressing over typed arrays, no string and no boxed key. */
export class MergeTable {
  readonly #mask: number;
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly ranks: Int32Array;
  readonly ids: Int32Array;

  constructor(merges: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, merges * 2)));
    this.#mask = slots - 1;
    this.#left = new Int32Array(slots).fill(-1);
    this.#right = new Int32Array(slots);
    this.ranks = new Int32Array(slots);
    this.ids = new Int32Array(slots);
  }

  add(left: number, right: number, rank: number, id: number): void {
    let slot = this.#hash(left, right);
    while (this.#left[slot] >= 0 && (this.#left[slot] !== left || this.#right[slot] !== right)) {
      slot = (slot + 1) & this.#mask;
    }
    this.#left[slot] = left;
    this.#right[slot] = right;
    this.ranks[slot] = rank;
    this.ids[slot] = id;
  }

  /** Slot of the pair in `ranks` and `ids`; -1 when the two do not merge. */
  find(left: number, right: number): number {
    let slot = this.#hash(left, right);
    for (;;) {
      const there = this.#left[slot];
      if (there < 0) return -1;
      if (there === left && this.#right[slot] === right) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #hash(left: number, right: number): number {
    const h = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    return (h ^ (h >>> 15)) & this.#mask;
  }
}

/** Merges `symbols[0..n)` in place; returns how many are left. */
export function merge(table: MergeTable, symbols: Int32Array, n: number): number {
  return n <= scanLimit ? mergeByScan(table, symbols, n) : mergeByHeap(table, symbols, n);
}

const scanRanks = new Int32Array(scanLimit + 1);
const scanIds = new Int32Array(scanLimit + 1);

function mergeByScan(table: MergeTable, symbols: Int32Array, n: number): number {
  const lookUp = (i: number) => {
    const slot = table.find(symbols[i], symbols[i + 1]);
    scanRanks[i] = slot < 0 ? noRank : table.ranks[slot];
    scanIds[i] = slot < 0 ? -1 : table.ids[slot];
  };
  for (let i = 0; i + 1 < n; i++) lookUp(i);
  for (;;) {
    let best = noRank;
    let at = -1;
    for (let i = 0; i + 1 < n; i++) {
      if (scanRanks[i] < best) {
        best = scanRanks[i];
        at = i;
      }
    }
    if (at < 0) return n;
    symbols[at] = scanIds[at];
    symbols.copyWithin(at + 1, at + 2, n);
    scanRanks.copyWithin(at + 1, at + 2, n - 1);
    scanIds.copyWithin(at + 1, at + 2, n - 1);
    n--;
    if (at > 0) lookUp(at - 1);
    if (at + 1 < n) lookUp(at);
  }
}

/** O(n log n), for pre-tokens of thousands of bytes (text without spaces, runs of one character). */
function mergeByHeap(table: MergeTable, symbols: Int32Array, n: number): number {
  const next = Int32Array.from({ length: n }, (_, i) => i + 1);
  const previous = Int32Array.from({ length: n }, (_, i) => i - 1);
  const pairRank = new Int32Array(n).fill(noRank); // of the pair (i, next[i])
  const pairId = new Int32Array(n);
  const heap = new MinHeap();
  const lookUp = (i: number) => {
    const slot = next[i] < n ? table.find(symbols[i], symbols[next[i]]) : -1;
    pairRank[i] = slot < 0 ? noRank : table.ranks[slot];
    if (slot < 0) return;
    pairId[i] = table.ids[slot];
    heap.push(pairRank[i] * 2 ** 31 + i); // rank first, then position; below 2^53 for ranks below 2^22
  };
  for (let i = 0; i + 1 < n; i++) lookUp(i);
  for (let key = heap.pop(); key >= 0; key = heap.pop()) {
    const i = key % 2 ** 31;
    if (pairRank[i] !== Math.floor(key / 2 ** 31)) continue; // a neighbour merged since
    const gone = next[i];
    symbols[i] = pairId[i];
    pairRank[gone] = noRank;
    next[i] = next[gone];
    if (next[i] < n) previous[next[i]] = i;
    lookUp(i);
    if (previous[i] >= 0) lookUp(previous[i]);
  }
  let left = 0;
  for (let i = 0; i < n; i = next[i]) symbols[left++] = symbols[i];
  return left;
}

class MinHeap {
  readonly #keys: number[] = [];

  push(key: number): void {
    const keys = this.#keys;
    let i = keys.length;
    keys.push(key);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (keys[parent] <= key) break;
      keys[i] = keys[parent];
      i = parent;
    }
    keys[i] = key;
  }

  /** The smallest key; -1 when empty. */
  pop(): number {
    const keys = this.#keys;
    if (keys.length === 0) return -1;
    const top = keys[0];
    const last = keys.pop()!;
    const n = keys.length;
    if (n === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      if (child + 1 < n && keys[child + 1] < keys[child]) child++;
      if (keys[child] >= last) break;
      keys[i] = keys[child];
      i = child;
    }
    keys[i] = last;
    return top;
  }
}
