import { join } from "node:path";
import { MedgymError } from "../core/errors.ts";
import { readJsonFile } from "./json-file.ts";
import type { LoraConfig } from "./lora.ts";

/** adapter_config.json of PEFT 0.21, LoRA only. https://github.com/huggingface/peft, peft/tuners/lora/config.py */

type Json = Record<string, unknown>;

/**
 * Fields that change the numbers and that this engine does not compute. A value other than those listed is refused by
 * name, rather than loaded as something else.
 */
const onlyWith: Record<string, readonly unknown[]> = {
  use_dora: [false],
  bias: ["none"],
  lora_bias: [false],
  fan_in_fan_out: [false],
  use_qalora: [false],
  use_bdlora: [false],
  layer_replication: [],
  trainable_token_indices: [],
  target_parameters: [],
  alora_invocation_tokens: [],
  arrow_config: [],
  kasa_config: [],
  velora_config: [],
  monteclora_config: [],
};
/** Initialisations that leave the base as it was; others (pissa, olora, loftq, corda) change it. */
const harmlessInitialisations = [true, false, "gaussian", "orthogonal", "eva", "lora_ga"];
const supported =
  "Supported: LoRA and rsLoRA on linear layers, with target_modules, exclude_modules, layers_to_transform, rank_pattern, alpha_pattern, and a reward model's head in modules_to_save";

export interface PeftConfig extends LoraConfig {
  /** base_model_name_or_path */
  baseModel: string | null;
}

export function readPeftConfig(directory: string): PeftConfig {
  const file = join(directory, "adapter_config.json");
  const json: Json = readJsonFile(
    file,
    "A PEFT adapter is a folder with adapter_config.json and adapter_model.safetensors.",
  );
  refuseUnsupported(file, json);
  const number = (name: string, fallback: number) => {
    const value = json[name] ?? fallback;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new MedgymError("corrupt", `${file}: ${name} is ${JSON.stringify(value)}; it must be a number.`);
  };
  const targets = json.target_modules;
  if (typeof targets !== "string" && !(Array.isArray(targets) && targets.length > 0)) {
    throw new MedgymError(
      "corrupt",
      `${file}: target_modules is ${JSON.stringify(targets ?? null)}; it must be a list of names or a pattern.`,
    );
  }
  const listOrNull = <T>(value: unknown) => (value === null || value === undefined ? null : ([value].flat() as T[]));
  return {
    rank: number("r", 8),
    alpha: number("lora_alpha", 8),
    dropout: number("lora_dropout", 0),
    useRslora: json.use_rslora === true,
    targetModules: targets as string | string[],
    excludeModules: (json.exclude_modules as string | string[] | undefined) ?? null,
    layersToTransform: listOrNull<number>(json.layers_to_transform),
    layersPattern: listOrNull<string>(json.layers_pattern),
    rankPattern: (json.rank_pattern as Record<string, number> | null) ?? {},
    alphaPattern: (json.alpha_pattern as Record<string, number> | null) ?? {},
    scalarHead: savesScalarHead(file, json),
    baseModel: (json.base_model_name_or_path as string | undefined) ?? null,
  };
}

/** PEFT writes ["classifier", "score"] for task_type SEQ_CLS, whichever of the two the model has. */
function savesScalarHead(file: string, json: Json): boolean {
  const saved = [json.modules_to_save ?? []].flat() as string[];
  if (saved.every((name) => name === "score" || name === "classifier")) return saved.includes("score");
  throw refusal(file, `modules_to_save: ${JSON.stringify(json.modules_to_save)}`);
}

const refusal = (file: string, what: string) =>
  new MedgymError("unsupported", `${file}: ${what} is not supported. ${supported}.`);

function refuseUnsupported(file: string, json: Json): void {
  const refuse = (what: string) => refusal(file, what);
  if (json.peft_type !== "LORA") throw refuse(`peft_type ${JSON.stringify(json.peft_type ?? null)}`);
  for (const [name, allowed] of Object.entries(onlyWith)) {
    const value = json[name] ?? null;
    const empty = value === null || (typeof value === "object" && Object.keys(value).length === 0);
    if (!empty && !allowed.includes(value)) throw refuse(`${name}: ${JSON.stringify(value)}`);
  }
  const initialisation = json.init_lora_weights ?? true;
  if (!harmlessInitialisations.includes(initialisation as never)) {
    throw refuse(`init_lora_weights: ${JSON.stringify(initialisation)} (it changes the base weights)`);
  }
}

/** The text of adapter_config.json, every field that PEFT 0.21 writes, in its order. */
export function peftConfigJson(config: LoraConfig, baseModel: string | null): string {
  const json: Json = {
    alora_invocation_tokens: null,
    alpha_pattern: config.alphaPattern,
    arrow_config: null,
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    bias: "none",
    corda_config: null,
    ensure_weight_tying: false,
    eva_config: null,
    exclude_modules: config.excludeModules,
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    kasa_config: null,
    layer_replication: null,
    layers_pattern: config.layersPattern,
    layers_to_transform: config.layersToTransform,
    loftq_config: {},
    lora_alpha: config.alpha,
    lora_bias: false,
    lora_dropout: config.dropout,
    lora_ga_config: null,
    megatron_config: null,
    megatron_core: "megatron.core",
    modules_to_save: config.scalarHead ? ["classifier", "score"] : null,
    monteclora_config: null,
    peft_type: "LORA",
    peft_version: "0.21.0",
    qalora_group_size: 16,
    r: config.rank,
    rank_pattern: config.rankPattern,
    revision: null,
    target_modules: config.targetModules,
    target_parameters: null,
    task_type: config.scalarHead ? "SEQ_CLS" : "CAUSAL_LM",
    trainable_token_indices: null,
    use_bdlora: null,
    use_dora: false,
    use_qalora: false,
    use_rslora: config.useRslora,
    velora_config: null,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}
