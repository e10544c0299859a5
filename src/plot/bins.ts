/** Histogram bins, computed once so that the static picture and the interactive figure agree. */
import type { Trace } from "./spec.ts";
import { niceStep } from "./svg/scale.ts";

export interface Bins {
  /** Left edge of the first bin. */
  start: number;
  /** Width of each. */
  size: number;
  counts: number[];
}

/** Freedman-Diaconis width (2·IQR/∛n) made round, or about `count` bins; the last bin includes its right edge. */
export function binValues(values: readonly number[], count?: number): Bins {
  const finite = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (finite.length === 0) return { start: 0, size: 1, counts: [] };
  const [low, high] = [finite[0], finite[finite.length - 1]];
  if (low === high) return { start: low - 0.5, size: 1, counts: [finite.length] };
  const quantile = (q: number) => finite[Math.min(finite.length - 1, Math.floor(q * finite.length))];
  const spread = (2 * (quantile(0.75) - quantile(0.25))) / Math.cbrt(finite.length);
  const wanted =
    count ?? (spread > 0 ? Math.min(100, Math.ceil((high - low) / spread)) : Math.ceil(Math.sqrt(finite.length)));
  let size = niceStep(high - low, wanted);
  if (finite.every(Number.isInteger)) size = Math.max(1, Math.round(size));
  const start = finite.every(Number.isInteger) && size === 1 ? low - 0.5 : Math.floor(low / size) * size;
  const counts = new Array<number>(Math.max(1, Math.ceil((high - start) / size + 1e-9))).fill(0);
  for (const value of finite) counts[Math.min(counts.length - 1, Math.floor((value - start) / size + 1e-9))]++;
  return { start, size, counts };
}

/** A bar trace of counts (or shares of the whole). */
export function barsOf(bins: Bins, normalize: boolean): Trace {
  const total = normalize ? bins.counts.reduce((a, b) => a + b, 0) || 1 : 1;
  const edge = (i: number) => Number((bins.start + i * bins.size).toPrecision(10));
  return {
    type: "bar",
    x: bins.counts.map((_, i) => Number((bins.start + (i + 0.5) * bins.size).toPrecision(10))),
    y: bins.counts.map((n) => n / total),
    width: bins.size,
    customdata: bins.counts.map((_, i) => `${edge(i)} – ${edge(i + 1)}`),
    hovertemplate: "%{customdata}<br>%{y}<extra>%{fullData.name}</extra>",
  };
}

/** plotly's own histogram traces, for the static picture; any other trace is returned as it is. */
export function histogramTrace(trace: Trace): Trace {
  if (trace.type !== "histogram") return trace;
  const bars = barsOf(binValues((trace.x ?? []).map(Number), trace.nbinsx), false);
  return { ...trace, ...bars, text: undefined };
}
