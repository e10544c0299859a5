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

const help = `npm run bench [-- name …] [--quick]

Each bench runs medgym and its peer in turn in one run and prints ratios; figures go to bench/results/.
  --quick   one short round of the smaller shapes (about a minute)
Benches: ${Object.keys(benches).join(", ")}`;

/** `root`: the package; `python`: makes the peers' environment when first needed and returns its interpreter. */
export async function main(root: string, argv: string[], python: () => Promise<string>): Promise<number> {
  const names = argv.filter((argument) => !argument.startsWith("--"));
  const flags = argv.filter((argument) => argument.startsWith("--"));
  if (flags.includes("--help")) {
    console.log(help);
    return 0;
  }
  const unknown = [...names.filter((name) => !(name in benches)), ...flags.filter((flag) => flag !== "--quick")];
  if (unknown.length) {
    console.error(`bench: unknown ${unknown.join(", ")}\n\n${help}`);
    return 2;
  }
  const quick = flags.includes("--quick");
  for (const name of names.length ? names : Object.keys(benches)) {
    const before = machine();
    const rows = await benches[name]({ root, python: await python(), quick, log: (text) => console.log(text) });
    if (!quick) console.log(`figures: ${writeResults(root, name, { name, machine: before, rows })}`);
  }
  return 0;
}
