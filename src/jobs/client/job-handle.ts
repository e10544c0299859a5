/** A job as a notebook holds it. */
import {
  cellSignal,
  type Displayable,
  displaySymbol,
  inKernel,
  type MimeBundle,
  outsideCells,
} from "../../core/display.ts";
import { CancelledError, type ErrorCode, MedgymError } from "../../core/errors.ts";
import { formatDuration } from "../../core/progress-line.ts";
import { showJob } from "../board/show-job.ts";
import { attemptFolder } from "../home.ts";
import { isOver, type JobError, type JobEvent, type JobRecord, type JobState } from "../job.ts";
import { client } from "./client.ts";
import { readEvents } from "./events.ts";
import { feedOf } from "./feed.ts";

/** Stands for a part of a job's result in options of another, before it is there. */
export class JobOutput {
  readonly job: Job<unknown>;
  /** Dotted; "": all of it. */
  readonly path: string;

  constructor(job: Job<unknown>, path: string) {
    this.job = job;
    this.path = path;
  }
}

/** What awaiting a job throws that did not succeed. */
export class JobFailure extends MedgymError {
  declare readonly job: JobRecord;
  /** Options that would have fitted, of a job that ran out of memory. */
  declare readonly downshift?: unknown;

  constructor(job: JobRecord) {
    super(codeOf(job), messageOf(job), { cause: job.error && causeOf(job.error) });
    this.name = "JobFailure";
    // Not among what is printed of an error: the message says it.
    Object.defineProperties(this, { job: { value: job }, downshift: { value: job.downshift } });
  }
}

export interface LogOptions {
  /** Only what was printed to one of them. @default both, in order */
  stream?: "stdout" | "stderr";
}

/**
 * A function or cell that runs in a process of its own, on devices of its own; it goes on when the notebook's kernel ends.
 *
 * - `job` as a cell's last line: its card, live.
 * - `await job`: the result (JSON), or the error, with code and trace of what went wrong in it. Interrupting a cell that awaits a job
 *   cancels the job; any other interrupt does it no harm.
 * - `for await (const event of job)`: what it tells, from its beginning; of a retry, from the retry's.
 * - `job.output("model")`: stands for that part of the result in options of other jobs, which then wait for it.
 * - `job.cancel()`: ends it.
 */
export class Job<Result = unknown> implements PromiseLike<Result>, AsyncIterable<JobEvent>, Displayable {
  #name: string;
  /** Its number, once it is in the queue; rejects if it was refused. */
  readonly submitted: Promise<number>;
  #record?: JobRecord;
  #refused?: unknown;
  #isShown = false;

  /** @param submit goes on when the cell that calls it is interrupted */
  constructor(name: string, submit: () => Promise<number | JobRecord>) {
    this.#name = name;
    this.submitted = outsideCells(() => this.#submit(submit));
  }

  #submit(submit: () => Promise<number | JobRecord>): Promise<number> {
    const submitted = submit().then((given) => {
      if (typeof given === "number") return given;
      this.#record = given;
      this.#name = given.spec.name;
      return given.id;
    });
    submitted.then(
      () => this.#record ?? this.refresh().catch(() => undefined), // asked again when it matters
      (error) => {
        this.#refused = error; // told to whoever awaits it, and in its drawing
      },
    );
    return submitted;
  }

  get name(): string {
    return this.#name;
  }

  /** Undefined until it is in the queue. */
  get id(): number | undefined {
    return this.#record?.id;
  }

  /** As last told; `refresh()` asks. */
  get state(): JobState | "refused" | "submitting" {
    return this.#refused !== undefined ? "refused" : (this.#record?.state ?? "submitting");
  }

  /** All that is known of it, as last told. */
  get record(): JobRecord | undefined {
    return this.#record;
  }

  async refresh(): Promise<JobRecord> {
    const id = await this.submitted;
    const { connection, requests } = await client();
    const [record] = await connection.request(requests.get, { ids: [id] });
    this.#record = record;
    return record;
  }

  /** Asks it to end, and kills it so many seconds later. Resolves when it is over. @default 10 */
  async cancel({ graceSeconds }: { graceSeconds?: number } = {}): Promise<void> {
    const id = await this.submitted;
    const { connection, requests } = await client();
    this.#record = await connection.request(requests.cancel, { id, graceSeconds });
    await this.ended();
  }

  /** Resolves when it is over, however it ended. */
  async ended(): Promise<JobRecord> {
    const id = await this.submitted;
    if (this.#record && isOver(this.#record.state)) return this.#record;
    const { connection } = await client();
    this.#record = await feedOf(connection, id).ended;
    return this.#record;
  }

  /** What it printed so far. */
  async logs({ stream }: LogOptions = {}): Promise<string> {
    const events = await this.#events();
    if (this.#record?.logsRemovedMs !== undefined) return `${noLogs(this.#record)}\n`;
    return events
      .map((event) => (event.type === "stream" && (stream === undefined || event.name === stream) ? event.text : ""))
      .join("");
  }

  /** Files that it left so far. */
  async artefacts(): Promise<{ name: string; path: string }[]> {
    const events = await this.#events();
    return events.flatMap((event) => (event.type === "artefact" ? [{ name: event.name, path: event.path }] : []));
  }

  /** Its curves so far: points by run and figure, e.g. `sft` and `loss`. */
  async metrics(): Promise<{ run: string; step: number; values: Record<string, number> }[]> {
    const events = await this.#events();
    return events.flatMap((event) =>
      event.type === "metric" ? [{ run: event.run, step: event.step, values: event.values }] : [],
    );
  }

  /** A part of the result, dotted (`"model"`, `"summary.evalLoss"`), as an option of another job; without a path all of it. */
  output(path = ""): JobOutput {
    return new JobOutput(this, path);
  }

  // biome-ignore lint/suspicious/noThenProperty: a job is awaited like the promise it is
  then<A = Result, B = never>(
    onFulfilled?: ((value: Result) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#awaited().then(onFulfilled, onRejected);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<JobEvent> {
    const id = await this.submitted;
    const { connection } = await client();
    for await (const { event } of feedOf(connection, id).read()) yield event;
    await this.ended();
  }

  [displaySymbol](): MimeBundle | undefined | Promise<MimeBundle | undefined> {
    return this.#show() ? undefined : { "text/plain": this.toString() };
  }

  toString(): string {
    if (this.#refused !== undefined) return `job "${this.name}": refused: ${(this.#refused as Error).message}`;
    return this.#record ? lineOf(this.#record) : `job "${this.name}": being submitted`;
  }

  #show(): boolean {
    this.#isShown = true;
    return showJob(this) !== undefined;
  }

  /** The result for the cell that awaits it, which shows the job, unless it is shown or over, and cancels it when interrupted. */
  async #awaited(): Promise<Result> {
    const signal = cellSignal();
    // Not as part of the cell, which is being stopped.
    const cancel = () => void outsideCells(() => this.cancel()).catch(() => {}); // what became of it is told to whoever awaits it
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    // After that: who sees the card and interrupts means the job.
    const isOpen = !this.#record || !isOver(this.#record.state);
    if (!this.#isShown && isOpen && inKernel()) this.#show();
    try {
      return await this.result();
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** As awaiting it, but nothing is shown, and no interrupt of a cell cancels it. */
  async result(): Promise<Result> {
    const record = await this.ended();
    if (record.state === "cancelled") throw new CancelledError(messageOf(record));
    if (record.state !== "succeeded") throw new JobFailure(record);
    const { connection, requests } = await client();
    return (await connection.request(requests.result, { id: record.id })) as Result;
  }

  /** From the attempt's own file, which is there however the daemon is. */
  async #events(): Promise<JobEvent[]> {
    const { id, attempt } = await this.refresh();
    const { connection } = await client();
    return attempt === 0 ? [] : readEvents(attemptFolder(connection.home, id, attempt));
  }
}

/** Not "cancelled", which would look like an interruption here. */
const codes: readonly string[] = [
  ...["invalid-option", "invalid-argument", "invalid-data", "not-found", "unsupported", "corrupt", "io", "network"],
  ...["out-of-memory", "non-finite", "internal"],
];

function codeOf({ state, error }: JobRecord): ErrorCode {
  if (state === "out-of-memory") return "out-of-memory";
  return error?.code && codes.includes(error.code) ? (error.code as ErrorCode) : "internal";
}

function messageOf({ id, spec, state, reason, error, downshift }: JobRecord): string {
  const what = state === "out-of-memory" ? "ran out of memory" : state === "lost" ? "was lost" : state;
  const why = error?.message ?? reason;
  const less = downshift === undefined ? "" : ` These options need less: ${JSON.stringify(downshift)}`;
  return `job ${id} "${spec.name}" ${what}${why ? `: ${why}` : "."}${less}`;
}

/** What there is to say in place of logs whose time was up. */
export const noLogs = ({ id, logsRemovedMs }: JobRecord): string =>
  `what job ${id} printed was removed on ${new Date(logsRemovedMs!).toLocaleDateString("sv")}, long after its end`;

/** With the trace of the process that it happened in. */
function causeOf({ name, message, code, traceback }: JobError): Error {
  const cause = Object.assign(new Error(message), { name, ...(code && { code }) });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  const frames = traceback.map((line) => line.replace(/\u001b\[[\d;]*m/g, "")).filter((line) => /^\s+at /.test(line));
  cause.stack = [`${name}: ${message}`, ...frames].join("\n");
  return cause;
}

/** `job 12 "sft-r16": running, 40/100 steps, ETA 12 s` */
export function lineOf({ id, spec, state, reason, progress }: JobRecord): string {
  const parts: string[] = [state];
  if (progress && !isOver(state)) {
    const { phase, done, total, unit = "steps", etaSeconds, detail } = progress;
    if (state === "running") parts.push(phase);
    if (done !== undefined) parts.push(total === undefined ? `${done} ${unit}` : `${done}/${total} ${unit}`);
    if (etaSeconds !== undefined) parts.push(`ETA ${formatDuration(etaSeconds)}`);
    if (detail) parts.push(detail);
  }
  if (reason) parts.push(reason);
  return `job ${id} "${spec.name}": ${parts.join(", ")}`;
}
