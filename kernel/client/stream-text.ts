/**
 * Text of a stream as a terminal would leave it: `\r` goes back to the start of the line and what follows overwrites,
 * `\b` goes one back. So a progress bar of a thousand updates is stored as its last state, as front ends show it.
 */
export class StreamText {
  #finished = "";
  #lastFinished = "";
  /** The current line, as UTF-16 units; the cursor may stand inside it after `\r` or `\b`. */
  #line = "";
  #cursor = 0;
  /** A `\r` at the end of a chunk: `\r\n` is a line end, whatever the chunks. */
  #heldReturn = false;

  append(chunk: string): void {
    let text = this.#heldReturn ? `\r${chunk}` : chunk;
    this.#heldReturn = text.endsWith("\r");
    if (this.#heldReturn) text = text.slice(0, -1);
    text = text.replace(/\r+\n/g, "\n");
    const end = text.lastIndexOf("\n");
    if (this.#cursor === this.#line.length && !/[\r\b]/.test(text)) {
      // The common case, without a walk over lines: whole lines to the finished part, the rest to the current line.
      if (end >= 0) {
        this.#finish(this.#line + text.slice(0, end));
        this.#line = text.slice(end + 1);
      } else this.#line += text;
      this.#cursor = this.#line.length;
      return;
    }
    for (const piece of text.split(/([\n\r\b])/)) this.#put(piece);
  }

  #put(piece: string): void {
    if (piece === "\n") {
      this.#finish(this.#line);
      this.#line = "";
      this.#cursor = 0;
    } else if (piece === "\r") this.#cursor = 0;
    else if (piece === "\b") this.#cursor = Math.max(0, this.#cursor - 1);
    else {
      this.#line = this.#line.slice(0, this.#cursor) + piece + this.#line.slice(this.#cursor + piece.length);
      this.#cursor += piece.length;
    }
  }

  toString(): string {
    return this.#finished + this.#line;
  }

  #finish(lines: string): void {
    this.#finished += `${lines}\n`;
    const trimmed = lines.trimEnd();
    if (trimmed) this.#lastFinished = trimmed.slice(trimmed.lastIndexOf("\n") + 1);
  }

  /** The last line that is not blank, for a progress display. */
  get lastLine(): string {
    return this.#line.trim() ? this.#line : this.#lastFinished;
  }
}
