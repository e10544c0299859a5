/** Our side of the tokenizer bench: one process, one line of JSON. Arguments: directory texts.json seconds. */
import { readFileSync } from "node:fs";
import { Tokenizer } from "../../src/text/tokenizer.ts";

const [directory, file, seconds] = process.argv.slice(2);
const texts = JSON.parse(readFileSync(file, "utf8")) as string[];
const megabytes = texts.reduce((total, text) => total + Buffer.byteLength(text), 0) / 1e6;
const tokenizer = await Tokenizer.fromDirectory(directory);

let checksum = 0;
let tokens = 0;
const pass = (sum: boolean) => {
  const start = performance.now();
  for (const text of texts) {
    const ids = tokenizer.encode(text);
    if (!sum) continue;
    tokens += ids.length;
    for (const id of ids) checksum = (checksum * 31 + id) % 2147483647;
  }
  return (performance.now() - start) / 1000;
};
const first = pass(false);
pass(true);
const times: number[] = [];
for (let total = 0; total < Number(seconds); total += times[times.length - 1]) times.push(pass(false));
const mean = times.reduce((a, b) => a + b, 0) / times.length;
const peakBytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) * 1024;
console.log(
  JSON.stringify({
    tokensPerSecond: tokens / mean,
    megabytesPerSecond: megabytes / mean,
    firstMegabytesPerSecond: megabytes / first,
    peakBytes,
    checksum,
  }),
);
