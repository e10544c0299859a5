import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useConnection } from "../src/jobs/client.ts";
import type { JobsConnection } from "../src/jobs/connection.ts";
import { jobsFolder, jobsForTest, over, sleeping, submit } from "../src/jobs/testing/jobs.test-helper.ts";
import { runCli } from "./main.ts";

let printed = "";
const before = process.env.MEDGYM_JOBS;

beforeEach(() => {
  printed = "";
  const print = (text: unknown) => {
    printed += text;
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(print);
  vi.spyOn(process.stderr, "write").mockImplementation(print);
  vi.spyOn(console, "error").mockImplementation((text) => print(`${text}\n`));
  vi.spyOn(console, "log").mockImplementation((text) => print(`${text}\n`));
});

afterEach(() => {
  vi.restoreAllMocks();
  if (before === undefined) delete process.env.MEDGYM_JOBS;
  else process.env.MEDGYM_JOBS = before;
});

async function cli(...args: string[]): Promise<{ code: number; text: string }> {
  printed = "";
  const code = await runCli(["node", "medgym", "jobs", ...args]);
  return { code, text: printed };
}

let own: JobsConnection | undefined;

/** One for all tests of the file. */
async function machine(): Promise<JobsConnection> {
  own ??= await jobsForTest();
  process.env.MEDGYM_JOBS = own.home;
  useConnection(own);
  return own;
}

test("list, show and logs of jobs that are over", async () => {
  const jobs = await machine();
  const [good, bad] = await submit(jobs, sleeping({ say: "hello" }, { name: "good" }), sleeping({ end: "throw" }, { name: "bad" })); // biome-ignore format: a line
  await Promise.all([over(jobs, good), over(jobs, bad)]);
  const listed = await cli("list");
  expect(listed.text).toMatch(
    /2 jobs\njob +name +state.*\n2 +bad +failed .* TypeError on purpose.*\n1 +good +succeeded/,
  );
  expect(JSON.parse((await cli("list", "--json", "--state", "failed")).text)).toMatchObject([
    { id: bad, state: "failed" },
  ]);
  const { text } = await cli("show", "bad");
  expect(text).toMatch(/bad \(job 2\): failed/);
  expect(text).toMatch(/attempt 1 on device \d\n.*failed: TypeError on purpose/);
  expect(JSON.parse((await cli("show", "good", "--json")).text)).toMatchObject({ id: good, result: { id: good } });
  expect(await cli("logs", "good")).toEqual({ code: 0, text: "hello\n" });
});

test("logs -f goes on until the job ends, and its exit code says how", async () => {
  const jobs = await machine();
  const [id, other] = await submit(jobs, sleeping({ ms: 300, say: "first" }), sleeping({ ms: 100, end: "exit" }));
  expect(await cli("logs", "-f", String(id))).toEqual({ code: 0, text: "first\n" });
  const failed = await cli("logs", "--follow", String(other));
  expect(failed).toMatchObject({
    code: 1,
    text: expect.stringContaining("ended failed: its process ended with code 3"),
  });
});

test("top, pause, cancel, resume", async () => {
  const jobs = await machine();
  expect((await cli("pause")).text).toContain("the queue is paused");
  const [id] = await submit(jobs, sleeping({}, { name: "waiting" }));
  expect((await cli("top")).text).toMatch(
    /0 of 2 devices busy · 1 queued .*paused\n(.*\n)*? *waiting .*the queue is paused/,
  );
  expect(JSON.parse((await cli("top", "--json")).text)).toMatchObject({ paused: true, counts: { queued: 1 } });
  expect((await cli("cancel", "waiting")).text).toBe(`job ${id} (waiting) is cancelled: cancelled on request\n`);
  expect((await cli("cancel", String(id))).text).toBe(
    `job ${id} (waiting) is already cancelled: cancelled on request\n`,
  );
  expect((await cli("resume")).text).toContain("the queue goes on");
});

test("what is not there fails with a sentence", async () => {
  await machine();
  for (const [args, reason] of [
    [["show", "77"], /medgym: there is no job 77/],
    [["logs", "nobody"], /medgym: .*nobody/],
    [["list", "--state", "asleep"], /There is no state "asleep". States: queued, /],
    [["cancel"], /missing required argument 'jobs'/],
  ] as const) {
    const { code, text } = await cli(...args);
    expect(code).toBe(1);
    expect(text).toMatch(reason);
    expect(text).not.toMatch(/\n {4}at /);
  }
});

test("where nobody has submitted anything, list says so and starts nothing", async () => {
  process.env.MEDGYM_JOBS = jobsFolder();
  expect(await cli("list")).toEqual({ code: 0, text: "no jobs yet on this machine\n" });
});
