import { describe, expect, test } from "vitest";
import { toAlpaca, toPromptResponse, toShareGpt, toVerl } from "./convert.ts";
import { toChat } from "./standardize.ts";

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

describe("toChat", () => {
  test.each([
    ["chat", { messages: [user("q"), assistant("a")] }],
    [
      "ShareGPT",
      {
        conversations: [
          { from: "human", value: "q" },
          { from: "gpt", value: "a" },
        ],
      },
    ],
    ["Alpaca", { instruction: "q", input: "", output: "a" }],
    ["prompt, completion", { prompt: "q", completion: "a" }],
    ["prompt, response", { prompt: [user("q")], response: "a" }],
    ["verl", { prompt: [user("q")], reward_model: { style: "rule", ground_truth: "a" } }],
    ["question, answer", { Question: "q", answer: "a" }],
    [
      "dialogue by name",
      {
        dialogue: [
          { speaker: "Patient", text: "q" },
          { speaker: "doctor", utterance: "a" },
        ],
      },
    ],
    ["dialogue in turns", { dialog: ["q", "a"] }],
    ["dialogue as text", { conversation: "Patient: q\nDoctor: a" }],
  ])("%s", (_, row) => {
    expect(toChat([row])).toEqual([{ messages: [user("q"), assistant("a")] }]);
  });

  test("options are letters, reasoning is a thought, other fields are metadata", () => {
    const row = {
      Question: "Which?",
      options: { A: "one", B: "two" },
      Response: "B",
      Complex_CoT: "It is two.",
      id: 7,
    };
    expect(toChat([row])).toEqual([
      {
        messages: [user("Which?\nA. one\nB. two"), assistant("<think>\nIt is two.\n</think>\nB")],
        metadata: { id: 7 },
      },
    ]);
    expect(toChat([row], { withThinking: false, system: "Be brief." })[0].messages).toEqual([
      { role: "system", content: "Be brief." },
      user("Which?\nA. one\nB. two"),
      assistant("B"),
    ]);
  });

  test("roles alternate, and the assistant has the last word", () => {
    const dialogue = [
      "Doctor: Hello.",
      "Patient: My head",
      "Patient: aches.",
      "Doctor: Since?",
      "Patient: Today.",
      "Doctor: Rest.",
      "Patient: Bye.",
    ];
    expect(toChat([{ dialogue: dialogue.join("\n"), patientId: "P1" }])).toEqual([
      {
        messages: [user("My head\n\naches."), assistant("Since?"), user("Today."), assistant("Rest.")],
        metadata: { patientId: "P1" },
      },
    ]);
  });

  test.each([
    [{ a: 1 }, /row 1 is of no known kind.*Its fields: a/],
    [{ conversations: [{ from: "alien", value: "x" }] }, /turn 1 is by "alien"/],
    [{ dialogue: ["Patient: x"] }, /no question of the user is followed/],
    [{ prompt: "q", completion: [{ role: "assistant" }] }, /row 1: messages\[1\]\.content is missing/],
  ])("%j is refused", (row, message) => {
    expect(() => toChat([row])).toThrow(message);
  });
});

const chat = {
  messages: [
    { role: "system", content: "s" },
    user("q"),
    assistant('<think>\nhm\n</think>\n<tool_call>\n{"name": "look", "arguments": {}}\n</tool_call>'),
    { role: "tool", content: "{}" },
    assistant("<think>\nso\n</think>\nB"),
  ],
  metadata: { domain: "medical-qa", answer: "B" },
};

test("prompt and response: a row a turn, thoughts kept or removed everywhere", () => {
  const kept = toPromptResponse([chat]);
  expect(kept).toHaveLength(2);
  expect(kept[1]).toEqual({
    prompt: chat.messages.slice(0, 4),
    response: "<think>\nso\n</think>\nB",
    metadata: chat.metadata,
  });
  const [bare] = toPromptResponse([chat], { withThinking: false, turns: "last" });
  expect(bare.response).toBe("B");
  expect(JSON.stringify(bare)).not.toContain("think");
  expect(toChat([bare])[0].messages).toEqual([...bare.prompt, assistant("B")]);
});

test("verl", () => {
  expect(toVerl([chat])).toEqual([
    {
      data_source: "medical-qa",
      prompt: chat.messages.slice(0, 2),
      ability: "medical",
      reward_model: { style: "rule", ground_truth: "B" },
      extra_info: { index: 0, domain: "medical-qa", answer: "B" },
    },
  ]);
  const [named] = toVerl([{ messages: chat.messages }], { dataSource: "mine", answer: () => "C" });
  expect(named).toMatchObject({ data_source: "mine", reward_model: { ground_truth: "C" } });
});

test("Alpaca and ShareGPT go there and back", () => {
  const rows = [{ messages: [{ role: "system", content: "s" }, user("q"), assistant("a")] }];
  expect(toChat(toAlpaca(rows))).toEqual(rows);
  expect(toChat(toShareGpt([chat]))).toEqual([{ messages: chat.messages }]);
  expect(() => toAlpaca([chat])).toThrow(/row 1 is no single question/);
});
