/**
 * Claim: encoding is at least as fast as Hugging Face's tokenizers (Rust), and gives the same ids: on one thread over many
 * texts and over one long text, first pass and later ones; and with four threads on two cores.
 * Both sides read the same tokenizer.json and the same texts; a checksum over all ids must agree.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clinical } from "../src/data/clinical/index.ts";
import { Tokenizer } from "../src/text/tokenizer.ts";
import type { Bench } from "./context.ts";
import { contest, coresFor, type Side, Sides, threadsEnvironment } from "./harness.ts";
import { speedRow } from "./rows.ts";
import { target } from "./targets.ts";

interface Corpus {
  name: string;
  texts(): string[] | Promise<string[]>;
  threads: number;
}

export const tokenizerBench: Bench = async (bench) => {
  const { root, python, quick } = bench;
  const fixtures = join(root, "test", "fixtures", "tokenizers");
  const folder = mkdtempSync(join(tmpdir(), "medgym-bench-"));
  const corpora: Corpus[] = [
    { name: "chats", texts: () => chats(join(fixtures, "qwen2")), threads: 1 },
    { name: "sources", texts: () => sources(root), threads: 1 },
    { name: "one long text", texts: () => [longText(sources(root))], threads: 1 },
    { name: "sources, 4 threads", texts: () => Array(4).fill(sources(root)).flat(), threads: 4 },
  ];
  try {
    for (const corpus of corpora) {
      const file = join(folder, `${corpus.name.replaceAll(/\W/g, "-")}.json`);
      for (const tokenizer of ["qwen2", "llama3", "spbpe", "unigram"]) {
        const name = `tokenizer ${tokenizer}, ${corpus.name}`;
        if (!bench.wanted(name, { quick: name === "tokenizer qwen2, chats" })) continue;
        await bench.row(name, async () => {
          if (!existsSync(file)) writeFileSync(file, JSON.stringify(await corpus.texts()));
          const many = corpus.threads > 1;
          const args = [join(fixtures, tokenizer), file, ...(many ? [`${corpus.threads}`] : [])];
          const env = { ...threadsEnvironment(corpus.threads), TOKENIZERS_PARALLELISM: `${many}` };
          const sides: Side[] = [
            { name: "medgym", command: [process.execPath, join(root, "dist/bench/sides/tokenize.js"), ...args], env },
            { name: "tokenizers", command: [python, join(root, "bench/peers/tokenize_texts.py"), ...args], env },
          ];
          const pool = new Sides(coresFor(many ? 2 : 1));
          try {
            const [rounds, seconds] = quick ? [1, 0.5] : [3, 0.7];
            const run = await contest(pool, { sides, rounds, seconds, log: bench.log });
            const { medgym, tokenizers } = run.facts;
            if (medgym.checksum !== tokenizers.checksum)
              throw new Error(`ids differ: checksums ${medgym.checksum} and ${tokenizers.checksum}`);
            const firsts = [medgym, tokenizers].map((facts) => facts.firstMegabytesPerSecond as number);
            const notes = [`first pass ${firsts.map((n) => n.toFixed(1)).join(" against ")} MB/s`];
            return { ...speedRow(name, "MB/s", run, target(name)), notes };
          } finally {
            pool.stopAll();
          }
        });
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Some five megabytes in one. */
function longText(texts: readonly string[]): string {
  const once = texts.join("\n");
  return `${once}\n`.repeat(Math.ceil(5e6 / Buffer.byteLength(once)));
}

/** Rendered chats with tools: what training encodes. */
async function chats(directory: string): Promise<string[]> {
  const tokenizer = await Tokenizer.fromDirectory(directory);
  const { rows } = clinical({ count: 1500, seed: 1 });
  return rows.map(({ messages, tools }) => tokenizer.applyChatTemplate(messages, { tools: tools as never }));
}

/** The package's own sources and pages: code and prose whose words seldom repeat. */
function sources(root: string): string[] {
  const folders = ["src", "kernel", "native", "docs", "bench"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(root, folder, file)),
  );
  return files
    .filter((file) => /\.(ts|md|cpp|h)$/.test(file) && !/build/.test(file))
    .map((f) => readFileSync(f, "utf8"));
}
