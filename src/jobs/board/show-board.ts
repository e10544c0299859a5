/** The board drawn in its cell for as long as jobs go on. */
import { type DisplayHandle, escapeHtml, type MimeBundle } from "../../core/display.ts";
import { client } from "../client/client.ts";
import { feedOf } from "../client/feed.ts";
import { isOver, type JobRecord } from "../job.ts";
import type { DeviceUsage, Overview } from "../protocol.ts";
import { boardView, type JobFindings } from "./board-view.ts";
import type { Curve } from "./curves.ts";
import { JobTrace } from "./job-trace.ts";
import { LiveView } from "./live-view.ts";
import { onOverview } from "./overviews.ts";
import { block } from "./style.ts";

/** Jobs whose curves are drawn. */
const mostFollowed = 24;
/** Between two looks at how busy the devices were. */
const usageMs = 5000;
/** Of a board of all jobs: those that ended longer ago are history. */
const recentMs = 3_600_000;

/** Jobs as a board sees them: records, curves and results, kept up to date. */
export class JobsWatch {
  overview: Pick<Overview, "devices" | "paused"> = { devices: [], paused: false };
  usage: DeviceUsage[] = [];
  readonly jobs = new Map<number, JobRecord>();
  readonly #ids?: ReadonlySet<number>;
  readonly #changed: () => void;
  readonly #traces = new Map<number, JobTrace>();
  readonly #results = new Map<number, unknown>();
  readonly #following = new Set<number>();
  #stop = () => {};
  #clock?: NodeJS.Timeout;
  #isStopped = false;
  #settle: () => void = () => {};
  /** Resolves when all jobs that were asked for are over and their results are here; without ids, never. */
  readonly over = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  /** @param ids those to watch; all, if undefined */
  constructor(changed: () => void, ids?: readonly number[]) {
    this.#changed = changed;
    this.#ids = ids && new Set(ids);
  }

  async start(): Promise<void> {
    const { connection, requests } = await client();
    if (this.#ids) this.#take(await connection.request(requests.get, { ids: [...this.#ids] }));
    this.#stop = onOverview(connection, (overview) => {
      this.overview = overview;
      this.#take(overview.jobs.filter(({ id }) => this.#ids?.has(id) ?? true));
      this.#changed();
      this.#refreshUnseen(overview).catch(() => {}); // the next overview asks again
    });
    this.#changed();
    if (this.#isStopped) return this.stop();
    // As often as a point is added; as soon as the board is there.
    this.#clock = setInterval(() => this.#refreshUsage(), usageMs).unref();
    await this.#refreshUsage();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#clock);
    this.#stop();
    this.#settle();
  }

  get findings(): Map<number, JobFindings> {
    const findings = new Map<number, JobFindings>();
    for (const id of this.jobs.keys()) {
      const curves: Curve[] = this.#traces.get(id)?.curves ?? [];
      findings.set(id, { curves, result: this.#results.get(id) });
    }
    return findings;
  }

  #take(records: readonly JobRecord[]): void {
    for (const record of records) {
      const { id, state, startedMs } = record;
      this.jobs.set(id, record);
      if (startedMs !== undefined && this.#isRecent(record)) this.#follow(id);
      if (state === "succeeded") this.#fetchResult(id);
    }
    this.#settleIfOver();
  }

  async #refreshUsage(): Promise<void> {
    try {
      const { connection, requests } = await client();
      this.usage = await connection.request(requests.usage);
      this.#changed();
    } catch {
      // it stays as it is
    }
  }

  #isRecent({ endedMs }: JobRecord): boolean {
    return this.#ids !== undefined || endedMs === undefined || Date.now() - endedMs < recentMs;
  }

  /** Jobs that ended are in an overview for a while only. */
  async #refreshUnseen({ jobs }: Overview): Promise<void> {
    const seen = new Set(jobs.map(({ id }) => id));
    const unseen = [...this.jobs.values()].filter(({ id, state }) => !seen.has(id) && !isOver(state));
    if (unseen.length === 0) return;
    const { connection, requests } = await client();
    this.#take(await connection.request(requests.get, { ids: unseen.map(({ id }) => id) }));
    this.#changed();
  }

  async #follow(id: number): Promise<void> {
    if (this.#following.has(id) || this.#following.size >= mostFollowed) return;
    this.#following.add(id);
    const trace = new JobTrace();
    this.#traces.set(id, trace);
    try {
      const { connection } = await client();
      for await (const { attempt, event } of feedOf(connection, id).read()) {
        trace.add(attempt, event);
        if (event.type === "metric") this.#changed();
      }
    } catch {
      // its curves stay as they are
    }
  }

  async #fetchResult(id: number): Promise<void> {
    if (this.#results.has(id)) return;
    this.#results.set(id, undefined);
    try {
      const { connection, requests } = await client();
      this.#results.set(id, await connection.request(requests.result, { id }));
    } catch {
      this.#results.set(id, null); // it stays without figures
    }
    this.#changed();
    this.#settleIfOver();
  }

  #settleIfOver(): void {
    if (!this.#ids || this.overview.devices.length === 0) return;
    const records = [...this.#ids].map((id) => this.jobs.get(id));
    const isSettled = (job?: JobRecord) =>
      job && isOver(job.state) && (job.state !== "succeeded" || this.#results.get(job.id) !== undefined);
    if (records.every(isSettled)) this.#settle();
  }

  /** For the board of all jobs. */
  get recent(): JobRecord[] {
    return [...this.jobs.values()].filter((job) => this.#isRecent(job));
  }
}

export interface BoardOptions {
  /** @default "jobs" */
  title?: string;
  /** Those to show. @default all of the machine that have not ended more than an hour ago */
  ids?: readonly number[];
}

/**
 * Shows the board in the current cell, and draws it again: until its jobs are over or, a board of all, until the cell is interrupted.
 * Undefined outside of a kernel: `drawBoard` is for there.
 */
export function showBoard({ title, ids }: BoardOptions = {}): DisplayHandle | undefined {
  const watch = new JobsWatch(() => view.change(), ids);
  const view = new LiveView(() => draw(watch, title));
  const handle = view.show();
  if (!handle) return undefined;
  watch.start().catch(() => watch.stop());
  handle.signal.addEventListener("abort", () => watch.stop(), { once: true });
  watch.over.then(() => {
    watch.stop();
    view.redraw();
  });
  return handle;
}

/** The board as it is now. */
export async function drawBoard({ title, ids }: BoardOptions = {}): Promise<MimeBundle> {
  const seen = new Promise<JobsWatch>((resolve, reject) => {
    const watch: JobsWatch = new JobsWatch(() => watch.overview.devices.length > 0 && resolve(watch), ids);
    watch.start().catch(reject);
  });
  const watch = await seen;
  watch.stop();
  return draw(watch, title);
}

const draw = (watch: JobsWatch, title = "jobs"): MimeBundle =>
  watch.overview.devices.length === 0
    ? { "text/html": block(`${escapeHtml(title)}: …`), "text/plain": `${title}: …` }
    : boardView({
        title,
        overview: watch.overview,
        jobs: watch.recent,
        findings: watch.findings,
        usage: watch.usage,
        nowMs: Date.now(),
      });
