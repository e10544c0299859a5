import { describe, expect, test } from "vitest";
import { own, ownPassages } from "./own/index.ts";
import type { Passage } from "./passage.ts";
import { planRarest } from "./query.ts";
import { openStore, storeOf } from "./store.ts";
import { interactionHits } from "./tools.ts";

const passage = (id: string, text: string, more: Partial<Passage> = {}): Passage => ({
  id,
  text,
  title: "",
  category: "",
  source: "",
  ...more,
});

describe("a store", () => {
  test("ranks by BM25, worked by hand", () => {
    const store = storeOf([
      passage("a", "aspirin aspirin tablet tablet"),
      passage("b", "aspirin tablet"),
      passage("c", "syrup"),
      passage("d", "drops"),
      passage("e", "cream"),
    ]);
    // N 5, n 2: idf = ln((5 - 2 + 0.5) / (2 + 0.5)) = 0.33647; mean length (4+2+1+1+1)/5 = 1.8, title columns are empty
    // a: f 2, |D| 4: 2·2.2 / (2 + 1.2·(0.25 + 0.75·4/1.8)) = 4.4/4.3 = 1.02326
    // b: f 1, |D| 2: 2.2 / (1 + 1.2·(0.25 + 0.75·2/1.8)) = 2.2/2.3 = 0.95652
    const hits = store.search("aspirin");
    expect(hits.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(hits[0].score).toBeCloseTo(0.33647 * 1.02326, 4);
    expect(hits[1].score).toBeCloseTo(0.33647 * 0.95652, 4);
  });
  test("finds stems in any case and with accents, words of the title before others, equal ones in their order", () => {
    const store = storeOf([
      passage("x", "The naïve patients were treated.", { category: "one" }),
      passage("y", "Nothing.", { title: "Treats", category: "two" }),
      passage("z", "The naïve patients were treated.", { category: "two" }),
      passage("w", "Other words entirely."),
      passage("v", "Still others."),
    ]);
    expect(store.search("TREATING").map(({ id }) => id)).toEqual(["y", "x", "z"]);
    expect(store.search("naive").map(({ id }) => id)).toEqual(["x", "z"]);
    expect(store.search("treated", { category: "two", maxResults: 1 }).map(({ id }) => id)).toEqual(["y"]);
    expect(store.size).toBe(5);
  });
  test("takes any text as a query", () => {
    const store = storeOf([passage("a", "NEAR and OR")]);
    for (const query of ["", "the of", '"', 'a" OR b', "NEAR(x, 2)", "col:x -y ^z *", "𝕏 £ 漢字", "x".repeat(5000)]) {
      expect(() => store.search(query), query).not.toThrow();
    }
    expect(store.search("nowhere")).toEqual([]);
    expect(store.get("b")).toBeUndefined();
  });
  test("refuses two passages of one id, and files that are no store", () => {
    expect(() => storeOf([passage("a", "x"), passage("a", "y")])).toThrow(/passages\.id/);
    expect(() => openStore("/nowhere/store.db")).toThrow(/no passage store/);
    expect(() => openStore(import.meta.filename)).toThrow(/is no passage store/);
  });
});

test("of common words only the rarest count, and two together where all are common", () => {
  const counts: Record<string, number> = {
    pneumonia: 3000,
    valve: 800,
    patient: 500_000,
    treatment: 90_000,
    absent: 0,
  };
  const plan = (...words: string[]) => planRarest(words, (word) => counts[word]);
  expect(plan("patient", "pneumonia", "valve", "absent")).toEqual({ match: '"valve" OR "pneumonia"' });
  expect(plan("patient", "treatment")).toEqual({ match: '"treatment" AND "patient"', wider: '"treatment"' });
  expect(plan("patient")).toEqual({ match: '"patient"' });
  expect(plan("absent")).toBeUndefined();
});

describe("medgym's own passages", () => {
  test("are many, each with an id, a title, a text, a category and a source of its own", () => {
    expect(ownPassages.length).toBeGreaterThan(600);
    expect(own().size).toBe(ownPassages.length);
    for (const { id, title, text, category, source } of ownPassages) {
      expect(id).toMatch(/^[a-z]+(-[a-z0-9]+)+$/);
      for (const field of [title, text, category, source]) expect(field, id).not.toBe("");
      expect(text, id).not.toMatch(/undefined|null|NaN|\[object|\.\.|; ;/);
    }
  });
  test("are found by what they are about", () => {
    const first = (query: string, category?: string) => own().search(query, { category })[0].id;
    expect(first("warfarin mechanism of action")).toBe("drug-warfarin-use");
    expect(first("dose of metformin at a low eGFR")).toBe("drug-metformin-dosing");
    expect(first("fever, flank pain and burning urine", "illness")).toBe("illness-acute-pyelonephritis");
    expect(interactionHits(own(), "warfarin", "ibuprofen")[0].id).toBe("interaction-anticoagulant-nsaid");
    expect(interactionHits(own(), "warfarin", "nothing")).toEqual([]);
  });
});
