/**
 * Claim: encoding is at least as fast as Hugging Face's tokenizers (Rust), and gives the same ids: on one thread over many
 * texts and over one long text, first pass and later ones; and with four threads on two cores.
 * Both sides read the same tokenizer.json and the same texts; a checksum over all ids must agree.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clinical } from "../src/data/clinical/index.ts";
import { Tokenizer } from "../src/text/tokenizer.ts";
import { alternate, type BenchContext, type Figures, median, type Side, table } from "./harness.ts";

interface TokenizerFigures extends Figures {
  megabytesPerSecond: number;
  /** First pass over the texts: nothing is remembered yet. */
  firstMegabytesPerSecond: number;
  checksum: number;
}

export interface TokenizerBenchRow {
  tokenizer: string;
  corpus: string;
  megabytes: number;
  /** MB/s, medians: all passes, and the first. */
  medgym: [steady: number, first: number];
  peer: [steady: number, first: number];
  ratio: number;
}

interface Corpus {
  name: string;
  texts: string[];
  threads?: number;
}

export async function tokenizerBench({ root, python, quick, log }: BenchContext): Promise<TokenizerBenchRow[]> {
  const fixtures = join(root, "test", "fixtures", "tokenizers");
  const folder = mkdtempSync(join(tmpdir(), "medgym-bench-"));
  const rows: TokenizerBenchRow[] = [];
  try {
    const code = sources(root);
    const corpora: Corpus[] = [
      { name: "chats", texts: await chats(join(fixtures, "qwen2")) },
      { name: "sources", texts: code },
      { name: "one long text", texts: [longText(code)] },
      { name: "sources, 4 threads", texts: [...code, ...code, ...code, ...code], threads: 4 },
    ];
    for (const { name: corpus, texts, threads = 1 } of corpora) {
      const file = join(folder, `${corpus.replaceAll(/\W/g, "-")}.json`);
      writeFileSync(file, JSON.stringify(texts));
      const megabytes = texts.reduce((total, text) => total + Buffer.byteLength(text), 0) / 1e6;
      for (const name of ["qwen2", "llama3", "spbpe", "unigram"]) {
        const many = threads > 1;
        const args = [join(fixtures, name), file, quick ? "1" : "4", ...(many ? [`${threads}`] : [])];
        const env = { TOKENIZERS_PARALLELISM: `${many}`, RAYON_NUM_THREADS: `${threads}` };
        const sides: Side[] = [
          { name: "medgym", command: [process.execPath, join(root, "dist/bench/sides/tokenize.js"), ...args], env },
          { name: "tokenizers", command: [python, join(root, "bench/peers/tokenize_texts.py"), ...args], env },
        ];
        const figures = await alternate(sides, quick ? 1 : 3, many ? [0, 1] : [0], (text) =>
          log(`${name}, ${corpus}, ${text}`),
        );
        const of = (side: string) => figures.get(side) as TokenizerFigures[];
        const [ours, theirs] = [of("medgym"), of("tokenizers")];
        if (ours[0].checksum !== theirs[0].checksum) {
          throw new Error(`${name}, ${corpus}: ids differ (checksums ${ours[0].checksum} and ${theirs[0].checksum})`);
        }
        const speeds = (side: TokenizerFigures[]): [number, number] => [
          median(side.map((f) => f.megabytesPerSecond)),
          median(side.map((f) => f.firstMegabytesPerSecond)),
        ];
        const [medgym, peer] = [speeds(ours), speeds(theirs)];
        rows.push({ tokenizer: name, corpus, megabytes, medgym, peer, ratio: medgym[0] / peer[0] });
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  log(`\n${report(rows)}\n`);
  return rows;
}

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

function report(rows: readonly TokenizerBenchRow[]): string {
  const mb = (n: number) => n.toFixed(1);
  return table(
    ["tokenizer, texts", "MB", "medgym MB/s (first pass)", "tokenizers MB/s (first pass)", "ratio (first pass)"],
    rows.map(({ tokenizer, corpus, megabytes, medgym, peer, ratio }) => [
      `${tokenizer}, ${corpus}`,
      mb(megabytes),
      `${mb(medgym[0])} (${mb(medgym[1])})`,
      `${mb(peer[0])} (${mb(peer[1])})`,
      `${ratio.toFixed(1)}x (${(medgym[1] / peer[1]).toFixed(1)}x)`,
    ]),
  );
}
