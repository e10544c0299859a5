/** What of a run following it needs; every `Run` is one. */
export interface Followable<Result, Event> extends PromiseLike<Result>, AsyncIterable<Event> {
  readonly result?: Result;
  cancel(): void;
}

/**
 * Awaits a run inside another: cancelled with it, its events seen as they come. It draws no view of its own, unless `show` asks for
 * one in the same cell.
 */
export async function follow<Result, Event>(
  run: Followable<Result, Event>,
  { signal, see, show = false }: { signal: AbortSignal; see?: (event: Event) => unknown; show?: boolean },
): Promise<Result> {
  const stop = () => run.cancel();
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const seeing = async () => {
    for await (const event of run) await see?.(event);
  };
  try {
    await (show ? Promise.all([run, seeing()]) : seeing());
    return run.result as Result;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
