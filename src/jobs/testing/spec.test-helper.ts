import { tmpdir } from "node:os";
import type { JobSpec } from "../job.ts";

/** A job that needs one device and nothing else, as a client would submit it. */
export function specForTest(given: Pick<JobSpec, "work"> & Partial<JobSpec>): JobSpec {
  return {
    name: "made-up",
    notebook: "test",
    directory: tmpdir(),
    environment: {},
    gpus: 1,
    shared: false,
    priority: 0,
    after: [],
    retry: { times: 0, on: [] },
    ...given,
  };
}
