import { type DisplayHandle, displaySymbol, inKernel, type MimeBundle, show } from "./display.ts";
import { CancelledError } from "./errors.ts";
import { claimProgressLine, type ProgressLine, type RunProgress } from "./progress-line.ts";
import { type RunObserver, runObservers } from "./run-observers.ts";

export type RunStatus = "running" | "succeeded" | "failed" | "cancelled";

export interface RunContext<Event> {
  /** Aborts on `run.cancel()`: check it between steps. */
  readonly signal: AbortSignal;
  /** Records an event: readers get it, the view redraws. */
  emit(event: Event): void;
}

/** What a view is drawn from. */
export interface RunState<Result, Event> {
  readonly name: string;
  readonly status: RunStatus;
  readonly events: readonly Event[];
  readonly result?: Result;
  readonly error?: unknown;
  readonly elapsedMs: number;
}

/** Draws a run: called at most every `intervalMs` while it runs, and once at its end. */
export type RunView<Result, Event> = (state: RunState<Result, Event>) => MimeBundle;

/** How far a run is, for the one line that a terminal shows. */
export type RunMeter<Result, Event> = (state: RunState<Result, Event>) => RunProgress | undefined;

/** Least time between two redraws of a live view or progress line. */
const intervalMs = 250;
/** A view of very many events is drawn less often: drawing takes at most this share of the time. */
const drawShare = 0.05;

/**
 * Handle of a long operation: awaitable, iterable over its events, cancellable, drawn live in its cell.
 *
 * - `await run`: the result, or the typed error; shows the live view in a kernel.
 * - `for await (const event of run)`: every event from the start; many readers may iterate.
 * - `run.cancel()`: stops after the current step; `await` then rejects with code "cancelled".
 * - interrupting the cell that awaits or shows a run cancels it; a run nobody awaits goes on.
 * - outside a kernel, a terminal shows one progress line; without a terminal nothing is printed but a failure that
 *   nobody awaits.
 */
export class Run<Result, Event> implements PromiseLike<Result>, AsyncIterable<Event> {
  readonly name: string;
  readonly events: readonly Event[];
  #status: RunStatus = "running";
  #result?: Result;
  #error?: unknown;
  readonly #events: Event[] = [];
  readonly #promise: Promise<Result>;
  readonly #controller = new AbortController();
  readonly #view?: RunView<Result, Event>;
  readonly #startedAt = performance.now();
  #endedAt?: number;
  #handles: DisplayHandle[] = [];
  #wakeReaders: (() => void)[] = [];
  #lastDraw = Number.NEGATIVE_INFINITY;
  #drawMs = 0;
  #pendingDraw?: NodeJS.Timeout;
  readonly #meter?: RunMeter<Result, Event>;
  #line?: ProgressLine;
  #observed = false;
  readonly #observers: readonly RunObserver[];

  constructor(
    name: string,
    body: (context: RunContext<Event>) => Promise<Result>,
    view?: RunView<Result, Event>,
    meter?: RunMeter<Result, Event>,
  ) {
    this.name = name;
    this.events = this.#events;
    this.#view = view;
    this.#meter = meter;
    if (meter && !inKernel()) this.#line = claimProgressLine(name, process.stderr, process.env);
    this.#observers = runObservers();
    for (const observer of this.#observers) observer.started?.(this);
    const context: RunContext<Event> = { signal: this.#controller.signal, emit: (event) => this.#emit(event) };
    // A turn later, so that the caller holds the handle before the first event.
    this.#promise = Promise.resolve()
      .then(() => body(context))
      .then(
        (result) => this.#end("succeeded", result, undefined),
        (error) => {
          const cancelled = this.#controller.signal.aborted;
          const reason = cancelled
            ? new CancelledError(`${name}: cancelled after ${this.#events.length} events`)
            : error;
          this.#end(cancelled ? "cancelled" : "failed", undefined, reason);
          throw reason;
        },
      );
    this.#promise.catch(() => {}); // shown by status and view, never an unhandled rejection
  }

  get status(): RunStatus {
    return this.#status;
  }

  get error(): unknown {
    return this.#error;
  }

  /** The result, once succeeded. */
  get result(): Result | undefined {
    return this.#result;
  }

  /** How far it is, where it can tell. */
  get progress(): RunProgress | undefined {
    try {
      return this.#meter?.(this.#state());
    } catch {
      return undefined; // as little as a view does a meter stop a run
    }
  }

  cancel(): void {
    if (this.#status === "running") this.#controller.abort(new CancelledError(`${this.name}: cancelled`));
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaited like the promise it is
  then<A = Result, B = never>(
    onFulfilled?: ((value: Result) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#observed = true;
    if (this.#handles.length === 0) this.#show();
    return this.#promise.then(onFulfilled, onRejected);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Event> {
    this.#observed = true;
    for (let next = 0; ; ) {
      while (next < this.#events.length) yield this.#events[next++];
      if (this.#status !== "running") break;
      await new Promise<void>((resolve) => this.#wakeReaders.push(resolve));
    }
    if (this.#status !== "succeeded") throw this.#error;
  }

  /** As the last expression of a cell: one more live view. */
  [displaySymbol](): MimeBundle | undefined {
    return this.#show() ? undefined : this.#draw();
  }

  #emit(event: Event): void {
    this.#events.push(event);
    for (const observer of this.#observers) observer.event?.(this, event);
    this.#wake();
    this.#scheduleDraw();
  }

  #end(status: RunStatus, result: Result | undefined, error: unknown): Result {
    this.#status = status;
    this.#result = result;
    this.#error = error;
    this.#endedAt = performance.now();
    clearTimeout(this.#pendingDraw);
    this.#pendingDraw = undefined;
    this.#redraw();
    this.#wake();
    this.#line?.end(this.progress, this.#endedAt - this.#startedAt, status);
    for (const observer of this.#observers) observer.ended?.(this);
    if (status === "failed" && !this.#observed && !inKernel()) {
      process.stderr.write(`medgym: ${this.name} failed: ${error instanceof Error ? error.message : error}\n`);
    }
    return result as Result;
  }

  #wake(): void {
    const readers = this.#wakeReaders;
    this.#wakeReaders = [];
    for (const wake of readers) wake();
  }

  #show(): boolean {
    if (!this.#view) return false;
    const handle = show(this.#draw());
    if (!handle) return false;
    this.#handles.push(handle);
    if (handle.signal.aborted) this.cancel();
    else handle.signal.addEventListener("abort", () => this.cancel(), { once: true });
    return true;
  }

  #state(): RunState<Result, Event> {
    return {
      name: this.name,
      status: this.#status,
      events: this.#events,
      result: this.#result,
      error: this.#error,
      elapsedMs: (this.#endedAt ?? performance.now()) - this.#startedAt,
    };
  }

  #draw(): MimeBundle {
    try {
      return this.#view?.(this.#state()) ?? { "text/plain": `${this.name}: ${this.#status}` };
    } catch (error) {
      return { "text/plain": `${this.name}: ${this.#status} (its view failed: ${error})` }; // a view never stops a run
    }
  }

  #scheduleDraw(): void {
    if ((this.#handles.length === 0 && !this.#line) || this.#pendingDraw) return;
    const wait = Math.max(0, this.#lastDraw + Math.max(intervalMs, this.#drawMs / drawShare) - performance.now());
    this.#pendingDraw = setTimeout(() => {
      this.#pendingDraw = undefined;
      this.#redraw();
    }, wait);
    this.#pendingDraw.unref?.();
  }

  #redraw(): void {
    this.#lastDraw = performance.now();
    if (this.#status === "running") this.#line?.update(this.progress, this.#lastDraw - this.#startedAt);
    if (this.#handles.length === 0) return;
    const bundle = this.#draw();
    for (const handle of this.#handles) handle.update(bundle);
    this.#drawMs = performance.now() - this.#lastDraw;
  }
}
