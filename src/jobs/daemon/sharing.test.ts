/** Who has which device, with real workers. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connectJobs } from "../client/connection.ts";
import { requests } from "../protocol.ts";
import { begun, jobsFolder, jobsForTest, over, sleeping, submit } from "../testing/jobs.test-helper.ts";

test("two notebooks at once never share an exclusive device, and both get their turn", async () => {
  const jobs = await jobsForTest({ MEDGYM_JOBS_WARM: "2" });
  const other = await connectJobs({ home: jobs.home });
  const guard = join(jobs.home, "guard");
  mkdirSync(guard);
  const ledger = join(jobs.home, "ledger");
  const some = (notebook: string) => Array.from({ length: 6 }, (_, i) => sleeping({ ms: 40, guard, ledger }, { notebook, gpus: 1 + (i % 2) })); // biome-ignore format: a line
  const [a, b] = await Promise.all([submit(jobs, ...some("a")), submit(other, ...some("b"))]);
  const ended = await Promise.all([...a.map((id) => over(jobs, id)), ...b.map((id) => over(other, id))]);
  other.close();
  expect(ended.every(({ state }) => state === "succeeded")).toBe(true);
  const lines = readFileSync(ledger, "utf8").trim().split("\n");
  expect(lines.filter((line) => line.startsWith("CONFLICT"))).toEqual([]);
  expect(lines).toHaveLength(12);
  const firstHalf = lines.slice(0, 6).map((line) => (a.includes(Number(line.split(" ")[0])) ? "a" : "b"));
  expect(new Set(firstHalf)).toEqual(new Set(["a", "b"]));
});

test("jobs that say how much memory they need share a device as long as it fits", async () => {
  const jobs = await jobsForTest({ MEDGYM_DEVICES: "cpu:1" });
  const [{ memoryBytes }] = (await jobs.request(requests.overview)).devices;
  const until = join(jobs.home, "enough");
  const one = (share: number) => sleeping({ until }, { shared: true, memoryBytes: share * memoryBytes });
  const [first, second, third] = await submit(jobs, one(0.5), one(0.4), one(0.3));
  await Promise.all([begun(jobs, first), begun(jobs, second)]);
  const { devices, jobs: told } = await jobs.request(requests.overview);
  expect(devices[0].jobs).toEqual([first, second]);
  expect(told.find(({ id }) => id === third)).toMatchObject({ state: "queued" });
  writeFileSync(until, "");
  expect((await over(jobs, third)).state).toBe("succeeded");
});

test("a job sees its own GPUs alone", async () => {
  const home = jobsFolder();
  const driver = join(home, "nvidia-smi");
  writeFileSync(driver, `#!/bin/sh\ncase "$1" in --query-gpu=index*) printf '0, GPU-a, Card, 1000\\n1, GPU-b, Card, 1000\\n' ;; esac\n`); // biome-ignore format: a line
  chmodSync(driver, 0o755);
  const jobs = await jobsForTest(
    { PATH: `${home}:${process.env.PATH}`, MEDGYM_DEVICES: "cuda:1,0" },
    join(home, "jobs"),
  );
  const ids = await submit(jobs, sleeping({}, { gpus: 2 }), sleeping({}, { gpus: 0 }));
  const seen = await Promise.all(ids.map((id) => over(jobs, id).then(() => jobs.request(requests.result, { id }))));
  expect(seen).toMatchObject([
    { devices: [0, 1], environment: { CUDA_VISIBLE_DEVICES: "GPU-b,GPU-a" } },
    { devices: [], environment: { CUDA_VISIBLE_DEVICES: "" } },
  ]);
});
