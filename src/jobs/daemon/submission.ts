/** Jobs as they are submitted: checked, numbered, with the jobs that they need. */
import type { JobRecord, JobSpec } from "../job.ts";
import { checkOrder, checkSpec } from "./check.ts";
import type { DeviceInfo } from "./devices.ts";
import { referredJobs, replaceReferences } from "./references.ts";
import type { Job } from "./store.ts";

/** `after`, and those whose results are options. */
export const needsOf = (spec: JobSpec): number[] => [
  ...new Set([...spec.after, ...(spec.work.type === "function" ? referredJobs(spec.work.options) : [])]),
];

/** `first`: the number that the first one gets. `mustBe` throws where there is no such job. */
export function submittedJobs(
  specs: readonly JobSpec[],
  { devices, first, mustBe }: { devices: readonly DeviceInfo[]; first: number; mustBe(id: number): void },
): Job[] {
  for (const spec of specs) checkSpec(spec, devices);
  checkOrder(specs.map((spec) => ({ name: spec.name, needs: needsOf(spec) })));
  for (const id of specs.flatMap(needsOf)) if (id >= 0) mustBe(id);
  const place = (id: number) => (id < 0 ? first - 1 - id : id);
  const submittedMs = Date.now();
  return specs.map((spec, index) => {
    const placed = withPlaces(spec, place);
    const record: JobRecord = { id: first + index, spec: placed, state: "queued", attempt: 0, devices: [], submittedMs, runs: [] }; // biome-ignore format: a record
    return { record, retries: 0, unbegun: 0 };
  });
}

/** With ids where places in the same call stood. */
function withPlaces(spec: JobSpec, place: (id: number) => number): JobSpec {
  const after = needsOf(spec).map(place);
  if (spec.work.type === "cell") return { ...spec, after };
  const options = replaceReferences(spec.work.options, ({ $job, path }) => ({ $job: place($job), path }));
  return { ...spec, after, work: { ...spec.work, options } };
}
