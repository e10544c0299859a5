import { describe, expect, test } from "vitest";
import { z } from "zod";
import { renderCalls } from "./action.ts";
import { defineEnvironment } from "./environment.ts";
import { play, recordOf, replay } from "./play.ts";
import { scoreEpisode } from "./reward.ts";
import type { Task } from "./task.ts";
import { ToolError } from "./tool.ts";

const ward = defineEnvironment({
  name: "ward",
  state: () => ({ notes: [] as string[], potassium: 5.9 }),
  tools: (tool) => ({
    getLab: tool({
      kind: "read",
      description: "latest result",
      parameters: { test: z.string().describe("name of the test") },
      run({ test }, { state }) {
        if (test !== "potassium") throw new ToolError(`no result for ${test}`);
        return { value: state.potassium };
      },
    }),
    addNote: tool({
      kind: "write",
      description: "write into the chart",
      parameters: { text: z.string(), urgent: z.boolean().optional() },
      run: ({ text }, { state }) => ({ notes: state.notes.push(text) }),
    }),
    roll: tool({ kind: "read", description: "chance", parameters: {}, run: (_, { random }) => random.integer(1000) }),
    hang: tool({ kind: "read", description: "never answers", parameters: {}, run: () => new Promise(() => {}) }),
    count: tool({ kind: "read", description: "no JSON", parameters: {}, run: () => ({ value: 10n }) }),
    explode: tool({
      kind: "read",
      description: "broken",
      parameters: {},
      run() {
        throw new TypeError("disk gone");
      },
    }),
    submit: tool({
      kind: "submit",
      description: "final answer",
      parameters: { answer: z.string() },
      run: () => "thank you",
    }),
  }),
  maxTurns: 6,
  toolTimeoutMs: 20,
  rewards: {
    right: ({ task, episode }) => Number((episode.submission as { answer?: string })?.answer === task.answer),
    optional: () => null,
    capped: () => ({ value: 1, cap: 0.1, notes: ["allergy ignored"] }),
  },
});

const task: Task = {
  id: "t1",
  domain: "ward",
  split: "train",
  ticket: "Is the potassium high?",
  difficulty: 1,
  answer: "yes",
  criteria: { actions: [], assertions: [] },
};

const call = (name: string, args: Record<string, unknown> = {}) => renderCalls([{ name, arguments: args }]);
async function playAll(...completions: string[]) {
  const rest = [...completions];
  return play(ward, task, () => rest.shift() ?? "done");
}

describe("an episode", () => {
  test("ends by submit, whatever follows in the same turn", async () => {
    const both = renderCalls([
      { name: "submit", arguments: { answer: "yes" } },
      { name: "addNote", arguments: { text: "late" } },
    ]);
    const episode = await playAll(call("getLab", { test: "potassium" }), both);
    expect(episode.end).toBe("submitted");
    expect(episode.submission).toEqual({ answer: "yes" });
    expect(episode.log.map(({ name, status }) => [name, status])).toEqual([
      ["getLab", "ok"],
      ["submit", "ok"],
    ]);
    await expect(episode.step("more")).rejects.toThrow(/is over \(submitted\)/);
  });

  test("ends by a final text and by the turn limit, and says which", async () => {
    expect((await playAll("It is high.")).end).toBe("answered");
    const tests = ["a", "b", "c", "d", "e", "f"].map((name) => call("getLab", { test: name }));
    const limited = await playAll(...tests);
    expect([limited.end, limited.turns.length]).toEqual(["turn-limit", 6]);
  });

  test("the model's mistakes are observations that say what to do", async () => {
    const episode = await playAll(
      call("getLabs", { test: "potassium" }),
      call("getLab", { tests: "potassium" }),
      call("getLab", { test: 7 }),
      call("getLab", { test: "gold" }),
      "<tool_call>{broken</tool_call>",
    );
    const said = episode.turns.map(({ observation }) => String(observation[0]?.content ?? ""));
    expect(said[0]).toMatch(/There is no tool getLabs. Tools: getLab, addNote/);
    expect(said[1]).toMatch(/getLab has no argument tests. Arguments: test./);
    expect(said[2]).toMatch(/getLab: test is 7/);
    expect(said[3]).toMatch(/no result for gold/);
    expect(said[4]).toMatch(/not valid JSON/);
    expect(episode.log.map(({ status }) => status)).toEqual(["refused", "refused", "refused", "tool-error"]);
  });

  test("a repeated call is told so; the third time in three turns it is not executed", async () => {
    const note = call("addNote", { text: "again" });
    const episode = await playAll(note, note, note);
    expect(episode.state).toMatchObject({ notes: ["again", "again"] });
    expect(String(episode.turns[1].observation[0].content)).toMatch(/before, in turn 1/);
    expect(String(episode.turns[2].observation[0].content)).toMatch(/Not executed/);
  });

  test("a broken or hanging tool is an error of the environment", async () => {
    const broken = await playAll(call("explode"));
    expect([broken.end, broken.reason]).toEqual(["error", "tool explode: disk gone"]);
    const odd = await playAll(call("count"));
    expect([odd.end, odd.reason]).toEqual(["error", expect.stringMatching(/^tool count: .*BigInt/)]);
    const hanging = await playAll(call("hang"));
    expect(hanging.reason).toMatch(/no result in 20 ms/);
  });

  test("a completion that was cut off is the last and does nothing, also when it is replayed", async () => {
    const episode = ward.start(task);
    const turn = await episode.step(renderCalls([{ name: "addNote", arguments: { text: "hidden" } }]), {
      truncated: true,
    });
    expect(turn.action).toMatchObject({ type: "broken", problem: "the completion was cut off" });
    expect(episode).toMatchObject({ end: "truncated", submission: null, log: [], state: { notes: [] } });
    const again = await replay(ward, recordOf(episode));
    expect([again.end, again.hash()]).toEqual(["truncated", episode.hash()]);
  });

  test("replays to the same hash, chance included; another completion gives another", async () => {
    const episode = await playAll(call("roll"), call("addNote", { text: "x" }), call("submit", { answer: "yes" }));
    const again = await replay(ward, recordOf(episode));
    expect(again.hash()).toBe(episode.hash());
    expect(again.messages).toEqual(episode.messages);
    const other = await playAll(call("addNote", { text: "y" }), call("submit", { answer: "yes" }));
    expect(other.hash()).not.toBe(episode.hash());
  });
});

describe("rewards", () => {
  test("total = Σ effective weights · parts; null gives its weight to the others; a cap is shown apart", async () => {
    const episode = await playAll(call("submit", { answer: "yes" }));
    // right 1 · .6, optional null · .2, capped 1 · .2: the weights of the two that apply become .75 and .25
    const report = await scoreEpisode(episode, { right: 0.6, optional: 0.2, capped: 0.2 });
    expect(report.parts).toEqual({ right: 1, optional: null, capped: 1 });
    expect(report.weights.right).toBeCloseTo(0.75, 12);
    expect(report.sum).toBeCloseTo(1, 12);
    expect(report.total).toBe(0.1);
    expect(report.notes).toEqual(["capped: allergy ignored"]);
  });

  test("an unknown part is an error that lists the known", async () => {
    const episode = await playAll("no");
    await expect(scoreEpisode(episode, { rigth: 1 })).rejects.toThrow(
      /no reward "rigth". Rewards: right, optional, capped/,
    );
  });
});
