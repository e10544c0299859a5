import { expect, test } from "vitest";
import { displaySymbol } from "../core/display.ts";
import { charactersIn } from "./lengths.ts";
import { preview } from "./preview.ts";

const rows = [
  {
    messages: [
      { role: "user", content: "Dose <b>?" },
      {
        role: "assistant",
        content: "",
        tool_calls: [{ type: "function", function: { name: "dose", arguments: { kg: 20 } } }],
      },
    ],
    tools: [{ type: "function", function: { name: "dose" } }],
  },
  { prompt: "p", completion: "c".repeat(1000) },
];

async function bundleOf(data: readonly object[], options = {}) {
  return (await preview(data, options)[displaySymbol]()) as Record<string, string>;
}

test("chats read as transcripts, text is escaped and cut", async () => {
  const html = (await bundleOf(rows))["text/html"];
  expect(html).toContain("Dose &#60;b&#62;?");
  expect(html).toContain("dose({&#34;kg&#34;:20})");
  expect(html).toContain("<code>dose</code>"); // the tool
  expect(html).toContain(`${"c".repeat(599)}…`);
  expect(html).not.toContain("c".repeat(600));
  expect(html.match(/<tr>/g)).toHaveLength(3);
});

test("turns of others read as transcripts too, and an object as its fields", async () => {
  const html = (
    await bundleOf([
      {
        dialogue: [{ speaker: "Patient", text: "I cough." }],
        conversations: [{ from: "gpt", value: "Since?" }],
        metadata: { patientId: "P1", big: 3n, none: null, list: [1, 2] },
        dates: [new Date(0)],
      },
    ])
  )["text/html"];
  for (const text of ["Patient</span>", ">I cough.", "gpt</span>", ">Since?", "patientId</span> P1", "big</span> 3"])
    expect(html).toContain(text);
  expect(html).toContain("list</span> [1,2]");
  expect(html).toContain("1970-01-01");
  expect(html).not.toContain("none</span>");
});

test("the histogram counts every row, in the unit that is asked", async () => {
  // Strings at any depth count, numbers and field names do not.
  expect(charactersIn({ prompt: "ab", completion: [{ content: "cde" }], n: 5 })).toBe(5);
  const data = Array.from({ length: 10 }, (_, i) => ({ text: "x".repeat(i + 1) }));
  const html = (await bundleOf(data, { count: 2 }))["text/html"];
  expect(html).toContain("10 rows, the first 2");
  expect(html).toContain("characters a row: 1 to 10, median 6");
  expect(html.match(/<rect/g)).toHaveLength(10);
  const tokens = await bundleOf(data, { length: () => 7, unit: "tokens" });
  expect(tokens["text/html"]).toContain("tokens a row: 7 to 7, median 7");
});

test("without a notebook front end, and without rows", async () => {
  expect((await bundleOf(rows))["text/plain"]).toMatch(/^2 rows\n\{"messages"/);
  expect((await bundleOf([]))["text/html"]).toContain("0 rows");
});
