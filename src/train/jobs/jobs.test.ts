import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jobDescription } from "../../core/job-description.ts";
import { type EvaluationJson, evaluate, readEvaluation } from "../../evaluate/index.ts";
import { distill } from "../distill/distill.ts";
import { grpo } from "../grpo/grpo.ts";
import { ppo } from "../ppo/ppo.ts";
import { dpo } from "../preference/dpo.ts";
import { sft } from "../sft/sft.ts";

const nano = join(import.meta.dirname, "../../../assets/nano");
let folder: string;
let rows: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "medgym-job-"));
  rows = join(folder, "rows.jsonl");
  const row = (i: number) => JSON.stringify({ text: "the patient has a fever ".repeat(1 + (i % 4)) });
  writeFileSync(rows, Array.from({ length: 24 }, (_, i) => `${row(i)}\n`).join(""));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const job = (fn: unknown) => jobDescription(fn)!;
const check = (fn: unknown, options: Record<string, unknown>) => job(fn).check!(options, { data: true });

describe("a dry run", () => {
  it("of sft resolves options, reads the data and predicts, without the weights", async () => {
    const { facts, memory, options, expectedSeconds } = await check(sft, { model: nano, data: rows, batchSize: 8 });
    expect(facts).toMatchObject({ rows: 24, sequences: 24, steps: 9 });
    expect(options).toMatchObject({ learningRate: 2e-4, batchSize: 8, model: nano });
    expect(Object.keys(memory!.parts)).toEqual(
      expect.arrayContaining(["weights", "adapter", "gradients", "optimizer", "activations", "runtime"]),
    );
    expect(memory!.bytes).toBe(Object.values(memory!.parts).reduce((a, b) => a + b));
    expect(expectedSeconds).toBeGreaterThan(0);
  });

  it("throws what the function would throw", async () => {
    await expect(check(sft, { model: nano, data: rows, rnk: 3 })).rejects.toThrow(/sft has no option "rnk"/);
    await expect(check(sft, { model: nano, data: rows, steps: 3, epochs: 1 })).rejects.toThrow(/not both/);
    await expect(check(sft, { model: nano, data: `${rows}.gone` })).rejects.toThrow(/rows\.jsonl\.gone/);
    await expect(check(grpo, { model: nano, environment: "drug-interactions" })).rejects.toThrow(
      /did you mean "drug-interaction"/,
    );
  });

  it("of options that wait for another job checks the rest", async () => {
    const model = { $job: 3, path: "model" };
    expect(await check(sft, { model, data: rows })).toMatchObject({ facts: { "waits for": "model" } });
    await expect(check(sft, { model, data: rows, stepz: 1 })).rejects.toThrow(/did you mean "steps"/);
    await expect(check(evaluate, { model, environment: "nothing" })).rejects.toThrow(/no domain "nothing"/);
  });

  it("of rollouts knows tasks, prompts and what is held besides the policy", async () => {
    const options = { model: nano, environment: "drug-interaction", steps: 2, tasksPerStep: 2, groupSize: 4 };
    const policy = await check(grpo, options);
    expect(policy.facts).toMatchObject({ steps: 2, "rollouts a step": 8 });
    expect((await check(ppo, options)).memory!.parts).toHaveProperty("value function");
    expect((await check(distill, options)).memory!.bytes).toBeGreaterThan(1e8);
    const { facts } = await check(evaluate, { model: nano, environment: ["triage"], count: 5 });
    expect(facts.tasks).toBe(5);
  });
});

describe("less memory", () => {
  it("comes from smaller pieces, then from layers computed again, until it fits", async () => {
    const less = (options: Record<string, unknown>, limit?: number) => job(sft).downshift!(options, limit);
    const options = { model: nano, data: rows };
    expect(await less(options)).toEqual({ ...options, microBatchTokens: 2048 });
    expect(await less({ ...options, microBatchTokens: 512 })).toMatchObject({ gradientCheckpointing: true });
    expect(await less({ ...options, microBatchTokens: 1, gradientCheckpointing: true })).toBeUndefined();
    const { memory } = await check(sft, {
      ...options,
      batchSize: 24,
      microBatchTokens: 64,
      gradientCheckpointing: true,
    });
    const smaller = await less({ ...options, batchSize: 24 }, memory!.bytes + 1e6);
    expect((await check(sft, smaller!)).memory!.bytes).toBeLessThanOrEqual(memory!.bytes + 1e6);
  });

  it("of rollouts from fewer episodes at once", async () => {
    expect(await job(grpo).downshift!({ model: nano, environment: "triage" })).toMatchObject({ concurrency: 32 });
  });
});

describe("as JSON", () => {
  it("a trained model is where it lies, an evaluation its figures and a file", async () => {
    process.env.MEDGYM_RUNS = join(folder, "runs");
    const context = { artefacts: folder };
    const prepared = await job(sft).prepare!({ model: nano, data: rows, steps: 1, lora: { rank: 2 } }, context);
    const result = await job(sft).result!(await sft(prepared as never), context);
    delete process.env.MEDGYM_RUNS;
    const { path, model } = result as { path: string; model: { adapter: string } };
    expect(result).toMatchObject({ summary: { steps: 1 }, model: { path: nano, adapter: join(path, "adapter") } });
    const options = { model, environment: "triage", count: 2, maxNewTokens: 4, maxEpisodeTokens: 4096 };
    const evaluation = await evaluate((await job(evaluate).prepare!(options, context)) as never);
    const json = (await job(evaluate).result!(evaluation, context)) as EvaluationJson & { file: string };
    expect(json).toMatchObject({ n: 2, score: evaluation.score, measure: "composite" });
    const read = await readEvaluation(json);
    expect(read.scores).toEqual(evaluation.scores);
    expect(read.outcomes[1].trajectory.messages).toEqual(evaluation.outcomes[1].trajectory.messages);
    await expect(readEvaluation("nowhere.json")).rejects.toMatchObject({ code: "not-found" });
  });

  it("goes on from a run of an earlier attempt", () => {
    expect(job(dpo).resume!({ steps: 3 }, "/runs/dpo-1")).toEqual({ steps: 3, resume: "/runs/dpo-1" });
  });
});
