/** A sweep drawn in its cell for as long as its trials go on. */
import { type DisplayHandle, escapeHtml, type MimeBundle } from "../../core/display.ts";
import type { Measured } from "../../plot/builders.ts";
import { LiveView } from "./live-view.ts";
import { JobsWatch } from "./show-board.ts";
import type { ShownJob } from "./show-job.ts";
import { block } from "./style.ts";
import { sweepView } from "./sweep-view.ts";

export interface ShownSweep {
  name: string;
  metric: string;
  mode: "min" | "max";
  trials: readonly {
    setting: Readonly<Record<string, unknown>>;
    job: ShownJob;
    value?: Measured;
    stopped?: string;
  }[];
  /** Calls back whenever a trial has a value or was stopped, until the returned function is called. */
  onChange(listener: () => void): () => void;
}

/** Shows it in the current cell, and draws it again until all its trials are over. Undefined outside of a kernel. */
export function showSweep(sweep: ShownSweep): DisplayHandle | undefined {
  let watch: JobsWatch | undefined;
  const ids = new Map<ShownJob, number>();
  const view = new LiveView(() => draw(sweep, ids, watch));
  const handle = view.show();
  if (!handle) return undefined;
  const forget = sweep.onChange(() => view.change());
  const run = async () => {
    await Promise.allSettled(sweep.trials.map(async ({ job }) => ids.set(job, await job.submitted)));
    const watched = new JobsWatch(() => view.change(), [...ids.values()]);
    watch = watched;
    handle.signal.addEventListener("abort", () => watched.stop(), { once: true });
    await watched.start();
    await watched.over;
    watched.stop();
  };
  run()
    .catch(() => watch?.stop())
    .finally(() => {
      view.redraw();
      // The last value may come a moment after the last job's end.
      setTimeout(forget, 5000).unref();
    });
  return handle;
}

function draw(sweep: ShownSweep, ids: ReadonlyMap<ShownJob, number>, watch: JobsWatch | undefined): MimeBundle {
  const trials = sweep.trials.flatMap(({ job, ...trial }) => {
    const record = watch?.jobs.get(ids.get(job) ?? Number.NaN);
    return record ? [{ ...trial, job: record }] : [];
  });
  if (!watch || trials.length === 0) {
    const text = `${sweep.name}: ${sweep.trials.length} trials are being submitted`;
    return { "text/html": block(escapeHtml(text)), "text/plain": text };
  }
  const { name, metric, mode } = sweep;
  return sweepView({
    name,
    metric,
    mode,
    trials,
    overview: watch.overview,
    findings: watch.findings,
    usage: watch.usage,
    nowMs: Date.now(),
  });
}
