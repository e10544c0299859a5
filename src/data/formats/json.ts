import { MedgymError } from "../../core/errors.ts";
import type { Placed } from "./format.ts";
import { chunksOf, decode, linesOf, parseJson } from "./text.ts";

/** Only one line is in memory. */
export async function* readJsonLines(path: string): AsyncGenerator<Placed> {
  let number = 0;
  for await (const bytes of linesOf(path)) {
    const place = `${path}, line ${++number}`;
    const line = decode(bytes, place);
    if (line.trim() !== "") yield { value: parseJson(line, place), place };
  }
}

/** The items of the file's one array; only one of them is in memory. */
export async function* readJsonArray(path: string): AsyncGenerator<Placed> {
  let number = 0;
  for await (const bytes of itemsOf(path)) {
    const place = `${path}, row ${++number}`;
    yield { value: parseJson(decode(bytes, place).trim(), place), place };
  }
}

const [quote, backslash, comma, open, close, openBrace, closeBrace] = [...Buffer.from('"\\,[]{}')];
const isBlank = (byte: number) => byte === 32 || (byte >= 9 && byte <= 13);
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Cuts an array at its commas; whether an item is JSON is for the parser to say. */
async function* itemsOf(path: string): AsyncGenerator<Buffer> {
  let state: "before" | "inside" | "after" = "before";
  let [depth, inString, escaped, read] = [0, false, false, 0];
  let count = 0;
  let parts: Buffer[] = [];
  for await (const chunk of chunksOf(path)) {
    let start = 0;
    for (let i = 0; i < chunk.length; i++, read++) {
      const byte = chunk[i];
      if (state !== "inside") {
        if (isBlank(byte) || (read < 3 && byte === byteOrderMark[read])) continue;
        if (state === "after" || byte !== open) throw noArray(path, state === "after");
        state = "inside";
        start = i + 1;
      } else if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
      } else if (byte === quote) inString = true;
      else if (byte === open || byte === openBrace) depth++;
      else if (depth > 0 && (byte === close || byte === closeBrace)) depth--;
      else if (depth === 0 && (byte === comma || byte === close)) {
        const item = Buffer.concat([...parts, chunk.subarray(start, i)]);
        parts = [];
        start = i + 1;
        if (byte === close) state = "after";
        if (byte === comma || count > 0 || !item.every(isBlank)) yield item;
        count++;
      }
    }
    if (state === "inside") parts.push(chunk.subarray(start));
  }
  if (state === "inside") throw new MedgymError("invalid-data", `${path} ends in the middle of row ${count + 1}.`);
  if (state === "before") throw noArray(path, false);
}

function noArray(path: string, more: boolean): MedgymError {
  const what = more ? "goes on after its JSON array of rows" : "holds no JSON array of rows";
  return new MedgymError("invalid-data", `${path} ${what}. For one object a line, use .jsonl.`);
}
