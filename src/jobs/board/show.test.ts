/** Views over a real daemon, in a kernel that is a list of what was shown. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { useConnection } from "../client/client.ts";
import type { JobsConnection } from "../client/connection.ts";
import { requests } from "../protocol.ts";
import { jobsForTest, sleeping, submit } from "../testing/jobs.test-helper.ts";
import { drawBoard, showBoard } from "./show-board.ts";
import { drawJob, showJob } from "./show-job.ts";

interface Shown {
  texts: string[];
  interrupt(): void;
}
let shown: Shown[];
const kernel = globalThis as Record<symbol, unknown>;
beforeEach(() => {
  shown = [];
  kernel[displaySymbol] = (bundle: MimeBundle) => {
    const controller = new AbortController();
    const texts = [String(bundle["text/plain"])];
    shown.push({ texts, interrupt: () => controller.abort() });
    return { update: (next: MimeBundle) => texts.push(String(next["text/plain"])), signal: controller.signal };
  };
});
afterEach(() => {
  delete kernel[displaySymbol];
});

/** Until a display says so, or has said so. */
async function until(index: number, pattern: RegExp): Promise<string> {
  for (const end = performance.now() + 10_000; performance.now() < end; ) {
    const text = shown[index].texts.find((each) => pattern.test(each));
    if (text) return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never ${pattern}:\n${shown[index].texts.join("\n\n")}`);
}

async function connected(environment?: Record<string, string>): Promise<JobsConnection> {
  const connection = await jobsForTest(environment);
  useConnection(connection);
  return connection;
}

test("a job is drawn from its submission to its end, with its result; interrupting the cell leaves it alone", async () => {
  const connection = await connected();
  const submitted = submit(
    connection,
    sleeping({ ms: 700, steps: 3, value: { score: { value: 0.5, low: 0.4, high: 0.6 } } }),
  );
  showJob({ name: "sleep", submitted: submitted.then(([id]) => id) });
  expect(shown[0].texts[0]).toBe("sleep: being submitted");
  await until(0, /running {2}updating: \d of 3 steps/);
  shown[0].interrupt();
  const end = await until(0, /succeeded/);
  expect(end).toMatch(/^sleep \(job 1\): succeeded\ncpu:\d · took .*\nscore 0\.500 \[0\.400, 0\.600\]$/);
});

test("a job that failed, and one that was refused, say why", async () => {
  const connection = await connected();
  const submitted = submit(connection, sleeping({ end: "throw" }));
  showJob({ name: "sleep", submitted: submitted.then(([id]) => id) });
  await until(0, /failed\n.*\n.+/);
  showJob({ name: "greedy", submitted: submit(connection, sleeping({}, { gpus: 9 })).then(([id]) => id) });
  expect(await until(1, /^greedy: .*9/)).toMatch(/2/);
});

test("a board of two jobs lives until both are over; outside of a kernel it is as it is now", async () => {
  const connection = await connected();
  const ids = await submit(
    connection,
    sleeping({ ms: 700, steps: 4, value: { score: 1 } }, { name: "one" }),
    sleeping({ ms: 100, value: { score: 2 } }, { name: "two", after: [-1] }),
  );
  showBoard({ title: "both", ids });
  await until(0, /two \(needs 1 device\): waits for job 1 \(one\)/);
  const end = await until(0, /2 succeeded/);
  expect(end).toMatch(/^both: 0 of 2 devices busy/);
  const final = await until(0, /two +succeeded .* 2\.000/);
  expect(final).toMatch(/one +succeeded .* 1\.000/);
  delete kernel[displaySymbol];
  expect(showBoard()).toBeUndefined();
  expect((await drawBoard())["text/plain"]).toMatch(/^jobs: .*2 succeeded/);
  expect((await drawJob({ name: "one", submitted: Promise.resolve(ids[0]) }))["text/plain"]).toContain("score 1.000");
});

test("a board of all goes on when new jobs come, and ends when its cell is interrupted", async () => {
  const connection = await connected();
  showBoard();
  await until(0, /0 of 2 devices busy/);
  await connection.request(requests.pause);
  const [id] = await submit(connection, sleeping({ ms: 50 }, { name: "later" }));
  await until(0, /paused.*\n.*cpu:0: idle: the queue is paused/);
  await connection.request(requests.resume);
  await until(0, /later +succeeded/);
  shown[0].interrupt();
  await submit(connection, sleeping({}, { name: "unseen" }));
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(shown[0].texts.at(-1)).not.toContain("unseen");
  expect(id).toBe(1);
});
