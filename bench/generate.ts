/**
 * Claim: greedy decoding and prefill are faster than llama.cpp's and transformers' on the same weights and prompts, and
 * one sequence of a large model decodes as fast as memory gives its weights.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Bench, BenchContext } from "./context.ts";
import { type Contest, contest, coresFor, type Side, Sides, threadsEnvironment } from "./harness.ts";
import { memorySide } from "./memory.ts";
import { figure, type Row, speedRow } from "./rows.ts";
import { target } from "./targets.ts";

const cores = (threads: number) => `${threads} core${threads > 1 ? "s" : ""}`;

/** What is asked of the sides of a shape, once they are loaded. */
interface Work {
  what: "decode" | "prefill";
  sequences: number;
  prompt: number;
  count: number;
}

export const generateBench: Bench = async (bench) => {
  for (const threads of [1, 2]) {
    for (const shape of ["nano", "mini", "0.5b"]) {
      const count = shape === "0.5b" ? 32 : 64;
      await together(bench, shape, threads, precisions(shape, bench.quick), [
        { what: "decode", sequences: 1, prompt: 64, count },
        { what: "decode", sequences: 16, prompt: 64, count },
        { what: "prefill", sequences: 1, prompt: 512, count: 1 },
      ]);
    }
    await nf4(bench, threads);
  }
};

function precisions(shape: string, quick: boolean): Record<"medgym" | "llama" | "torch", string[]> {
  if (quick) return { medgym: ["bf16"], llama: ["bf16"], torch: [] };
  if (shape === "0.5b") return { medgym: ["bf16"], llama: ["bf16"], torch: ["bf16"] };
  return { medgym: ["bf16", "f32"], llama: ["bf16", "f32"], torch: [shape === "nano" ? "f32" : "bf16"] };
}

/** All sides of a shape stay loaded over its rows. */
async function together(
  bench: BenchContext,
  shape: string,
  threads: number,
  types: Record<"medgym" | "llama" | "torch", string[]>,
  works: Work[],
): Promise<void> {
  const named = works
    .map((work) => ({ work, name: workName(shape, work, threads) }))
    .filter(({ name }) => bench.wanted(name, { quick: shape === "nano" && threads === 1 }));
  if (named.length === 0) return;
  const pool = new Sides(coresFor(threads));
  try {
    for (const { work, name } of named) {
      await bench.row(name, async () => {
        // A token of the large shape takes transformers twice what it takes llama.cpp, and the probe a minute.
        const torch = shape === "0.5b" && work.what === "decode" ? [] : types.torch;
        const sides = await sidesOf(bench, shape, threads, { ...types, torch });
        const run = await measure(bench, pool, sides, work);
        const row = speedRow(name, "tokens/s", run, target(name));
        row.notes = agreement(run);
        const weighed = shape === "0.5b" && work.what === "decode" && work.sequences === 1;
        return weighed ? [row, await bandwidthRow(bench, shape, threads, pool, sides, work)] : row;
      });
    }
  } finally {
    pool.stopAll();
  }
}

function workName(shape: string, { what, sequences }: Work, threads: number): string {
  return what === "prefill"
    ? `prefill ${shape}, ${cores(threads)}`
    : `decode ${shape}, batch ${sequences}, ${cores(threads)}`;
}

async function sidesOf(
  bench: BenchContext,
  shape: string,
  threads: number,
  types: Record<"medgym" | "llama" | "torch", string[]>,
): Promise<Side[]> {
  const env = threadsEnvironment(threads);
  const directory = await bench.models.directory(shape);
  const llama = types.llama.map(async (type) => ({
    name: `llama.cpp ${type}`,
    command: [await bench.llama(), "generate", await bench.models.gguf(shape, type as "f32" | "bf16" | "q4_0")],
    env,
  }));
  return [
    ...types.medgym.map((dtype) => ({
      name: `medgym ${dtype}`,
      command: [process.execPath, join(bench.root, "dist/bench/sides/generate.js"), directory, dtype],
      env,
    })),
    ...(await Promise.all(llama)),
    ...types.torch.map((dtype) => ({
      name: `torch ${dtype}`,
      command: [bench.python, join(bench.root, "bench/peers/generate.py"), directory, dtype],
      env,
    })),
  ];
}

function measure(bench: BenchContext, pool: Sides, sides: Side[], { what, ...rest }: Work): Promise<Contest> {
  const [rounds, seconds] = bench.quick ? [1, 0.5] : [3, 2];
  return contest(pool, { sides, rounds, seconds, request: { mode: what, ...rest }, log: bench.log });
}

/** Random weights make near ties, and llama.cpp keeps keys and values in f16: what agrees is reported, not demanded. */
function agreement({ facts }: Contest): string[] {
  const ours = facts["medgym f32"]?.firstTokens;
  if (!ours) return [];
  return Object.entries(facts)
    .filter(([name]) => name.endsWith(" f32") && name !== "medgym f32")
    .map(([name, { firstTokens }]) => {
      const differ = ours.findIndex((token, i) => token !== firstTokens?.[i]);
      return `of 16 greedy tokens in f32, ${name.split(" ")[0]} gives the first ${differ < 0 ? 16 : differ} too`;
    });
}

/** Decoding one sequence reads every weight once a token: that traffic over what memory gives, measured in turn. */
async function bandwidthRow(
  bench: BenchContext,
  shape: string,
  threads: number,
  pool: Sides,
  sides: Side[],
  work: Work,
): Promise<Row> {
  const ours = sides.find(({ name }) => name === "medgym bf16") as Side;
  const memory = memorySide(bench.root, threads);
  const request = { mode: work.what, sequences: 1, prompt: work.prompt, count: work.count, seconds: 2 };
  const shares: number[] = [];
  const reads: number[] = [];
  // Half of the f32 file: bf16 weights, among them the embedding, which is also the output layer.
  const weightBytes = statSync(join(await bench.models.directory(shape), "model.safetensors")).size / 2;
  for (let round = 0; round < (bench.quick ? 1 : 3); round++) {
    const [read, decoded] = [await pool.measure(memory, { seconds: 1 }), await pool.measure(ours, request)];
    if (!read || !decoded) throw new Error([...pool.failures.values()].join("\n"));
    reads.push(read.value / 1e9);
    shares.push((100 * decoded.value * weightBytes) / read.value);
  }
  const name = `decode ${shape}, batch 1, ${cores(threads)}: share of memory bandwidth`;
  const { median, min, max } = figure({ name: "", values: reads });
  return {
    name,
    unit: "%",
    better: "more",
    ours: figure({ name: "medgym bf16", values: shares }),
    target: target(name),
    notes: [
      `memory read ${median.toFixed(1)} GB/s (${min.toFixed(1)}–${max.toFixed(1)}), ${(weightBytes / 1e6).toFixed(0)} MB a token`,
    ],
  };
}

/** Weights of four bits a side: NF4 here, Q4_0 with what llama.cpp's quantiser chooses beside it there. */
async function nf4(bench: BenchContext, threads: number): Promise<void> {
  const name = `decode 0.5b NF4, batch 1, ${cores(threads)}`;
  if (!bench.wanted(name)) return;
  const pool = new Sides(coresFor(threads));
  try {
    await bench.row(name, async () => {
      const sides = await sidesOf(bench, "0.5b", threads, { medgym: ["nf4"], llama: ["q4_0"], torch: [] });
      const run = await measure(bench, pool, sides, { what: "decode", sequences: 1, prompt: 64, count: 32 });
      return speedRow(name, "tokens/s", run, target(name));
    });
  } finally {
    pool.stopAll();
  }
}
