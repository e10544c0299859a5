/** Pipelines on the fake engine: every stage, what a killed one keeps, what a resume refuses. */
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { evaluate } from "../../evaluate/index.ts";
import { loadAdapter } from "../../model/load.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";
import { sft } from "../sft/sft.ts";
import { pickBest } from "./pick-best.ts";
import { capitalsDomain, capitalsModel } from "./pipeline.test-helper.ts";
import { pipeline } from "./pipeline.ts";
import type { Stage } from "./stage.ts";
import { validate } from "./validate.ts";

const runs = useRunsFolder();

const environment = capitalsDomain();
const training = { steps: 6, batchSize: 4, learningRate: 0.1, lora: { rank: 4 }, saveEvery: 2 } as const;
const playing = { maxNewTokens: 4 };
const stages = () => [
  pipeline.generate({ count: 8, strategies: ["expert"], patterns: [], validation: 3 }),
  pipeline.sft({ ...training, keepBest: false }),
  pipeline.pickBest(playing),
  pipeline.merge(),
  pipeline.validate(playing),
];
const runsOf = (verb: string) => readdirSync(join(runs.path, "runs")).filter((name) => name.startsWith(`${verb}-`));
const bytes = (path: string, name = "adapter/adapter_model.safetensors") => readFileSync(join(path, name));
const textOf = (bundle: MimeBundle | undefined) => String(bundle?.["text/plain"]);

describe("pipeline", () => {
  it("generates, trains, keeps the best checkpoint, merges and validates", async () => {
    const model = await capitalsModel();
    const run = pipeline({ model, environment, stages: stages() });
    const result = await run;
    expect(result.stages.map(({ name }) => name)).toEqual(["generate", "sft", "pick-best", "merge", "validate"]);
    expect(result.rows).toHaveLength(8);

    // Every checkpoint was played: the same values come from playing them by hand, and the best of them was kept.
    const { best, candidates, model: picked } = result.picked!;
    expect(candidates.map(({ step }) => step)).toEqual([2, 4, 6]);
    for (const { path, value } of candidates) {
      const checkpoint = await loadAdapter(model, path);
      const played = await evaluate({ model: checkpoint, environment, split: "validation", ...playing });
      expect(value).toBe(played.score!.value);
    }
    const values = candidates.map(({ value }) => value!);
    expect(new Set(values).size).toBeGreaterThan(1); // else any would be the best
    expect(best).toBe(candidates[values.indexOf(Math.max(...values))]);
    const { name } = model.engine.tensors(picked.adapter!.engine)[0];
    const adapter = (await loadAdapter(model, best.path)).adapter!.engine;
    const tensor = await model.engine.readTensor(name, { adapter });
    expect(await model.engine.readTensor(name, { adapter: picked.adapter!.engine })).toEqual(tensor);

    expect(result.model.adapter).toBeNull();
    expect(existsSync(join(result.directory!, "model.safetensors"))).toBe(true);
    const { evaluation, comparison, merge } = result.validation!;
    expect(merge).toMatchObject({ ok: true, same: 1, scoreDifference: 0, tasks: 5 });
    expect(merge!.logprobGap).toBeLessThan(1e-5);
    expect(evaluation.score!.value).toBeGreaterThan(0.5);
    expect(comparison!.rows[0].differences[0]!.value).toBeGreaterThan(0.3);
    expect(comparison!.otherBases).toEqual([]);

    const text = textOf(run[displaySymbol]());
    expect(text).toMatch(/2 sft +✓/);
    expect(text).toMatch(/5 validate +✓.*score/);
    expect(textOf(result[displaySymbol]())).toContain("4 merge");
    expect(run.events.some((event) => event.type === "progress" && event.stage === "sft" && event.total === 6)).toBe(
      true,
    );
  });

  it("goes on at the stage that broke, without running the others again; the result is that of one that was left alone", async () => {
    const whole = await pipeline({ model: await capitalsModel(), environment, stages: stages() });
    expect(runsOf("sft")).toHaveLength(1);
    const calls = { before: 0, broken: 0 };
    const before: Stage = {
      name: "count",
      run: async () => {
        calls.before++;
        return { kept: "mine", summary: { calls: calls.before } };
      },
      restore: async (_, kept) => {
        expect(kept).toBe("mine");
        return {};
      },
    };
    const broken: Stage = {
      name: "broken",
      async run() {
        if (calls.broken++ === 0) throw new Error("the disk is full");
        return {};
      },
    };
    const all = () => [...stages().slice(0, 3), before, broken, ...stages().slice(3)];
    await expect(pipeline({ model: await capitalsModel(), environment, stages: all() })).rejects.toThrow(
      "pipeline, stage 5 (broken): the disk is full",
    );
    expect(runsOf("sft")).toHaveLength(2);
    const run = pipeline({ model: await capitalsModel(), environment, stages: all(), resume: true });
    const resumed = await run;
    expect(calls).toEqual({ before: 1, broken: 2 });
    expect(runsOf("sft")).toHaveLength(2);
    expect(runsOf("pipeline")).toHaveLength(2);
    expect(bytes(resumed.directory!, "model.safetensors").equals(bytes(whole.directory!, "model.safetensors"))).toBe(
      true,
    );
    expect(resumed.rows).toEqual(whole.rows);
    expect(resumed.validation!.evaluation.score).toEqual(whole.validation!.evaluation.score);
    expect(run.events.filter(({ type }) => type === "stage-end")).toHaveLength(8); // pick-best read its record again
  });

  it("cancelled within a training goes on in that training", async () => {
    const two = () => [pipeline.generate({ count: 8 }), pipeline.sft(training)];
    const whole = await pipeline({ model: await capitalsModel(), environment, stages: two() });
    const run = pipeline({ model: await capitalsModel(), environment, stages: two() });
    for await (const event of run) {
      if (event.type !== "progress" || event.stage !== "sft" || event.done !== 3) continue;
      run.cancel();
      break;
    }
    await expect(run).rejects.toMatchObject({ code: "cancelled" });
    const resumed = await pipeline({ model: await capitalsModel(), environment, stages: two(), resume: true });
    expect(runsOf("sft")).toHaveLength(2);
    expect(bytes(resumed.path).equals(bytes(whole.path))).toBe(true);
  });

  it("refuses to go on with other options of a finished stage; a later one may change", async () => {
    const end: Stage = { name: "end", run: () => Promise.reject(new Error("no")) };
    const first = pipeline({
      model: await capitalsModel(),
      environment,
      stages: [pipeline.generate({ count: 8 }), end],
    });
    await expect(first).rejects.toThrow("no");
    const [id] = runsOf("pipeline");
    const model = await capitalsModel();
    const other = pipeline({ model, environment, stages: [pipeline.generate({ count: 9 }), end], resume: id });
    await expect(other).rejects.toThrow(/its stage 1, generate, were \{"count":8\}, now they are \{"count":9\}/);
    const shorter = [pipeline.generate({ count: 8 }), pipeline.sft(training)];
    expect((await pipeline({ model, environment, stages: shorter, resume: id })).id).toBe(id);
    const again = await pipeline({ model, environment, stages: shorter, resume: id }); // finished: only read
    expect(again.rows).toHaveLength(8);
    expect(runsOf("sft")).toHaveLength(1);
  });

  it.each(["grpo", "ppo", "distill"] as const)("runs sft and then %s, which begins where sft ended", async (verb) => {
    const run = { steps: 2, tasksPerStep: 2, groupSize: 4, maxNewTokens: 4, learningRate: 1e-9 };
    const stages = [pipeline.generate({ count: 8 }), pipeline.sft(training), pipeline[verb](run)];
    const { model, stages: done } = await pipeline({ model: await capitalsModel(), environment, stages });
    expect(runsOf(verb)).toHaveLength(1);
    const tuned = await loadAdapter(model.base, join(runs.path, "runs", String(done[1].summary.run), "adapter"));
    for (const { name } of model.engine.tensors(model.adapter!.engine)) {
      const [after, before] = [model, tuned].map((one) =>
        one.engine.readTensor(name, { adapter: one.adapter!.engine }),
      );
      const values = [...(await before)];
      expect(values.some((value) => value !== 0)).toBe(true);
      (await after).forEach((value, i) => void expect(value).toBeCloseTo(values[i], 6));
    }
  });

  it("says before a training what each stage would do, and what is missing", async () => {
    const model = await capitalsModel();
    const more = [...stages(), pipeline.grpo({ maxNewTokens: 4 }), pipeline.distillRows({ teacher: model })];
    const dry = await pipeline.dryRun({ model, environment, stages: more });
    const text = textOf(dry[displaySymbol]());
    expect(text).toMatch(/1 generate +8 demonstrations; 8 made in/);
    expect(text).toMatch(/2 sft +6 steps of 4; rows of \d+ tokens, the longest \d+ of at most 96/);
    expect(text).toMatch(/3 pick-best +the best checkpoint by score on validation tasks/);
    expect(text).toMatch(/5 validate +plays 5 test tasks, before and after/);
    expect(text).toMatch(/6 grpo +trains; \d+ % of 4 groups differ/);
    expect(text).toMatch(/7 distill +trains$/m);
    expect(existsSync(join(runs.path, "runs"))).toBe(false);
    await expect(pipeline({ model, environment, stages: [pipeline.sft(training)] })).rejects.toThrow(
      "pipeline, stage 1 (sft): sft: there are no rows yet: put `generate` before it, or give `data`.",
    );
    expect(() => pipeline({ model, stages: [] })).toThrow(
      "pipeline: stages is an array of 0; it must be a list of stages",
    );
  });

  it("in a cell draws its stages, and below them each stage as it runs; interrupting the cell stops both", async () => {
    const shown: string[] = [];
    const interrupt = new AbortController();
    const kernel = globalThis as Record<symbol, unknown>;
    kernel[displaySymbol] = (first: MimeBundle) => {
      const at = shown.push(textOf(first)) - 1;
      return {
        signal: interrupt.signal,
        update(bundle: MimeBundle) {
          shown[at] = textOf(bundle);
        },
      };
    };
    try {
      const end: Stage = {
        name: "end",
        async run() {
          interrupt.abort();
          return {};
        },
      };
      const stages = [pipeline.generate({ count: 8 }), pipeline.sft(training), end, pipeline.validate(playing)];
      await expect(pipeline({ model: await capitalsModel(), environment, stages })).rejects.toMatchObject({
        code: "cancelled",
      });
    } finally {
      delete kernel[displaySymbol];
    }
    expect(shown).toHaveLength(3);
    expect(shown[0]).toMatch(/1 generate +✓(.|\n)*2 sft +✓(.|\n)*4 validate/);
    expect(shown[1]).toContain("8 demonstrations");
    expect(shown[2]).toMatch(/^sft: +succeeded/);
  });

  it("goes on from what a kill in the middle of the training leaves on the disk", async () => {
    const two = () => [pipeline.generate({ count: 8 }), pipeline.sft(training)];
    const run = pipeline({ model: await capitalsModel(), environment, stages: two() });
    for await (const event of run) {
      if (event.type !== "progress" || event.stage !== "sft" || event.done !== 5) continue;
      cpSync(join(runs.path, "runs"), join(runs.path, "killed"), { recursive: true }); // after step 5, the newest checkpoint is of step 4
    }
    const whole = await run;
    process.env.MEDGYM_RUNS = join(runs.path, "killed");
    const options = { model: await capitalsModel(), environment, stages: two() };
    const resumed = await pipeline({ ...options, resume: whole.id });
    expect(readdirSync(join(runs.path, "killed"))).toHaveLength(2); // one pipeline, one sft
    expect(resumed.path.startsWith(join(runs.path, "killed"))).toBe(true);
    expect(bytes(resumed.path).equals(bytes(whole.path))).toBe(true);
  });
});

describe("pickBest", () => {
  it("by loss keeps the lowest on the rows; refuses the test split and full fine-tuning", async () => {
    const rows = [..."abcdefgh"].map((letter) => ({ prompt: letter, completion: letter.toUpperCase() }));
    const trained = await sft({ model: await capitalsModel(), data: rows, ...training });
    const picked = await pickBest({ trained, by: "loss", rows: rows.slice(0, 3) });
    const values = picked.candidates.map(({ value }) => value!);
    expect(values).toHaveLength(2); // keepCheckpoints is 2
    expect(picked.best.value).toBe(Math.min(...values));
    expect(() => pickBest({ trained, environment, split: "test" })).toThrow("a checkpoint chosen on the test split");
    expect(() => pickBest({ trained, by: "loss" })).toThrow('by: "loss" needs rows');
    const full = await sft({ model: await capitalsModel(), data: rows, steps: 2, lora: false });
    expect(() => pickBest({ trained: full, environment })).toThrow("checkpoints of lora: false cannot be put on apart");
    await expect(pickBest({ trained, environment, by: "magic", ...playing })).rejects.toThrow(
      "magic could be measured for none of 2 checkpoints",
    );
  });
});

describe("validate", () => {
  it("tells a merged model that is another one", async () => {
    const model = await capitalsModel();
    const rows = [..."abcdefgh"].map((letter) => ({ prompt: letter, completion: letter.toUpperCase() }));
    const { model: trained } = await sft({ model, data: rows, ...training });
    const validation = await validate({ model, unmerged: trained, environment, ...playing });
    expect(validation.merge).toMatchObject({ ok: false });
    expect(validation.merge!.logprobGap).toBeGreaterThan(0.01);
    expect(() => validation.assert()).toThrow(/the merged model is not the model that was merged: \d+ % of 5 tasks/);
  });
});
