/** Formats with columns must know all rows before the first is written; rows that come in a stream wait on disk meanwhile. */
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { Shape } from "../arrow/shape.ts";
import { charactersIn } from "../lengths.ts";
import { eachRow, type Rows } from "./rows.ts";

type Fields = Record<string, unknown>;

/** Rows, and what their columns are. */
export interface Known {
  shape: Shape;
  /** Of all text in all rows. */
  characters: number;
  rows(): AsyncIterable<Fields> | Iterable<Fields>;
}

/** Calls `use` with rows that can be gone through again. */
export async function withKnown<T>(rows: Rows, use: (known: Known) => Promise<T>): Promise<T> {
  const shape = new Shape();
  let characters = 0;
  const look = (row: Fields) => {
    shape.addFields(row);
    characters += charactersIn(row);
  };
  if (Array.isArray(rows)) {
    for await (const row of eachRow(rows)) look(row);
    return use({ shape, characters, rows: () => rows });
  }
  const path = join(tmpdir(), `medgym-rows-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    const file = await open(path, "wx", 0o600);
    try {
      let parts: Buffer[] = [];
      let size = 0;
      for await (const row of eachRow(rows)) {
        look(row);
        const bytes = serialize(row);
        const length = Buffer.alloc(4);
        length.writeUInt32LE(bytes.length);
        parts.push(length, bytes);
        size += bytes.length;
        if (size < 1 << 20) continue;
        await file.writev(parts);
        [parts, size] = [[], 0];
      }
      if (parts.length > 0) await file.writev(parts);
    } finally {
      await file.close();
    }
    return await use({ shape, characters, rows: () => spooled(path) });
  } finally {
    await rm(path, { force: true });
  }
}

async function* spooled(path: string): AsyncGenerator<Fields> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    while (at + 4 <= bytes.length) {
      const end = at + 4 + bytes.readUInt32LE(at);
      if (end > bytes.length) break;
      yield deserialize(bytes.subarray(at + 4, end));
      at = end;
    }
    rest = bytes.subarray(at);
  }
}
