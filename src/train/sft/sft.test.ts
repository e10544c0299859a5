import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { displaySymbol } from "../../core/display.ts";
import { isCancelled } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import type { Model } from "../../model/model.ts";
import { checkpointFault, listCheckpoints } from "../../track/checkpoints.ts";
import * as track from "../../track/index.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";
import { ofType } from "../data-events.ts";
import { fakeModel, heldOut, rows } from "./sft.test-helper.ts";
import { sft } from "./sft.ts";
import type { SftEventOf } from "./sft-events.ts";
import type { SftOptions } from "./sft-options.ts";
import type { SftResult } from "./sft-result.ts";

let model: Model;
const runs = useRunsFolder();
beforeEach(async () => {
  model = await fakeModel();
});

const quick = {
  data: rows,
  steps: 6,
  batchSize: 4,
  learningRate: 0.05,
  lora: { rank: 4 },
} satisfies Partial<SftOptions>;
const train = (options: Partial<SftOptions> = {}) => sft({ model, ...quick, ...options });
const stepsOf = ({ events }: SftResult): SftEventOf<"step-end">[] => events.filter(ofType("step-end"));
const adapterBytes = (result: { path: string }) => readFileSync(join(result.path, "adapter/adapter_model.safetensors"));
const embedding = (of: Model) => of.engine.readTensor("model.embed_tokens.weight");

describe("sft", () => {
  it("learns, and tells of every step what it did", async () => {
    const result = await train({ steps: 60, batchSize: 16, schedule: "cosine", warmupSteps: 2 });
    const steps = stepsOf(result);
    expect(steps.map((e) => e.step)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(steps[0].learningRate).toBe(0);
    expect(steps[2].learningRate).toBe(0.05);
    expect(steps[1].loss).toBeCloseTo(steps[0].loss, 6); // all rows in each step, and the first had rate 0
    expect(steps[59].loss).toBeLessThan(steps[0].loss * 0.8);
    expect(steps[59].tokenAccuracy).toBeGreaterThan(steps[0].tokenAccuracy);
    expect(steps[59].epoch).toBe(60);
    expect(steps.every((e) => e.gradNorm > 0 && e.tokens === 48 && e.tokensPerSecond > 0 && e.memoryBytes > 0)).toBe(
      true,
    );
    expect(result.summary).toMatchObject({ steps: 60, tokens: 60 * 48, skippedSteps: 0, loss: steps[59].loss });
    const stored = await track.load(result.id);
    expect(stored.status).toBe("succeeded");
    expect(stored.metrics.filter((m) => m.type === "step-end")).toHaveLength(60);
    expect(stored.manifest).toMatchObject({
      name: "sft",
      seed: 0,
      versions: { engine: "fake-1" },
      data: { data: { sequences: 16, tokens: 48 } },
    });
  });

  it("leaves the base as it was: only the adapter is trained", async () => {
    const before = await embedding(model);
    const result = await train();
    expect(await embedding(model)).toEqual(before);
    expect(result.model.base.adapter).toBeNull();
    expect(result.model.adapter).not.toBeNull();
  });

  it("gives the same gradient in any number of micro-batches", async () => {
    const whole = stepsOf(await train());
    const parts = stepsOf(await train({ microBatchTokens: 3 }));
    whole.forEach((step, i) => {
      expect(parts[i].loss).toBeCloseTo(step.loss, 5);
      expect(parts[i].gradNorm).toBeCloseTo(step.gradNorm, 5);
    });
  });

  it("ends with the same bytes for the same seed, dropout included, and other bytes for another", async () => {
    const lora = { rank: 4, dropout: 0.2 };
    const [a, b, c] = [await train({ lora, seed: 1 }), await train({ lora, seed: 1 }), await train({ lora, seed: 2 })];
    expect(adapterBytes(a)).toEqual(adapterBytes(b));
    expect(adapterBytes(a)).not.toEqual(adapterBytes(c));
  });

  it("takes the adapter's first values from the seed, or from the adapter's own", async () => {
    const first = async (options: Partial<SftOptions>) => {
      const { model: tuned } = await train({ steps: 1, warmupSteps: 1, ...options }); // rate 0: as it was made
      return tuned.engine.readTensor(nameA, { adapter: tuned.adapter!.engine });
    };
    const nameA = "base_model.model.model.layers.0.mlp.gate_proj.lora_A.weight";
    const ofSeed1 = await first({ seed: 1 });
    expect(await first({ seed: 2 })).not.toEqual(ofSeed1);
    expect(await first({ seed: 2, lora: { rank: 4, seed: 1 } })).toEqual(ofSeed1);
  });

  it("trains every weight with lora: false", async () => {
    const before = await embedding(model);
    const result = await train({ lora: false });
    expect(result.model.adapter).toBeNull();
    expect(await embedding(model)).not.toEqual(before);
    await result.save(join(runs.path, "saved"));
    expect(existsSync(join(runs.path, "saved/model.safetensors"))).toBe(true);
  });

  it("goes on with a copy of the adapter that the model has", async () => {
    const first = await train();
    const name = "base_model.model.model.layers.0.mlp.gate_proj.lora_B.weight";
    const value = (of: Model) => of.engine.readTensor(name, { adapter: of.adapter!.engine });
    const before = await value(first.model);
    const second = await train({ model: first.model, lora: undefined });
    expect(await value(first.model)).toEqual(before);
    expect(await value(second.model)).not.toEqual(before);
    expect(stepsOf(second)[0].loss).toBeLessThan(stepsOf(first)[0].loss);
  });

  it("measures held-out rows, and ends with the best weights", async () => {
    // Held-out answers that training never gives: their loss rises, so the best is not the last.
    const evalData = heldOut.map((row) => ({ ...row, completion: "!" }));
    const wrong = { steps: 12, learningRate: 0.3, evalData, evalEvery: 2 };
    const result = await train(wrong);
    const evaluations = result.events.filter(ofType("eval-end"));
    expect(evaluations.map((e) => e.step)).toEqual([0, 2, 4, 6, 8, 10, 12]);
    const best = evaluations.slice(1).reduce((a, b) => (b.evalLoss < a.evalLoss ? b : a));
    expect(result.best).toEqual({ step: best.step, evalLoss: best.evalLoss });
    expect(best.step).toBeLessThan(12); // else this test shows nothing
    expect(result.summary.evalLoss).toBe(best.evalLoss);
    const checkpoint = join(result.path, `checkpoints/step-${best.step}/adapter_model.safetensors`);
    expect(adapterBytes(result)).toEqual(readFileSync(checkpoint));
    const last = await train({ ...wrong, keepBest: false });
    expect(last.summary.evalLoss).toBe(evaluations.at(-1)!.evalLoss);
  });

  it("with packing fills its steps by tokens", async () => {
    const result = await train({ packing: true, maxLength: 9, steps: undefined, epochs: 1, batchSize: 2 });
    expect(stepsOf(result).map((e) => e.tokens)).toEqual([18, 18, 12]); // 16 sequences of 3: five packs of 9 and one of 3
  });

  it("draws itself: SVG while it runs, the interactive figure at its end", async () => {
    const run = train();
    const result = await run;
    const bundle = (await run[displaySymbol]())!;
    expect(bundle["text/html"]).toContain("step 6 of 6");
    expect(bundle["text/html"]).toContain("medgym-figure");
    expect(bundle["text/plain"]).toMatch(/^sft: {2}succeeded · epoch 1.50 · loss /);
    expect(result[displaySymbol]()["text/plain"]).toContain(result.id);
  });
});

describe("what sft refuses", () => {
  it("test rows in its data, unless forced", async () => {
    const ask = (text: string) => ({ prompt: text, completion: " yes" });
    const data = [ask("is the potassium of patient P41 high today"), ask("is the sodium of patient P42 low today")];
    const test = [ask("Is the SODIUM of patient P42 low today?")];
    await expect(train({ data, heldOut: test })).rejects.toThrow(/1 of 1 test rows are in the training data/);
    expect((await train({ data, heldOut: test, force: true, steps: 1 })).summary.steps).toBe(1);
    expect((await train({ data, heldOut: data.slice(0, 0), steps: 1 })).summary.steps).toBe(1);
    const once = (function* () {
      yield* data;
    })();
    expect(() => train({ data: once, heldOut: test })).toThrow(/data is read twice with heldOut/);
  });

  it.each([
    [{ rnk: 8 }, /^sft has no option "rnk"/],
    [{ lora: { rank: 0 } }, /^sft: lora.rank is 0; it must be an integer, at least 1/],
    [{ epochs: 1 }, "sft: give epochs or steps, not both."],
    [{ warmupSteps: 1, warmupRatio: 0.1 }, "sft: give warmupSteps or warmupRatio, not both."],
    [{ maxLength: 65 }, "sft: maxLength 65 exceeds the model's context of 64 tokens."],
    [{ keepBest: true }, "sft: keepBest needs evalData to tell which is best."],
    [
      { data: 5 },
      "sft: data is 5; it must be an array of rows, an (async) iterable of rows, or the path of a .jsonl, .json, .parquet or .csv file.",
    ],
    [{ model: "qwen" }, 'sft: model is "qwen"; it must be a model, as loadModel gives it.'],
    [{ betas: [0.9, 1] }, /^sft: betas/],
  ])("at once: %o", (options, message) => {
    expect(() => train(options as Partial<SftOptions>)).toThrow(message);
  });

  it("a target that no layer has, naming the layers", async () => {
    await expect(train({ lora: { targets: ["qproj"] } })).rejects.toThrow(
      /no linear layer is called "qproj" \(did you mean "q_proj"/,
    );
  });

  it("a second adapter over the first", async () => {
    const { model: tuned } = await train({ steps: 1 });
    expect(() => train({ model: tuned })).toThrow(/already has the adapter "sft". Leave lora out/);
  });

  it("rows longer than the context, before any work", async () => {
    const run = train({ data: [...rows, { text: "x".repeat(100) }] });
    await expect(run).rejects.toThrow(/one row is longer than maxLength 64; the longest has 101 tokens \(row 17\)/);
    expect(await track.runs()).toHaveLength(0);
  });

  it("weights with NaN: steps are skipped and counted, then it gives up and says what to do", async () => {
    const weights = await embedding(model);
    await model.engine.writeTensor("model.embed_tokens.weight", weights.fill(Number.NaN));
    const run = train();
    await expect(run).rejects.toMatchObject({
      code: "non-finite",
      message: expect.stringContaining("the loss is NaN at step 5, the 5th step in a row"),
    });
    expect(run.events.filter(ofType("step-skipped")).map((e) => e.skippedInRow)).toEqual([1, 2, 3, 4, 5]);
    expect((await track.runs())[0]).toMatchObject({ status: "failed", error: expect.stringContaining("checkFinite") });
  });
});

describe("resume", () => {
  const long = { steps: 20, saveEvery: 4, lora: { rank: 4, dropout: 0.1 }, evalData: heldOut, evalEvery: 5 };

  it("after cancel ends with the bytes of an uninterrupted run, and the same events", async () => {
    const whole = await train(long);
    const run = train(long);
    for await (const event of run) if (event.type === "step-end" && event.step === 7) break;
    run.cancel();
    const error = await run.then(undefined, (reason) => reason);
    expect(isCancelled(error)).toBe(true);
    const [{ id, status }] = await track.runs();
    expect(status).toBe("cancelled");
    const resumed = await train({ ...long, resume: id });
    expect(resumed.id).toBe(id);
    expect(adapterBytes(resumed)).toEqual(adapterBytes(whole));
    expect(resumed.best).toEqual(whole.best);
    expect(stepsOf(resumed).map((e) => [e.step, e.loss, e.gradNorm])).toEqual(
      stepsOf(whole).map((e) => [e.step, e.loss, e.gradNorm]),
    );
    expect((await track.load(id)).metrics.filter((m) => m.type === "step-end")).toHaveLength(20);
  });

  it("true takes the newest unfinished run with these options, else begins anew", async () => {
    const first = await train({ ...long, resume: true });
    const second = await train({ ...long, resume: true });
    expect(second.id).not.toBe(first.id);
    const run = train(long);
    for await (const event of run) if (event.type === "step-end" && event.step === 6) break;
    run.cancel();
    await run.then(undefined, () => {});
    const other = await train({ ...long, resume: true, seed: 5 });
    const third = await train({ ...long, resume: true });
    expect(readdirSync(join(runs.path, "runs"))).toHaveLength(4);
    expect([first.id, second.id, other.id]).not.toContain(third.id);
    expect(adapterBytes(third)).toEqual(adapterBytes(first));
  });

  it("knows a pattern of layers again", async () => {
    const lora = { targets: /mlp/ };
    const { id } = await train({ ...long, lora });
    expect((await train({ ...long, lora, resume: id })).id).toBe(id);
    await expect(train({ ...long, lora: { targets: /attn/ }, resume: id })).rejects.toThrow('ran with lora {"rank":16');
  });

  it("refuses other options, other data and a run without a checkpoint", async () => {
    const { id, path } = await train(long);
    await expect(train({ ...long, resume: id, learningRate: 0.01 })).rejects.toThrow(
      `sft: ${id} ran with learningRate 0.05, this call has 0.01. Give what it had, or start a new run without resume.`,
    );
    await expect(train({ ...long, resume: id, data: rows.slice(1) })).rejects.toThrow(`${id} ran with data "`);
    rmSync(join(path, "checkpoints"), { recursive: true });
    await expect(train({ ...long, resume: id })).rejects.toThrow("no checkpoint to resume from");
    await expect(train({ resume: "sft-nothing" })).rejects.toThrow('no run "sft-nothing"');
  });

  it("passes over a damaged newest checkpoint and still ends with the same bytes", async () => {
    const whole = await train(long);
    const before = adapterBytes(whole);
    const [newest] = (await listCheckpoints(join(whole.path, "checkpoints"))).reverse();
    writeFileSync(join(newest.path, "optimizer.safetensors"), "torn");
    expect(adapterBytes(await train({ ...long, resume: whole.path }))).toEqual(before);
  });
});

describe("a child process", () => {
  const hooks = join(import.meta.dirname, "../../../test/ts-hooks.mjs");
  const options =
    "{ data: rows, evalData: heldOut, evalEvery: 5, steps: 30, saveEvery: 3, batchSize: 4, learningRate: 0.05, lora: { rank: 4, dropout: 0.1 }, resume: true }";

  function script(name: string, body: string): string {
    const path = join(runs.path, name);
    const [sftFile, helper] = ["sft.ts", "sft.test-helper.ts"].map((file) =>
      JSON.stringify(join(import.meta.dirname, file)),
    );
    writeFileSync(
      path,
      `import { sft } from ${sftFile};
      import { fakeModel, heldOut, rows } from ${helper};
      const run = sft({ model: await fakeModel(), ...${options} });
      ${body}`,
    );
    return path;
  }

  it("killed with -9 at random points and started again ends with the same bytes", async () => {
    const whole = await sft({
      model,
      data: rows,
      evalData: heldOut,
      evalEvery: 5,
      steps: 30,
      saveEvery: 3,
      batchSize: 4,
      learningRate: 0.05,
      lora: { rank: 4, dropout: 0.1 },
    });
    const child = script(
      "child.ts",
      'for await (const e of run) if (e.type === "step-end") process.stdout.write(".");\nprocess.stdout.write((await run).path);',
    );
    const env = { ...process.env, MEDGYM_RUNS: join(runs.path, "killed") };
    mkdirSync(env.MEDGYM_RUNS);
    const random = new Random(Date.now());
    let kills = 0;
    let output = "";
    for (let start = 0; start < 40; start++) {
      // A resumed run tells of the steps before it too: kill a few steps after those that are certain.
      const killAt = kills < 4 ? 1 + random.integer(12) + kills * 4 : Number.POSITIVE_INFINITY;
      output = "";
      const code = await new Promise<number | null>((resolve) => {
        const process_ = spawn(process.execPath, ["--import", hooks, child], {
          env,
          stdio: ["ignore", "pipe", "inherit"],
        });
        process_.stdout.on("data", (chunk) => {
          output += chunk;
          if (output.length >= killAt) process_.kill("SIGKILL");
        });
        process_.once("exit", resolve);
      });
      if (code === 0) break;
      kills++;
    }
    expect(kills).toBeGreaterThanOrEqual(2);
    const path = output.replace(/^\.+/, "");
    expect(adapterBytes({ path })).toEqual(adapterBytes(whole));
    const last = "checkpoints/step-30/optimizer.safetensors";
    expect(readFileSync(join(path, last))).toEqual(readFileSync(join(whole.path, last)));
  }, 60_000);

  it("with a full disk at a checkpoint fails, says why, and leaves only whole checkpoints", async () => {
    // The limit on file size stands in for the disk: the third kB of a file is refused.
    const child = script(
      "full.ts",
      'await run.then(() => console.log("no failure"), (error) => console.log(error.code, error.message));',
    );
    const env = { ...process.env, MEDGYM_RUNS: join(runs.path, "full") };
    const { stdout } = spawnSync(
      "bash",
      ["-c", 'ulimit -f 2; exec "$0" --import "$1" "$2"', process.execPath, hooks, child],
      {
        encoding: "utf8",
        env,
      },
    );
    expect(stdout).toMatch(
      /^io sft: no checkpoint at step 3: cannot write .* Earlier checkpoints are untouched: resume: "sft-/,
    );
    const [id] = readdirSync(env.MEDGYM_RUNS);
    for (const { path } of await listCheckpoints(join(env.MEDGYM_RUNS, id, "checkpoints"))) {
      expect(await checkpointFault(path)).toBeUndefined();
    }
    expect(readdirSync(join(env.MEDGYM_RUNS, id, "checkpoints")).filter((name) => name.startsWith(".tmp"))).toEqual([]);
  });
});
