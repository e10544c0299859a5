/** Text assembled from literal pieces and stretches of a source, which remembers where each stretch came from. */

interface Edit {
  start: number;
  end: number;
  text: string;
}

export class Rewriter {
  readonly #source: string;
  #edits: Edit[] = [];
  #sorted = true;
  #out = "";
  /** [offset in output, offset in source], ascending by output. */
  readonly #pieces: [number, number][] = [];

  constructor(source: string) {
    this.#source = source;
  }

  /** Replaces a stretch wherever it is rendered. Of nested edits the outer one wins, unless rendered from inside it. */
  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
    this.#sorted = false;
  }

  literal(text: string): void {
    this.#out += text;
  }

  /** Appends source[start, end) with its edits. */
  render(start: number, end: number): void {
    if (!this.#sorted) {
      // At one place, an insertion comes before a replacement and a longer replacement before a shorter one.
      this.#edits = this.#edits
        .map((edit, order) => ({ edit, order }))
        .sort((a, b) => a.edit.start - b.edit.start || insertionFirst(a.edit, b.edit) || a.order - b.order)
        .map(({ edit }) => edit);
      this.#sorted = true;
    }
    let at = start;
    for (const edit of this.#edits) {
      if (edit.start < at || edit.start < start) continue;
      if (edit.end > end || edit.start > end) break;
      this.#copy(at, edit.start);
      this.#pieces.push([this.#out.length, edit.start]);
      this.#out += edit.text;
      at = edit.end;
    }
    this.#copy(at, end);
  }

  get text(): string {
    return this.#out;
  }

  /** Offset in the source of an offset in the output. */
  sourceOffset(offset: number): number {
    let best: [number, number] = [0, 0];
    for (const piece of this.#pieces) {
      if (piece[0] > offset) break;
      best = piece;
    }
    return best[1] + offset - best[0];
  }

  #copy(start: number, end: number): void {
    if (end <= start) return;
    this.#pieces.push([this.#out.length, start]);
    this.#out += this.#source.slice(start, end);
  }
}

const insertionFirst = (a: Edit, b: Edit): number => {
  const aInserts = a.start === a.end;
  const bInserts = b.start === b.end;
  if (aInserts !== bInserts) return aInserts ? -1 : 1;
  return b.end - a.end;
};
