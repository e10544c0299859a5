/**
 * Texts as rows of numbers: every word becomes a 32-bit hash, so that runs of words can be looked up by the million. Words are runs of
 * letters and digits in lower case; each character of Chinese script is a word. # and _ count as letters: maps of games are made of
 * them, and would all be equal without.
 */

/** Hashes of the words of `text`, written into `out` from the front; returns how many. `out` grows by being replaced. */
export class WordHasher {
  hashes = new Int32Array(1024);

  read(text: string): number {
    const lower = text.toLowerCase();
    if (this.hashes.length < lower.length + 1) this.hashes = new Int32Array(2 * lower.length);
    const { hashes } = this;
    let [count, hash, inside] = [0, 0, false];
    for (let i = 0; i < lower.length; i++) {
      const code = lower.charCodeAt(i);
      const alone = isIdeograph(code);
      const letter = !alone && isWordCode(code);
      if (inside && !letter) {
        hashes[count++] = scramble(hash);
        inside = false;
      }
      if (alone) hashes[count++] = scramble(code);
      else if (letter) {
        hash = Math.imul((inside ? hash : 0x811c9dc5) ^ code, 0x01000193); // FNV-1a over UTF-16
        inside = true;
      }
    }
    if (inside) hashes[count++] = scramble(hash);
    return count;
  }
}

const [hashSign, underscore] = [0x23, 0x5f];

function isWordCode(code: number): boolean {
  if (code < 128)
    return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === hashSign || code === underscore;
  const punctuation = code < 0xc0 || (code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x303f);
  return !punctuation && !(code >= 0xff00 && code <= 0xff0f);
}

function isIdeograph(code: number): boolean {
  return code >= 0x3400 && code <= 0x9fff;
}

/**
 * Calls `visit(a, b)` with a 64-bit hash of every run of `n` words; of a shorter text, once with that of the whole, and not at all
 * below `least` words. The hashes roll: polynomials in two odd bases modulo 2³².
 */
export function visitRuns(
  words: Int32Array,
  count: number,
  n: number,
  least: number,
  visit: (a: number, b: number) => void,
): void {
  if (count < least) return;
  const length = Math.min(n, count);
  let [a, b] = [0, 0];
  let [leaveA, leaveB] = [1, 1]; // bases to the power of length
  for (let i = 0; i < length; i++) {
    leaveA = Math.imul(leaveA, baseA);
    leaveB = Math.imul(leaveB, baseB);
  }
  // runs of different lengths never meet: the length is mixed into what is visited
  const mix = Math.imul(length, 0x9e3779b1);
  for (let i = 0; i < count; i++) {
    const word = words[i];
    a = (Math.imul(a, baseA) + word) | 0;
    b = (Math.imul(b, baseB) + word) | 0;
    if (i >= length) {
      const gone = words[i - length];
      a = (a - Math.imul(gone, leaveA)) | 0;
      b = (b - Math.imul(gone, leaveB)) | 0;
    }
    if (i >= length - 1) visit(a ^ mix, b);
  }
}

const baseA = 0x2c1b3c6d;
const baseB = 0x297a2d39;

/** murmur3's finalizer: spreads a word's hash over all 32 bits. */
function scramble(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
