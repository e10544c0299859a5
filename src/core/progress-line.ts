/** The one line a terminal shows of a running operation: `sft  40/100 steps  12.3 steps/s  ETA 5 s  loss 1.234`. */
export interface RunProgress {
  done: number;
  total?: number;
  /** What is counted, plural, e.g. "steps". */
  unit?: string;
  /** e.g. "loss 1.234" */
  detail?: string;
}

interface Terminal {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface ProgressLine {
  update(progress: RunProgress | undefined, elapsedMs: number): void;
  end(progress: RunProgress | undefined, elapsedMs: number, status: string): void;
}

let owner: object | undefined;

/** A line on the terminal, or `undefined` without one (CI, a pipe) or while an outer run already has it. */
export function claimProgressLine(
  name: string,
  terminal: Terminal,
  environment: NodeJS.ProcessEnv,
): ProgressLine | undefined {
  if (!terminal.isTTY || environment.CI || owner) return undefined;
  const claim = {};
  owner = claim;
  const draw = (text: string, end = "") => {
    const room = (terminal.columns || 80) - 1; // a full line would wrap, and then not be overwritten
    terminal.write(`\r\x1b[K${`${name}  ${text}`.slice(0, room)}${end}`);
  };
  return {
    update(progress, elapsedMs) {
      if (progress) draw(progressText(progress, elapsedMs));
    },
    end(progress, elapsedMs, status) {
      if (owner === claim) owner = undefined;
      if (progress) draw(`${progressText(progress, elapsedMs, true)}  ${status}`, "\n");
    },
  };
}

/** Pure: what the line says. */
export function progressText(progress: RunProgress, elapsedMs: number, ended = false): string {
  const { done, total, unit = "steps", detail } = progress;
  const seconds = elapsedMs / 1000;
  const rate = seconds > 0 ? done / seconds : 0;
  const parts = [total === undefined ? `${done} ${unit}` : `${done}/${total} ${unit}`];
  if (rate > 0) parts.push(rate >= 1 ? `${formatRate(rate)} ${unit}/s` : `${formatDuration(1 / rate)} each`);
  if (!ended && rate > 0 && total !== undefined && total > done)
    parts.push(`ETA ${formatDuration((total - done) / rate)}`);
  if (detail) parts.push(detail);
  return parts.join("  ");
}

function formatRate(rate: number): string {
  return rate >= 100 ? Math.round(rate).toLocaleString("en") : rate.toFixed(1);
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min` */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `512 B`, `3.2 MB`, `1.24 GB` (powers of ten) */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  let value = bytes;
  while (value >= 1000 && at < units.length - 1) [value, at] = [value / 1000, at + 1];
  return `${at === 0 ? value : value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)} ${units[at]}`;
}
