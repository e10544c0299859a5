import { expect, test } from "vitest";
import { type ContestOptions, contest, coresFor, Sides } from "./harness.ts";

/** A side that answers with its figures in turn, then ends. */
const side = (name: string, values: number[], facts = {}) => ({
  name,
  command: [
    process.execPath,
    "-e",
    `const values = ${JSON.stringify(values)};
     console.log(${JSON.stringify(JSON.stringify(facts))});
     require("node:readline").createInterface({ input: process.stdin }).on("line", () => {
       if (values.length === 0) { console.error("out of figures"); process.exit(3); }
       console.log(JSON.stringify({ value: values.shift(), peakBytes: 1e6 }));
     });`,
  ],
});
const quiet = { seconds: 0.01, log: () => {} };

async function run(options: Omit<ContestOptions, "seconds" | "log">) {
  const pool = new Sides(coresFor(1));
  try {
    return await contest(pool, { ...quiet, ...options });
  } finally {
    pool.stopAll();
  }
}

test("the best of each group after one probe takes turns with the other's best", async () => {
  const sides = [
    side("medgym f32", [1, 9, 9]),
    side("medgym bf16", [2, 20, 22], { firstLoss: 7 }),
    side("torch f32", [4]),
    side("llama.cpp f32", [5, 10, 12]),
  ];
  const { ours, peer, probes, facts } = await run({ sides, rounds: 2 });
  expect(ours).toMatchObject({ name: "medgym bf16", values: [20, 22] });
  expect(peer).toMatchObject({ name: "llama.cpp f32", values: [10, 12] });
  expect(probes).toEqual({ "medgym f32": 1, "medgym bf16": 2, "torch f32": 4, "llama.cpp f32": 5 });
  expect(facts["medgym bf16"].firstLoss).toBe(7);
});

test("where less is better, the probe chooses the least; a beaten side can be stopped at once", async () => {
  const sides = [side("medgym a", [3, 3]), side("medgym b", [2, 2]), side("torch", [5, 5])];
  const { ours } = await run({ sides, rounds: 1, moreIsBetter: false, stopLosers: true });
  expect(ours.name).toBe("medgym b");
});

test("a peer that crashes is left out and its errors are kept; without any peer the row fails with them", async () => {
  const broken = {
    name: "torch f32",
    command: [process.execPath, "-e", "console.error('no such module'); process.exit(1)"],
  };
  const sides = [side("medgym", [1, 1]), broken];
  const { failures } = await run({ sides: [...sides, side("llama.cpp", [1, 1])], rounds: 1 });
  expect(failures["torch f32"]).toMatch(/ended with 1[\s\S]*no such module/);
  await expect(run({ sides, rounds: 1 })).rejects.toThrow(/no figure of a peer:[\s\S]*no such module/);
});

test("a side that ends in the middle fails the contest with what it said last", async () => {
  const sides = [side("medgym", [1, 1]), side("torch", [1, 1, 1])];
  await expect(run({ sides, rounds: 2 })).rejects.toThrow(/medgym ended with 3[\s\S]*out of figures/);
});
