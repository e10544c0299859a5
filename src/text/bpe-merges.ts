import type { PairMap } from "./pair-map.ts";

/**
 * Byte-pair merging of one pre-token, https://arxiv.org/abs/1508.07909: of all adjacent pairs, the one with the lowest
 * rank merges first, the leftmost of equals.
 */

/** Above so many symbols the heap is faster than scanning all pairs for every merge. */
const scanLimit = 160;
const noRank = 0x7fffffff;

export interface MergeTable {
  /** (left id, right id) → rank. */
  ranks: PairMap;
  /** By rank: id of the merged token. */
  ids: Int32Array;
}

/** Merges `symbols[0..n)` in place; returns how many are left. */
export function merge(table: MergeTable, symbols: Int32Array, n: number): number {
  return n <= scanLimit ? mergeByScan(table, symbols, n) : mergeByHeap(table, symbols, n);
}

/** Rank of the pair that begins at each symbol. */
const scanRanks = new Int32Array(scanLimit + 1);

function mergeByScan({ ranks, ids }: MergeTable, symbols: Int32Array, n: number): number {
  for (let i = 0; i + 1 < n; i++) scanRanks[i] = rankOf(ranks, symbols[i], symbols[i + 1]);
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
    symbols[at] = ids[best];
    n--;
    for (let i = at + 1; i < n; i++) {
      symbols[i] = symbols[i + 1];
      scanRanks[i] = scanRanks[i + 1];
    }
    if (at > 0) scanRanks[at - 1] = rankOf(ranks, symbols[at - 1], symbols[at]);
    if (at + 1 < n) scanRanks[at] = rankOf(ranks, symbols[at], symbols[at + 1]);
  }
}

function rankOf(ranks: PairMap, left: number, right: number): number {
  const rank = ranks.get(left, right);
  return rank < 0 ? noRank : rank;
}

/** O(n log n), for pre-tokens of thousands of bytes (text without spaces, runs of one character). */
function mergeByHeap({ ranks, ids }: MergeTable, symbols: Int32Array, n: number): number {
  const next = new Int32Array(n).map((_, i) => i + 1);
  const previous = new Int32Array(n).map((_, i) => i - 1);
  const pairRank = new Int32Array(n).fill(noRank); // of the pair (i, next[i])
  const heap = new MinHeap();
  const lookUp = (i: number) => {
    pairRank[i] = next[i] < n ? rankOf(ranks, symbols[i], symbols[next[i]]) : noRank;
    if (pairRank[i] < noRank) heap.push(pairRank[i] * 2 ** 31 + i); // rank first, then position; below 2^53 for ranks below 2^22
  };
  for (let i = 0; i + 1 < n; i++) lookUp(i);
  for (let key = heap.pop(); key >= 0; key = heap.pop()) {
    const i = key % 2 ** 31;
    if (pairRank[i] !== Math.floor(key / 2 ** 31)) continue; // a neighbour merged since
    const gone = next[i];
    symbols[i] = ids[pairRank[i]];
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
