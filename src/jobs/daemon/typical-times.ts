import type { JobRecord, JobSpec } from "../job.ts";

/** How much the newest counts. */
const weight = 0.3;

/** How long jobs of a kind have taken: what the backfill goes by where nobody says. */
export class TypicalTimes {
  readonly #seconds = new Map<string, number>();

  expectedSeconds(spec: JobSpec): number | undefined {
    return spec.expectedSeconds ?? this.#seconds.get(kindOf(spec)) ?? spec.timeoutSeconds;
  }

  learn({ spec, state, startedMs, endedMs }: JobRecord): void {
    if (state !== "succeeded" || startedMs === undefined || endedMs === undefined) return;
    const took = (endedMs - startedMs) / 1000;
    const before = this.#seconds.get(kindOf(spec));
    this.#seconds.set(kindOf(spec), before === undefined ? took : before + weight * (took - before));
  }
}

const kinds = new WeakMap<JobSpec, string>();

/** The same function for the same notebook, or a cell of the same name, on as many devices. */
function kindOf(spec: JobSpec): string {
  const known = kinds.get(spec);
  if (known !== undefined) return known;
  const { work, notebook, name, gpus } = spec;
  const kind = JSON.stringify([notebook, gpus, work.type === "function" ? [work.module, work.export] : name]);
  kinds.set(spec, kind);
  return kind;
}
