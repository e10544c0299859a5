import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { read, readRows } from "./read.ts";
import { write } from "./write.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "data-"));
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

const user = '{"messages":[{"role":"user","content":"hi"}]}';

describe("JSONL", () => {
  test("byte order mark, CRLF, empty lines, no newline at the end", async () => {
    const path = await file("a.jsonl", `\ufeff{"text":"1"}\r\n\r\n  \n{"text":"2"}`);
    expect(await read(path)).toEqual([{ text: "1" }, { text: "2" }]);
  });

  test("a line separator inside a string does not end the line", async () => {
    // U+2028 and U+2029 may stand unescaped in JSON; node:readline would cut there.
    const path = await file("separator.jsonl", '{"text":"a\u2028b\u2029c"}\n');
    expect(await read(path)).toEqual([{ text: "a\u2028b\u2029c" }]);
  });

  test("lines longer than what is read at once", async () => {
    const long = "é".repeat(400_000);
    const path = await file("long.jsonl", `{"text":"${long}"}\n{"text":"b"}\n`);
    expect((await read(path)).map((row) => (row as { text: string }).text.length)).toEqual([400_000, 1]);
  });

  test.each([
    ['{"text": }', /bad\.jsonl, line 3 is not JSON .*\{"text": \}/],
    ["[1]", /line 3: a row is an object .*an array of 1/],
    ['{"question":"q"}', /line 3: .*this one's fields: question/],
    ['{"text":5}', /line 3: text is 5; it must be text/],
    ['{"messages":[]}', /line 3: messages is empty/],
    ['{"messages":[{"content":"x"}]}', /line 3: messages\[0\]\.role is missing/],
    [
      '{"messages":[{"role":"user","content":"x"},{"role":"assistant"}]}',
      /messages\[1\]\.content is missing, and there are no tool_calls/,
    ],
    ['{"messages":[{"role":"user","content":3}]}', /messages\[0\]\.content is 3/],
    ['{"messages":[{"role":"user","content":"x"}],"tools":{}}', /tools is an object.*must be a list/],
    ['{"prompt":"p"}', /completion is missing/],
    [
      '{"prompt":"p","completion":[{"role":"assistant","content":"c"}]}',
      /completion must be text where prompt is text/,
    ],
    ['{"prompt":[{"role":"user"}],"completion":[]}', /prompt\[0\]\.content is missing/],
  ])("%s: file, line and field are named", async (line, message) => {
    const path = await file("bad.jsonl", `${user}\n\n${line}\n`);
    await expect(read(path)).rejects.toThrow(message);
    await expect(read(path)).rejects.toMatchObject({ code: "invalid-data" });
  });

  test("the rows before a broken one come first", async () => {
    const path = await file("late.jsonl", `${user}\n${user}\nbroken\n`);
    const places: string[] = [];
    await expect(async () => {
      for await (const { place } of readRows(path)) places.push(place);
    }).rejects.toThrow(/line 3/);
    expect(places).toEqual([`${path}, line 1`, `${path}, line 2`]);
  });

  test("bytes that are not UTF-8", async () => {
    const path = await file("latin1.jsonl", Buffer.from('{"text":"a"}\n{"text":"é"}\n', "latin1"));
    await expect(read(path)).rejects.toThrow(/line 2 is not UTF-8/);
  });
});

describe("JSON", () => {
  test("an array of rows", async () => {
    expect(await read(await file("a.json", `\ufeff[\n${user},${user}\n]`))).toHaveLength(2);
    await expect(read(await file("bad.json", `[${user}, {"text":1}]`))).rejects.toThrow(/bad\.json, row 2: text is 1/);
    await expect(read(await file("object.json", user))).rejects.toThrow(/holds no JSON array/);
  });
});

test("rows of another kind, by their schema", async () => {
  const path = await file("other.jsonl", '{"q":"1","a":2}\n{"q":"3"}\n');
  const schema = z.object({ q: z.coerce.number(), a: z.number().default(0) });
  expect(await read(path, { schema })).toEqual([
    { q: 1, a: 2 },
    { q: 3, a: 0 },
  ]);
});

test("what cannot be read says so", async () => {
  await expect(read(join(directory, "none.jsonl"))).rejects.toMatchObject({ code: "not-found" });
  await expect(read(directory, { format: "jsonl" })).rejects.toThrow(/is a folder/);
  await expect(read("rows.xlsx")).rejects.toThrow(/\.jsonl.*\.parquet.*\.csv/);
  await expect(read(directory, { format: "parquet" })).rejects.toThrow(/is a folder/);
  await expect(read("none.csv")).rejects.toMatchObject({ code: "not-found" });
  await expect(read("rows.jsonl", { formt: "json" } as never)).rejects.toThrow(/did you mean "format"/);
});

describe("write", () => {
  const rows = [{ text: "a\u2028\n<é>" }, { messages: [{ role: "user", content: "hi" }] }];

  test.each(["out.jsonl", "out.json"])("%s comes back as it was", async (name) => {
    const path = join(directory, name);
    await write(path, rows);
    expect(await read(path)).toEqual(rows);
    await write(path, []);
    expect(await read(path)).toEqual([]);
  });

  test("a row that fails leaves the old file and nothing half-written", async () => {
    const path = join(directory, "kept.jsonl");
    await write(path, rows);
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    await expect(write(path, [rows[0], cycle])).rejects.toThrow(/circular/);
    await expect(write(path, [rows[0], undefined as never])).rejects.toThrow(/row 2 is not an object/);
    expect(await readFile(path, "utf8")).toBe(`${JSON.stringify(rows[0])}\n${JSON.stringify(rows[1])}\n`);
    expect((await readdir(directory)).filter((name) => name.startsWith(".tmp"))).toEqual([]);
  });
});
