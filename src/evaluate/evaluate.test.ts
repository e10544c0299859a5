import { describe, expect, it } from "vitest";
import { displaySymbol } from "../core/display.ts";
import { Run } from "../core/run.ts";
import type { Model } from "../model/model.ts";
import { bootstrapMean, pairedBootstrap } from "./bootstrap.ts";
import { compare } from "./compare.ts";
import { type Completion, playEpisodes } from "./episode.ts";
import { Evaluation, evaluate } from "./evaluate.ts";
import { callsMatch, exactMatch } from "./exact-match.ts";
import { type EvaluationTask, parseToolCalls } from "./task.ts";

describe("bootstrap", () => {
  it("of nothing is nothing, of equal values has no width", () => {
    expect(bootstrapMean([], { seed: 0 })).toBeNull();
    expect(bootstrapMean([1, 1, 1], { seed: 0 })).toEqual({ value: 1, low: 1, high: 1, n: 3 });
  });

  it("comes close to the normal interval for many values, and is the same for the same seed", () => {
    // 300 of 400: p = 0.75, standard error sqrt(.75·.25/400) = 0.02165; ± 1.96 of it: 0.7076 to 0.7924
    const values = Array.from({ length: 400 }, (_, i) => Number(i % 4 !== 0));
    const estimate = bootstrapMean(values, { seed: 3 })!;
    expect(estimate.value).toBe(0.75);
    expect(Math.abs(estimate.low - 0.7076)).toBeLessThan(0.01);
    expect(Math.abs(estimate.high - 0.7924)).toBeLessThan(0.01);
    expect(bootstrapMean(values, { seed: 3 })).toEqual(estimate);
  });

  it("paired: the tasks' own difficulty cancels", () => {
    const before = Array.from({ length: 200 }, (_, i) => Number(i < 100));
    const after = before.map((value, i) => (i >= 100 && i < 120 ? 1 : value));
    const difference = pairedBootstrap(before, after, { seed: 0 })!;
    expect(difference.value).toBeCloseTo(0.1);
    // difference 1 in 20 of 200: standard error sqrt(.1·.9/200) = 0.0212; unpaired it would be 0.05
    expect(difference.low).toBeGreaterThan(0.05);
    expect(difference.p).toBeCloseTo(1 / 2001);
    expect(pairedBootstrap(before, before, { seed: 0 })!.p).toBe(1);
  });
});

describe("exact match", () => {
  it.each([
    ["Give  250 mg\n", "give 250 mg", true],
    ["ﬁve", "five", true],
    ["Give 250 mg.", "Give 250 mg", false],
    ["12", "1 2", false],
    ["", "x", false],
  ])("%j against %j", (answer, expected, same) => expect(exactMatch(answer, expected)).toBe(same));

  it("calls: order counts, order of arguments does not", () => {
    const [a, b] = [
      { name: "f", arguments: { x: 1, y: ["a"] } },
      { name: "g", arguments: {} },
    ];
    expect(callsMatch([{ name: "f", arguments: { y: ["a"], x: 1 } }, b], [a, b])).toBe(true);
    expect(callsMatch([b, a], [a, b])).toBe(false);
    expect(callsMatch([a], [a, b])).toBe(false);
    expect(callsMatch([{ name: "f", arguments: { x: "1", y: ["a"] } }], [a])).toBe(false);
  });
});

describe("parseToolCalls", () => {
  it.each([
    ['<tool_call>\n{"name": "f", "arguments": {"x": 1}}\n</tool_call>', [{ name: "f", arguments: { x: 1 } }]],
    ["no call", []],
    ['<tool_call>{"name": "f", "arguments": {"x": 1}}', []],
    ["<tool_call>{broken}</tool_call>", []],
    ['<tool_call>{"name": 3, "arguments": {}}</tool_call>', []],
    ['<tool_call>{"name": "f", "arguments": [1]}</tool_call>', []],
    ["<tool_call>null</tool_call>", []],
  ])("%j", (completion, calls) => expect(parseToolCalls(completion)).toEqual(calls));
});

const call = (x: number) => `<tool_call>{"name": "double", "arguments": {"x": ${x}}}</tool_call>`;
const doubling = (id: string, x: number): EvaluationTask => ({
  id,
  kind: x % 2 === 0 ? "even" : "odd",
  prompt: [{ role: "user", content: `twice ${x}?` }],
  answer: String(2 * x),
  calls: [{ name: "double", arguments: { x } }],
  execute: ({ arguments: args }) => ({ result: 2 * (args.x as number) }),
});
const completion = (text: string, finish: Completion["finish"] = "stop"): Completion => {
  return { prompt: "…", completion: text, finish, tokens: 3 };
};

describe("playEpisodes", () => {
  it("runs the tools and lets the model go on from what they returned", async () => {
    const seen: string[][] = [];
    const { outcomes, tokens } = await playEpisodes(
      [doubling("a", 4), doubling("b", 5)],
      async (chats) => {
        seen.push(chats.map(({ messages }) => messages.map(({ content }) => content).join(" | ")));
        return chats.map(({ messages }) => {
          const last = messages.at(-1)!;
          if (last.role === "tool") return completion(String(JSON.parse(last.content as string).result));
          return completion(call(Number(/\d/.exec(last.content as string)![0])));
        });
      },
      4,
    );
    expect(seen[1][0]).toBe(`twice 4? | ${call(4)} | {"result":8}`);
    expect(outcomes.map(({ exactMatch, answer }) => [exactMatch, answer])).toEqual([
      [true, "8"],
      [true, "10"],
    ]);
    expect(outcomes[0].turns).toHaveLength(2);
    expect(tokens).toBe(12);
  });

  it("a right answer without the calls is not an exact match", async () => {
    const { outcomes } = await playEpisodes([doubling("a", 4)], async () => [completion("8")], 4);
    expect(outcomes[0]).toMatchObject({ answerMatch: true, callsMatch: false, exactMatch: false, status: "scored" });
  });

  it("the model's errors are scored, with why: endless calls, cut-off text, broken calls", async () => {
    const play = async (text: string, finish?: Completion["finish"]) =>
      (await playEpisodes([doubling("a", 4)], async () => [completion(text, finish)], 2)).outcomes[0];
    expect(await play(call(4))).toMatchObject({
      status: "scored",
      exactMatch: false,
      answer: null,
      reason: "no final answer in 2 turns",
    });
    expect(await play(call(4), "length")).toMatchObject({
      status: "scored",
      exactMatch: false,
      reason: "cut off at maxNewTokens",
    });
    expect(await play("<tool_call>{</tool_call>")).toMatchObject({ status: "scored", exactMatch: false, calls: [] });
  });

  it("a tool that breaks fails its own task only, and is no score", async () => {
    const broken: EvaluationTask = {
      ...doubling("b", 5),
      execute: () => {
        throw new Error("database gone");
      },
    };
    const { outcomes } = await playEpisodes(
      [doubling("a", 4), broken],
      async (chats) => chats.map(({ messages }) => completion(messages.at(-1)!.role === "tool" ? "8" : call(4))),
      4,
    );
    expect(outcomes[0].exactMatch).toBe(true);
    expect(outcomes[1]).toMatchObject({ status: "failed", exactMatch: null, reason: "tool double: database gone" });
  });
});

/** A model that answers by a function of the rendered chat. */
function stub(answer: (prompt: string) => string): Model {
  const texts: string[] = [];
  const tokenizer = {
    applyChatTemplate: (messages: { content: string }[]) => messages.map(({ content }) => content).join("\n"),
    encode: (text: string) => Int32Array.of(texts.push(text) - 1),
  };
  const generate = (prompts: Int32Array[]) =>
    new Run("generate", async () =>
      prompts.map(([id]) => ({ text: answer(texts[id]), finishReason: "stop", tokens: [1, 2] })),
    );
  return { name: "stub", tokenizer, generate } as unknown as Model;
}

describe("evaluate", () => {
  const tasks = Array.from({ length: 10 }, (_, i) => doubling(`t${i}`, i));
  const good = stub((prompt) => /"result":(\d+)/.exec(prompt)?.[1] ?? call(Number(/\d+/.exec(prompt)![0])));

  it("gives scores with n and interval, by kind, with progress", async () => {
    const run = evaluate({ model: good, tasks, batchSize: 4 });
    const result = await run;
    expect(result.exactMatch).toEqual({ value: 1, low: 1, high: 1, n: 10 });
    expect(result.byKind.even!.n).toBe(5);
    expect(run.events.map(({ done }) => done)).toEqual([4, 8, 10]);
    expect((await result[displaySymbol]())["text/plain"]).toContain("stub: 10 tasks, 0 failed");
  });

  it("fails with the reason when generation breaks: no score of 0", async () => {
    const broken = stub(() => {
      throw new Error("out of memory");
    });
    const run = evaluate({ model: broken, tasks });
    await expect(run.then()).rejects.toThrow("out of memory");
    expect(run.status).toBe("failed");
    expect(run.result).toBeUndefined();
  });

  it("scores null when every task failed", async () => {
    const failing = tasks.map((task) => ({ ...task, execute: () => JSON.parse("{") }));
    const result = await evaluate({ model: good, tasks: failing.slice(0, 3) });
    expect(result.exactMatch).toBeNull();
    expect(result.failed).toHaveLength(3);
    expect((await result[displaySymbol]())["text/plain"]).toContain("not measured");
  });

  it("refuses tasks with equal ids, unknown options and empty lists before any work", () => {
    expect(() => evaluate({ model: good, tasks: [tasks[0], tasks[0]] })).toThrow(/"t0" is missing or used twice/);
    expect(() => evaluate({ model: good, tasks: [] })).toThrow(/tasks is an array of 0/);
    expect(() => evaluate({ model: good, tasks, turns: 3 } as never)).toThrow(/no option "turns".*maxTurns/);
  });

  it("is cancelled between batches", async () => {
    const cancelling = stub(() => {
      run.cancel();
      return "x";
    });
    const run = evaluate({ model: cancelling, tasks, batchSize: 1 });
    await expect(run.then()).rejects.toMatchObject({ code: "cancelled" });
    expect(run.events.length).toBeLessThan(tasks.length);
  });
});

describe("compare", () => {
  const outcome = (id: string, right: boolean | null, kind = "k") => ({
    id,
    kind,
    status: right === null ? ("failed" as const) : ("scored" as const),
    exactMatch: right,
    answerMatch: right,
    callsMatch: null,
    expected: "x",
    answer: null,
    calls: [],
    turns: [],
  });
  const evaluation = (rights: (boolean | null)[]) =>
    new Evaluation({
      name: "e",
      outcomes: rights.map((right, i) => outcome(`t${i}`, right)),
      seconds: 1,
      tokens: 1,
      confidence: 0.95,
      seed: 0,
    });

  it("pairs by task and leaves out what failed in either", async () => {
    const before = evaluation([false, false, null, true]);
    const after = evaluation([true, true, true, true]);
    const comparison = compare({ before, after });
    expect(comparison.n).toBe(3);
    expect(comparison.unscored).toBe(1);
    expect(comparison.rows[0].estimates.map((estimate) => estimate!.value)).toEqual([1 / 3, 1]);
    expect(comparison.rows[0].differences[0]!.value).toBeCloseTo(2 / 3);
    const text = String((await comparison[displaySymbol]())!["text/plain"]);
    expect(text).toContain("after − before");
    expect(text).toContain("1 tasks failed in one or more and are left out");
  });

  it("refuses other task sets", () => {
    expect(() => compare({ a: evaluation([true]), b: evaluation([true, false]) })).toThrow(
      /1 tasks, "b" 2, of which 1/,
    );
    expect(() => compare({ a: evaluation([true]) })).toThrow(/at least two/);
  });
});
