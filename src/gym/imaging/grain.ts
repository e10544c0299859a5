/**
 * Grain of a picture: three uniforms of ten bits a pixel, so nearly normal, from one run of xorshift32 (Marsaglia 2003). Only its look
 * matters. A step waits for the one before it, so a quarter of the picture is drawn by each of four runs, whose starts are found by
 * jumping: a step is linear over GF(2), and many steps are one matrix.
 */

/** What a word is worth: 0 in the middle, at most `mostGrain` to both sides, with a standard deviation of 512. */
export function grainOf(word: number): number {
  return (word & 1023) + ((word >>> 10) & 1023) + ((word >>> 20) & 1023) - mostGrain;
}
export const mostGrain = 1534.5;

/** The words of every pixel, in order. */
export function grainWords(seed: number, into: Int32Array): Int32Array {
  const quarter = into.length >> 2;
  const jump = steps(quarter);
  const first = seed | 1;
  let [a, b] = [first, after(jump, first)];
  let c = after(jump, b);
  let d = after(jump, c);
  let [second, third, fourth] = [quarter, 2 * quarter, 3 * quarter];
  for (let i = 0; i < quarter; i++) {
    a ^= a << 13;
    b ^= b << 13;
    c ^= c << 13;
    d ^= d << 13;
    a ^= a >>> 17;
    b ^= b >>> 17;
    c ^= c >>> 17;
    d ^= d >>> 17;
    a ^= a << 5;
    b ^= b << 5;
    c ^= c << 5;
    d ^= d << 5;
    into[i] = a;
    into[second++] = b;
    into[third++] = c;
    into[fourth++] = d;
  }
  for (; fourth < into.length; fourth++) {
    d = step(d);
    into[fourth] = d;
  }
  return into;
}

function step(word: number): number {
  const one = word ^ (word << 13);
  const two = one ^ (one >>> 17);
  return two ^ (two << 5);
}

/** Where each of the 32 bits of a word goes. */
type Matrix = Int32Array;
const known = new Map<number, Matrix>();

function after(matrix: Matrix, word: number): number {
  let out = 0;
  for (let bit = 0; bit < 32; bit++) out ^= matrix[bit] & -((word >>> bit) & 1);
  return out;
}

/** The matrix of so many steps, by squaring. */
function steps(count: number): Matrix {
  const kept = known.get(count);
  if (kept) return kept;
  let [all, power] = [Int32Array.from({ length: 32 }, (_, bit) => 1 << bit), Int32Array.from({ length: 32 }, (_, bit) => step(1 << bit))]; // biome-ignore format: a pair
  for (let left = count; left > 0; left >>>= 1) {
    if (left & 1) all = all.map((word) => after(power, word));
    power = power.map((word) => after(power, word));
  }
  known.set(count, all);
  return all;
}
