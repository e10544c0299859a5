import { afterEach, expect, test } from "vitest";
import { useConnection } from "../src/jobs/client/client.ts";
import type { JobsConnection } from "../src/jobs/client/connection.ts";
import { jobsFolder, jobsForTest, over, sleeping, submit } from "../src/jobs/testing/jobs.test-helper.ts";
import { useCli } from "./cli.test-helper.ts";

const cli = useCli("jobs");
const before = process.env.MEDGYM_JOBS;

afterEach(() => {
  if (before === undefined) delete process.env.MEDGYM_JOBS;
  else process.env.MEDGYM_JOBS = before;
});

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

test("prune says what would go, removes it, and refuses what it cannot read", async () => {
  const jobs = await machine();
  const ids = await submit(jobs, sleeping({}, { name: "early" }), sleeping({}, { name: "trial 1", sweep: "rates" }), sleeping({}, { name: "late" })); // biome-ignore format: a line
  await Promise.all(ids.map((id) => over(jobs, id)));
  expect((await cli("prune")).text).toBe("0 jobs removed, 0 B of disk freed\n"); // younger than 30 days
  const planned = await cli("prune", "--keep", "1", "--dry-run");
  expect(planned.text).toMatch(/\d+ jobs would go: [\d.]+ kB of disk\njob +name +state +ended +size\n/);
  expect(planned.text).toMatch(/early +succeeded +\d{4}-\d\d-\d\d +[\d.]+ kB\n/);
  expect(planned.text).toContain('1 of the sweep "rates" stay, which takes them up when it is called again');
  expect((await cli("prune", "--keep", "1")).text).toMatch(/jobs removed, [\d.]+ kB of disk freed\n/);
  expect((await cli("show", "early")).text).toContain('there is no job "early"');
  expect((await cli("prune", "rates", String(ids[2]))).text).toMatch(/2 jobs removed/);
  expect(await cli("list")).toEqual({ code: 0, text: expect.stringContaining("0 jobs") });
  expect((await cli("prune", "--older-than", "long")).text).toContain('olderThan is "long"; write seconds, or e.g.');
  expect((await cli("prune", "7", "--keep", "3")).text).toContain("give either jobs, or olderThan and keep");
  expect((await cli("prune", "999")).text).toContain("there is no job 999.");
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
