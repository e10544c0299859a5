import { describe, expect, it } from "vitest";
import { ByteTokenizer } from "../text/byte-tokenizer.ts";
import { CompletionText } from "./completion-text.ts";

const tokenizer = new ByteTokenizer();

/** Pushes byte by byte; returns the text, what was shown along the way, and how many tokens were taken. */
function play(text: string, stops: string[]) {
  const completion = new CompletionText(tokenizer, stops);
  const shown: string[] = [];
  let taken = 0;
  for (const token of tokenizer.encode(text)) {
    taken++;
    const stopped = completion.push(token);
    shown.push(completion.takeFresh());
    if (stopped) break;
  }
  completion.end();
  shown.push(completion.takeFresh());
  return { value: completion.value, shown: shown.join(""), steps: shown, taken };
}

describe("stop texts", () => {
  it("are found across tokens and cut off; nothing of them is ever shown", () => {
    const { value, shown, taken } = play("dose: 5 mg\n\nNext", ["\n\n"]);
    expect([value, shown, taken]).toEqual(["dose: 5 mg", "dose: 5 mg", 12]);
  });

  it("that only begin are held back, then shown", () => {
    const { value, steps } = play("a<b", ["<|end|>"]);
    expect(value).toBe("a<b");
    expect(steps.slice(0, 3)).toEqual(["a", "", "<b"]);
    expect(play("a<", ["<|end|>"]).shown).toBe("a<");
  });

  it("the earliest one counts, and a stop text may start with its own end", () => {
    expect(play("xaabab", ["abab", "aba"]).value).toBe("xa");
    expect(play("aaab", ["aab"]).value).toBe("a");
  });

  it("outside ASCII: half a character is never shown", () => {
    const { value, steps } = play("für 5 µg STOP", [" STOP"]);
    expect(value).toBe("für 5 µg");
    expect(steps.join("")).toBe("für 5 µg");
    expect(steps).not.toContain("�");
  });
});
