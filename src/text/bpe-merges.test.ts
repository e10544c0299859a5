import { describe, expect, test } from "vitest";
import { merge } from "./bpe-merges.ts";
import { PairMap } from "./pair-map.ts";

/** Counts what is read and written of it. */
function counted(values: Int32Array): { symbols: Int32Array; work: () => number } {
  let work = 0;
  const symbols = new Proxy(values, {
    get: (target, key) => {
      work++;
      return target[key as unknown as number];
    },
    set: (target, key, value) => {
      work++;
      target[key as unknown as number] = value;
      return true;
    },
  });
  return { symbols, work: () => work };
}

/** Every two equal tokens merge, up to 2^8 letters. */
const ranks = new PairMap();
for (let id = 0; id < 8; id++) ranks.set(id, id, id);
const table = { ranks, ids: Int32Array.from({ length: 8 }, (_, rank) => rank + 1) };

describe("work grows with the length of a pre-token, not with its square", () => {
  test.each([1_000, 10_000, 100_000])("%i symbols", (n) => {
    const { symbols, work } = counted(new Int32Array(n));
    const left = merge(table, symbols, n);
    expect(left).toBe(Math.floor(n / 256) + (n % 256).toString(2).replaceAll("0", "").length);
    // Two symbols for each of the n - 1 pairs, then for each merge one written and at most four read, and the last pass.
    expect(work()).toBeLessThan(9 * n);
  });
});

test("many short pre-tokens cost no more than their own lengths squared, by scan", () => {
  const { symbols, work } = counted(new Int32Array(160));
  expect(merge(table, symbols, 160)).toBe(2); // 128 + 32
  expect(work()).toBeLessThan(160 * 160 * 2);
});

test("a pair map finds what was set, through growth, and nothing else", () => {
  const map = new PairMap();
  const expected = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const [left, right] = [(i * 7919) % 613, (i * 104_729) % 1009];
    map.set(left, right, i);
    expected.set(`${left} ${right}`, i);
  }
  const wrong: [number, number][] = [];
  for (let left = 0; left < 613; left++) {
    for (let right = 0; right < 1009; right++) {
      if (map.get(left, right) !== (expected.get(`${left} ${right}`) ?? -1)) wrong.push([left, right]);
    }
  }
  expect(wrong).toEqual([]);
});
