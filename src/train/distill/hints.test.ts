import { describe, expect, it } from "vitest";
import type { Segment, Trajectory } from "../../generate/index.ts";
import { ByteTokenizer } from "../../text/byte-tokenizer.ts";
import { movingAverage } from "../math/ema.ts";
import { agreements, askedOf, joinGradients, splitAnswers } from "./candidates.ts";
import { hintedPrompt, outcomeHint, truncatedTurns } from "./hints.ts";

const tokenizer = new ByteTokenizer();
const options = { tokenizer, tools: [] };

describe("hints", () => {
  const messages = [
    { role: "user", content: "Which drug?" },
    { role: "assistant", content: "none" },
    { role: "user", content: "Sure?" },
    { role: "assistant", content: "yes" },
  ];
  const segmentOf = (before: typeof messages, turn: number): Segment => {
    const prompt = tokenizer.encode(tokenizer.applyChatTemplate(before, { addGenerationPrompt: true }));
    const tokens = Int32Array.from([...prompt, 65]);
    const turns = new Int32Array(tokens.length);
    turns[prompt.length] = turn;
    return {
      tokens,
      mask: Uint8Array.from(turns),
      logprobs: new Float32Array(tokens.length),
      turns,
      promptLength: prompt.length,
    };
  };
  const rollout = { messages, turns: [{}, {}] } as unknown as Trajectory;

  it("stand at the end of the first user message, in the prompt of any segment", () => {
    const first = hintedPrompt(rollout, segmentOf(messages.slice(0, 1), 1), "HINT", options)!;
    expect(tokenizer.decode(first)).toContain("Which drug?\n\nHINT");
    const second = tokenizer.decode(hintedPrompt(rollout, segmentOf(messages.slice(0, 3), 2), "HINT", options)!);
    expect(second).toContain("Which drug?\n\nHINT");
    expect(second).toContain("Sure?");
  });

  it("are left out where the prompt was rendered otherwise", () => {
    const other = segmentOf([{ role: "user", content: "Another?" }], 1);
    expect(hintedPrompt(rollout, other, "HINT", options)).toBeNull();
  });

  it("tell the outcome, and the right answer where it was missed", () => {
    const task = { answer: "B", criteria: { actions: [{ tool: "look", arguments: { at: "x" } }], assertions: [] } };
    const hint = (total: number, parts: object) =>
      outcomeHint({ trajectory: { task, reward: { total, parts } } as unknown as Trajectory, group: [] });
    expect(hint(0.9, { accuracy: 1 })).toBe(
      "(Known afterwards: the answer that follows was right. It earned 0.90 (accuracy 1.00).)",
    );
    expect(hint(0.6, { accuracy: 0, safety: null })).toBe(
      '(Known afterwards: the answer that follows was wrong. It earned 0.60 (accuracy 0.00). The right answer is B. A right way: look({"at":"x"}).)',
    );
    expect(outcomeHint({ trajectory: { task, reward: null } as unknown as Trajectory, group: [] })).toBeNull();
  });

  it("turns are taught from their first token on, each as far as the others", () => {
    const mask = Uint8Array.of(1, 1, 1, 0, 1, 1, 0, 1);
    const turns = Int32Array.of(1, 1, 1, 0, 2, 2, 0, 3);
    expect([...truncatedTurns(mask, turns, 2)]).toEqual([1, 1, 0, 0, 1, 1, 0, 1]);
  });
});

describe("candidates", () => {
  it("are asked beside the own token, and come apart again", () => {
    const candidates = { K: 2, ids: Int32Array.of(7, 8, 9, -1, -1, -1), logprobs: new Float32Array(6) };
    const targets = Int32Array.of(3, 4, -1);
    expect([...askedOf(targets, candidates)]).toEqual([3, 7, 8, 4, 9, 4, -1, -1, -1]);
    const { own, ofCandidates } = splitAnswers(Float32Array.of(-1, -2, -3, -4, -5, -6, 0, 0, 0), candidates);
    expect([...own]).toEqual([-1, -4, 0]);
    const none = Number.NEGATIVE_INFINITY;
    expect([...ofCandidates]).toEqual([-2, -3, -5, none, none, none]);
    expect([...joinGradients(Float32Array.of(1, 2, 0), Float32Array.of(3, 4, 5, 0, 0, 0), candidates)]).toEqual([
      ...[1, 3, 4, 2, 5, 0, 0, 0, 0],
    ]);
    expect(agreements(Int32Array.of(7, 8, 9), Uint8Array.of(1, 1, 0), candidates)).toBe(1);
  });

  it("the average: 0.75·2 + 0.25·6 = 3", () => {
    expect([...movingAverage(Float32Array.of(2, 0), Float32Array.of(6, 4), 0.75)]).toEqual([3, 1]);
  });
});
