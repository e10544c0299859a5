/**
 * Bytes that the engine and the process around it will hold, from a model's sizes alone: what native/model/run.h and its neighbours
 * allocate, added up. docs/jobs.md compares it with measurements.
 */
import type { AdapterModule, ModelInfo } from "../engine/engine.ts";
import { engineThreads } from "./reference.ts";

export interface PassSize {
  /** T of the largest packed batch. */
  tokens: number;
  /** Of the longest sequence in it: sequences are never cut. */
  longest: number;
  /** N: positions whose token is scored. */
  scored: number;
  /** Kept for a backward pass; with `checkpoint` only each layer's input. */
  keep: boolean;
  checkpoint?: boolean;
  modules?: readonly AdapterModule[];
}

/** Node with medgym loaded; the heap that its loops fill and empty. */
export const runtimeBytes = 165e6;

/** Of activations kept for the backward pass: the type of the products. */
const keptBytes = ({ dtype }: ModelInfo) => (dtype === "f32" ? 4 : 2);

/** Logits larger than this are computed again for the backward pass. */
const keptLogitsBytes = 64 * 2 ** 20;

/** Activations of one forward pass and, when kept, its backward pass. */
export function passBytes(
  info: ModelInfo,
  { tokens: T, longest: L, scored: N, keep, checkpoint, modules = [] }: PassSize,
): number {
  const { hiddenSize: H, intermediateSize: F, heads, kvHeads, headDim, layers, vocabSize: V } = info;
  const Q = heads * headDim;
  const row = Q + 2 * kvHeads * headDim;
  const group = Math.min(T, Math.max(L, groupTokens(info)));
  const ranks = modules.reduce((sum, { rank }) => sum + rank, 0) / Math.max(1, layers);
  const tape = (2 * H + row + Q + 2 * F) * keptBytes(info) + 4 * (heads + 2 + ranks);
  const kept = keep ? (checkpoint ? layers * T * H * 4 + group * tape : layers * T * tape) : 0;
  const stream = T * H * 4 * (keep ? 2 : 1);
  // x_saved, h, qkv, attn, gate_up, act; backwards dh, dattn, dqkv, dact too.
  const scratch = group * 4 * (H + row + Q + 3 * F + (keep ? 2 * H + Q + row + F : 0));
  // Rows of the head: their input, normalised, statistics, gradients; and a chunk of logits and of their gradients.
  const logits = keep && N * V * 4 <= keptLogitsBytes ? N * V * 4 : 0;
  const chunk = Math.min(N, 1024) * Math.min(V, Math.max(512, 2 ** 21 / Math.max(1, Math.min(N, 1024)))) * 4;
  const head = N * H * 4 * (keep ? 4 : 2) + logits + chunk * (keep ? 2 : 1);
  return kept + stream + scratch + head + (keep ? attentionBytes(info, L) : 0);
}

/** Backwards a long sequence is cut into units of queries, each with its own sums of the gradients of the keys that it sees. */
function attentionBytes({ kvHeads, headDim }: ModelInfo, length: number): number {
  const units = Math.min(8, Math.ceil(length / 256));
  return units > 1 ? (2 * 4 * kvHeads * headDim * length * units) / 2 : 0;
}

/** Tokens that go through a layer together, as native/model/forward.cpp groups them. */
function groupTokens({ intermediateSize: F, hiddenSize: H }: ModelInfo): number {
  const fit = Math.floor((5 * 2 ** 18 * engineThreads()) / (4 * (3 * F + H)));
  return fit >= 128 ? fit : 512;
}

/** Parameters of an adapter. */
export function adapterParameters(info: ModelInfo, modules: readonly AdapterModule[]): number {
  const linears = new Map(info.linears.map((linear) => [linear.name, linear]));
  return modules.reduce((sum, { name, rank }) => sum + rank * (linears.get(name)!.in + linears.get(name)!.out), 0);
}

/** Keys and values of so many sequences of so many positions; the cache grows by doubling. */
export function cacheBytes(info: ModelInfo, sequences: number, positions: number): number {
  const { kvHeads, headDim, layers, dtype } = info;
  const blocks = sequences * (Math.ceil(positions / 32) + 1);
  return blocks * 32 * 2 * kvHeads * headDim * layers * (dtype === "f32" ? 4 : 2);
}

/** What decoding holds besides the cache: activations and logits of all sequences, of a prompt's pieces. */
export function decodeBytes(info: ModelInfo, sequences: number): number {
  const { hiddenSize: H, intermediateSize: F, heads, kvHeads, headDim, vocabSize: V } = info;
  const tokens = Math.max(sequences, 512);
  return tokens * 4 * (2 * H + 2 * heads * headDim + 2 * kvHeads * headDim + 3 * F) + sequences * V * 4 * 2;
}
