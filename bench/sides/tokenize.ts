/**
 * Our side of the tokenizer bench. Arguments: directory texts.json [threads].
 * With threads, each of so many worker threads encodes its share of the texts; a pass is the time until all have.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { Tokenizer } from "../../src/text/tokenizer.ts";
import { rate, serve } from "./serve.ts";

interface Share {
  directory: string;
  texts: string[];
}

/** One pass over the texts; their ids when asked. */
type Pass = (withIds: boolean) => Promise<Int32Array[]>;

if (parentPort) await work(workerData as Share);
else await measure();

async function encoder({ directory, texts }: Share): Promise<Pass> {
  const tokenizer = await Tokenizer.fromDirectory(directory);
  return async (withIds) => {
    const ids: Int32Array[] = [];
    for (const text of texts) {
      const encoded = tokenizer.encode(text);
      if (withIds) ids.push(encoded);
    }
    return ids;
  };
}

async function work(share: Share): Promise<void> {
  const pass = await encoder(share);
  parentPort!.on("message", async (withIds: boolean) => parentPort!.postMessage(await pass(withIds)));
  parentPort!.postMessage("ready");
}

async function shared({ directory, texts }: Share, threads: number): Promise<Pass> {
  const each = Math.ceil(texts.length / threads);
  const workers = Array.from({ length: threads }, (_, i) => {
    const share: Share = { directory, texts: texts.slice(i * each, (i + 1) * each) };
    return new Worker(new URL(import.meta.url), { workerData: share });
  });
  const replies = async () => (await Promise.all(workers.map((worker) => once(worker, "message")))).flat();
  await replies();
  return async (withIds) => {
    const done = replies();
    for (const worker of workers) worker.postMessage(withIds);
    return (await done).flat() as Int32Array[];
  };
}

async function measure(): Promise<void> {
  const [directory, file, threads] = process.argv.slice(2);
  const texts = JSON.parse(readFileSync(file, "utf8")) as string[];
  const megabytes = texts.reduce((total, text) => total + Buffer.byteLength(text), 0) / 1e6;
  const pass = await (threads ? shared({ directory, texts }, Number(threads)) : encoder({ directory, texts }));
  // Nothing is remembered yet in the first pass.
  const start = performance.now();
  await pass(false);
  const firstMegabytesPerSecond = megabytes / ((performance.now() - start) / 1000);
  let checksum = 0;
  for (const ids of await pass(true)) for (const id of ids) checksum = (checksum * 31 + id) % 2147483647;
  await serve({ checksum, firstMegabytesPerSecond }, async ({ seconds }) => {
    return megabytes * (await rate(() => pass(false), seconds));
  });
  process.exit(0); // workers wait for more
}
