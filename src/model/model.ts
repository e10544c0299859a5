import { mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { type Displayable, displaySymbol, type MimeBundle } from "../core/display.ts";
import { MedgymError } from "../core/errors.ts";
import { writeError, writeFileAtomic } from "../core/files.ts";
import { referenceSymbol } from "../core/job-description.ts";
import { resolveOptions } from "../core/options.ts";
import type { Run } from "../core/run.ts";
import type { EngineDevice, EngineModel, FileDtype, ModelInfo } from "../engine/engine.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { type Adapter, copyCompanions, createAdapter, writeAdapter } from "./adapter.ts";
import { modelCard } from "./card.ts";
import { type GenerateEvent, type GenerateOptions, type Generation, generate, type Prompt } from "./generate.ts";
import { type LoraOptions, loraSchema } from "./lora.ts";
import type { ModelReference } from "./reference.ts";
import { type RewardEvent, type RewardOptions, reward } from "./reward.ts";
import { type Score, type ScoreEvent, type ScoreInput, type ScoreOptions, score } from "./score.ts";

/** Where a model came from. */
export interface ModelSource {
  /** What the user gave: a hub id or a path; null for a model made from a config. */
  id: string | null;
  /** Folder of its files; null when there is none. */
  directory: string | null;
  /** Commit of a hub model. */
  revision: string | null;
}

type Json = Readonly<Record<string, unknown>>;

/** What all views of one base share. */
export interface ModelParts {
  engine: EngineModel;
  source: ModelSource;
  /** config.json */
  config: Json;
  /** generation_config.json, or {} */
  generationConfig: Json;
  tokenizer: Tokenizer | null;
  /** Every weight was trained since they were loaded. */
  changed?: boolean;
}

export interface SaveOptions {
  /** Type of the weights in the files. @default the model's own, bf16 for nf4 */
  dtype?: FileDtype;
  /** Largest file. @default 5e9, as the hub does */
  maxShardBytes?: number;
}

const saveSchema = z.strictObject({
  dtype: z.enum(["f32", "bf16"]).optional(),
  maxShardBytes: z.number().int().min(1).optional(),
});

const createLoraSchema = loraSchema.extend({
  name: z.string().min(1).default("default"),
  scalarHead: z.boolean().default(false),
});

export interface CreateLoraOptions extends LoraOptions {
  /** Labels it. @default "default" */
  name?: string;
  /**
   * Also a head of one number per position, trained with the LoRA: a reward model or a value function over the base that the policy uses.
   * It starts as the base's or, where that has none, at 0. @default false
   */
  scalarHead?: boolean;
}

/**
 * A language model: a base, and perhaps an adapter over it. Views made by `withAdapter`, `createLora` and `base` share the
 * base's weights, so that the reference policy is `model.base` and never a second copy.
 */
export class Model implements Displayable {
  readonly #parts: ModelParts;
  readonly adapter: Adapter | null;

  constructor(parts: ModelParts, adapter: Adapter | null = null) {
    this.#parts = parts;
    this.adapter = adapter;
  }

  /** The engine's handle, for training loops. */
  get engine(): EngineModel {
    return this.#parts.engine;
  }

  get device(): EngineDevice {
    return this.engine.device;
  }

  /** Architecture, sizes, dtype, names of the linear layers. */
  get info(): ModelInfo {
    return this.engine.info;
  }

  get source(): ModelSource {
    return this.#parts.source;
  }

  /** A name for tables and plots: the hub id or the folder's name, and the adapter's. */
  get name(): string {
    const { id, directory } = this.source;
    const base = id ?? directory ?? this.info.architecture;
    const short = base.replace(/\/+$/, "").split("/").slice(-2).join("/");
    return this.adapter ? `${short} + ${this.adapter.name}` : short;
  }

  get config(): Json {
    return this.#parts.config;
  }

  get generationConfig(): Json {
    return this.#parts.generationConfig;
  }

  get hasTokenizer(): boolean {
    return this.#parts.tokenizer !== null;
  }

  /** Throws "not-found" when the model came without tokenizer.json. */
  get tokenizer(): Tokenizer {
    if (this.#parts.tokenizer) return this.#parts.tokenizer;
    const where = this.source.directory ?? "this model";
    throw new MedgymError(
      "not-found",
      `${where} has no tokenizer.json. Give token ids in place of text, or add the tokenizer's files.`,
    );
  }

  /** The same base with the adapter off. */
  get base(): Model {
    return this.adapter ? new Model(this.#parts) : this;
  }

  /** The same base with another adapter on. */
  withAdapter(adapter: Adapter | null): Model {
    return new Model(this.#parts, adapter);
  }

  /** Whether `reward` works: a reward model, or an adapter with a scalar head. */
  get hasScalarHead(): boolean {
    return this.info.scalarHead || (this.adapter?.engine.scalarHead ?? false);
  }

  /** The same base with a new LoRA on; B is 0, so its outputs are still the base's. */
  async createLora(options: CreateLoraOptions = {}): Promise<Model> {
    const { name, scalarHead, ...lora } = resolveOptions("createLora", options, createLoraSchema);
    return this.withAdapter(await createAdapter(this.engine, name, lora, scalarHead));
  }

  /** Writes a PEFT folder: adapter_config.json and adapter_model.safetensors (f32). */
  async saveAdapter(directory: string): Promise<void> {
    if (!this.adapter)
      throw new MedgymError(
        "invalid-argument",
        "saveAdapter: this model has no adapter. Use save() for the whole model.",
      );
    await writeAdapter(this.adapter, directory, this.source.id ?? this.source.directory);
  }

  /**
   * Writes a Hugging Face folder: weights (with an adapter, W + scale·B·A) tensor by tensor, tokenizer, chat template,
   * generation config, and config.json last, so that a folder with one is whole. Of a model loaded as "nf4" it writes what
   * the 4-bit codes stand for, so the error of quantising (about 9 % of a weight matrix's norm) stays in the files: to merge
   * an adapter without it, load the base in bf16 or f32, put the adapter on and save that.
   */
  async save(directory: string, options: SaveOptions = {}): Promise<void> {
    const own = this.info.dtype === "nf4" ? "bf16" : this.info.dtype;
    const { dtype = own, maxShardBytes } = resolveOptions("save", options, saveSchema);
    if (this.source.directory && resolve(this.source.directory) === resolve(directory)) {
      throw new MedgymError(
        "invalid-argument",
        `save: ${directory} holds the files that this model reads from. Choose another folder.`,
      );
    }
    await mkdir(directory, { recursive: true }).catch((error) => {
      throw writeError(directory, error);
    });
    await rm(join(directory, "config.json"), { force: true });
    await removeWeights(directory);
    await this.engine.save(directory, { adapter: this.adapter?.engine ?? null, dtype, maxShardBytes });
    if (this.source.directory) await copyCompanions(this.source.directory, directory);
    const { torch_dtype: _, ...config } = this.config;
    const head = this.adapter?.engine.scalarHead ? rewardConfig(config) : {};
    const written = { ...config, ...head, dtype: dtype === "bf16" ? "bfloat16" : "float32" };
    await writeFileAtomic(join(directory, "config.json"), `${JSON.stringify(written, null, 2)}\n`);
  }

  /** The adapter folded into the weights, as a folder that any tool loads. `save` under the name people look for. */
  async merge(directory: string, options: SaveOptions = {}): Promise<void> {
    if (!this.adapter) throw new MedgymError("invalid-argument", "merge: this model has no adapter. Use save().");
    await this.save(directory, options);
  }

  /** Completes a text, a chat or token ids. */
  generate(prompt: Prompt, options?: GenerateOptions): Run<Generation, GenerateEvent>;
  generate(prompts: readonly Prompt[], options?: GenerateOptions): Run<Generation[], GenerateEvent>;
  generate(prompts: Prompt | readonly Prompt[], options?: GenerateOptions): unknown {
    return generate(this, prompts, options);
  }

  /** Log-probabilities of given texts, per token. */
  score(input: ScoreInput, options?: ScoreOptions): Run<Score, ScoreEvent>;
  score(inputs: readonly ScoreInput[], options?: ScoreOptions): Run<Score[], ScoreEvent>;
  score(inputs: ScoreInput | readonly ScoreInput[], options?: ScoreOptions): unknown {
    return score(this, inputs, options);
  }

  /** What the scalar head gives each text or chat at its last token, as transformers' …ForSequenceClassification does. */
  reward(input: Prompt, options?: RewardOptions): Run<number, RewardEvent>;
  reward(inputs: readonly Prompt[], options?: RewardOptions): Run<number[], RewardEvent>;
  reward(inputs: Prompt | readonly Prompt[], options?: RewardOptions): unknown {
    return reward(this, inputs, options);
  }

  /** What stands for it in options of a job, which loads it anew; throws where its files do not hold what is in memory. */
  [referenceSymbol](): ModelReference {
    const { source, info, adapter } = this;
    const refuse = (what: string) => {
      throw new MedgymError("invalid-argument", `${this.name} cannot go to another process: ${what}`);
    };
    if (source.id === null && source.directory === null)
      refuse("it was made in memory. save() it, and give that folder.");
    if (this.#parts.changed)
      refuse("its weights were trained since they were loaded. save() it, and give that folder.");
    if (adapter && !adapter.directory) refuse("its adapter has no files. saveAdapter() first.");
    const isHub = source.revision !== null;
    return {
      path: isHub ? source.id! : resolve(source.directory ?? source.id!),
      ...(isHub && { revision: source.revision! }),
      ...(adapter && { adapter: resolve(adapter.directory!) }),
      dtype: info.dtype,
    };
  }

  /** Its weights are no longer those of its files. */
  markChanged(): void {
    this.#parts.changed = true;
  }

  /** Frees the weights now; every view of this base ends with it. */
  dispose(): void {
    this.engine.dispose();
  }

  [displaySymbol](): MimeBundle {
    return modelCard(this);
  }
}

/** What config.json says of a model with one scalar head. */
function rewardConfig(config: Json): Json {
  const [architecture = "ForCausalLM"] = (config.architectures ?? []) as string[];
  const architectures = [architecture.replace(/ForCausalLM$/, "ForSequenceClassification")];
  return { architectures, id2label: { 0: "LABEL_0" }, label2id: { LABEL_0: 0 } };
}

/** Weights of an earlier save: the new ones may be in other files, and a reader must not meet both. */
async function removeWeights(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (/^model(-\d+-of-\d+)?\.safetensors(\.index\.json)?$/.test(name)) await rm(join(directory, name));
  }
}
