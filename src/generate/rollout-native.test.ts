/** On the native engine, with the embedded model. */
import { expect, it } from "vitest";
import { loadModel } from "../model/load.ts";
import type { ChatMessage } from "../text/tokenizer.ts";
import { labOf, labTasks } from "./lab.test-helper.ts";
import { rollout } from "./rollout.ts";
import { TokenRecord } from "./token-record.ts";

const lab = labOf(({ episode }) => episode.log.length);

it("plays groups over several turns: the same whatever is played at once, prompts are reused, log-probabilities are those of score", async () => {
  const model = await loadModel("assets/nano", { dtype: "f32" });
  const options = { model, environment: lab, tasks: labTasks, groupSize: 2, maxNewTokens: 40, temperature: 1, seed: 3 };
  const together = await rollout({ ...options, concurrency: 4 });
  const alone = await rollout({ ...options, concurrency: 1 });
  expect(alone.trajectories).toEqual(together.trajectories);
  const longest = together.trajectories.toSorted((a, b) => b.turns.length - a.turns.length)[0];
  expect(longest.turns.length).toBeGreaterThan(1);
  expect(longest.segments).toHaveLength(1);
  // four prompts of two tasks, and later turns: much of what is read was read before
  expect(together.reuse!.reusedTokens / together.reuse!.promptTokens).toBeGreaterThan(0.4);
  const [{ tokens, mask, logprobs, promptLength }] = longest.segments;
  const { logprobs: scored } = await model.score({
    prompt: tokens.slice(0, promptLength),
    completion: tokens.slice(promptLength),
  });
  scored.forEach((value, i) => {
    const t = promptLength + i;
    if (mask[t] === 1) expect(Math.abs(value - logprobs[t])).toBeLessThan(1e-4);
  });
  // one episode alone: what its later turns find there is what its earlier ones read and wrote, but for the last, partial block
  const ticket = "What is the sodium of patient P20003 today, and of patient P20004?";
  const single = await rollout({ ...options, tasks: [{ ...labTasks[0], id: "t9", ticket }], groupSize: 1 });
  const [{ turns }] = single.trajectories;
  expect(turns.length).toBeGreaterThan(1);
  const before = turns.slice(0, -1).reduce((sum, turn) => sum + turn.promptTokens! + turn.completionTokens! - 1, 0);
  expect(single.reuse!.reusedTokens).toBeGreaterThan(before - 33 * turns.length);
  model.dispose();
}, 120_000);

it("what was drawn stays as it was drawn, also where the tokenizer would cut the same text otherwise", async () => {
  const { tokenizer } = await loadModel("assets/nano");
  const record = new TokenRecord(tokenizer, [], {});
  const question: ChatMessage = { role: "user", content: "potassium?" };
  const first = record.prompt([question]);
  const drawn = Int32Array.from([..."potassium"].flatMap((letter) => [...tokenizer.encode(letter)]));
  expect(tokenizer.encode("potassium").length).toBeLessThan(drawn.length);
  record.wrote({ tokens: drawn, logprobs: new Float32Array(drawn.length).fill(-1) }, 1);
  const next = record.prompt([
    question,
    { role: "assistant", content: "potassium" },
    { role: "user", content: "now?" },
  ]);
  expect([...next.subarray(0, first.length + drawn.length)]).toEqual([...first, ...drawn]);
  record.wrote({ tokens: Int32Array.of(5), logprobs: Float32Array.of(-2) }, 2);
  const [{ tokens, mask, turns, logprobs }, ...more] = record.segments();
  expect(more).toEqual([]);
  expect([...tokens]).toEqual([...next, 5]);
  const own = [...mask.keys()].filter((t) => mask[t] === 1);
  expect(own.map((t) => tokens[t])).toEqual([...drawn, 5]);
  expect(own.map((t) => turns[t])).toEqual([...drawn].map(() => 1).concat(2));
  expect(logprobs.reduce((sum, value) => sum + value, 0)).toBe(-drawn.length - 2);
});
