/** Run as a program: writes, converts and reads a file that its heap could not hold. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readRows } from "../read.ts";
import { write } from "../write.ts";

const jsonl = join(process.argv[2], "long.jsonl");
const parquet = join(process.argv[2], "long.parquet");
const count = 18_000;

function* made() {
  for (let i = 0; i < count; i++)
    yield { id: i, messages: [{ role: "user", content: `${i} `.repeat(2000 / `${i} `.length) }] };
}

async function* rowsIn(path: string) {
  for await (const { row } of readRows(path)) yield row;
}

await import("./parquet.ts"); // the libraries themselves are not the rows
const before = process.memoryUsage().rss;
await write(jsonl, made());
await write(parquet, rowsIn(jsonl));
let rows = 0;
for await (const _ of rowsIn(parquet)) rows++;
const grown = process.resourceUsage().maxRSS * 1024 - before;
const { size } = await stat(jsonl);
console.log(JSON.stringify({ rows, megabytes: size / 1e6, grownMegabytes: grown / 1e6 }));
