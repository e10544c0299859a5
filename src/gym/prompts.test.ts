import { describe, expect, it } from "vitest";
import { play } from "./play.ts";
import { fromPrompts } from "./prompts.ts";
import { scoreEpisode } from "./reward.ts";

describe("fromPrompts", () => {
  const right = ({ completion, task }: { completion: string; task: { answer?: string } }) =>
    Number(completion.trim() === task.answer);

  it("asks each row once, and pays the answer", async () => {
    const rows = [
      { prompt: "2 + 2?", answer: "4", source: "sums" },
      { id: "chat", prompt: [{ role: "user", content: "Hello" }], difficulty: 3 as const },
    ];
    const { environment, tasks } = fromPrompts({ rows, rewards: { right }, system: "Be brief." });
    expect(tasks).toMatchObject([
      {
        id: "1",
        domain: "prompts",
        split: "train",
        ticket: "2 + 2?",
        answer: "4",
        difficulty: 1,
        state: { source: "sums" },
      },
      { id: "chat", ticket: "Hello", difficulty: 3 },
    ]);
    const episode = await play(environment, tasks[0], () => " 4 ");
    expect(episode).toMatchObject({ end: "answered", submission: "4" });
    expect(episode.messages).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "2 + 2?" },
      { role: "assistant", content: "4" },
    ]);
    expect((await scoreEpisode(episode)).total).toBe(1);
    expect((await play(environment, tasks[1], () => "Hi")).messages[0]).toEqual({ role: "user", content: "Hello" });
  });

  it("refuses rows without a prompt, and no rows", () => {
    const rows = [{ prompt: "x" }, { question: "y" }] as never;
    expect(() => fromPrompts({ rows, rewards: { right } })).toThrow(
      "row 2 has no prompt: a text, or a list of messages.",
    );
    expect(() => fromPrompts({ rows: [], rewards: { right } })).toThrow(
      /rows is an array of 0; it must be a list of at least/,
    );
  });
});
