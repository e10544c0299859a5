import { describe, expect, it } from "vitest";
import type { Trajectory } from "../../generate/index.ts";
import { batchesOf, completionsOf, countedTokens } from "./experience.ts";

/** Two rollouts of one prompt; the second has an observation in the middle. */
const segment = (tokens: number[], mask: number[], promptLength: number) => ({
  tokens: Int32Array.from(tokens),
  mask: Uint8Array.from(mask),
  logprobs: Float32Array.from(mask, (m, t) => (m ? -t : 0)),
  turns: Int32Array.from(mask),
  promptLength,
});
const trajectories = [
  { truncated: false, segments: [segment([1, 2, 3, 10, 11], [0, 0, 0, 1, 1], 3)] },
  { truncated: true, segments: [segment([1, 2, 3, 20, 21, 22, 23], [0, 0, 0, 1, 0, 0, 1], 3)] },
] as unknown as Trajectory[];

describe("experience", () => {
  it("scores what the policy drew, and nothing that it was told", () => {
    const completions = completionsOf(trajectories, [0.5, -0.5], () => false);
    expect(countedTokens(completions)).toBe(4);
    const [{ batch, targets, spans, mask, advantages, samplerLogprobs }, ...more] = batchesOf(completions, 100);
    expect(more).toEqual([]);
    // the prompt once without its last token, then each completion behind that token
    expect([...batch.tokens]).toEqual([1, 2, 3, 10, 3, 20, 21, 22]);
    expect([...batch.parents!]).toEqual([-1, 0, 0]);
    expect(spans).toEqual([
      [2, 4],
      [4, 8],
    ]);
    expect([...targets]).toEqual([-1, -1, 10, 11, 20, -1, -1, 23]);
    expect([...mask]).toEqual([0, 0, 1, 1, 1, 0, 0, 1]);
    expect([...advantages]).toEqual([0, 0, 0.5, 0.5, -0.5, -0.5, -0.5, -0.5]);
    expect([...samplerLogprobs].map((value) => value + 0)).toEqual([0, 0, -3, -4, -3, 0, 0, -6]);
  });

  it("cuts by tokens, and repeats the prompt in each part", () => {
    const batches = batchesOf(
      completionsOf(trajectories, [1, 2], () => false),
      7,
    );
    expect(batches.map(({ batch }) => [...batch.tokens])).toEqual([
      [1, 2, 3, 10],
      [1, 2, 3, 20, 21, 22],
    ]);
    expect(batches.map(({ advantages }) => advantages.at(-1))).toEqual([1, 2]);
  });

  it("leaves rollouts out by their mask", () => {
    const completions = completionsOf(trajectories, [1, 2], ({ truncated }) => truncated);
    expect(countedTokens(completions)).toBe(2);
    expect(completions).toHaveLength(2);
  });
});
