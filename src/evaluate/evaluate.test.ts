import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { displaySymbol } from "../core/display.ts";
import { fakeEngine, fakeModelType } from "../engine/fake.ts";
import type { Actor } from "../generate/players.ts";
import { domain, domains } from "../gym/domains/index.ts";
import { expertPolicy, type Policy } from "../gym/play.ts";
import { randomPolicy } from "../gym/random-policy.ts";
import { createModel } from "../model/load.ts";
import { ByteTokenizer } from "../text/byte-tokenizer.ts";
import type { ChatMessage } from "../text/tokenizer.ts";
import { bootstrapMean, pairedBootstrap } from "./bootstrap.ts";
import { compare } from "./compare.ts";
import { evaluate } from "./evaluate.ts";
import { Evaluation } from "./evaluation.ts";
import { callsMatch, exactMatch } from "./exact-match.ts";
import { type EvaluationTask, parseToolCalls, type ToolCall } from "./task.ts";

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

  it("draws the values of a group as one: saying everything four times narrows nothing", () => {
    const values = [0, 1, 1, 0.5, 0, 1];
    const four = values.flatMap((value) => [value, value, value, value]);
    const groups = values.flatMap((_, i) => [`p${i}`, `p${i}`, `p${i}`, `p${i}`]);
    const { n: _, ...once } = bootstrapMean(values, { seed: 1 })!;
    expect(bootstrapMean(four, { seed: 1, groups })).toEqual({ ...once, n: 24 });
    const narrow = bootstrapMean(four, { seed: 1 })!;
    expect(narrow.high - narrow.low).toBeLessThan(0.7 * (once.high - once.low));
    const zeros = four.map(() => 0);
    expect(pairedBootstrap(zeros, four, { seed: 1, groups })!.low).toBe(
      pairedBootstrap(zeros.slice(0, 6), values, { seed: 1 })!.low,
    );
  });

  it("a mean over groups of unequal size weighs values, not groups", () => {
    // groups of means 0 and 1 with 1 and 3 values: draws give 0 (¼), ¾ (½), 1 (¼)
    const { value, low, high } = bootstrapMean([0, 1, 1, 1], { seed: 0, groups: ["a", "b", "b", "b"] })!;
    expect([value, low, high]).toEqual([0.75, 0, 1]);
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
/** Answers by a function of the conversation. */
const says =
  (answer: (messages: readonly ChatMessage[]) => string): Actor =>
  () =>
    answer;
const last = (messages: readonly ChatMessage[]) => String(messages.at(-1)!.content);

/** A model of random weights, with what its generator does. */
async function fakeModel(step?: () => never) {
  const config = {
    model_type: fakeModelType,
    vocab_size: 259,
    hidden_size: 4,
    max_position_embeddings: 400,
    eos_token_id: 257,
  };
  const model = await createModel(config, {
    seed: 1,
    _internal: { engine: fakeEngine(), tokenizer: new ByteTokenizer() },
  });
  if (!step) return model;
  const create = model.engine.createGenerator.bind(model.engine);
  model.engine.createGenerator = async (options) => Object.assign(await create(options), { step: async () => step() });
  return model;
}

describe("evaluate, of evaluation tasks", () => {
  const tasks = Array.from({ length: 10 }, (_, i) => doubling(`t${i}`, i));
  const good = says((messages) => {
    const result = /"result":(\d+)/.exec(last(messages))?.[1];
    return result ?? call(Number(/\d+/.exec(last(messages))![0]));
  });
  const one = async (model: Actor, task = doubling("a", 4), options = {}) =>
    (await evaluate({ model, tasks: [task], ...options })).outcomes[0];

  it("runs the tools and lets the model go on from what they returned; scores with n and interval, by kind", async () => {
    const run = evaluate({ model: good, tasks, concurrency: 4, name: "stub" });
    const result = await run;
    expect(result.exactMatch).toEqual({ value: 1, low: 1, high: 1, n: 10 });
    expect(result.score).toEqual(result.exactMatch);
    expect(result.byKind.even!.n).toBe(5);
    expect(result.outcomes[3].trajectory.messages.map(({ content }) => content)).toEqual([
      "twice 3?",
      call(3),
      '{"result":6}',
      "6",
    ]);
    expect(run.events.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const text = String((await result[displaySymbol]())["text/plain"]);
    expect(text).toContain("stub: 10 tasks, 0 failed");
    expect(text).toMatch(/^tool calls +1\.000/m);
  });

  it("an answer without the calls, and calls without an answer, are no match", async () => {
    expect((await one(says(() => "8"))).parts).toEqual({ exactMatch: 0, answerMatch: 1, callsMatch: 0 });
    expect((await one(says((messages) => (last(messages).startsWith("{") ? "9" : call(4))))).parts).toEqual({
      exactMatch: 0,
      answerMatch: 0,
      callsMatch: 1,
    });
    const { calls: _, ...free } = doubling("a", 4);
    expect(
      (
        await one(
          says(() => "8"),
          free,
        )
      ).parts,
    ).toEqual({ exactMatch: 1, answerMatch: 1, callsMatch: null });
  });

  it("no answer within the turns, a broken call and a completion that is cut off are wrong, and say so", async () => {
    expect(
      await one(
        says(() => call(4)),
        undefined,
        { maxTurns: 2 },
      ),
    ).toMatchObject({
      status: "scored",
      score: 0,
      reason: "no final answer in 2 turns",
    });
    expect(await one(says(() => "<tool_call>{</tool_call>"))).toMatchObject({ score: 0, turns: [{}] });
    expect(await one(await fakeModel(), undefined, { maxNewTokens: 1 })).toMatchObject({
      status: "scored",
      score: 0,
      reason: "a completion was cut off",
    });
  });

  it("a tool that breaks fails its own task only, and is no score", async () => {
    const broken: EvaluationTask = {
      ...doubling("b", 5),
      execute: () => {
        throw new Error("database gone");
      },
    };
    const { outcomes, exactMatch: match, failed } = await evaluate({ model: good, tasks: [doubling("a", 4), broken] });
    expect(outcomes[0].score).toBe(1);
    expect(failed).toMatchObject([{ id: "b", score: null, reason: "environment: tool double: database gone" }]);
    expect(match!.n).toBe(1);
    const none = await evaluate({ model: good, tasks: [broken] });
    expect(none.score).toBeNull();
    expect((await none[displaySymbol]())["text/plain"]).toContain("not measured");
  });

  it("fails with the reason when generation breaks: no score of 0", async () => {
    const model = await fakeModel(() => {
      throw new Error("out of memory");
    });
    const run = evaluate({ model, tasks });
    await expect(run.then()).rejects.toThrow("out of memory");
    expect(run.status).toBe("failed");
    expect(run.result).toBeUndefined();
  });

  it("refuses tasks with equal ids, unknown options and empty lists before any work", () => {
    expect(() => evaluate({ model: good, tasks: [tasks[0], tasks[0]] })).toThrow(/"t0" is missing or used twice/);
    expect(() => evaluate({ model: good, tasks: [] })).toThrow(/tasks is an array of 0/);
    expect(() => evaluate({ model: good })).toThrow(/give an environment, or tasks/);
    expect(() => evaluate({ model: good, tasks, weights: { action: 1 } })).toThrow(/scored by exact match/);
    expect(() => evaluate({ model: good, environment: domains()[0], maxTurns: 3 })).toThrow(/has its own/);
    expect(() => evaluate({ model: good, tasks, turns: 3 } as never)).toThrow(/no option "turns".*maxTurns/);
  });

  describe("with a record", () => {
    let folder = "";
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "medgym-evaluate-"));
    });
    afterAll(() => rmSync(folder, { recursive: true }));
    /** As `good`, noting whom it played. */
    const noting = (played: string[]): Actor => {
      return ({ id }) => {
        played.push(id);
        return (good as () => Policy)();
      };
    };

    it("goes on where it was killed, a torn last line and all; what failed is played again", async () => {
      const record = join(folder, "runs", "a.jsonl");
      const flaky = { broken: true };
      const given = tasks.map((task) => ({
        ...task,
        execute(asked: ToolCall) {
          if (task.id === "t2" && flaky.broken) throw new Error("database gone");
          return task.execute!(asked);
        },
      }));
      const options = { model: good, name: "stub", tasks: given, concurrency: 1, record };
      const first = evaluate(options);
      for await (const { done } of first) if (done === 5) break;
      first.cancel();
      await expect(first.then()).rejects.toMatchObject({ code: "cancelled" });
      const lines = readFileSync(record, "utf8").trimEnd().split("\n").slice(0, 6); // the header and five tasks
      writeFileSync(record, `${lines.join("\n")}\n{"task":{"id":"t5","dom`);
      flaky.broken = false;
      const played: string[] = [];
      const run = evaluate({ ...options, model: noting(played) });
      const result = await run;
      expect(played).toEqual(["t2", "t5", "t6", "t7", "t8", "t9"]);
      expect(run.events.map(({ done }) => done)).toEqual([5, 6, 7, 8, 9, 10]);
      const whole = await evaluate({ ...options, record: undefined });
      expect(result.score).toEqual(whole.score);
      expect(result.outcomes).toEqual(whole.outcomes);
      const again: string[] = [];
      await evaluate({ ...options, model: noting(again) });
      expect(again).toEqual([]);
    });

    it("keeps what a model drew; another model, task or setting is refused", async () => {
      const record = join(folder, "b.jsonl");
      const model = await fakeModel();
      const options = { model, tasks: tasks.slice(0, 3), temperature: 1, record };
      const first = await evaluate(options);
      const second = await evaluate(options);
      expect(second.outcomes).toEqual(first.outcomes);
      expect(first.outcomes[0].trajectory.segments[0].tokens).toBeInstanceOf(Int32Array);
      const other = /record of another evaluation/;
      await expect(evaluate({ ...options, seed: 2 }).then()).rejects.toThrow(other);
      await expect(evaluate({ ...options, tasks: tasks.slice(1, 4) }).then()).rejects.toThrow(other);
      const [{ name }] = model.engine.tensors();
      const weights = await model.engine.readTensor(name);
      await model.engine.writeTensor(
        name,
        weights.map((value) => value + 1),
      );
      await expect(evaluate(options).then()).rejects.toThrow(other);
    });
  });

  it("is cancelled between turns", async () => {
    const cancelling = says(() => {
      run.cancel();
      return "x";
    });
    const run = evaluate({ model: cancelling, tasks, concurrency: 1 });
    await expect(run.then()).rejects.toMatchObject({ code: "cancelled" });
    expect(run.events.length).toBeLessThan(tasks.length);
  });
});

describe("evaluate, in the gym", () => {
  const where = domain("drug-interaction");
  const expert: Actor = (task) => expertPolicy(domain(task.domain), task);

  it("gives the composite, every part with its n, and the action score at no weight", async () => {
    const result = await evaluate({ model: expert, environment: where, count: 6 });
    expect(result).toMatchObject({ measure: "composite", n: 6, failed: [] });
    expect(result.actionScore!.value).toBeGreaterThanOrEqual(0.95);
    const { weights } = result.outcomes[0].trajectory.reward!;
    expect(weights.action).toBe(0);
    const { parts, score } = result.outcomes[0];
    const sum = Object.entries(weights).reduce((total, [name, weight]) => total + weight * (parts[name] ?? 0), 0);
    expect(score).toBeCloseTo(sum, 10);
    expect(where.tasks({ split: "test", count: 6 }).map(({ id }) => id)).toEqual(result.outcomes.map(({ id }) => id));
  });

  it("compares policies over domains, task by task", async () => {
    const options = { environment: domains().slice(0, 2), count: 4 };
    const random = await evaluate({ ...options, model: () => randomPolicy(1), name: "random" });
    const best = await evaluate({ ...options, model: expert, name: "expert" });
    const comparison = compare({ random, expert: best });
    const names = options.environment.map(({ name }) => name).sort();
    expect(comparison.rows.map(({ label, n }) => [label, n])).toEqual([["all", 8], ...names.map((name) => [name, 4])]);
    expect(comparison.rows[0].differences[0]!.low).toBeGreaterThan(0.2);
    expect(compare({ random, expert: best }, { by: "action" }).rows[0].estimates[1]!.value).toBeGreaterThan(0.9);
    expect(() => compare({ random, expert: best }, { by: "luck" })).toThrow(/no part "luck"/);
  });
});

describe("compare", () => {
  const outcome = (id: string, score: number | null) => ({
    id,
    domain: "d",
    kind: "k",
    group: `d ${id}`,
    status: score === null ? ("failed" as const) : ("scored" as const),
    score,
    parts: {},
    turns: [],
    trajectory: { task: { ticket: id, answer: "x" } } as never,
  });
  const evaluation = (scores: (number | null)[], weights = 1, base = "a") =>
    new Evaluation({
      name: "e",
      base,
      weights: { d: { action: weights } },
      measure: "exact match",
      outcomes: scores.map((score, i) => outcome(`t${i}`, score)),
      seconds: 1,
      tokens: 1,
      confidence: 0.95,
      seed: 0,
    });

  it("pairs by task and leaves out what failed in either", async () => {
    const before = evaluation([0, 0, null, 1]);
    const after = evaluation([1, 1, 1, 1]);
    const comparison = compare({ before, after });
    expect(comparison.n).toBe(3);
    expect(comparison.unscored).toBe(1);
    expect(comparison.rows[0].estimates.map((estimate) => estimate!.value)).toEqual([1 / 3, 1]);
    expect(comparison.rows[0].differences[0]!.value).toBeCloseTo(2 / 3);
    const text = String((await comparison[displaySymbol]())!["text/plain"]);
    expect(text).toContain("after − before");
    expect(text).toContain("1 tasks failed in one or more");
  });

  it("one that measured nothing takes no task from the others", () => {
    const comparison = compare({
      nothing: evaluation([null, null]),
      half: evaluation([0, 1]),
      full: evaluation([1, 1]),
    });
    expect(comparison.rows[0].estimates.map((estimate) => estimate?.value ?? null)).toEqual([null, 0.5, 1]);
    expect(comparison.rows[0].differences).toEqual([null, null]);
    expect(comparison.n).toBe(2);
  });

  it("marks other base models, and refuses other weights", async () => {
    const marked = compare({ a: evaluation([1]), b: evaluation([1], 1, "b") });
    expect(marked.otherBases).toEqual(["b"]);
    expect(String((await marked[displaySymbol]())!["text/plain"])).toContain("another base model than a: b");
    expect(() => compare({ a: evaluation([1]), b: evaluation([1], 2) })).toThrow(/other weights/);
  });

  it("refuses other task sets", () => {
    expect(() => compare({ a: evaluation([1]), b: evaluation([1, 0]) })).toThrow(/1 tasks, "b" 2, of which 1/);
    expect(() => compare({ a: evaluation([1]) })).toThrow(/at least two/);
  });
});
