import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displaySymbol } from "../../core/display.ts";
import { contamination } from "./contamination.ts";
import { visitRuns, WordHasher } from "./words.ts";

const words = (from: number, count: number) => Array.from({ length: count }, (_, i) => `w${from + i}`).join(" ");
const task = (id: string, ticket: string, domain = "ward") => ({ id, domain, ticket });

describe("contamination", () => {
  test("nothing in common", async () => {
    const report = await contamination([{ text: words(0, 40) }], [{ text: words(100, 40) }]);
    expect(report).toMatchObject({ ok: true, trainRows: 1, testRows: 1, touched: 0 });
    expect(report.assert()).toBe(report);
  });

  test("runs of 13 words, whatever the case and the signs; 12 are not enough", async () => {
    const text = words(0, 40);
    const shouted = `${words(500, 9)} — ${text.toUpperCase().replaceAll(" ", ", ")}!`;
    expect((await contamination([{ text: shouted }], [{ text }])).contaminated).toMatchObject([
      { row: 0, share: 1, reason: "text" },
    ]);
    const twelve = `${words(0, 12)} ${words(800, 30)}`;
    expect((await contamination([{ text: twelve }], [{ text }])).touched).toBe(0);
    // 20 of 40 words give 8 of 28 runs: touched, but less than half
    const half = await contamination([{ text: words(0, 20) }], [{ text }]);
    expect([half.touched, half.contaminated.length]).toEqual([1, 0]);
    expect(
      (await contamination([{ text: words(0, 20) }], [{ text }], { share: 8 / 28 })).contaminated[0].share,
    ).toBeCloseTo(8 / 28, 12);
  });

  test("short texts as a whole; very short ones never", async () => {
    const short = { ticket: "Is the potassium of Maria high?" };
    expect((await contamination([{ text: "is the potassium of maria high" }], [short])).ok).toBe(false);
    expect((await contamination([{ text: "Is the potassium of Maria high today?" }], [short])).ok).toBe(true);
    expect((await contamination([{ text: "yes" }], [{ text: "yes" }])).ok).toBe(true);
  });

  test("ids of tasks, in rows that were made from them too; a domain parts equal ids", async () => {
    const tests = [task("t1", words(0, 20))];
    const found = async (row: object) => (await contamination([row], tests)).contaminated.map(({ reason }) => reason);
    expect(await found(task("t1", words(100, 20)))).toEqual(["task"]);
    expect(await found({ messages: [], metadata: { taskId: "t1", domain: "ward" } })).toEqual(["task"]);
    expect(await found({ messages: [], metadata: { task: "t1" } })).toEqual(["task"]);
    expect(await found({ messages: [], metadata: { id: "t1" } })).toEqual(["task"]);
    expect(await found({ prompt: "", extra_info: { task: { id: "t1", domain: "ward" } } })).toEqual(["task"]);
    expect(await found(task("t1", words(100, 20), "clinic"))).toEqual([]);
    expect(await found({ id: "t1", text: words(100, 20) })).toEqual([]); // a row's number is no task
  });

  test("what systems and tools say, and templates of many test rows, is nobody's own", async () => {
    const system = { role: "system", content: words(0, 30) };
    const chat = (text: string) => ({
      messages: [system, { role: "user", content: text }, { role: "tool", content: words(50, 20) }],
    });
    expect((await contamination([chat(words(100, 20))], [chat(words(200, 20))])).touched).toBe(0);
    const template = words(300, 20);
    const tests = Array.from({ length: 11 }, (_, i) => task(`t${i}`, `${template} ${words(1000 + 50 * i, 20)}`));
    expect((await contamination([{ text: template }], tests)).touched).toBe(0);
    expect((await contamination([{ text: template }], tests.slice(1))).touched).toBe(10);
  });

  test("an answer that is right for many is no leak; a question anywhere in the training data is", async () => {
    const chat = (user: string, assistant: string) => ({
      messages: [
        { role: "user", content: user },
        { role: "assistant", content: [{ type: "text", text: assistant }] },
      ],
    });
    const answer = "No allergy to bisoprolol is recorded.";
    const tests = [chat("Any allergy against bisoprolol in P41367?", answer)];
    expect((await contamination([chat("Is P99 allergic to bisoprolol then?", answer)], tests)).ok).toBe(true);
    expect((await contamination([chat("Repeat!", "any allergy against bisoprolol in P41367")], tests)).ok).toBe(false);
  });

  test("stops unless forced, and draws itself", async () => {
    const report = await contamination([{ text: words(0, 20) }], [task("t1", words(0, 20))]);
    expect(() => report.assert()).toThrow(
      /1 of 1 test rows[\s\S]*test row 1 \(t1\): 100 % of its text: w0 w1[\s\S]*force: true/,
    );
    expect(report.assert({ force: true })).toBe(report);
    expect(report[displaySymbol]()["text/html"]).toContain("<table>");
  });

  test("files are read, and Chinese is taken by characters", async () => {
    const folder = mkdtempSync(join(tmpdir(), "contamination-"));
    try {
      const train = join(folder, "train.jsonl");
      writeFileSync(train, `${JSON.stringify({ text: "前言。该患者否认慢性肾病病史但有糖尿病家族史。" })}\n`);
      const report = await contamination(train, [{ text: "该患者否认慢性肾病病史,但有糖尿病家族史" }]);
      expect(report.contaminated).toMatchObject([{ share: 1 }]);
      await expect(contamination(join(folder, "no.jsonl"), [])).rejects.toThrow(/there is no file/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("rolling hashes are those of the runs themselves, wherever they stand", () => {
  const hashes = (text: string, n: number) => {
    const hasher = new WordHasher();
    const found: string[] = [];
    visitRuns(hasher.hashes, hasher.read(text), n, 1, (a, b) => found.push(`${a},${b}`));
    return found;
  };
  const word = fc.stringMatching(/^[a-z0-9]{1,6}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 3, maxLength: 30 }), fc.array(word, { maxLength: 20 }), (run, before) => {
      const [own] = hashes(run.join(" "), run.length);
      const all = hashes([...before, ...run].join(", "), run.length);
      expect(all).toHaveLength(before.length + 1);
      expect(all.at(-1)).toBe(own);
    }),
  );
});
