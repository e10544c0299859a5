import { escapeRegExp } from "./normalize.ts";
import type { AddedTokenJson } from "./tokenizer-json.ts";

/** A stretch of text: an added token (`id` ≥ 0), or text for the model (`id` -1). */
export interface Section {
  start: number;
  end: number;
  id: number;
}

const wordCharacter = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]/u;

/** Finds added tokens in text: the leftmost, and of those that begin there the longest. */
export class AddedTokens {
  readonly #byContent: Map<string, AddedTokenJson>;
  readonly #pattern: RegExp | null;

  constructor(tokens: readonly AddedTokenJson[]) {
    this.#byContent = new Map(tokens.filter(({ content }) => content !== "").map((token) => [token.content, token]));
    const longestFirst = [...this.#byContent.keys()].sort((a, b) => b.length - a.length);
    this.#pattern = longestFirst.length > 0 ? new RegExp(longestFirst.map(escapeRegExp).join("|"), "gu") : null;
  }

  split(text: string): Section[] {
    const sections: Section[] = [];
    let done = 0;
    if (this.#pattern) {
      for (const { 0: content, index } of text.matchAll(this.#pattern)) {
        if (index < done) continue; // inside the space that the token before took
        const token = this.#byContent.get(content)!;
        let start = index;
        let end = index + content.length;
        if (token.single_word && (wordBeside(text, start, -1) || wordBeside(text, end, 1))) continue;
        if (token.lstrip) while (start > done && isSpaceAt(text, start - 1)) start--;
        if (token.rstrip) while (end < text.length && isSpaceAt(text, end)) end++;
        if (start > done) sections.push({ start: done, end: start, id: -1 });
        sections.push({ start, end, id: token.id });
        done = end;
      }
    }
    if (done < text.length) sections.push({ start: done, end: text.length, id: -1 });
    return sections;
  }
}

/** Is the character before (`step` -1) or after (1) this place part of a word? */
function wordBeside(text: string, index: number, step: -1 | 1): boolean {
  const lowHalf = step < 0 && /[\udc00-\udfff]/.test(text[index - 1] ?? "");
  const code = text.codePointAt(step > 0 ? index : index - (lowHalf ? 2 : 1));
  return code !== undefined && wordCharacter.test(String.fromCodePoint(code));
}

function isSpaceAt(text: string, index: number): boolean {
  return /\p{White_Space}/u.test(text[index]);
}
