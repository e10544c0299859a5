import { escapeHtml, type MimeBundle } from "../core/display.ts";
import { formatBytes, formatDuration, type RunProgress } from "../core/progress-line.ts";
import type { RunState } from "../core/run.ts";
import { modelCard } from "./card.ts";
import type { LoadEvent } from "./load.ts";
import type { Model } from "./model.ts";

type State = RunState<Model, LoadEvent>;

const last = <T extends LoadEvent["type"]>(state: State, type: T) =>
  state.events.findLast((event): event is Extract<LoadEvent, { type: T }> => event.type === type);

/** A bar while files arrive, the model's card at the end. */
export function loadView(state: State): MimeBundle {
  if (state.status === "succeeded" && state.result) return modelCard(state.result);
  const text = describe(state);
  if (state.status !== "running") {
    const reason = (state.error as Error | undefined)?.message ?? state.status;
    return { "text/plain": reason, "text/html": `<div style="color:#c0392b">${escapeHtml(reason)}</div>` };
  }
  const progress = last(state, "download-progress");
  const share = progress ? progress.receivedBytes / Math.max(1, progress.totalBytes) : undefined;
  const bar =
    share === undefined
      ? ""
      : `<div style="width:320px;height:8px;border-radius:4px;background:rgba(128,128,128,.3)"><div style="width:${(100 * share).toFixed(1)}%;height:8px;border-radius:4px;background:#2a78d6"></div></div>`;
  return { "text/plain": text, "text/html": `<div>${escapeHtml(text)}${bar}</div>` };
}

function describe(state: State): string {
  const loading = last(state, "load-start");
  if (loading) return `loading ${loading.directory} as ${loading.dtype}`;
  const start = last(state, "download-start");
  const progress = last(state, "download-progress");
  const note = last(state, "note")?.message;
  if (!start) return note ?? "asking the hub";
  if (!progress) return `downloading ${start.id}: ${start.files} files, ${formatBytes(start.totalBytes)}`;
  const { receivedBytes, totalBytes, bytesPerSecond } = progress;
  const parts = [`downloading ${start.id}: ${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)}`];
  if (bytesPerSecond > 0) {
    parts.push(
      `${formatBytes(bytesPerSecond)}/s`,
      `ETA ${formatDuration((totalBytes - receivedBytes) / bytesPerSecond)}`,
    );
  }
  return parts.join(", ");
}

/** For the terminal's line: megabytes of a download. */
export function loadMeter(state: State): RunProgress | undefined {
  const progress = last(state, "download-progress");
  if (!progress) return undefined;
  const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
  return {
    done: megabytes(progress.receivedBytes),
    total: megabytes(progress.totalBytes),
    unit: "MB",
    detail: last(state, "download-start")?.id,
  };
}
