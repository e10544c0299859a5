/** A job drawn in its cell for as long as it goes on. */
import type { DisplayHandle, MimeBundle } from "../../core/display.ts";
import { escapeHtml } from "../../core/display.ts";
import { client } from "../client/client.ts";
import { feedOf } from "../client/feed.ts";
import { isOver, type JobRecord } from "../job.ts";
import { JobTrace } from "./job-trace.ts";
import { jobView } from "./job-view.ts";
import { LiveView } from "./live-view.ts";
import { onOverview } from "./overviews.ts";
import { block, stateColors } from "./style.ts";

export interface ShownJob {
  name: string;
  /** Its number, once it is in the queue; rejects if it was refused. */
  submitted: Promise<number>;
}

/** Of a running job, the time that it runs moves without anything being told. */
const clockMs = 2000;

/**
 * Shows the job in the current cell, and draws it again until it is over. The handle's signal tells when the cell is interrupted,
 * which does the job no harm. Undefined outside of a kernel: `drawJob` is for there.
 */
export function showJob(job: ShownJob, { hidesOutput = false } = {}): DisplayHandle | undefined {
  const watch = new JobWatch(job, hidesOutput);
  const handle = watch.view.show();
  if (handle) watch.run();
  return handle;
}

/** The job as it is now. */
export async function drawJob(job: ShownJob): Promise<MimeBundle> {
  const watch = new JobWatch(job, false);
  await watch.look();
  return watch.draw();
}

class JobWatch {
  readonly view = new LiveView(() => this.draw());
  readonly #job: ShownJob;
  readonly #hidesOutput: boolean;
  readonly #trace = new JobTrace();
  #record?: JobRecord;
  #deviceNames: string[] = [];
  #result?: unknown;
  #refused?: Error;

  constructor(job: ShownJob, hidesOutput: boolean) {
    this.#job = job;
    this.#hidesOutput = hidesOutput;
  }

  draw(): MimeBundle {
    const { name } = this.#job;
    if (this.#refused) {
      const text = `${name}: ${this.#refused.message}`;
      return {
        "text/html": block(`<div style="color:${stateColors.failed}">${escapeHtml(text)}</div>`),
        "text/plain": text,
      };
    }
    if (!this.#record) {
      const text = `${name}: being submitted`;
      return { "text/html": block(escapeHtml(text)), "text/plain": text };
    }
    const job = this.#record;
    const { curves, log } = this.#trace;
    const devices = job.devices.map((index) => this.#deviceNames[index] ?? `device ${index}`);
    return jobView({
      job,
      devices,
      curves,
      log,
      result: this.#result,
      nowMs: Date.now(),
      hidesOutput: this.#hidesOutput,
    });
  }

  /** Until it is over, or the daemon cannot be had. */
  async run(): Promise<void> {
    const clock = setInterval(() => this.view.change(), clockMs).unref();
    let forget = () => {};
    try {
      const id = await this.#job.submitted;
      const { connection } = await client();
      forget = onOverview(connection, ({ devices, jobs }) => {
        this.#deviceNames = devices.map((device) => device.name);
        this.#record = jobs.find((job) => job.id === id) ?? this.#record;
        this.view.change();
      });
      await this.look();
      const feed = feedOf(connection, id);
      for await (const { attempt, event } of feed.read()) {
        this.#trace.add(attempt, event);
        this.view.change();
      }
      this.#record = await feed.ended;
      await this.#fetchResult();
    } catch (error) {
      if (!this.#record) this.#refused = error as Error;
    } finally {
      clearInterval(clock);
      forget();
      this.view.redraw();
    }
  }

  async look(): Promise<void> {
    try {
      const id = await this.#job.submitted;
      const { connection, requests } = await client();
      [this.#record] = await connection.request(requests.get, { ids: [id] });
      this.view.change();
      if (isOver(this.#record.state)) await this.#fetchResult();
    } catch (error) {
      this.#refused = error as Error;
    }
  }

  async #fetchResult(): Promise<void> {
    if (this.#record?.state !== "succeeded" || this.#result !== undefined) return;
    const { connection, requests } = await client();
    this.#result = await connection.request(requests.result, { id: this.#record.id });
  }
}
