/**
 * Encoders in ONNX: sentence embedders and verifiers (sequence classification), on the CPU through onnxruntime-node. Reward models with
 * a scalar head on a decoder run in the native engine: reward-model.ts.
 */
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { z } from "zod";
import { MedgymError } from "../../core/errors.ts";
import { resolveOptions } from "../../core/options.ts";
import { Tokenizer } from "../../text/tokenizer.ts";
import type { Reward, RewardContext } from "../reward.ts";
import type { Embedder } from "../rewards/accuracy.ts";
import { solutionText } from "../rewards/written.ts";

export interface OnnxOptions {
  /** Folder with tokenizer.json and model.onnx or onnx/model.onnx, as the hub has them. */
  directory?: string;
  /** Instead of a folder: the model's bytes, and a tokenizer. */
  model?: Uint8Array;
  tokenizer?: Tokenizer;
  /** Longer texts are cut. @default 512 */
  maxTokens?: number;
  /** @default 1 */
  threads?: number;
}

export interface OnnxJudgeOptions extends OnnxOptions {
  /** The text that is classified. @default ticket and solution */
  prompt?: (context: RewardContext) => string;
  /** Which class is good, where there are several. @default the last */
  label?: number;
}

const shape = {
  directory: z.string().optional(),
  model: z.instanceof(Uint8Array).optional(),
  tokenizer: z.custom<Tokenizer>((value) => typeof (value as Tokenizer)?.encode === "function").optional(),
  maxTokens: z.number().int().min(1).default(512),
  threads: z.number().int().min(1).default(1),
};
const judgeShape = {
  ...shape,
  prompt: z.custom<NonNullable<OnnxJudgeOptions["prompt"]>>((value) => typeof value === "function").optional(),
  label: z.number().int().min(0).optional(),
};

/** Unit vectors: the mean of the last hidden states over the text's tokens, or what the model pools itself. */
export async function onnxEmbedder(options: OnnxOptions): Promise<Embedder> {
  const model = await OnnxTextModel.open(
    "gym.onnxEmbedder",
    resolveOptions("gym.onnxEmbedder", options, z.strictObject(shape)),
  );
  return async (texts) => {
    const { output, lengths } = await model.run(texts);
    const data = output.data as Float32Array;
    const [rows, ...rest] = output.dims;
    if (rows !== texts.length || rest.length < 1 || rest.length > 2) throw wrongShape("gym.onnxEmbedder", output);
    const width = rest[rest.length - 1];
    const time = rest.length === 2 ? rest[0] : 1;
    return texts.map((_, i) => {
      const sum = new Float32Array(width);
      const used = rest.length === 2 ? lengths[i] : 1;
      for (let t = 0; t < used; t++) {
        const start = (i * time + t) * width;
        for (let h = 0; h < width; h++) sum[h] += data[start + h];
      }
      const norm = Math.hypot(...sum) || 1;
      return sum.map((value) => value / norm);
    });
  };
}

/** A classifier as a reward in [0, 1]: sigmoid of its one logit, or softmax over the classes at `label`. */
export async function onnxJudge(options: OnnxJudgeOptions): Promise<Reward> {
  const { prompt = describe, label, ...rest } = resolveOptions("gym.onnxJudge", options, z.strictObject(judgeShape));
  const model = await OnnxTextModel.open("gym.onnxJudge", rest);
  return async (context) => {
    const { output } = await model.run([prompt(context)]);
    const logits = Array.from(output.data as Float32Array);
    if (output.dims.length !== 2 || output.dims[0] !== 1) throw wrongShape("gym.onnxJudge", output);
    if (logits.length === 1) return 1 / (1 + Math.exp(-logits[0]));
    const at = label ?? logits.length - 1;
    if (at >= logits.length) {
      throw new MedgymError("invalid-option", `gym.onnxJudge: label is ${at}; the model has ${logits.length} classes.`);
    }
    const most = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - most));
    return powers[at] / powers.reduce((sum, power) => sum + power, 0);
  };
}

function describe({ task, episode }: RewardContext): string {
  return `${task.ticket}\n\n${solutionText(episode)}`;
}

function wrongShape(name: string, output: Tensor): MedgymError {
  return new MedgymError("unsupported", `${name}: the model's output has the shape [${output.dims}].`);
}

type Resolved = z.output<z.ZodObject<typeof shape>>;

/** A session and its tokenizer. */
class OnnxTextModel {
  readonly #session: InferenceSession;
  readonly #tokenizer: Tokenizer;
  readonly #maxTokens: number;
  readonly #runtime: typeof import("onnxruntime-node");

  private constructor(
    session: InferenceSession,
    tokenizer: Tokenizer,
    maxTokens: number,
    runtime: typeof import("onnxruntime-node"),
  ) {
    this.#session = session;
    this.#tokenizer = tokenizer;
    this.#maxTokens = maxTokens;
    this.#runtime = runtime;
  }

  static async open(
    name: string,
    { directory, model, tokenizer, maxTokens, threads }: Resolved,
  ): Promise<OnnxTextModel> {
    const bytes = model ?? (directory === undefined ? undefined : await readFile(await modelFile(directory)));
    const words = tokenizer ?? (directory === undefined ? undefined : await Tokenizer.fromDirectory(directory));
    if (!bytes || !words) {
      throw new MedgymError("invalid-argument", `${name} needs a directory, or model (its bytes) and tokenizer.`);
    }
    const runtime = await import("onnxruntime-node");
    const session = await runtime.InferenceSession.create(bytes, { intraOpNumThreads: threads, interOpNumThreads: 1 });
    return new OnnxTextModel(session, words, maxTokens, runtime);
  }

  /** The model's first output, (B, …), for texts padded on the right; `lengths`: tokens of each. */
  async run(texts: readonly string[]): Promise<{ output: Tensor; lengths: number[] }> {
    const rows = texts.map((text) =>
      this.#tokenizer.encode(text, { addSpecialTokens: true }).subarray(0, this.#maxTokens),
    );
    const lengths = rows.map(({ length }) => length);
    const time = Math.max(1, ...lengths);
    const tensor = (value: (row: number, t: number) => number) => {
      const data = BigInt64Array.from({ length: rows.length * time }, (_, i) =>
        BigInt(value(Math.floor(i / time), i % time)),
      );
      return new this.#runtime.Tensor("int64", data, [rows.length, time]);
    };
    const padding = this.#tokenizer.padTokenId ?? 0;
    const known: Record<string, () => Tensor> = {
      input_ids: () => tensor((row, t) => rows[row][t] ?? padding),
      attention_mask: () => tensor((row, t) => Number(t < lengths[row])),
      token_type_ids: () => tensor(() => 0),
      position_ids: () => tensor((_, t) => t),
    };
    const feeds = this.#session.inputNames.map((name) => {
      if (!known[name]) {
        throw new MedgymError(
          "unsupported",
          `the ONNX model wants "${name}"; known inputs: ${Object.keys(known).join(", ")}.`,
        );
      }
      return [name, known[name]()] as const;
    });
    const outputs = await this.#session.run(Object.fromEntries(feeds));
    return { output: outputs[this.#session.outputNames[0]] as Tensor, lengths };
  }
}

async function modelFile(directory: string): Promise<string> {
  const files = ["model.onnx", join("onnx", "model.onnx")].map((name) => join(directory, name));
  for (const file of files) {
    const there = await access(file).then(
      () => true,
      () => false,
    );
    if (there) return file;
  }
  throw new MedgymError("not-found", `there is no ${files.join(" and no ")}.`);
}
