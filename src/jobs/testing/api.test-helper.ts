/** `jobs.submit` and its siblings against a daemon of the test's own, with real workers. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { useConnection } from "../client/client.ts";
import { connectJobs, type JobsConnection } from "../client/connection.ts";
import { jobsFolder } from "./jobs.test-helper.ts";

export interface TestJobs {
  connection: JobsConnection;
  home: string;
  /** Writes a module of the user's; its path. */
  module(name: string, code: string): string;
}

export async function apiForTest(environment: Record<string, string> = {}): Promise<TestJobs> {
  const home = jobsFolder();
  const before = process.env.MEDGYM_JOBS;
  process.env.MEDGYM_JOBS = home;
  const connection = await connectJobs({
    home,
    _internal: {
      environment: { ...process.env, MEDGYM_DEVICES: "cpu:2", MEDGYM_JOBS_WARM: "0", ...environment },
    },
  });
  useConnection(connection);
  onTestFinished(async () => {
    const { pid } = await connection.open().catch(() => ({ pid: 0 }));
    connection.close();
    if (pid > 0) process.kill(pid, "SIGKILL");
    process.env.MEDGYM_JOBS = before;
    if (before === undefined) delete process.env.MEDGYM_JOBS;
  });
  return {
    connection,
    home,
    module(name, code) {
      const path = join(home, name);
      writeFileSync(path, code);
      return path;
    },
  };
}
