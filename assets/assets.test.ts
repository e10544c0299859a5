import { describe, expect, it } from "vitest";
import { Random } from "../src/core/random.ts";
import { clinical, splitOf, toolNames } from "../src/data/clinical/index.ts";
import { trainMerges } from "./bpe.ts";
import { drawDocument } from "./corpus.ts";
import { textOf } from "./documents.ts";

describe("byte-pair merges", () => {
  it("worked by hand", () => {
    // "aab" 3×, "ab" 2×: a·b occurs 5 times, a·a 3 times; after a+b, "a ab" occurs 3 times
    const { merges } = trainMerges(["aab,aab,aab,ab,ab"], 256 + 11 + 2);
    expect(merges).toEqual([
      ["a", "b"],
      ["a", "ab"],
    ]);
  });

  it("splits digits one by one and keeps a leading space with its word", () => {
    const { vocab } = trainMerges([" dose 1500 dose 1500"], 256 + 11 + 4);
    expect(vocab.slice(256)).toContain("Ġdose");
    expect(vocab.slice(256).some((token) => /\d\d/.test(token))).toBe(false);
  });

  it("refuses a sample that is too small, with the size it allows", () => {
    expect(() => trainMerges(["ab ab"], 1024)).toThrow(/only 25\d tokens/);
  });
});

describe("pre-training corpus", () => {
  const texts = (["short", "full"] as const).flatMap((stage) => {
    const random = new Random(1).split(stage);
    return Array.from({ length: 1500 }, () => textOf(drawDocument(random, stage)));
  });

  it("is the same for the same seed", () => {
    const draw = () => drawDocument(new Random(3), "full");
    expect(draw()).toEqual(draw());
  });

  it("names patients of the training split only", () => {
    const ids = texts.join("\n").match(/\bP\d{5}\b/g)!;
    expect(ids.length).toBeGreaterThan(500);
    expect(ids.filter((id) => splitOf(id) !== "train")).toEqual([]);
  });

  it("holds none of the clinical tools and none of the fine-tuning task's answers", () => {
    const all = texts.join("\n");
    for (const name of toolNames) expect(all).not.toContain(name);
    const { tasks } = clinical({ split: "test", count: 200, seed: 0 });
    expect(tasks.filter(({ answer }) => all.includes(answer))).toEqual([]);
  });
});
