/** How a daemon begins, gives its place to another, and ends. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createMessageConnection, SocketMessageReader, SocketMessageWriter } from "vscode-jsonrpc/node";
import { connectJobs } from "../client/connection.ts";
import { socketPath } from "../home.ts";
import { processIdentity } from "../process.ts";
import { protocolVersion, requests } from "../protocol.ts";
import { begun, jobsFolder, jobsForTest, over, sleeper, sleeping, submit } from "../testing/jobs.test-helper.ts";

describe("daemons of other versions", () => {
  /** Speaks as little as one of another version may: hello and retire. */
  async function otherDaemon(home: string, version: number): Promise<() => boolean> {
    let retired = false;
    const server = createServer((socket) => {
      const rpc = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
      rpc.onRequest(requests.hello, () => ({ version, pid: 1, medgym: "9.9.9" }));
      rpc.onRequest(requests.retire, () => {
        retired = true;
        server.close();
        setTimeout(() => socket.destroy(), 20);
      });
      socket.on("error", () => {});
      rpc.listen();
    });
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(socketPath(home), resolve));
    return () => retired;
  }

  test("an older one gives its place to ours", async () => {
    const home = jobsFolder();
    const retired = await otherDaemon(home, protocolVersion - 1);
    const jobs = await jobsForTest({}, home);
    expect(retired()).toBe(true);
    expect((await jobs.open()).version).toBe(protocolVersion);
  });

  test("a newer one stays, and the client is told to start anew", async () => {
    const home = jobsFolder();
    const retired = await otherDaemon(home, protocolVersion + 1);
    await expect(connectJobs({ home })).rejects.toMatchObject({ code: "unsupported", message: expect.stringMatching(/of a newer medgym \(9\.9\.9, protocol \d+; this one speaks \d+\)\. Restart/) }); // biome-ignore format: a line
    expect(retired()).toBe(false);
  });

  test("one that retires leaves its workers to the next", async () => {
    const jobs = await jobsForTest();
    const { pid } = await jobs.open();
    const [id] = await submit(jobs, sleeping({ until: join(jobs.home, "enough") }));
    await begun(jobs, id);
    await jobs.request(requests.retire);
    await expect.poll(() => processIdentity(pid)).toBeUndefined();
    writeFileSync(join(jobs.home, "enough"), "");
    expect(await over(jobs, id)).toMatchObject({ state: "succeeded", attempt: 1 });
    expect((await jobs.open()).pid).not.toBe(pid);
  });
});

test("a daemon without work ends, and the next call starts another", async () => {
  const jobs = await jobsForTest({ MEDGYM_JOBS_IDLE_SECONDS: "0.2" });
  const { pid } = await jobs.open();
  const [id] = await submit(jobs, sleeping({ ms: 400 }));
  expect((await over(jobs, id)).state).toBe("succeeded"); // longer than it would wait
  await expect.poll(() => processIdentity(pid), { timeout: 5000 }).toBeUndefined();
  expect(await jobs.request(requests.list, {})).toMatchObject([{ id, state: "succeeded" }]);
  expect((await jobs.open()).pid).not.toBe(pid);
});

test("a daemon that cannot start says why", async () => {
  const home = jobsFolder();
  writeFileSync(join(home, "jobs.sqlite"), "no database ".repeat(1000));
  await expect(jobsForTest({}, home)).rejects.toMatchObject({ code: "corrupt", message: expect.stringMatching(/cannot start: .*is damaged: file is not a database/) }); // biome-ignore format: a line
  await expect(jobsForTest({ MEDGYM_DEVICES: "gpu:8" })).rejects.toMatchObject({ code: "invalid-option" });
  const file = join(jobsFolder(), "file");
  writeFileSync(file, "");
  await expect(jobsForTest({}, join(file, "jobs"))).rejects.toMatchObject({ code: "io" });
});

test("a path too long for a socket has it elsewhere", async () => {
  const home = join(jobsFolder(), "x".repeat(100));
  mkdirSync(home);
  expect(socketPath(home).length).toBeLessThan(100);
  expect((await (await jobsForTest({}, home)).open()).version).toBe(protocolVersion);
});

test("a job is done by the program that its submitter names, as that is on disk now", async () => {
  const home = jobsFolder();
  const jobs = await jobsForTest({ MEDGYM_JOBS_WARM: "1" }, home, []);
  const program = join(home, "worker.mjs");
  const written = readFileSync(sleeper, "utf8");
  const result = async () => {
    const [id] = await submit(jobs, sleeping({ value: "as it says" }, { program: [program] }));
    await over(jobs, id);
    return jobs.request(requests.result, { id });
  };
  writeFileSync(program, written);
  expect(await result()).toBe("as it says");
  // Meanwhile a worker of that program is ready; now it is built anew.
  writeFileSync(program, written.replace("value: cell.value", 'value: "as it is now"'));
  expect(await result()).toBe("as it is now");
  await expect(submit(jobs, sleeping({}, { program: [join(home, "gone.mjs")] }))).rejects.toMatchObject({ code: "not-found" }); // biome-ignore format: a line
});
