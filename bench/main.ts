import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Bench, BenchContext } from "./context.ts";
import { generateBench } from "./generate.ts";
import { grpoBench } from "./grpo.ts";
import { gymBench } from "./gym.ts";
import { jobsBench } from "./jobs.ts";
import { kernelBench } from "./kernel.ts";
import { knowledgeBench } from "./knowledge.ts";
import { learningBench } from "./learning.ts";
import { loadBench } from "./load.ts";
import { loadWarning, machine } from "./machine.ts";
import { Models } from "./models.ts";
import { preferenceBench } from "./preference.ts";
import { type Results, summary, writeReport } from "./report.ts";
import { met } from "./rows.ts";
import { sftBench } from "./sft.ts";
import { tokenizerBench } from "./tokenizer.ts";

const benches: Record<string, Bench> = {
  sft: sftBench,
  generate: generateBench,
  grpo: grpoBench,
  preference: preferenceBench,
  load: loadBench,
  tokenizer: tokenizerBench,
  kernel: kernelBench,
  gym: gymBench,
  knowledge: knowledgeBench,
  jobs: jobsBench,
  learning: learningBench,
};

/** Without a peer in Python. */
const alone = new Set(["kernel", "gym", "jobs", "learning"]);

/** Run only when named: they take an hour or more. */
const long = new Set(["learning"]);

const help = `npm run bench [-- name …] [--quick] [--only text] [--report]

Each bench runs medgym and its peers in turn in one run and compares them; figures go to bench/results/.
  --quick       one short round of a few rows (about a minute); writes no file
  --only text   the rows whose names contain the text, such as "LoRA step mini, 1 core"
  --report      measures nothing: makes the tables of docs/performance.md anew from bench/results/
Benches: ${Object.keys(benches).join(", ")}
Only when named, as they take long: ${[...long].join(", ")}`;

/** The programs that are compared with; each is made when first needed. */
export interface Peers {
  /** Python with torch, transformers, PEFT and TRL. */
  python(): Promise<string>;
  /** llama.cpp behind bench/peers/llama.cpp. */
  llama(): Promise<string>;
}

/** `root`: the package. Returns the exit code: 1 when a row failed, or none was measured. */
export async function main(root: string, argv: string[], peers: Peers): Promise<number> {
  const usage = (problem: string) => {
    console.error(`bench: ${problem}\n\n${help}`);
    return 2;
  };
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    return usage((error as Error).message);
  }
  const { help: asked, quick, only, report } = parsed.values;
  if (asked) {
    console.log(help);
    return 0;
  }
  const unknown = parsed.positionals.filter((name) => !(name in benches));
  if (unknown.length) return usage(`unknown ${unknown.join(", ")}`);
  if (report) {
    const left = writeReport(join(root, "bench", "results"), join(root, "docs", "performance.md"));
    if (left.length) console.log(`in no table: ${left.join("; ")}`);
    return 0;
  }

  const startedAt = performance.now();
  const names = parsed.positionals.length ? parsed.positionals : Object.keys(benches).filter((name) => !long.has(name));
  const python = names.every((name) => alone.has(name)) ? "" : await peers.python();
  const models = new Models(peers.llama);
  const all: Results["rows"] = [];
  try {
    for (const name of names) {
      const before = await machine(root);
      const warning = loadWarning(before);
      // What this run itself did counts after the first bench.
      if (warning && all.length === 0) console.log(warning);
      const context = benchContext({ root, python, llama: peers.llama, models, quick, only });
      await benches[name](context);
      all.push(...context.rows);
      if (quick || context.rows.length === 0) continue;
      console.log(`figures: ${writeResults(root, { bench: name, machine: before, only, rows: context.rows })}`);
    }
  } finally {
    models.dispose();
  }
  if (all.length === 0) {
    console.log(
      `${names.join(", ")}: ${only === undefined ? "no row is short enough for --quick" : `no row has "${only}" in its name`}`,
    );
    return 1;
  }
  const failed = all.filter((row) => "failed" in row);
  const missed = all.filter((row) => !("failed" in row) && met(row) === false);
  const minutes = (performance.now() - startedAt) / 60_000;
  console.log(
    `\n${all.length} rows in ${minutes.toFixed(1)} min, ${missed.length} short of their target, ${failed.length} failed`,
  );
  for (const row of [...missed, ...failed]) console.log(`  ${row.name}`);
  return failed.length > 0 ? 1 : 0;
}

function benchContext(
  given: Pick<BenchContext, "root" | "python" | "llama" | "models" | "quick"> & { only?: string },
): BenchContext {
  const { only, quick } = given;
  const rows: BenchContext["rows"] = [];
  const log = (text: string) => console.log(`  ${text}`);
  const add = (row: BenchContext["rows"][number]) => {
    rows.push(row);
    console.log(summary(row));
  };
  return {
    ...given,
    rows,
    log,
    wanted: (name, options) => (only === undefined ? !quick || options?.quick === true : name.includes(only)),
    async row(name, work) {
      const startedAt = performance.now();
      const seconds = () => (performance.now() - startedAt) / 1000;
      try {
        const made = [await work()].flat();
        for (const row of made) add(row === made[0] ? { ...row, seconds: seconds() } : row);
      } catch (error) {
        add({ name, failed: (error as Error).message, seconds: seconds() });
      }
    },
  };
}

function writeResults(root: string, results: Results): string {
  const folder = join(root, "bench", "results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${results.bench}-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  return file;
}

function parse(args: string[]) {
  const options = {
    help: { type: "boolean", short: "h", default: false },
    quick: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
    only: { type: "string" },
  } as const;
  return parseArgs({ args, options, allowPositionals: true });
}
