/** A twelve-lead electrocardiogram on paper: four columns of three leads, lead II below, 25 mm a second, 10 mm a millivolt. */
import { paperSize, pixelsPerMm } from "./backgrounds.ts";
import type { Canvas } from "./raster.ts";

export const leads = ["I", "aVR", "V1", "V4", "II", "aVL", "V2", "V5", "III", "aVF", "V3", "V6"] as const;
export type Lead = (typeof leads)[number];

export interface Trace {
  /** Beats a minute. */
  rate: number;
  /** Intervals vary at random by up to a third, and there are no P waves: atrial fibrillation. */
  irregular: boolean;
  /** Shift of the ST segment in mm, by lead; 0 where none is given. */
  st: Partial<Record<Lead, number>>;
}

const row = paperSize / 4;
const column = paperSize / 4;
const pixelsPerSecond = 25 * pixelsPerMm;

/** Where a lead is drawn; "rhythm" is the long strip of lead II. */
export function stripOf(lead: Lead | "rhythm"): { left: number; width: number; top: number; height: number } {
  if (lead === "rhythm") return { left: 0, width: paperSize, top: 3 * row, height: row };
  const at = leads.indexOf(lead);
  return { left: (at % 4) * column, width: column, top: Math.floor(at / 4) * row, height: row };
}

/** Heights in mm of P, Q, R, S and T. Usual proportions of a normal axis (Wagner, Marriott's Practical Electrocardiography). */
// biome-ignore format: a table
const shapes: Readonly<Record<Lead, readonly [p: number, q: number, r: number, s: number, t: number]>> = {
  I: [1, -0.5, 8, -1, 2], II: [1.5, -0.5, 11, -1.5, 3], III: [0.8, 0, 6, -1, 1.5],
  aVR: [-1.2, 0, -8, 1, -2], aVL: [0.6, -0.5, 6, -1, 1], aVF: [1.2, -0.5, 8, -1, 2],
  V1: [0.6, 0, 3, -9, -1], V2: [0.8, 0, 5, -11, 2.5], V3: [1, 0, 9, -7, 3],
  V4: [1, -0.5, 13, -4, 3.5], V5: [1, -1, 12, -2, 3], V6: [1, -1, 9, -1, 2],
};

/** Seconds of the points of QRS from its R, and of the end of the plateau of ST. */
const [onset, q, s, j, plateau] = [-0.04, -0.02, 0.025, 0.05, 0.2];
const bell = (t: number, centre: number, width: number) => Math.exp(-(((t - centre) / width) ** 2));

/** Height in mm at `t` seconds from an R. */
function beat(shape: (typeof shapes)[Lead], t: number, st: number, withP: boolean): number {
  if (t < onset) return withP ? shape[0] * bell(t, -0.2, 0.035) : 0;
  if (t < q) return between(t, onset, q, 0, shape[1]);
  if (t < 0) return between(t, q, 0, shape[1], shape[2]);
  if (t < s) return between(t, 0, s, shape[2], shape[3]);
  if (t < j) return between(t, s, j, shape[3], st);
  const level = t < plateau ? st : st * Math.max(0, 1 - (t - plateau) / 0.12);
  return level + shape[4] * bell(t, 0.31, 0.055);
}

function between(t: number, from: number, to: number, low: number, high: number): number {
  return low + ((high - low) * (t - from)) / (to - from);
}

const finest = 8; // samples of a pixel's width
const halfWidth = 0.8; // of the pen
const together = 5; // columns, of which it is kept where they are drawn

/** Draws all leads; `vary` gives numbers in [0, 1). */
export function drawTrace(paper: Canvas, { rate, irregular, st }: Trace, vary: () => number): void {
  const beats: number[] = [];
  const mean = 60 / rate;
  for (let at = 0.25 * mean + 0.5 * mean * vary() - mean; at < 9; ) {
    beats.push(at);
    at += mean * (irregular ? 1 + 0.66 * (vary() - 0.5) : 1);
  }
  for (const lead of leads) drawStrip(paper, lead, stripOf(lead), { beats, st: st[lead] ?? 0, withP: !irregular });
  drawStrip(paper, "II", stripOf("rhythm"), { beats, st: st.II ?? 0, withP: !irregular });
}

function drawStrip(
  paper: Canvas,
  lead: Lead,
  { left, width, top, height }: ReturnType<typeof stripOf>,
  { beats, st, withP }: { beats: readonly number[]; st: number; withP: boolean },
): void {
  const zero = top + height / 2;
  // leads of a row are recorded one after the other, so that a beat is where it is on the strip below
  const shape = shapes[lead];
  let next = 0; // beats before it are over: time goes on from left to right
  const heightAt = (x: number) => {
    const time = x / pixelsPerSecond;
    while (next < beats.length && time - beats[next] >= 0.5) next++;
    let value = 0;
    for (let i = next; i < beats.length && time - beats[i] > -0.32; i++)
      value += beat(shape, time - beats[i], st, withP);
    return zero - value * pixelsPerMm;
  };
  const [red, green, blue] = paper.planes;
  let last = heightAt(left);
  let [boxFrom, upper, lower] = [left, paper.size, 0];
  for (let x = left; x < left + width - 1; x++) {
    let low = last;
    let high = last;
    for (let k = 1; k <= finest; k++) {
      last = heightAt(x + k / finest);
      low = Math.min(low, last);
      high = Math.max(high, last);
    }
    const [from, to] = [low - halfWidth, high + halfWidth];
    const [first, end] = [Math.max(top, Math.floor(from)), Math.min(top + height - 1, Math.ceil(to)) + 1];
    upper = Math.min(upper, first);
    lower = Math.max(lower, end);
    if ((x - left) % together === together - 1 || x === left + width - 2) {
      paper.touched.push([boxFrom, upper, x + 1 - boxFrom, lower - upper]);
      [boxFrom, upper, lower] = [x + 1, paper.size, 0];
    }
    for (let y = first; y < end; y++) {
      const cover = Math.min(1, Math.max(0, Math.min(y + 0.5, to) - Math.max(y - 0.5, from)));
      const place = y * paper.size + x;
      red[place] += cover * (24 - red[place]);
      green[place] += cover * (24 - green[place]);
      blue[place] += cover * (24 - blue[place]);
    }
  }
}
