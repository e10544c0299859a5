import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MedgymError } from "../core/errors.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/** What the hub's files say of a tokenizer. */
export interface HubFiles {
  tokenizer: TokenizerJson;
  /** Named special tokens, e.g. `eos_token` → "<|im_end|>". */
  namedTokens: Map<string, string>;
  /** Templates by name; the usual one is "default". */
  chatTemplates: Map<string, string>;
  /** Ids that generation_config.json, or else config.json, names. */
  bosTokenId: number | null;
  eosTokenIds: number[];
  padTokenId: number | null;
}

type Json = Record<string, unknown>;

/** Parts that older files leave out. */
const absent = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };

export async function readHubFiles(directory: string): Promise<HubFiles> {
  const tokenizer = await readJson(directory, "tokenizer.json");
  if (!tokenizer) {
    throw new MedgymError(
      "not-found",
      `${directory} has no tokenizer.json. Only the hub's fast tokenizer format is read: save the tokenizer with transformers once.`,
    );
  }
  if (typeof tokenizer.model !== "object" || tokenizer.model === null) {
    throw new MedgymError("corrupt", `${join(directory, "tokenizer.json")} has no "model".`);
  }
  const config = (await readJson(directory, "tokenizer_config.json")) ?? {};
  const specialTokens = (await readJson(directory, "special_tokens_map.json")) ?? {};
  const generation = (await readJson(directory, "generation_config.json")) ?? {};
  const model = (await readJson(directory, "config.json")) ?? {};
  const idsNamed = (name: string) =>
    [generation[name] ?? model[name] ?? []].flat().filter(Number.isInteger) as number[];
  return {
    tokenizer: { ...absent, ...tokenizer } as unknown as TokenizerJson,
    namedTokens: new Map([...namedTokens(specialTokens), ...namedTokens(config)]),
    chatTemplates: await chatTemplates(directory, config),
    bosTokenId: idsNamed("bos_token_id")[0] ?? null,
    eosTokenIds: idsNamed("eos_token_id"),
    padTokenId: idsNamed("pad_token_id")[0] ?? null,
  };
}

/** Entries like `"eos_token": "</s>"` or `"eos_token": {"content": "</s>", …}`. */
function namedTokens(json: Json): [string, string][] {
  return Object.entries(json).flatMap(([name, value]): [string, string][] => {
    if (!name.endsWith("_token")) return [];
    const content = typeof value === "object" && value !== null ? (value as Json).content : value;
    return typeof content === "string" ? [[name, content]] : [];
  });
}

/** chat_template.jinja (transformers 5), else `chat_template` of tokenizer_config.json: one, or a list of named ones. */
async function chatTemplates(directory: string, config: Json): Promise<Map<string, string>> {
  const file = await readText(directory, "chat_template.jinja");
  if (file !== null) return new Map([["default", file]]);
  const field = config.chat_template;
  if (typeof field === "string") return new Map([["default", field]]);
  if (!Array.isArray(field)) return new Map();
  return new Map(field.map(({ name, template }) => [String(name), String(template)]));
}

async function readJson(directory: string, name: string): Promise<Json | null> {
  const text = await readText(directory, name);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new MedgymError("corrupt", `${join(directory, name)} is not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function readText(directory: string, name: string): Promise<string | null> {
  try {
    return await readFile(join(directory, name), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new MedgymError("io", `cannot read ${join(directory, name)}: ${(error as Error).message}`, { cause: error });
  }
}
