import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { MedgymError } from "../core/errors.ts";
import { writeError, writeFileAtomic } from "../core/files.ts";
import type { AdapterModule, EngineAdapter, EngineModel } from "../engine/engine.ts";
import { readSafetensorsHeader } from "../engine/safetensors.ts";
import { adapterModules, type LoraConfig, loraConfig, type ResolvedLora } from "./lora.ts";
import { peftConfigJson, readPeftConfig } from "./peft-config.ts";

/** A named LoRA over a frozen base. Several may be in memory over one base. */
export interface Adapter {
  readonly name: string;
  readonly config: LoraConfig;
  readonly modules: readonly AdapterModule[];
  readonly engine: EngineAdapter;
  /** Folder that it was read from, or last written to. */
  directory: string | null;
}

/** A (rank, in) random, B (out, rank) zero: at first the model's outputs are the base's. */
export async function createAdapter(
  model: EngineModel,
  name: string,
  options: ResolvedLora,
  scalarHead: boolean,
): Promise<Adapter> {
  const config = loraConfig(options, model.info.linears, scalarHead);
  const modules = adapterModules(config, model.info.linears);
  const engine = await model.createAdapter(modules, options.seed, { scalarHead });
  return { name, config, modules, engine, directory: null };
}

/** Reads a PEFT folder: adapter_config.json and adapter_model.safetensors. */
export async function readAdapter(model: EngineModel, name: string, directory: string): Promise<Adapter> {
  const { baseModel: _, ...config } = readPeftConfig(directory);
  const modules = adapterModules(config, model.info.linears);
  const file = join(directory, "adapter_model.safetensors");
  checkTensors(file, modules, model, config.scalarHead);
  const engine = await model.createAdapter(modules, 0, { scalarHead: config.scalarHead });
  await engine.load(file);
  return { name, config, modules, engine, directory };
}

/** Every tensor that the config asks for, with its shape, and none besides: what is not understood must not be dropped. */
function checkTensors(file: string, modules: readonly AdapterModule[], model: EngineModel, scalarHead: boolean): void {
  const { tensors } = readSafetensorsHeader(file);
  const expected = new Map<string, number[]>();
  const linears = new Map(model.info.linears.map((linear) => [linear.name, linear]));
  for (const { name, rank } of modules) {
    expected.set(`base_model.model.${name}.lora_A.weight`, [rank, linears.get(name)!.in]);
    expected.set(`base_model.model.${name}.lora_B.weight`, [linears.get(name)!.out, rank]);
  }
  if (scalarHead) expected.set("base_model.model.score.weight", [1, model.info.hiddenSize]);
  const strange = [...tensors.keys()].filter((name) => !expected.has(name));
  if (modules.length === 0 || strange.length > 0) {
    const what = strange.length > 0 ? `${strange.length} tensors such as ${strange[0]}` : "no target module";
    const linear = [...linears.keys()][0];
    throw new MedgymError(
      "unsupported",
      `${file}: ${what} belong${strange.length > 0 ? "" : "s"} to no linear layer that the adapter's config names in this ${model.info.architecture}. Supported: LoRA of layers such as ${linear}; was the adapter made for another model?`,
    );
  }
  for (const [name, shape] of expected) {
    const found = tensors.get(name);
    if (!found) throw new MedgymError("corrupt", `${file}: tensor ${name} [${shape}] is missing.`);
    if (String(found.shape) === String(shape)) continue;
    throw new MedgymError(
      "corrupt",
      `${file}: ${name} is [${found.shape}], the config and ${model.info.architecture} want [${shape}].`,
    );
  }
}

/** Writes a PEFT folder; the config comes last, so that a folder with one is whole. */
export async function writeAdapter(adapter: Adapter, directory: string, baseModel: string | null): Promise<void> {
  await mkdir(directory, { recursive: true }).catch((error) => {
    throw writeError(directory, error);
  });
  await adapter.engine.save(join(directory, "adapter_model.safetensors"), "f32");
  await writeFileAtomic(join(directory, "adapter_config.json"), peftConfigJson(adapter.config, baseModel));
  adapter.directory = directory;
}

/** Files that belong to a model besides config.json and the weights. */
const companions = [
  ...["generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"],
  ...["added_tokens.json", "chat_template.jinja", "chat_template.json"],
];

/** Copies tokenizer, chat template and generation config, where they are. */
export async function copyCompanions(from: string, to: string): Promise<void> {
  for (const name of companions) {
    await copyFile(join(from, name), join(to, name)).catch((error) => {
      if (error.code !== "ENOENT") throw writeError(join(to, name), error);
    });
  }
}
