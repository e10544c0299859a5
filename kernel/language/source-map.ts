/** Reads source maps (https://tc39.es/ecma426/): generated position → original position. Lines and columns from 0. */

export interface Position {
  line: number;
  column: number;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const digitValue = new Map([...digits].map((digit, value) => [digit, value]));

/** Per generated line, ascending: [generated column, original line, original column]. */
type Segments = [number, number, number][][];

export class SourceMapReader {
  readonly #mappings: string;
  #lines?: Segments; // decoded when the first error asks

  constructor(mappings: string) {
    this.#mappings = mappings;
  }

  original(at: Position): Position | undefined {
    this.#lines ??= decode(this.#mappings);
    const segments = this.#lines[at.line] ?? [];
    let best: [number, number, number] | undefined;
    for (const segment of segments) {
      if (segment[0] > at.column) break;
      best = segment;
    }
    best ??= segments[0];
    return best && { line: best[1], column: best[2] };
  }
}

function decode(mappings: string): Segments {
  let line = 0;
  let column = 0; // original positions run on across lines, generated columns restart
  return mappings.split(";").map((text) => {
    let generated = 0;
    const segments: [number, number, number][] = [];
    for (const segment of text ? text.split(",") : []) {
      const fields = decodeVlq(segment);
      generated += fields[0];
      if (fields.length < 4) continue;
      line += fields[2];
      column += fields[3];
      segments.push([generated, line, column]);
    }
    return segments;
  });
}

function decodeVlq(text: string): number[] {
  const values: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of text) {
    const bits = digitValue.get(digit)!;
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    values.push(value & 1 ? -(value >>> 1) : value >>> 1);
    value = 0;
    shift = 0;
  }
  return values;
}

/** Offset in `text` of each line's start. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

export function positionAt(starts: number[], offset: number): Position {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low, column: offset - starts[low] };
}
