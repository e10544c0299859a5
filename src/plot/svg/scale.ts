/** Axes of the static picture: what range, where the ticks, which pixel. */

export type ScaleType = "linear" | "log" | "category" | "date";

export interface Tick {
  /** In the axis's own units. */
  value: number;
  label: string;
}

export interface Scale {
  type: ScaleType;
  /** In the axis's own units (log: the values themselves). */
  range: [number, number];
  ticks: Tick[];
  /** Position in [0, 1] along the axis; NaN where the axis has none (a log axis at 0). */
  position(value: number): number;
}

/** 1, 2 or 5 times a power of ten: the step that gives about `count` intervals. */
export function niceStep(span: number, count: number): number {
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const fraction = raw / power;
  return (fraction <= 1.5 ? 1 : fraction <= 3.5 ? 2 : fraction <= 7.5 ? 5 : 10) * power;
}

export function linearTicks(low: number, high: number, count: number): Tick[] {
  if (!(high > low)) return [{ value: low, label: formatNumber(low) }];
  const step = niceStep(high - low, count);
  const ticks: Tick[] = [];
  const first = Math.ceil(low / step - 1e-9);
  for (let i = first; i * step <= high + step * 1e-9; i++) {
    const value = Number((i * step).toPrecision(12));
    ticks.push({ value, label: formatNumber(value, step) });
  }
  return ticks;
}

/** Decades, with 2 and 5 between them while there are few. */
export function logTicks(low: number, high: number, count: number): Tick[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = to - from;
  const every = Math.max(1, Math.ceil(decades / count));
  const factors = decades <= 1 ? [1, 2, 3, 5, 7] : decades <= 3 ? [1, 2, 5] : [1];
  const ticks: Tick[] = [];
  for (let power = from; power <= to; power += every) {
    for (const factor of factors) {
      const value = Number((factor * 10 ** power).toPrecision(12));
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) ticks.push({ value, label: formatNumber(value) });
    }
  }
  return ticks;
}

const timeSteps = [1, 5, 15, 60, 300, 900, 3600, 10800, 43200, 86400, 604800, 2592000, 31536000].map((s) => s * 1000);

function dateTicks(low: number, high: number, count: number): Tick[] {
  const step = timeSteps.find((s) => (high - low) / s <= count) ?? timeSteps[timeSteps.length - 1];
  const ticks: Tick[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
    const iso = new Date(value).toISOString();
    ticks.push({ value, label: step >= timeSteps[9] ? iso.slice(0, 10) : iso.slice(11, step < 60_000 ? 19 : 16) });
  }
  return ticks;
}

export function makeScale(type: ScaleType, range: [number, number], count: number, categories: string[] = []): Scale {
  const [low, high] = range;
  if (type === "log") {
    const [a, b] = [Math.log10(low), Math.log10(high)];
    return {
      type,
      range,
      ticks: logTicks(Math.min(low, high), Math.max(low, high), count),
      position: (value) => (value > 0 ? (Math.log10(value) - a) / (b - a || 1) : Number.NaN),
    };
  }
  const ticks =
    type === "category"
      ? categories.map((label, value) => ({ value, label }))
      : type === "date"
        ? dateTicks(low, high, count)
        : linearTicks(Math.min(low, high), Math.max(low, high), count);
  return { type, range, ticks, position: (value) => (value - low) / (high - low || 1) };
}

/** As short as it is exact: `0.25`, `12k`, `3M`, `2e-5`. `step` fixes the decimals of neighbours. */
export function formatNumber(value: number, step?: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-4 || (step !== undefined && step < 1e-4 && size < 0.1))
    return value.toExponential().replace(/^(-?\d(?:\.\d{1,2})?)\d*e\+?/, "$1e");
  for (const [limit, unit] of [
    [1e12, "T"],
    [1e9, "B"],
    [1e6, "M"],
    [1e4, "k"],
  ] as const) {
    const divisor = limit === 1e4 ? 1e3 : limit;
    if (size >= limit) return `${trim(value / divisor, step === undefined ? 3 : decimalsOf(step / divisor))}${unit}`;
  }
  return trim(value, step === undefined ? Math.max(0, 3 - Math.floor(Math.log10(size))) : decimalsOf(step));
}

function decimalsOf(step: number): number {
  return Math.max(0, Math.min(12, -Math.floor(Math.log10(step) + 1e-9)));
}

function trim(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
