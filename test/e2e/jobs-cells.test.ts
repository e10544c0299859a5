/** `%%job` and what cells show of jobs, through a real kernel, daemon and workers. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KernelUnderTest, plain } from "../../kernel/testing/harness.ts";
import { connectJobs } from "../../src/jobs/client/connection.ts";

const home = mkdtempSync(join(tmpdir(), "medgym-cells-"));
const environment = {
  MEDGYM_CHECK: "error",
  MEDGYM_JOBS: home,
  MEDGYM_DEVICES: "cpu:4",
  JPY_SESSION_NAME: "test.ipynb",
};
let kernel: KernelUnderTest;

beforeAll(async () => {
  kernel = await KernelUnderTest.start({
    env: environment,
    files: { "own.ts": "export const half = (n: number) => n / 2;" },
  });
  await kernel.execute(
    'import { jobs } from "medgym"; import { half } from "./own.ts"; const shared = { n: 84 }; await jobs.devices()',
  );
}, 60_000);
afterAll(async () => {
  await kernel.stop();
  const connection = await connectJobs({ home, start: false });
  const { pid } = await connection.open();
  connection.close();
  process.kill(pid, "SIGKILL");
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** Everything that came to a cell, as text. */
const shownIn = (cell: string) =>
  kernel.iopub
    .filter((message) => message.parentHeader.msg_id === cell)
    .map(
      ({ header, content }) =>
        `${header.msg_type} ${plain(content.text ?? (content.data as Record<string, unknown>)?.["text/plain"])}`,
    );
const idOf = (messages: { parentHeader: { msg_id?: string } }[]) => messages[0].parentHeader.msg_id!;

describe("%%job", () => {
  test("the cell is over at once; its outputs come into it while later cells run; its value is the job's result", async () => {
    const submitted = await kernel.execute(
      '%%job name=first\nconsole.log("in the job", process.pid);\nconst own = half(shared.n);\nawait new Promise((r) => setTimeout(r, 200));\ndisplay("shown");\nown',
    );
    expect(submitted.reply.status).toBe("ok");
    const { result } = await kernel.execute('[await jobs.attach("first"), process.pid]');
    const [, value, pid] = /\[ (\d+), (\d+) \]/.exec(result!)!;
    expect(value).toBe("42");
    const seen = () => shownIn(idOf(submitted.messages)).join("\n");
    await expect.poll(seen, { timeout: 10_000 }).toContain("succeeded");
    const outputs = seen();
    expect(outputs).toMatch(/first: being submitted.*stream in the job \d+.*display_data 'shown'.*succeeded/s);
    expect(outputs).not.toContain(`in the job ${pid}`);
    expect((await kernel.execute("own")).reply.ename).toBe("TS2304");
  });

  test("an error names the line of the cell, in it and where the job is awaited", async () => {
    const submitted = await kernel.execute("%%job name=bad\nconst q = 1;\nthrow new RangeError('too far')");
    const { reply } = await kernel.execute('await jobs.attach("bad")');
    expect(reply.evalue).toMatch(/^job \d+ "bad" failed: too far$/);
    expect(plain((reply.traceback as string[]).join("\n"))).toMatch(
      /caused by:\s+RangeError: too far\s+at Cell \[\d+\]:3:7/,
    );
    expect(shownIn(idOf(submitted.messages)).join("\n")).toMatch(/stream Cell \[\d+\]:3:7.*failed/s);
  });

  test.each([
    ["%%job gpu=1\n1", /%%job has no option "gpu" \(did you mean "gpus"\?\)/],
    ["%%job gpus=9\n1", /gpus is 9, but this machine has 4 slots/],
    ["%%job after=nobody\n1", /there is no job "nobody"/],
    ["%%job\nhalf(new Map().size + mapped.size)", /^mapped is a Map\. The cell runs in a process of its own/],
  ])("%s is refused before anything starts", async (code, message) => {
    await kernel.execute("const mapped = new Map()");
    const { reply } = await kernel.execute(code);
    expect(reply.status).toBe("error");
    expect(reply.evalue).toMatch(message);
  });

  test("its line is completed and explained", async () => {
    const completed = await kernel.request("complete_request", { code: "%%job gpus=1 ti\n1", cursor_pos: 15 });
    expect(completed).toMatchObject({ matches: ["timeout="], cursor_start: 13, cursor_end: 15 });
    const { data } = await kernel.request("inspect_request", { code: "%%job timeout=1", cursor_pos: 8 });
    expect((data as Record<string, string>)["text/plain"]).toMatch(/Seconds after which it is ended/);
    const inside = await kernel.request("complete_request", { code: "%%job gpus=1\nshared.", cursor_pos: 20 });
    expect(inside).toMatchObject({ matches: ["n"] });
  });

  test("interrupting a cell does a job no harm, unless the cell awaits it", async () => {
    await kernel.execute("%%job name=long\nawait new Promise((r) => setTimeout(r, 60_000))");
    const waiting = kernel.execute("await new Promise((r) => setTimeout(r, 60_000))");
    await kernel.until((_, message) => /long \(job \d+\): running/.test(JSON.stringify(message.content)));
    await kernel.interrupt();
    await waiting;
    const state = async () => (await kernel.execute('(await jobs.attach("long").refresh()).state')).result;
    expect(await state()).toBe("'running'");
    const awaiting = kernel.execute('await jobs.attach("long")');
    await kernel.until(
      (_, { header, content }) => header.msg_type === "display_data" && /long/.test(JSON.stringify(content)),
    );
    await kernel.interrupt();
    expect((await awaiting).reply.ename).toBe("Interrupted");
    await kernel.execute('await jobs.attach("long").ended()');
    expect(await state()).toBe("'cancelled'");
  });
});

describe("cells that show jobs", () => {
  test("a function of the user's file; the board of the machine; a kernel that is started again has its jobs", async () => {
    writeFileSync(join(kernel.folder, "steps.ts"), "export const third = ({ n }: { n: number }): number => n / 3;");
    const { result, reply } = await kernel.execute(
      'import { third } from "./steps.ts"; await jobs.submit(third, { n: 9 }, { name: "third" })',
    );
    expect(reply.evalue).toBeUndefined();
    expect(result).toBe("3");
    const board = await kernel.execute("jobs.board()");
    await kernel.until((_, { content }) => /third +succeeded/.test(JSON.stringify(content)));
    expect(shownIn(idOf(board.messages)).join("\n")).toMatch(/0 of 4 devices busy.*third +succeeded/s);

    const again = await KernelUnderTest.start({ env: environment });
    const shown = again.until((_, { content }) =>
      /jobs of this notebook: .*third +succeeded/.test(JSON.stringify(content)),
    );
    await again.execute('import { jobs } from "medgym"; await jobs.attach()');
    await shown;
    expect((await again.execute('await jobs.attach("first")')).result).toBe("42");
    await again.stop();
  });
});
