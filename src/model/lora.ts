import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { nearest } from "../core/options.ts";
import type { AdapterModule, LinearInfo } from "../engine/engine.ts";

/** LoRA (https://arxiv.org/abs/2106.09685): W + scale·B·A on chosen linear layers, A (rank, in), B (out, rank). */
export interface LoraOptions {
  /** Rank r of the update. @default 16 */
  rank?: number;
  /** The update is scaled by alpha/rank. @default 2·rank */
  alpha?: number;
  /** Of the input of A, in training. @default 0 */
  dropout?: number;
  /**
   * Which linear layers: "all-linear", "attention" (the projections of self-attention), names or their last parts
   * (`["q_proj", "model.layers.0.mlp.up_proj"]`), or a pattern searched for in the full name. @default "all-linear"
   */
  targets?: "all-linear" | "attention" | readonly string[] | RegExp;
  /** Scale by alpha/√rank, https://arxiv.org/abs/2312.03732. @default false */
  useRslora?: boolean;
  /** Of A's first values; B starts at 0. @default 0 */
  seed?: number;
}

export const loraSchema = z.strictObject({
  rank: z.number().int().min(1).default(16),
  alpha: z.number().gt(0).optional(),
  dropout: z.number().min(0).lt(1).default(0),
  targets: z
    .union([z.enum(["all-linear", "attention"]), z.array(z.string()).min(1), z.instanceof(RegExp)])
    .default("all-linear")
    .describe('"all-linear", "attention", a list of layer names or their last parts, or a RegExp'),
  useRslora: z.boolean().default(false),
  seed: z.number().int().min(0).default(0),
});

export type ResolvedLora = z.output<typeof loraSchema>;

/** What an adapter is, in PEFT's terms: enough to write adapter_config.json and to find its modules again. */
export interface LoraConfig {
  rank: number;
  alpha: number;
  dropout: number;
  useRslora: boolean;
  /** Names or last parts of names, or (from a file) a pattern that the whole name must match. */
  targetModules: readonly string[] | string;
  excludeModules: readonly string[] | string | null;
  /** Only these layers; null: all. */
  layersToTransform: readonly number[] | null;
  layersPattern: readonly string[] | null;
  /** Ranks and alphas of modules whose name ends with the key (a pattern). */
  rankPattern: Readonly<Record<string, number>>;
  alphaPattern: Readonly<Record<string, number>>;
  /** With a scalar head of its own: PEFT's modules_to_save ["score"]. */
  scalarHead: boolean;
}

const isAttention = (name: string) => /\.(self_attn|attn|attention)\./.test(name);
/** PEFT's "all-linear" leaves the output layer out too. */
const isOutputLayer = (name: string) => name === "lm_head";

/** The config that the options stand for on a model with these linears. */
export function loraConfig(options: ResolvedLora, linears: readonly LinearInfo[], scalarHead = false): LoraConfig {
  const { rank, alpha = 2 * rank, dropout, useRslora } = options;
  const targetModules = shorten(chooseTargets(options.targets, linears), linears);
  const rest = {
    excludeModules: null,
    layersToTransform: null,
    layersPattern: null,
    rankPattern: {},
    alphaPattern: {},
    scalarHead,
  };
  return { rank, alpha, dropout, useRslora, targetModules, ...rest };
}

/** Full names of the chosen linears, in the model's order. */
export function chooseTargets(targets: ResolvedLora["targets"], linears: readonly LinearInfo[]): string[] {
  const names = linears.map(({ name }) => name);
  if (Array.isArray(targets)) {
    for (const target of targets) {
      if (names.some((name) => endsWithName(name, target))) continue;
      throw new MedgymError("invalid-option", `lora: no linear layer is called "${target}"${hint(target, names)}`);
    }
    return names.filter((name) => targets.some((target) => endsWithName(name, target)));
  }
  if (targets instanceof RegExp) {
    const pattern = new RegExp(targets.source, targets.flags.replace(/[gy]/g, "")); // these keep a position between calls
    const found = names.filter((name) => pattern.test(name));
    if (found.length > 0) return found;
    throw new MedgymError("invalid-option", `lora: no linear layer matches ${targets}${hint(undefined, names)}`);
  }
  return names.filter((name) => !isOutputLayer(name) && (targets === "all-linear" || isAttention(name)));
}

/** PEFT's rule: the name itself, or its last part after a dot. */
const endsWithName = (name: string, target: string) => name === target || name.endsWith(`.${target}`);
const lastPart = (name: string) => name.slice(name.lastIndexOf(".") + 1);

function hint(target: string | undefined, names: readonly string[]): string {
  const parts = [...new Set(names.map(lastPart))];
  const near = target && nearest(lastPart(target), parts);
  return `${near ? ` (did you mean "${near}"?)` : ""}. Layers end in: ${parts.join(", ")}; e.g. ${names[0]}.`;
}

/** Last parts where they stand for exactly the chosen names, as people write target_modules; else the names in full. */
function shorten(chosen: readonly string[], linears: readonly LinearInfo[]): string[] {
  const parts = [...new Set(chosen.map(lastPart))].sort();
  const meant = linears.filter(({ name }) => parts.some((part) => endsWithName(name, part)));
  return meant.length === chosen.length ? parts : [...chosen];
}

/** The modules of an adapter, as PEFT finds them (tuners_utils.check_target_module_exists). */
export function adapterModules(config: LoraConfig, linears: readonly LinearInfo[]): AdapterModule[] {
  return linears
    .filter(({ name }) => isTarget(config, name))
    .map(({ name }) => {
      const rank = patternValue(config.rankPattern, name) ?? config.rank;
      const alpha = patternValue(config.alphaPattern, name) ?? config.alpha;
      const scale = alpha / (config.useRslora ? Math.sqrt(rank) : rank);
      return { name, rank, scale, dropout: config.dropout };
    });
}

function isTarget(config: LoraConfig, name: string): boolean {
  const { excludeModules: excluded, targetModules: targets, layersToTransform: layers } = config;
  if (typeof excluded === "string" && wholeMatch(excluded, name)) return false;
  if (Array.isArray(excluded) && excluded.some((target) => endsWithName(name, target))) return false;
  if (typeof targets === "string") {
    return targets.toLowerCase() === "all-linear" ? !isOutputLayer(name) : wholeMatch(targets, name);
  }
  if (targets.includes(name)) return true; // named in full: whatever layers_to_transform says
  if (!targets.some((target) => endsWithName(name, target))) return false;
  if (!layers || layers.length === 0) return true;
  const layer = layerOf(config.layersPattern, name);
  return layer !== undefined && layers.includes(layer);
}

function layerOf(patterns: readonly string[] | null, name: string): number | undefined {
  const sources = patterns?.length ? patterns.map((p) => `^(?:|.*?\\.)${p}\\.(\\d+)\\.`) : ["^.*?\\.[^.]*\\.(\\d+)\\."];
  for (const source of sources) {
    const match = name.match(pythonPattern(source));
    if (match) return Number(match[1]);
  }
  return undefined;
}

const wholeMatch = (source: string, name: string) => pythonPattern(`^(?:${source})$`).test(name);

/** peft.utils.other.get_pattern_key: the first key that the name ends with, as a pattern. */
function patternValue(patterns: Readonly<Record<string, number>>, name: string): number | undefined {
  const key = Object.keys(patterns).find((candidate) => pythonPattern(`^(?:.*\\.)?(?:${candidate})$`).test(name));
  return key === undefined ? undefined : patterns[key];
}

/** Python's regular expressions, as far as they differ in what module names need. */
function pythonPattern(source: string): RegExp {
  try {
    return new RegExp(source.replaceAll("(?P<", "(?<").replaceAll("\\Z", "$").replaceAll("\\A", "^"), "s");
  } catch (error) {
    throw new MedgymError(
      "unsupported",
      `adapter: the pattern ${source} is not understood here: ${(error as Error).message}`,
    );
  }
}
