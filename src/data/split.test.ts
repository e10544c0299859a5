import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { split } from "./split.ts";

const rows = Array.from({ length: 200 }, (_, i) => ({ id: i, patient: { id: `p${i % 40}` } }));
const patient = (row: (typeof rows)[number]) => row.patient.id;

describe("split", () => {
  test("whole groups, sizes by the fractions, rows in their order", () => {
    const { train, validation, test: held } = split(rows, { by: "patient.id", seed: 3 });
    // 40 groups of 5: 0.8, 0.1 and 0.1 of them are 32, 4 and 4.
    expect([train.length, validation.length, held.length]).toEqual([160, 20, 20]);
    const trained = new Set(train.map(patient));
    expect(held.filter((row) => trained.has(patient(row)))).toEqual([]);
    expect(train.map((row) => row.id)).toEqual(train.map((row) => row.id).toSorted((a, b) => a - b));
    expect(split(rows, { by: patient, seed: 3 }).test).toEqual(held);
    expect(split(rows, { by: patient, seed: 4 }).test).not.toEqual(held);
  });

  test("no group is in two splits, no row is lost, and the order of rows does not matter", () => {
    const cases = fc.record({
      keys: fc.array(fc.oneof(fc.integer({ min: 0, max: 30 }), fc.string({ maxLength: 2 })), {
        minLength: 30,
        maxLength: 120,
      }),
      seed: fc.integer(),
      cut: fc.double({ min: 0.3, max: 0.7, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ keys, seed, cut }) => {
        const sizes = new Map<string | number, number>();
        for (const key of keys) sizes.set(key, (sizes.get(key) ?? 0) + 1);
        // Else one group may outweigh a split, which then would be empty.
        fc.pre(Math.max(...sizes.values()) < keys.length / 4);
        const data = keys.map((key, i) => ({ key, i }));
        const options = { by: "key", fractions: { a: cut, b: 1 - cut }, seed };
        const parts = split(data, options);
        const groupsOfA = new Set(parts.a.map((row) => row.key));
        expect(parts.b.some((row) => groupsOfA.has(row.key))).toBe(false);
        expect([...parts.a, ...parts.b].map((row) => row.i).sort((x, y) => x - y)).toEqual(data.map((row) => row.i));
        const reversed = split([...data].reverse(), options);
        expect(new Set(reversed.a.map((row) => row.key))).toEqual(groupsOfA);
      }),
    );
  });

  test("equal rows stay together when nothing else is said", () => {
    const doubled = [...Array(50).keys()].flatMap((i) => [{ text: `t${i}` }, { text: `t${i}` }]);
    const { train, test: held } = split(doubled, { fractions: { train: 0.5, test: 0.5 } });
    const seen = new Set(train.map((row) => row.text));
    expect(held.filter((row) => seen.has(row.text))).toEqual([]);
    expect(train).toHaveLength(50);
  });

  test("what cannot be is refused", () => {
    expect(() => split(rows, { fractions: { train: 0.8, test: 0.1 } })).toThrow(/add up to 0.9/);
    expect(() => split(rows, { by: "patient.name" })).toThrow(/row 1: field "patient.name" is undefined/);
    expect(() => split(rows.slice(0, 2))).toThrow(/would be empty/);
    expect(() => split(rows, { by: 5 as never })).toThrow(/name of a field, or a function/);
  });
});

test("80, 10 and 10 of a hundred by patient, whatever the seed", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const hundred = Array.from({ length: 300 }, (_, i) => ({ i, metadata: { patientId: `P${i % 100}` } }));
      const parts = split(hundred, { by: "metadata.patientId", seed });
      expect(Object.values(parts).map((part) => part.length)).toEqual([240, 30, 30]);
      const groups = Object.values(parts).map((part) => new Set(part.map((row) => row.metadata.patientId)));
      for (const [a, b] of [
        [0, 1],
        [0, 2],
        [1, 2],
      ])
        expect([...groups[a]].filter((id) => groups[b].has(id))).toEqual([]);
    }),
    { numRuns: 30 },
  );
});
