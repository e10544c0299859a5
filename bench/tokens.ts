/** The same pseudo-random tokens on both sides: a linear congruential generator that the Python peer repeats. */
export function tokenBatch(sequences: number, length: number, vocab: number): Int32Array {
  let state = 12345n;
  return Int32Array.from({ length: sequences * length }, () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(vocab));
  });
}
