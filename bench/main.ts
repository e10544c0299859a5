import { parseArgs } from "node:util";
import { generateBench } from "./generate.ts";
import { type BenchContext, machine, writeResults } from "./harness.ts";
import { kernelBench } from "./kernel.ts";
import { sftBench } from "./sft.ts";
import { tokenizerBench } from "./tokenizer.ts";

const benches: Record<string, (context: BenchContext) => Promise<unknown>> = {
  sft: sftBench,
  generate: generateBench,
  tokenizer: tokenizerBench,
  kernel: kernelBench,
};

const help = `npm run bench [-- name …] [--quick] [--only text]

Each bench runs medgym and its peer in turn in one run and prints ratios; figures go to bench/results/.
  --quick       one short round of the smaller shapes (about a minute); writes no file
  --only text   of sft and generate, the rows whose parameters contain the text: "mini lora 1" is a LoRA step of mini on one thread
Benches: ${Object.keys(benches).join(", ")}`;

/** `root`: the package; `python`: makes the peers' environment when first needed and returns its interpreter. */
export async function main(root: string, argv: string[], python: () => Promise<string>): Promise<number> {
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
  const { help: asked, quick, only } = parsed.values;
  if (asked) {
    console.log(help);
    return 0;
  }
  const unknown = parsed.positionals.filter((name) => !(name in benches));
  if (unknown.length) return usage(`unknown ${unknown.join(", ")}`);
  for (const name of parsed.positionals.length ? parsed.positionals : Object.keys(benches)) {
    const before = machine();
    const log = (text: string) => console.log(text);
    const wanted = (row: string) => row.includes(only ?? "");
    const rows = await benches[name]({ root, python: await python(), quick, wanted, log });
    if (!quick) console.log(`figures: ${writeResults(root, name, { name, machine: before, only, rows })}`);
  }
  return 0;
}

function parse(args: string[]) {
  const options = {
    help: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
  } as const;
  return parseArgs({ args, options, allowPositionals: true });
}
