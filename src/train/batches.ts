/**
 * Which sequences form which optimizer step, and how a step is cut into parts that fit the memory. Everything follows
 * from the seed and the lengths, so that a resumed run needs only its step to find its place.
 */
import { Random } from "../core/random.ts";
import type { Batch } from "../engine/engine.ts";
import type { Example } from "./examples.ts";

export interface BatchSettings {
  /** Sequences (with packing: packs) of an optimizer step. */
  batchSize: number;
  /** Fill packs of up to `packLength` tokens, so that steps hold about equally many tokens. */
  packing: boolean;
  packLength: number;
  seed: number;
}

/** Optimizer steps of one epoch, each a list of example indices, in the epoch's own random order. */
export function planEpoch(lengths: readonly number[], epoch: number, settings: BatchSettings): number[][] {
  const order = [...new Random(settings.seed).split("order", epoch).permutation(lengths.length)];
  const units = settings.packing ? pack(order, lengths, settings.packLength) : order.map((index) => [index]);
  const steps: number[][] = [];
  for (let i = 0; i < units.length; i += settings.batchSize) steps.push(units.slice(i, i + settings.batchSize).flat());
  return steps;
}

/** Packs that stay open for a fit: more would fill little better, and cost time in the square. */
const openPacks = 256;

/** First-fit: each sequence goes into the first open pack with room. Attention never crosses sequences. */
export function pack(order: readonly number[], lengths: readonly number[], capacity: number): number[][] {
  const packs: { items: number[]; room: number }[] = [];
  let firstOpen = 0;
  for (const index of order) {
    firstOpen = Math.max(firstOpen, packs.length - openPacks);
    let at = firstOpen;
    while (at < packs.length && packs[at].room < lengths[index]) at++;
    if (at === packs.length) packs.push({ items: [], room: capacity });
    packs[at].items.push(index);
    packs[at].room -= lengths[index];
  }
  return packs.map(({ items }) => items);
}

/** The steps of a whole run, found by number; one epoch's plan is kept at a time. */
export class StepPlan {
  /** Optimizer steps in all. */
  readonly steps: number;
  readonly #lengths: readonly number[];
  readonly #settings: BatchSettings;
  /** Steps before each epoch. */
  readonly #starts: number[] = [0];
  #cached?: { epoch: number; steps: number[][] };

  constructor(lengths: readonly number[], settings: BatchSettings, length: { epochs: number } | { steps: number }) {
    this.#lengths = lengths;
    this.#settings = settings;
    if ("steps" in length) {
      this.steps = length.steps;
    } else {
      const whole = Math.floor(length.epochs);
      const rest = length.epochs - whole;
      this.steps = this.#startOf(whole) + (rest > 0 ? Math.ceil(rest * this.#epochSteps(whole).length) : 0);
    }
  }

  /** Example indices of step 1 … `steps`, and how many epochs are done after it. */
  at(step: number): { indices: number[]; epoch: number } {
    let epoch = 0;
    while (this.#startOf(epoch + 1) < step) epoch++;
    const steps = this.#epochSteps(epoch);
    const within = step - this.#startOf(epoch);
    return { indices: steps[within - 1], epoch: epoch + within / steps.length };
  }

  /** Examples that the run sees at least once. */
  used(): Set<number> {
    const seen = new Set<number>();
    for (let step = 1; step <= this.steps && seen.size < this.#lengths.length; step++) {
      for (const index of this.at(step).indices) seen.add(index);
    }
    return seen;
  }

  #startOf(epoch: number): number {
    while (this.#starts.length <= epoch) {
      const last = this.#starts.length - 1;
      // Without packing every epoch has as many steps as the first.
      const count = this.#settings.packing
        ? this.#epochSteps(last).length
        : Math.ceil(this.#lengths.length / this.#settings.batchSize);
      this.#starts.push(this.#starts[last] + count);
    }
    return this.#starts[epoch];
  }

  #epochSteps(epoch: number): number[][] {
    if (this.#cached?.epoch !== epoch) this.#cached = { epoch, steps: planEpoch(this.#lengths, epoch, this.#settings) };
    return this.#cached.steps;
  }
}

/** Parts of a step of at most `maxTokens` tokens each (one long sequence may exceed it alone), longest first. */
export function microBatches(indices: readonly number[], lengths: readonly number[], maxTokens: number): number[][] {
  const byLength = [...indices].sort((a, b) => lengths[b] - lengths[a] || a - b);
  return pack(byLength, lengths, maxTokens);
}

/** Sequences one after another, with the target of each position: the next token where it is learned, else −1. */
export function toBatch(examples: readonly Example[]): { batch: Batch; targets: Int32Array; scored: number } {
  const T = examples.reduce((sum, { ids }) => sum + ids.length, 0);
  const tokens = new Int32Array(T);
  const targets = new Int32Array(T).fill(-1);
  const cuSeqlens = new Int32Array(examples.length + 1);
  let [start, scored] = [0, 0];
  examples.forEach(({ ids, mask }, s) => {
    tokens.set(ids, start);
    for (let t = 0; t + 1 < ids.length; t++) {
      if (mask[t + 1] === 0) continue;
      targets[start + t] = ids[t + 1];
      scored++;
    }
    start += ids.length;
    cuSeqlens[s + 1] = start;
  });
  return { batch: { tokens, cuSeqlens }, targets, scored };
}
