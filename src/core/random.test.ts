import { describe, expect, it } from "vitest";
import { philox4x32, Random } from "./random.ts";

describe("philox4x32", () => {
  // Known answers of the authors' reference implementation (Random123, kat_vectors, philox4x32 10 rounds).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("counter %o, key %o", (counter, key, expected) => {
    expect(philox4x32(counter, key as [number, number])).toEqual(expected);
  });
});

describe("Random", () => {
  it("goes on from a saved state, in the middle of a block too", () => {
    for (const drawn of [0, 1, 3, 4, 7]) {
      const random = new Random(7);
      for (let i = 0; i < drawn; i++) random.uint32();
      const copy = new Random(JSON.parse(JSON.stringify(random.state())));
      expect([copy.uint32(), copy.uint32(), copy.normal()]).toEqual([
        random.uint32(),
        random.uint32(),
        random.normal(),
      ]);
    }
  });

  it("splits streams that do not depend on what was drawn and differ from each other", () => {
    const random = new Random(7);
    const before = random.split("data").uint32();
    random.uint32();
    expect(random.split("data").uint32()).toBe(before);
    const others = [random.split("dropout"), random.split("data", 1), random.split(0), new Random(8).split("data")];
    expect(new Set([before, ...others.map((r) => r.uint32())]).size).toBe(5);
  });

  it("different seeds differ, large and negative ones too", () => {
    const seeds = [0, 1, -1, 2 ** 32, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER];
    expect(new Set(seeds.map((seed) => new Random(seed).uint32())).size).toBe(seeds.length);
    expect(() => new Random(0.5)).toThrow("seed is 0.5");
  });

  it("uniform and normal have their moments", () => {
    const random = new Random(1);
    const n = 20_000;
    let [sum, squares, uniform] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = random.normal(2, 3);
      [sum, squares, uniform] = [sum + x, squares + x * x, uniform + random.uniform()];
    }
    const mean = sum / n; // standard error 3/√20000 = 0.021
    expect(Math.abs(mean - 2)).toBeLessThan(0.1);
    expect(Math.abs(Math.sqrt(squares / n - mean * mean) - 3)).toBeLessThan(0.1);
    expect(Math.abs(uniform / n - 0.5)).toBeLessThan(0.01);
  });

  it("shuffles every order equally often", () => {
    const random = new Random(3);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.permutation(3).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // binomial(6000, 1/6): mean 1000, standard deviation 29
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it("samples without repetition and refuses what is impossible", () => {
    const random = new Random(4);
    expect(new Set(random.sample([1, 2, 3, 4], 4)).size).toBe(4);
    expect(() => random.sample([1], 2)).toThrow("sample of 2 from 1");
    expect(() => random.choice([])).toThrow("empty");
    expect(() => random.integer(0)).toThrow("bound");
  });
});
