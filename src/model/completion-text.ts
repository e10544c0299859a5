import type { StreamDecoder, Tokenizer } from "../text/tokenizer.ts";

/**
 * The text of a completion as its tokens arrive. A stop text may begin in one token and end in another: what could still
 * become one is kept back from `takeFresh`, so that what was shown never has to be taken back.
 */
export class CompletionText {
  readonly #decoder: StreamDecoder | null;
  readonly #stops: readonly string[];
  readonly #longest: number;
  #text = "";
  #shown = 0;
  #ended = false;

  constructor(tokenizer: Tokenizer | null, stops: readonly string[]) {
    this.#decoder = tokenizer?.streamDecoder({ skipSpecialTokens: true }) ?? null;
    this.#stops = stops;
    this.#longest = Math.max(0, ...stops.map((stop) => stop.length));
  }

  get value(): string {
    return this.#text;
  }

  /** True when a stop text is complete: the text is cut before it and takes no more tokens. */
  push(token: number): boolean {
    if (this.#decoder) this.#append(this.#decoder.push(token));
    return this.#ended;
  }

  /** After the last token: what was held back belongs to the text. */
  end(): void {
    if (this.#ended) return;
    if (this.#decoder) this.#append(this.#decoder.end());
    this.#ended = true;
  }

  #append(piece: string): void {
    const searchFrom = Math.max(0, this.#text.length - this.#longest + 1);
    this.#text += piece;
    const found = this.#stops.map((stop) => this.#text.indexOf(stop, searchFrom)).filter((at) => at >= 0);
    if (found.length === 0) return;
    this.#text = this.#text.slice(0, Math.min(...found));
    this.#ended = true;
  }

  /** Text since the last time. */
  takeFresh(): string {
    const certain = this.#ended ? this.#text.length : this.#text.length - this.#heldBack();
    if (certain <= this.#shown) return "";
    const fresh = this.#text.slice(this.#shown, certain);
    this.#shown = certain;
    return fresh;
  }

  /** Length of the longest end of the text that begins a stop text. */
  #heldBack(): number {
    for (let length = Math.min(this.#longest - 1, this.#text.length); length > 0; length--) {
      const end = this.#text.slice(-length);
      if (this.#stops.some((stop) => stop.startsWith(end))) return length;
    }
    return 0;
  }
}
