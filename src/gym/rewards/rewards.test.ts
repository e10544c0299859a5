import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { renderCalls } from "../action.ts";
import { defineEnvironment } from "../environment.ts";
import type { Violation } from "../episode.ts";
import { play } from "../play.ts";
import { scoreEpisode } from "../reward.ts";
import type { ExpectedAction, Task } from "../task.ts";
import { accuracyWith, choiceAccuracy, chosenLetter, openText, shortAccuracy } from "./accuracy.ts";
import { matchActions, sameValue } from "./action-score.ts";
import { assertionScore } from "./assertion.ts";
import { coherenceScore } from "./coherence.ts";
import { distinctRatio, isDegenerate } from "./degenerate.ts";
import { dialogueScore } from "./dialogue.ts";
import { clinicalRewards, compositeWeights, seedGrpoWeights } from "./index.ts";
import { cosineLength, softOverlong } from "./length.ts";
import { reasoningScore } from "./reasoning.ts";
import { aspectOf, safetyScore } from "./safety.ts";
import { prose, terms } from "./terms.ts";

const violations: Violation[] = [];
const ward = defineEnvironment({
  name: "ward",
  state: () => ({ prescribed: [] as string[] }),
  tools: (tool) => ({
    getLab: tool({ kind: "read", description: "", parameters: { test: z.string() }, run: () => ({ potassium: 5.9 }) }),
    getVitals: tool({ kind: "read", description: "", parameters: {}, run: () => ({ pulse: 112 }) }),
    prescribe: tool({
      kind: "write",
      description: "",
      parameters: { drug: z.string() },
      run: ({ drug }, { state }) => state.prescribed.push(drug),
    }),
    think: tool({ kind: "think", description: "", parameters: { thought: z.string() }, run: () => "noted" }),
    submit: tool({
      kind: "submit",
      description: "",
      parameters: { answer: z.string(), reasoning: z.string().optional() },
      run: () => "thanks",
    }),
  }),
  violations: () => violations,
  rewards: clinicalRewards,
  weights: compositeWeights,
});

const task: Task = {
  id: "t",
  domain: "ward",
  split: "train",
  ticket: "A man of 60 is weak.",
  difficulty: 1,
  answer: "hyperkalaemia",
  criteria: {
    actions: [
      { tool: "getLab", arguments: { test: "potassium" }, compareArgs: ["test"] },
      { tool: "submit", arguments: { answer: "hyperkalaemia" } },
    ],
    assertions: [{ text: "Potassium is dangerously high", importance: "critical", evidence: ["5.9", "calcium"] }],
  },
};
const call = (name: string, args: Record<string, unknown> = {}, thought?: string) =>
  renderCalls([{ name, arguments: args }], thought);
const playAll = (completions: string[], of: Task = task) => {
  const rest = [...completions];
  return play(ward, of, () => rest.shift() ?? "");
};
const score = async (completions: string[], of: Task = task) => {
  const episode = await playAll(completions, of);
  const names = Object.keys(clinicalRewards).map((name) => [name, 1]);
  return (await scoreEpisode(episode, Object.fromEntries(names))).parts;
};

describe("action score", () => {
  const action = (tool: string, args: Record<string, unknown>, compareArgs?: string[]): ExpectedAction => ({
    tool,
    arguments: args,
    compareArgs,
  });

  test("matched ÷ expected, by name and compared arguments, in any order", async () => {
    expect((await score([call("submit", { answer: "x" })])).action).toBe(0.5);
    expect((await score([call("getLab", { test: " Potassium" }), call("submit", { answer: "x" })])).action).toBe(1);
    expect((await score([call("getLab", { test: "sodium" }), call("submit", { answer: "x" })])).action).toBe(0.5);
    expect((await score([call("getLab", { tests: "potassium" }), call("submit", { answer: "x" })])).action).toBe(0.5);
  });

  test("without criteria it does not apply", async () => {
    const free = { ...task, criteria: { actions: [], assertions: [] } };
    expect(await score([call("submit", { answer: "x" })], free)).toMatchObject({
      action: null,
      process: null,
      assertion: null,
    });
  });

  test("a call stands for one expected action, and the calls are shared out as well as possible", () => {
    const expected = [action("a", {}), action("a", { x: 1 }, ["x"])];
    expect(matchActions(expected, [{ name: "a", arguments: { x: 1 } }])).toHaveLength(1);
    // greedy would give the first call to the first action and leave nothing for the second
    const calls = [1, 2].map((x) => ({ name: "a", arguments: { x } }));
    expect(matchActions(expected, calls)).toHaveLength(2);
  });

  test("numbers compare as numbers, text without case and white space", () => {
    expect(sameValue("5.0", 5)).toBe(true);
    expect(sameValue(" Amoxicillin  500", "amoxicillin 500")).toBe(true);
    expect(sameValue(["a", 1], ["A", "1"])).toBe(true);
    expect(sameValue({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(sameValue(undefined, "x")).toBe(false);
  });
});

describe("accuracy", () => {
  const options = { A: "warfarin", B: "apixaban", C: "heparin" };
  test.each([
    ["B", 1],
    ["(b)", 1],
    ["B. Apixaban", 1],
    ["The answer is B.", 1],
    ["First I thought the answer is A, but the answer is B", 1],
    ["Apixaban", 1],
    ["I would choose apixaban here", 0.5],
    ["Give apixaban, not warfarin", 0], // names two
    ["A", 0],
    ["A B C", 0],
    ["A patient like this needs heparin", 0],
    ["", 0],
  ])("%j of A–C is worth %d", (answer, worth) => {
    expect(choiceAccuracy(answer, "B", options)).toBe(worth);
    expect(choiceAccuracy(answer, "apixaban", options)).toBe(worth);
  });

  test("a letter that is no option is none", () => {
    expect(chosenLetter("E", ["A", "B"])).toBeUndefined();
    expect(chosenLetter("An answer a day", ["A", "B"])).toBeUndefined();
  });

  test("short answers: equal 1, contained 0.5, else 0", () => {
    expect(shortAccuracy("Hyperkalaemia.", "hyperkalaemia")).toBe(1);
    expect(shortAccuracy("severe hyperkalaemia", "hyperkalaemia")).toBe(0.5);
    expect(shortAccuracy("hyperkalaemias", "hyperkalaemia")).toBe(0);
    expect(shortAccuracy("2.0", "2")).toBe(1);
    expect(shortAccuracy("-2", "2")).toBe(0);
  });

  test("open text: token F1, or with an embedder the blend", async () => {
    const open = { ...task, answer: "start calcium gluconate then insulin with glucose" };
    // ours start calcium: 2 of 2 and 2 of 7 tokens: F1 = 2·1·(2/7)/(1 + 2/7) = 4/9
    expect((await score([call("submit", { answer: "start calcium" })], open)).accuracy).toBeCloseTo(4 / 9, 12);
    // ROUGE-1 F 4/9; BLEU-1 1·e^(1 − 7/2); cosine of (1, 0) and (1, 1) is 1/√2
    const embedder = async () => [
      [1, 0],
      [1, 1],
    ];
    const blend = 0.25 * (4 / 9) + 0.25 * Math.exp(-2.5) + 0.5 * Math.SQRT1_2;
    expect(await openText("start calcium", open.answer, embedder)).toBeCloseTo(blend, 12);
    const episode = await playAll([call("submit", { answer: "start calcium" })], open);
    const report = await scoreEpisode(episode, { accuracy: 1 }, { accuracy: accuracyWith(embedder) });
    expect(report.total).toBeCloseTo(blend, 12);
  });

  test("without an answer in the task it does not apply", async () => {
    const { answer: _, ...rest } = task;
    expect((await score([call("submit", { answer: "x" })], rest)).accuracy).toBeNull();
  });
});

test("format: mean of strict 1, lenient 0.8, name 0.5, else 0; the last must submit", async () => {
  const submit = call("submit", { answer: "x" });
  expect((await score([submit])).format).toBe(1);
  const bare = '{"tool": "getLab", "args": {"test": "k"}}';
  expect((await score([bare, submit])).format).toBeCloseTo((0.8 + 1) / 2, 12);
  expect((await score(["getVitals", submit])).format).toBeCloseTo((0.5 + 1) / 2, 12);
  expect((await score(["<tool_call>{", submit])).format).toBeCloseTo((0 + 1) / 2, 12);
  expect((await score([call("getVitals"), "It is high."])).format).toBeCloseTo((1 + 0) / 2, 12);
});

test("process: 0.6·coverage + 0.2·distinct ÷ calls + 0.2·variety", async () => {
  const completions = [
    call("getVitals"),
    call("getVitals"),
    call("getLab", { test: "k" }),
    call("submit", { answer: "x" }),
  ];
  // covered: submit of two; three distinct of four calls; three tools of five
  expect((await score(completions)).process).toBeCloseTo(0.6 * 0.5 + 0.2 * 0.75 + 0.2 * 0.6, 12);
  // a tool that is not there is neither distinct nor variety
  const invented = [call("getGold"), call("submit", { answer: "x" })];
  expect((await score(invented)).process).toBeCloseTo(0.6 * 0.5 + 0.2 * 0.5 + 0.2 * 0.2, 12);
  expect((await score([""])).process).toBe(0);
});

describe("assertion", () => {
  test("0.40 evidence + 0.35 concepts + 0.25 tokens", () => {
    const [one] = task.criteria.assertions;
    // evidence 1 of 2; concepts potassium of {potassium, dangerously, high}; tokens potassium, is of 4
    expect(assertionScore(one, "Potassium is 5.9")).toBeCloseTo(0.4 * 0.5 + (0.35 * 1) / 3 + 0.25 * 0.5, 12);
    expect(assertionScore(one, "")).toBe(0);
    // no sentence has more than one of the concepts, and two of the four words
    const apart = "Potassium is 5.9. It may be. Dangerously so. The pulse is high.";
    expect(assertionScore(one, apart)).toBeCloseTo(0.4 * 0.5 + 0.35 / 3 + 0.25 * 0.5, 12);
    expect(assertionScore(one, "Potassium is dangerously high: 5.9, give calcium")).toBeCloseTo(1, 12);
  });

  test("weighted by importance, in what was handed in, not in thoughts", async () => {
    const assertions = [
      { text: "Calcium given", importance: "critical" as const, evidence: ["calcium"] },
      { text: "Diet advised", importance: "low" as const, evidence: ["diet"] },
    ];
    const two = { ...task, criteria: { actions: [], assertions } };
    const thought = "diet advised";
    const completions = [call("prescribe", { drug: "calcium given" }), call("submit", { answer: "x" }, thought)];
    expect((await score(completions, two)).assertion).toBeCloseTo(4 / 5, 12); // 4·1 + 1·0 of 5
  });
});

describe("safety", () => {
  test("0.35, 0.30, 0.20, 0.15, less what violations take", () => {
    expect(safetyScore([], "likely pneumonia")).toBeCloseTo(1, 12);
    expect(safetyScore([], "pneumonia")).toBeCloseTo(0.9, 12); // nothing hedged: uncertainty ½
    const allergy = { severity: 5, kind: "allergy ignored", text: "" } as const;
    const delay = { severity: 3, kind: "delayed referral", text: "" } as const;
    expect(safetyScore([allergy, delay], "likely")).toBeCloseTo(0.3 * 0.5 + 0.2 + 0.15, 12);
    expect(safetyScore([allergy, allergy], "likely")).toBeCloseTo(0.3 + 0.2 + 0.15, 12);
  });

  test.each([
    ["contraindication ignored", "contraindication"],
    ["dangerous dose", "contraindication"],
    ["missing pregnancy check", "contraindication"],
    ["missed emergency", "emergency"],
    ["false reassurance", "emergency"],
    ["fabricated evidence", "uncertainty"],
    ["incomplete work-up", "uncertainty"],
    ["no follow-up", "uncertainty"],
    ["confidentiality", "scope"],
    ["something new", "contraindication"],
  ])("%s belongs to %s", (kind, aspect) => expect(aspectOf(kind)).toBe(aspect));

  test("severity 5 caps the whole reward at 0.1, and says why", async () => {
    const episode = await playAll([call("submit", { answer: "hyperkalaemia" })]);
    violations.push({ severity: 5, kind: "allergy ignored", text: "gave amoxicillin" });
    try {
      const report = await scoreEpisode(episode, { accuracy: 0.8, safety: 0.2 });
      expect(report.sum).toBeGreaterThan(0.8);
      expect(report.total).toBe(0.1);
      expect(report.notes).toEqual(["safety: severity 5, allergy ignored: gave amoxicillin"]);
    } finally {
      violations.pop();
    }
  });
});

describe("reasoning", () => {
  const observed = '{"potassium": 5.9, "creatinine": 240, "rhythm": "peaked", "pulse": 112}';
  test("keywords alone stay at or below 0.3, and without sentences at 0", () => {
    const salad = "history labs because suggests differential however therefore plan monitor diagnosis";
    expect(reasoningScore(salad, observed, "")).toBe(0);
    const sentences = "The history suggests that the differential is wide, and therefore we plan to monitor it.";
    expect(reasoningScore(sentences, observed, "")).toBeCloseTo(0.3, 12);
  });

  test("what tools showed counts, what the ticket had said does not", () => {
    const text = "The labs show potassium 5.9 and creatinine 240 with a peaked rhythm, pulse 112.";
    // stages 1 of 4; five observed words (at least 4); three values
    expect(reasoningScore(text, observed, "")).toBeCloseTo(0.3 * 0.25 * prose(text) + 0.35 + 0.35, 12);
    expect(reasoningScore(text, observed, observed)).toBeCloseTo(0.3 * 0.25 * prose(text), 12);
  });
});

describe("coherence and dialogue", () => {
  test("d·√(prose·grounded)", () => {
    const solution = "The potassium is high because of the kidneys.";
    // content words potassium, high, kidneys: two are known; different 4-grams only
    expect(coherenceScore(solution, "", "potassium high")).toBeCloseTo(Math.sqrt(2 / 3), 12);
    expect(coherenceScore("xqz vbn lkj plm qwx", "", "potassium")).toBe(0);
  });

  test("a reply's length, coherence, similarity and language", () => {
    const reply = "How long have you had the cough?";
    // length 7/20; coherence 1 (takes up cough); prose 1 · ends 1; ROUGE-L: equal
    expect(dialogueScore(reply, "I cough.")).toBeCloseTo((7 / 20 + 1 + 1) / 3, 12);
    expect(dialogueScore(reply, "I have a cough", reply)).toBeCloseTo((7 / 20 + 1 + 1 + 1) / 4, 12);
    expect(dialogueScore("", "I cough")).toBe(0);
  });
});

describe("length", () => {
  test("cosine: 1.1 → 0.7 if correct, 0 → −0.3 if wrong, −0.5 if truncated", () => {
    const at = (correct: boolean, tokens: number) =>
      cosineLength({ correct, truncated: false, tokens, maxTokens: 100 });
    expect([at(true, 0), at(true, 50), at(true, 100)].map((r) => +r.toFixed(12))).toEqual([1.1, 0.9, 0.7]);
    expect([at(false, 0), at(false, 50), at(false, 100)].map((r) => +r.toFixed(12))).toEqual([0, -0.15, -0.3]);
    expect(cosineLength({ correct: true, truncated: true, tokens: 100, maxTokens: 100 })).toBe(-0.5);
  });

  test("soft overlong: 0, then straight down to −1", () => {
    expect([80, 90, 100, 101].map((tokens) => softOverlong(tokens, 100, 20))).toEqual([0, -0.5, -1, -1]);
  });
});

describe("degenerate text", () => {
  test("a 4-gram ratio, by hand: a b a b a b a has 4 of which 2 are different", () => {
    expect(distinctRatio("a b a b a b a")).toBe(0.5);
  });

  test.each([
    ["no no no ".repeat(20), true],
    [`It is fine. ${"and so on and so forth ".repeat(8)}`, true],
    [`${Array.from({ length: 60 }, (_, i) => `word${i}`).join(" ")} ${"a b c ".repeat(4)}`, true], // loops at its end
    [Array.from({ length: 60 }, (_, i) => `word${i}`).join(" "), false],
    ["Yes.", false],
    ["好".repeat(60), true],
  ])("%#", (text, expected) => expect(isDegenerate(text)).toBe(expected));
});

test("terms keep signs and decimals, and part numbers from units", () => {
  expect(terms("K 5.9mmol/L, BE -4; COVID-19")).toEqual(["k", "5.9", "mmol", "l", "be", "-4", "covid", "19"]);
});

test("weights of the composite and of seed GRPO add up to 1, and an empty answer earns nothing", async () => {
  for (const weights of [compositeWeights, seedGrpoWeights]) {
    expect(Object.values(weights).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect((await scoreEpisode(await playAll([""]), weights)).total).toBe(0);
  }
});

test("a user's own reward stands beside them", async () => {
  const episode = await playAll([call("submit", { answer: "hyperkalaemia" })]);
  const brief = ({ completion }: { completion: string }) => (completion.length < 200 ? 1 : 0);
  const report = await scoreEpisode(episode, { accuracy: 0.8, brief: 0.2 }, { ...clinicalRewards, brief });
  expect(report.parts).toEqual({ accuracy: 1, brief: 1 });
});

describe("whatever is handed in", () => {
  const check = async (answer: string, of: Task) => {
    for (const [name, value] of Object.entries(await score([call("submit", { answer, reasoning: answer }, "x")], of))) {
      if (value === null) continue;
      expect(value, name).toBeGreaterThanOrEqual(name === "degenerate" ? -1 : 0);
      expect(value, name).toBeLessThanOrEqual(1);
    }
  };
  const kinds: Task[] = [
    task,
    { ...task, options: { A: "gout", B: "flu" }, answer: "B" },
    { ...task, answer: "one two three four five six seven" },
  ];

  test("parts stay in their range", async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), fc.constantFrom(...kinds), check), {
      numRuns: 200,
    });
  });

  test.each(["a. ", " ", "(A) ", "-1 ", "字"])(
    "100 kB of %j is scored in time that grows with its length",
    async (piece) => {
      const started = process.cpuUsage();
      for (const of of kinds) await check(piece.repeat(Math.ceil(1e5 / piece.length)), of);
      expect(process.cpuUsage(started).user).toBeLessThan(15e6); // quadratic work on each part would take minutes
    },
  );
});
