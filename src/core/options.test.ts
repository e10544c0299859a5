import { describe, expect, it } from "vitest";
import { z } from "zod";
import { InvalidOptionError } from "./errors.ts";
import { nearest, resolveOptions } from "./options.ts";

class Model {}

const spec = z.strictObject({
  model: z.instanceof(Model).describe("a model from loadModel"),
  data: z.array(z.unknown()).optional(),
  steps: z.int().min(1).default(100),
  rank: z.int().min(1).max(512).default(16),
  learningRate: z.number().gt(0).default(2e-4),
  schedule: z.enum(["linear", "cosine"]).default("linear"),
  lora: z.union([z.literal(false), z.strictObject({ rank: z.int().min(1).default(8), alpha: z.number() })]).optional(),
});
const model = new Model();

function messageOf(options: unknown): string {
  try {
    resolveOptions("sft", options, spec);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError);
    return (error as Error).message;
  }
  return "accepted";
}

describe("resolveOptions", () => {
  it("fills in defaults and freezes deeply", () => {
    const resolved = resolveOptions("sft", { model, lora: { alpha: 4 } }, spec);
    expect(resolved).toEqual({
      model,
      steps: 100,
      rank: 16,
      learningRate: 2e-4,
      schedule: "linear",
      lora: { rank: 8, alpha: 4 },
    });
    expect(Object.isFrozen(resolved)).toBe(true);
    expect(Object.isFrozen(resolved.lora)).toBe(true);
  });

  it("leaves the caller's objects unfrozen", () => {
    const row = { a: 1 };
    const options = { model, data: [row] };
    resolveOptions("sft", options, spec);
    expect([model, row, options, options.data].some((o) => Object.isFrozen(o))).toBe(false);
  });

  it.each([
    [
      { model, rnk: 3 },
      'sft has no option "rnk" (did you mean "rank"?). Options: model, data, steps, rank, learningRate, schedule, lora.',
    ],
    [
      { model, zebra: 3 },
      'sft has no option "zebra". Options: model, data, steps, rank, learningRate, schedule, lora.',
    ],
    [
      { modl: model },
      'sft has no option "modl" (did you mean "model"?). Options: model, data, steps, rank, learningRate, schedule, lora.',
    ],
    [{ model, rank: 0 }, "sft: rank is 0; it must be an integer, at least 1, at most 512."],
    [{ model, steps: 1.5 }, "sft: steps is 1.5; it must be an integer, at least 1."],
    [{ model, learningRate: "2e-4" }, 'sft: learningRate is "2e-4"; it must be a number, above 0.'],
    [{ model, learningRate: Number.NaN }, "sft: learningRate is NaN; it must be a number, above 0."],
    [{ model, schedule: "cosin" }, 'sft: schedule is "cosin"; it must be one of "linear", "cosine".'],
    [
      { model, lora: { alpha: 1, rnk: 2 } },
      'sft: lora has no option "rnk" (did you mean "rank"?). Options: rank, alpha.',
    ],
    [{ model, lora: { alpha: 1, rank: 0 } }, "sft: lora.rank is 0; it must be an integer, at least 1."],
    [{ model, lora: true }, "sft: lora is true; it must be false, or an object with rank, alpha."],
    [{}, "sft needs model: a model from loadModel."],
    [{ model: "qwen" }, 'sft: model is "qwen"; it must be a model from loadModel.'],
    [
      undefined,
      "sft takes one options object; it got undefined. Options: model, data, steps, rank, learningRate, schedule, lora.",
    ],
  ])("refuses %o", (options, message) => {
    expect(messageOf(options)).toBe(message);
  });

  it("names the option on the error", () => {
    try {
      resolveOptions("sft", { model, lora: { alpha: 1, rank: 0 } }, spec);
    } catch (error) {
      expect((error as InvalidOptionError).option).toBe("lora.rank");
      expect((error as InvalidOptionError).code).toBe("invalid-option");
    }
  });
});

describe("nearest", () => {
  it("takes swaps and letter case as close, other words as far", () => {
    expect(nearest("learninRgate", ["learningRate", "rank"])).toBe("learningRate");
    expect(nearest("LearningRate", ["learningRate"])).toBe("learningRate");
    expect(nearest("zebra", ["rank", "steps"])).toBeUndefined();
  });
});
