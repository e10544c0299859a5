/** Bytes of text files: UTF-8 or an error that says where, lines, JSON. */
import { createReadStream } from "node:fs";
import { MedgymError } from "../../core/errors.ts";

export async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>;
  } catch (error) {
    fail(path, error);
  }
}

/**
 * Lines by "\n" alone, as JSON Lines has it: node:readline would also cut at U+2028, which may stand in a JSON string.
 * A "\r" at the end is white space to JSON.
 */
export async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const newline = 10;
  let parts: Buffer[] = [];
  for await (const chunk of chunksOf(path)) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = chunk.subarray(start, end);
      yield parts.length > 0 ? Buffer.concat([...parts, line]) : line;
      parts = [];
      start = end + 1;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

export function decode(bytes: Uint8Array, place: string): string {
  try {
    return utf8.decode(bytes); // drops a byte order mark
  } catch (error) {
    throw notUtf8(place, error);
  }
}

/** The text of a file, piece by piece. */
export async function* textOf(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const chunk of chunksOf(path)) yield piece(() => decoder.decode(chunk, { stream: true }));
  yield piece(() => decoder.decode());

  function piece(next: () => string): string {
    try {
      return next();
    } catch (error) {
      throw notUtf8(path, error);
    }
  }
}

function notUtf8(place: string, cause: unknown): MedgymError {
  return new MedgymError("invalid-data", `${place} is not UTF-8. Convert the file (iconv -t utf-8).`, { cause });
}

export function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const begin = text.length > 60 ? `${text.slice(0, 57)}…` : text;
    throw new MedgymError("invalid-data", `${place} is not JSON (${(error as Error).message}): ${begin}`, {
      cause: error,
    });
  }
}

export function fail(path: string, error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") throw new MedgymError("not-found", `there is no file ${path}.`, { cause: error });
  if (code === "EISDIR") throw new MedgymError("not-found", `${path} is a folder. Name a file.`, { cause: error });
  throw error;
}
