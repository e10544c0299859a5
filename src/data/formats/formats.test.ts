import { execFile } from "node:child_process";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { displaySymbol } from "../../core/display.ts";
import { read } from "../read.ts";
import { readTable, toRows, toTable } from "../table.ts";
import { write } from "../write.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "formats-"));
});

const any = { schema: "any" } as const;

async function again(name: string, rows: readonly object[]): Promise<object[]> {
  const path = join(directory, name);
  await write(path, rows);
  return read(path, any);
}

const call = { type: "function", function: { name: "dose", arguments: { kg: 20, "a.b": [null, 1.5] } } };
const tool = { type: "function", function: { name: "dose", parameters: { type: "object", properties: {} } } };
const chats = [
  { messages: [{ role: "user", content: 'Dosis für Ünal, 体重 20 kg? 🩺\u2028\r\n"x",' }], tools: [tool] },
  {
    messages: [
      { role: "user", content: "" },
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", content: '{"mg": 300}' },
    ],
    tools: [tool, { ...tool, function: { name: "other", parameters: { required: ["x"] } } }],
  },
  { messages: [{ role: "user", content: "no tools" }], tools: null },
];

describe.each(["jsonl", "json", "parquet", "csv", "tsv"])("%s", (format) => {
  // CSV has one word for null and for a field that is left out; row 3's tools are null, so all are there.
  test("chats with nested tools come back as they were", async () => {
    expect(await again(`chats.${format}`, chats)).toEqual(chats);
  });

  test("any rows come back as they were", async () => {
    const value = fc.jsonValue({ noUnicodeString: false, maxDepth: 3 } as never);
    const row = fc.dictionary(fc.string({ minLength: 1 }), value, { minKeys: 1, maxKeys: 4 });
    const mixed = fc.array(row, { minLength: 1, maxLength: 6 });
    const alike = fc.array(
      fc.record({
        text: fc.option(fc.string({ unit: "grapheme" })),
        number: fc.option(fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))),
        flag: fc.boolean(),
        digits: fc.stringMatching(/^[0-9]{1,4}$/),
        json: fc.option(fc.json()),
        list: fc.array(fc.record({ a: fc.option(fc.string()), b: fc.array(fc.integer()) }, { requiredKeys: ["a"] })),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(mixed, alike), async (rows) => {
        // As JSON has them: no -0. CSV gives null for what is left out, and trims no name.
        const plain = JSON.parse(JSON.stringify(rows)) as Record<string, unknown>[];
        fc.pre(format !== "parquet" || !/"\ufeff/.test(JSON.stringify(plain))); // Arrow's reader drops it, docs/data.md
        const names = [...new Set(plain.flatMap((each) => Object.keys(each)))];
        const full = plain.map((each) =>
          Object.fromEntries(names.map((name) => [name, Object.hasOwn(each, name) ? each[name] : null])),
        );
        const expected = format === "csv" || format === "tsv" ? full : plain;
        expect(await again(`any.${format}`, plain)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  test("a stream of rows, and none", async () => {
    const path = join(directory, `stream.${format}`);
    const rows = Array.from({ length: 3_000 }, (_, i) => ({ id: i, text: `row ${i}`, last: i === 2_999 ? "x" : i }));
    await write(
      path,
      (async function* () {
        yield* rows;
      })(),
    );
    expect(await read(path, any)).toEqual(rows);
    expect(await again(`none.${format}`, [])).toEqual([]);
  });

  test("a source that fails leaves nothing behind", async () => {
    const path = join(directory, `failed.${format}`);
    const source = (function* () {
      yield { a: 1 };
      throw new Error("the source broke");
    })();
    await expect(write(path, source)).rejects.toThrow("the source broke");
    expect((await readdir(directory)).filter((name) => /failed|\.tmp/.test(name))).toEqual([]);
  });

  test("as an Arrow table", async () => {
    const path = join(directory, `table.${format}`);
    await write(path, await toTable(chats));
    const table = await readTable(path, { columns: ["tools"] });
    expect(toRows(table)).toEqual(chats.map(({ tools }) => ({ tools })));
  });
});

describe("CSV of others", () => {
  async function csv(text: string): Promise<object[]> {
    const path = join(directory, "other.csv");
    await writeFile(path, text);
    return read(path, any);
  }

  test("types of columns, whole columns only", async () => {
    const text = '\ufeffid,code,ok,note,big\r\n1,007,True,"a, ""b""\n[2]",12345678901234567890\r\n2,8,false,,1\r\n\r\n';
    expect(await csv(text)).toEqual([
      { id: 1, code: "007", ok: true, note: 'a, "b"\n[2]', big: "12345678901234567890" },
      { id: 2, code: "8", ok: false, note: null, big: "1" },
    ]);
  });

  test.each([
    ["a,b\n1,2\n1,2,3\n", /other\.csv, line 3 has 3 cells; the header has 2/],
    ['a,b\n1,"2\n', /other\.csv, line \d.* is not CSV/],
    ["a,a\n1,2\n", /two columns are called "a"/],
  ])("%j is refused with its place", async (text, message) => {
    await expect(csv(text)).rejects.toThrow(message);
  });

  test("bytes that are not UTF-8", async () => {
    const path = join(directory, "latin1.csv");
    await writeFile(path, Buffer.from("a\né\n", "latin1"));
    await expect(read(path, any)).rejects.toThrow(/latin1\.csv is not UTF-8/);
  });
});

test("columns are typed where values agree", async () => {
  const rows = [
    { prompt: [{ role: "user", content: "hi" }], reward_model: { style: "rule", ground_truth: "B" }, n: 1 },
  ];
  const { schema } = await toTable([...rows, { ...rows[0], n: 2.5 }]);
  expect(schema.fields.map(({ type }) => String(type))).toEqual([
    "List<Struct<{role:Utf8, content:Utf8}>>",
    "Struct<{style:Utf8, ground_truth:Utf8}>",
    "Float64",
  ]);
});

test("bytes and halves of surrogate pairs survive Parquet", async () => {
  const rows = [
    { image: Uint8Array.from([0, 255]), text: "\ud83e" },
    { image: null, text: "b" },
  ];
  expect(await again("bytes.parquet", rows)).toEqual(rows);
});

test("what is no Parquet says so", async () => {
  const path = join(directory, "bad.parquet");
  await writeFile(path, "PAR1 but not really");
  await expect(read(path, any)).rejects.toMatchObject({ code: "invalid-data", message: /bad\.parquet.*Parquet/ });
});

test("JSON that ends early, or goes on", async () => {
  for (const [text, message] of [
    ['[{"a":1},', /ends in the middle of row 2/],
    ['[{"a":1}] {"a":2}', /goes on after its JSON array/],
    ['[{"a":1},]', /row 2 is not JSON/],
  ] as const) {
    const path = join(directory, "cut.json");
    await writeFile(path, text);
    await expect(read(path, any)).rejects.toThrow(message);
  }
});

test("tables draw themselves: types, first rows, lengths", async () => {
  const table = (await toTable(
    [...chats, ...chats].map((row, i) => ({ ...row, odd: i % 2 ? i : `${i}` })),
  )) as unknown as Record<symbol, () => Record<string, string>>;
  const bundle = table[displaySymbol]();
  expect(bundle["text/html"]).toContain("6 rows, 3 columns, the first 5");
  expect(bundle["text/html"]).toContain("JSON");
  expect(bundle["text/html"]).toContain("体重");
  expect(bundle["text/html"]).toMatch(/characters a row: \d+ to \d+/);
  expect(bundle["text/plain"]).toContain("messages: List<Struct<");
});

test("a file longer than the memory that is allowed", async () => {
  // 37 MB of rows go to JSONL, from there to Parquet, and are counted, in a process with a heap of 32 MB that may not grow by
  // more than 160 MB over what it had at the start, buffers and WebAssembly included. A reader that held the rows, each a string of
  // 2,000 one-byte characters, would run out of heap. docs/data.md has a figure for 5 GB.
  const script = join(import.meta.dirname, "long-file.test-helper.ts");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--max-old-space-size=32", "--import", join(import.meta.dirname, "../../../test/ts-hooks.mjs"), script, directory],
    { env: { ...process.env, NODE_NO_WARNINGS: "1" } },
  );
  const { rows, megabytes, grownMegabytes } = JSON.parse(stdout);
  expect(rows).toBe(18_000);
  expect(megabytes).toBeGreaterThan(36);
  expect(grownMegabytes).toBeLessThan(160);
}, 240_000);
