import { describe, expect, test } from "vitest";
import { StreamText } from "./stream-text.ts";

const shown = (...chunks: string[]) => {
  const text = new StreamText();
  for (const chunk of chunks) text.append(chunk);
  return text.toString();
};

describe("StreamText", () => {
  test.each([
    [["a", "b\n", "c"], "ab\nc"],
    [["10 %\r", "20 %\r", "done\n"], "done\n"],
    [["long line\rshort"], "shortline"], // what was longer stays, as on a terminal
    [["abc\rX", "Y"], "XYc"], // the cursor is where the chunk before left it
    [["abc\b\bX"], "aXc"],
    [["\b\bx"], "x"],
    [["a\r\nb\r\n"], "a\nb\n"],
    [["a\r", "\nb"], "a\nb"], // a line end torn apart by chunks
    [["a\r\r\nb"], "a\nb"],
    [["é😀\rx"], "x😀"],
    [["one\ntwo\rT\nthree"], "one\nTwo\nthree"],
  ])("%j → %j", (chunks, expected) => {
    expect(shown(...chunks)).toBe(expected);
  });

  test("last line that is not blank", () => {
    const text = new StreamText();
    expect(text.lastLine).toBe("");
    text.append("one\ntwo\n\n  \n");
    expect(text.lastLine).toBe("two");
    text.append("three");
    expect(text.lastLine).toBe("three");
  });
});
