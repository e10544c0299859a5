import { expect, test } from "vitest";
import { z } from "zod";
import { displaySymbol } from "../core/display.ts";
import { renderCalls } from "./action.ts";
import { defineEnvironment } from "./environment.ts";
import { play } from "./play.ts";
import { scoreEpisode } from "./reward.ts";
import { clinicalRewards } from "./rewards/index.ts";
import { transcript } from "./transcript.ts";

const ward = defineEnvironment({
  name: "ward",
  state: () => ({}),
  tools: (tool) => ({
    look: tool({ kind: "read", description: "look", parameters: { at: z.string() }, run: () => "z".repeat(2000) }),
    submit: tool({ kind: "submit", description: "end", parameters: { answer: z.string() }, run: () => "ok" }),
  }),
  rewards: {
    right: () => ({ value: 0.5, notes: ["half of it"] }),
    absent: () => null,
    action: clinicalRewards.action,
    format: clinicalRewards.format,
  },
  weights: { right: 1, absent: 1, action: 0, format: 0 },
});

test("an episode is readable: what was asked, turns with calls and results, parts of the reward; markup is escaped", async () => {
  const task = {
    id: "t1",
    domain: "ward",
    split: "test" as const,
    ticket: "Is <b>this</b> high?",
    difficulty: 1 as const,
    criteria: {
      actions: [
        { tool: "look", arguments: { at: "chart" } },
        { tool: "submit", arguments: { answer: "no" }, compareArgs: ["answer"] },
      ],
      assertions: [],
    },
  };
  const completions = [
    renderCalls([{ name: "look", arguments: { at: "<script>alert(1)</script>" } }]),
    renderCalls([{ name: "submit", arguments: { answer: "yes" } }], "sure"),
  ];
  const episode = await play(ward, task, (_, { turns }) => completions[turns.length]);
  const shown = transcript(episode, { reward: await scoreEpisode(episode) });
  const { "text/plain": text, "text/html": html } = shown[displaySymbol]() as Record<string, string>;
  expect(text).toMatch(/^ward t1: submitted after 2 turns, reward 1\.000\n/); // absent gives its weight to right: 2 × 0.5
  for (const part of [
    "[user]\nIs <b>this</b> high?",
    "[turn 1, action +0.5, format +1]",
    "[tool]\nzzz",
    "sure",
    "[turn 2, action 0, format +1]",
    "right 0.500 × 2.00 + absent –",
    "right: half of it",
  ])
    expect(text).toContain(part);
  expect(html).not.toMatch(/<script|<b>this/);
  expect(html).toContain("look({&#34;at&#34;:&#34;&#60;script&#62;");
  expect(html).toContain("1300 more characters");
  expect(html.match(/<details/g)).toHaveLength(5); // whole, prompt, two turns, the long result
});
