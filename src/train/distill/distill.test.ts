/** Distillation on the fake engine: who is told what, what is scored, what the average is, and going on after a stop. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { displaySymbol } from "../../core/display.ts";
import type { Followable } from "../../core/follow.ts";
import type { Batch, ForwardOptions } from "../../engine/engine.ts";
import { readSafetensors } from "../../engine/safetensors.ts";
import type { Trajectory } from "../../generate/index.ts";
import { Model } from "../../model/model.ts";
import { ByteTokenizer } from "../../text/byte-tokenizer.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";
import { capitalsDomain, capitalsModel } from "../pipeline/pipeline.test-helper.ts";
import { isOf } from "../policy/policy-events.ts";
import { sft } from "../sft/sft.ts";
import { distill } from "./distill.ts";

const runs = useRunsFolder();

const environment = capitalsDomain();
const chats = [..."abcdefgh"].map((letter) => ({
  messages: [
    { role: "user", content: letter },
    { role: "assistant", content: letter.toUpperCase().repeat(3) },
  ],
}));
const quick = {
  environment,
  ...{ steps: 4, tasksPerStep: 2, groupSize: 2, maxNewTokens: 4, learningRate: 0.05, lora: { rank: 4 }, saveEvery: 1 },
  ...{ keepCheckpoints: 10, candidates: 4, schedule: "constant" as const, averageDecay: 0.5 },
  hint: ({ trajectory }: { trajectory: Trajectory }) => `Say ${trajectory.task.answer ?? trajectory.reward!.total}.`,
} as const;

/** Another model with the same tokens, that answers in capital letters. */
let teaching: Promise<Model> | undefined;
function capitalsTeacher(): Promise<Model> {
  const training = { steps: 12, batchSize: 8, learningRate: 0.1, lora: { rank: 4 } };
  teaching ??= capitalsModel().then(async (model) => (await sft({ model, data: chats, ...training })).model);
  return teaching;
}

/** Runs until a step, and is cancelled. */
async function stopAfter(run: Followable<unknown, { type: string; step?: number }>, step: number): Promise<void> {
  for (const reading = run[Symbol.asyncIterator](); ; ) {
    const { value } = await reading.next();
    if (value.type === "step-end" && value.step === step) break;
  }
  run.cancel();
  await expect(run).rejects.toMatchObject({ code: "cancelled" });
}

/** Every forward pass of a model, as it was asked. */
function watch(model: Model): { batch: Batch; options: ForwardOptions }[] {
  const { engine } = model;
  const passes: { batch: Batch; options: ForwardOptions }[] = [];
  const forward = engine.forward.bind(engine);
  engine.forward = (batch, options) => {
    passes.push({ batch, options });
    return forward(batch, options);
  };
  return passes;
}

describe("on rollouts", () => {
  it("tells the hint to the teacher alone, and scores nothing but what the student drew", async () => {
    const model = await capitalsModel();
    const passes = watch(model);
    const said: string[] = [];
    const hint = ({
      trajectory,
    }: {
      trajectory: { task: { answer?: string }; turns: readonly { completion: string }[] };
    }) => {
      said.push(trajectory.turns[0].completion);
      return `SECRET ${trajectory.task.answer}`;
    };
    const { events } = await distill({ model, ...quick, steps: 1, hint, turnTokens: 3 });
    const [step] = events.filter(isOf("step-end"));
    expect(step).toMatchObject({ hinted: 1, coefficient: 1, updates: 1 });
    expect(step.divergence).toBeGreaterThan(0); // the hint changes what the teacher says
    const tokenizer = new ByteTokenizer();
    const [taught, learned] = [
      passes.filter(({ options }) => !options.keep),
      passes.filter(({ options }) => options.keep),
    ];
    expect(taught).toHaveLength(1);
    expect(learned).toHaveLength(1);
    expect(tokenizer.decode(taught[0].batch.tokens)).toContain("SECRET");
    expect(tokenizer.decode(learned[0].batch.tokens)).not.toContain("SECRET");
    expect(taught[0].options.adapter).not.toBe(learned[0].options.adapter);
    // The teacher is asked at as many places as the student, and they are the student's own first three tokens of each rollout.
    const asked = [...taught[0].options.targets].filter((id) => id >= 0);
    const { targets, candidates } = learned[0].options;
    const own = [...targets].filter((id, i) => i % candidates! === 0 && id >= 0);
    expect(own.sort()).toEqual(asked.sort());
    expect(own).toHaveLength(step.taughtTokens);
    expect(step.taughtTokens).toBeLessThanOrEqual(4 * 3);
    expect(said).toHaveLength(4);
  });

  it("averages the student into the teacher, and saves it", async () => {
    const { path } = await distill({ model: await capitalsModel(), ...quick, steps: 3 });
    const read = (step: number, file: string) => readSafetensors(join(path, "checkpoints", `step-${step}`, file));
    for (const step of [2, 3]) {
      const [before, student, after] = [
        read(step - 1, "teacher.safetensors"),
        read(step, "adapter_model.safetensors"),
        read(step, "teacher.safetensors"),
      ];
      for (const [name, { data }] of after) {
        const expected = [...before.get(name)!.data].map((value, i) => 0.5 * value + 0.5 * student.get(name)!.data[i]);
        expected.forEach((value, i) => void expect(data[i]).toBeCloseTo(value, 6));
      }
    }
    const differs = (name: string) =>
      String(read(3, "teacher.safetensors").get(name)!.data) !==
      String(read(3, "adapter_model.safetensors").get(name)!.data);
    expect([...read(3, "teacher.safetensors").keys()].some(differs)).toBe(true);
  });

  it("goes on after a stop to the same bits, teacher and curve included", async () => {
    const options = { ...quick, steps: 5, policyWeight: 0.5, lora: { rank: 4, dropout: 0.1 } };
    const whole = await distill({ model: await capitalsModel(), ...options });
    const run = distill({ model: await capitalsModel(), ...options });
    await stopAfter(run, 3);
    const resumed = await distill({ model: await capitalsModel(), ...options, resume: true });
    expect(readdirSync(join(runs.path, "runs"))).toHaveLength(2);
    for (const file of ["optimizer.safetensors", "teacher.safetensors"]) {
      const [a, b] = [whole, resumed].map(({ path }) => readFileSync(join(path, "checkpoints/step-5", file)));
      expect(a.equals(b)).toBe(true);
    }
    const curve = ({ events }: typeof whole) =>
      events.filter(isOf("step-end")).map(({ step, loss, divergence, agreement, reward, gradNorm }) => ({
        step,
        loss,
        divergence,
        agreement,
        reward,
        gradNorm,
      }));
    expect(curve(resumed)).toEqual(curve(whole));
    expect(new Set(curve(whole).map(({ divergence }) => divergence)).size).toBe(5); // else equal curves show nothing
    const other = distill({ model: await capitalsModel(), ...options, candidates: 3, resume: resumed.id });
    await expect(other).rejects.toThrow(/ran with candidates 4, this call has 3/);
  });

  it("comes to say what another model says; the coefficient only falls", async () => {
    const teacher = await capitalsTeacher();
    const learning = {
      ...quick,
      hint: false,
      direction: "forward",
      steps: 12,
      tasksPerStep: 4,
      saveEvery: 0,
      coefficient: { start: 1, floor: 0.4, halfLife: 4 },
    } as const;
    const run = distill({ model: await capitalsModel(), teacher, ...learning, learningRate: 0.1 });
    const { summary, events } = await run;
    const coefficients = events.filter(isOf("step-end")).map(({ coefficient }) => coefficient);
    expect(coefficients.every((value, i) => i === 0 || value <= coefficients[i - 1])).toBe(true);
    expect(coefficients.at(-1)).toBe(0.4);
    expect(summary.lastDivergence!).toBeLessThan(summary.firstDivergence! / 2);
    expect(events.filter(isOf("step-end"))[0].hinted).toBe(0);
    const { "text/plain": text, "text/html": html } = run[displaySymbol]()!;
    expect(text).toMatch(/^distill: succeeded · reward/);
    for (const row of ["divergence from the teacher", "same first choice", "only falls, to its floor"])
      expect(html).toContain(row);
  });

  it("learns nothing from a rollout whose reward broke, and says so", async () => {
    let calls = 0;
    const rewards = {
      odd: () => {
        if (calls++ % 2 === 0) throw new Error("no network");
        return 1;
      },
    };
    const data = [..."abcd"].map((prompt) => ({ prompt }));
    const { environment: _, ...rest } = quick;
    const { events } = await distill({ model: await capitalsModel(), ...rest, steps: 1, data, rewards });
    const [step] = events.filter(isOf("step-end"));
    expect(step).toMatchObject({ failed: 0.5, hinted: 0.5 });
    expect(step.failures[0]).toMatchObject({ boundary: "reward", count: 2 });
    expect(step.taughtTokens).toBeLessThanOrEqual(2 * 4);
  });

  it("refuses what makes no sense, and looks before it trains", async () => {
    const model = await capitalsModel();
    expect(() => distill({ model, environment, lora: false })).toThrow("the average is of an adapter");
    expect(() => distill({ model, environment, coefficient: { start: 0.1, floor: 0.5 } })).toThrow("it only decays");
    expect(() => distill({ model, environment, policyWeight: 1, groupSize: 1 })).toThrow("it needs at least 2");
    expect(() => distill({ model, environment, teacher: model, lora: false })).toThrow("it shares the weights");
    const dry = await distill.dryRun({ model, ...quick }, { groups: 2 });
    expect(dry.toString()).toContain("distill dry run: 2 groups of 2");
  });
});

describe("on rows", () => {
  const learning = {
    data: chats,
    steps: 10,
    batchSize: 8,
    learningRate: 0.1,
    lora: { rank: 4 },
    schedule: "constant",
  } as const;

  it("comes to say what the teacher says, forward and reverse, with labels beside", async () => {
    const teacher = await capitalsTeacher();
    for (const more of [{}, { direction: "reverse" as const }, { labelWeight: 0.5, temperature: 2 }]) {
      const { summary } = await distill({
        model: await capitalsModel(),
        teacher,
        ...learning,
        ...more,
        evalData: chats.slice(0, 3),
        evalEvery: 10,
      });
      expect(summary.evalDivergence).toBeLessThan(summary.firstDivergence!);
      expect(summary.lastDivergence!).toBeLessThan(summary.firstDivergence! * 0.6);
      expect(summary.lastAgreement!).toBeGreaterThan(summary.firstAgreement!);
    }
  });

  it("with as many candidates as there are tokens, the divergence is the whole distributions'", async () => {
    const [student, teacher] = [await capitalsModel(), await capitalsTeacher()];
    const options = { ...learning, data: chats.slice(0, 1), steps: 1, batchSize: 1, candidates: 259 };
    const [step] = (await distill({ model: student, teacher, ...options })).events.filter(isOf("step-end"));
    const { ids, assistantMask } = student.tokenizer.encodeChat(chats[0].messages);
    const batch = { tokens: ids, cuSeqlens: Int32Array.of(0, ids.length) };
    const logits = async (model: Model) => {
      const settings = { adapter: model.adapter?.engine ?? null, targets: ids, logits: true };
      return (await model.engine.forward(batch, settings)).logits!;
    };
    const [p, q] = [await logits(await capitalsModel()), await logits(teacher)];
    const softmax = (row: Float32Array) => {
      const weights = [...row].map((z) => Math.exp(z - Math.max(...row)));
      return weights.map((weight) => weight / weights.reduce((a, b) => a + b, 0));
    };
    let [sum, count] = [0, 0];
    for (let t = 0; t + 1 < ids.length; t++) {
      if (!assistantMask[t + 1]) continue;
      const [ps, qs] = [p, q].map((all) => softmax(all.subarray(t * 259, (t + 1) * 259)));
      qs.forEach((each, i) => {
        sum += each * Math.log(each / ps[i]);
      });
      count++;
    }
    expect(step.divergence).toBeCloseTo(sum / count, 4);
  });

  it("goes on after a stop to the same bits", async () => {
    const teacher = await capitalsTeacher();
    const options = { ...learning, teacher, steps: 6, saveEvery: 2, batchSize: 4 };
    const whole = await distill({ model: await capitalsModel(), ...options });
    const run = distill({ model: await capitalsModel(), ...options });
    await stopAfter(run, 3);
    const resumed = await distill({
      model: await capitalsModel(),
      ...options,
      resume: run.events.find(isOf("start"))!.run,
    });
    const [a, b] = [whole, resumed].map(({ path }) =>
      readFileSync(join(path, "checkpoints/step-6/optimizer.safetensors")),
    );
    expect(a.equals(b)).toBe(true);
  });

  it("refuses a teacher of other tokens", async () => {
    const model = await capitalsModel();
    const tokenizer = new ByteTokenizer();
    const shifted = Object.create(tokenizer, {
      encode: { value: (text: string) => tokenizer.encode(text).map((id) => (id + 1) % 256) },
    });
    const { engine, source, config, generationConfig } = await capitalsModel();
    const teacher = new Model({ engine, source, config, generationConfig, tokenizer: shifted });
    await expect(distill({ model, teacher, data: chats, steps: 1 })).rejects.toThrow(
      /have different tokenizers: "The patient, 58 years old, tak".* is 86 tokens to one and 86 to the other, with other ids/,
    );
    expect(() => distill({ model, data: chats } as never)).toThrow("distill needs teacher");
  });
});
