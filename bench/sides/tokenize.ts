/**
 * Our side of the tokenizer bench: one process, one line of JSON. Arguments: directory texts.json seconds [threads].
 * With threads, each of so many worker threads encodes its share of the texts; a pass is the time until all have.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { Tokenizer } from "../../src/text/tokenizer.ts";

interface Share {
  directory: string;
  texts: string[];
}

/** Time in seconds of one pass over the texts, with all ids when asked. */
type Pass = (withIds: boolean) => Promise<{ seconds: number; ids: Int32Array[] }>;

if (parentPort) await serve(workerData as Share);
else await measure();

async function encoder({ directory, texts }: Share): Promise<(withIds: boolean) => Int32Array[]> {
  const tokenizer = await Tokenizer.fromDirectory(directory);
  return (withIds) => {
    const ids: Int32Array[] = [];
    for (const text of texts) {
      const encoded = tokenizer.encode(text);
      if (withIds) ids.push(encoded);
    }
    return ids;
  };
}

async function serve(share: Share): Promise<void> {
  const pass = await encoder(share);
  parentPort!.on("message", (withIds: boolean) => parentPort!.postMessage(pass(withIds)));
  parentPort!.postMessage("ready");
}

async function alone(share: Share): Promise<Pass> {
  const pass = await encoder(share);
  return async (withIds) => {
    const start = performance.now();
    const ids = pass(withIds);
    return { seconds: (performance.now() - start) / 1000, ids };
  };
}

async function shared({ directory, texts }: Share, threads: number): Promise<Pass> {
  const each = Math.ceil(texts.length / threads);
  const workers = Array.from({ length: threads }, (_, i) => {
    const share: Share = { directory, texts: texts.slice(i * each, (i + 1) * each) };
    return new Worker(new URL(import.meta.url), { workerData: share });
  });
  const replies = async () => (await Promise.all(workers.map((worker) => once(worker, "message")))).flat();
  await replies();
  for (const worker of workers) worker.unref();
  return async (withIds) => {
    const start = performance.now();
    for (const worker of workers) worker.ref();
    const done = replies();
    for (const worker of workers) worker.postMessage(withIds);
    const ids = (await done).flat() as Int32Array[];
    for (const worker of workers) worker.unref();
    return { seconds: (performance.now() - start) / 1000, ids };
  };
}

async function measure(): Promise<void> {
  const [directory, file, seconds, threads] = process.argv.slice(2);
  const texts = JSON.parse(readFileSync(file, "utf8")) as string[];
  const megabytes = texts.reduce((total, text) => total + Buffer.byteLength(text), 0) / 1e6;
  const pass = await (threads ? shared({ directory, texts }, Number(threads)) : alone({ directory, texts }));
  const first = await pass(false);
  let checksum = 0;
  let tokens = 0;
  for (const ids of (await pass(true)).ids) {
    tokens += ids.length;
    for (const id of ids) checksum = (checksum * 31 + id) % 2147483647;
  }
  const times: number[] = [];
  for (let total = 0; total < Number(seconds); total += times[times.length - 1])
    times.push((await pass(false)).seconds);
  const mean = times.reduce((a, b) => a + b, 0) / times.length;
  const peakBytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) * 1024;
  console.log(
    JSON.stringify({
      tokensPerSecond: tokens / mean,
      megabytesPerSecond: megabytes / mean,
      firstMegabytesPerSecond: megabytes / first.seconds,
      peakBytes,
      checksum,
    }),
  );
}
