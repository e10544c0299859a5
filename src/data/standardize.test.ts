import fc from "fast-check";
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

describe("any conversation goes there and back", () => {
  const tool = { type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } };
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter((each) => each.trim() === each);
  const thought = text.filter((each) => !/[<>]/.test(each));
  const answer = fc.tuple(text, fc.option(thought)).map(([said, thinking]) => ({
    plain: said,
    whole: thinking === null ? said : `<think>\n${thinking}\n</think>\n${said}`,
  }));
  const pairs = fc.array(fc.tuple(text, answer), { minLength: 1, maxLength: 4 });
  const system = fc.option(text);
  const tools = fc.constantFrom(undefined, [tool]);
  const messagesOf = (
    first: string | null,
    turns: [string, { plain: string; whole: string }][],
    key: "plain" | "whole",
  ) => [
    ...(first ? [{ role: "system", content: first }] : []),
    ...turns.flatMap(([question, said]) => [user(question), assistant(said[key])]),
  ];
  const conversation = fc.record({ system, pairs, tools }).map((made) => ({
    pairs: made.pairs,
    row: { messages: messagesOf(made.system, made.pairs, "whole"), ...(made.tools ? { tools: made.tools } : {}) },
    plain: { messages: messagesOf(made.system, made.pairs, "plain"), ...(made.tools ? { tools: made.tools } : {}) },
  }));
  const holds = (check: (made: Parameters<Parameters<typeof conversation.map>[0]>[0]) => void) =>
    fc.assert(
      fc.property(conversation, (made) => {
        check(made);
      }),
      { numRuns: 200 },
    );

  test("chat: as it was; without its thoughts as if it had none", () =>
    holds(({ row, plain }) => {
      expect(toChat([row])).toEqual([row]);
      expect(toChat([row], { withThinking: false })).toEqual([plain]);
    }));

  test("prompt and response: the last turn is the row again, every turn a beginning of it", () =>
    holds(({ row, plain, pairs: turns }) => {
      expect(toChat(toPromptResponse([row], { turns: "last" }))).toEqual([row]);
      expect(toChat(toPromptResponse([row], { turns: "last", withThinking: false }))).toEqual([plain]);
      const all = toChat(toPromptResponse([row]));
      expect(all).toHaveLength(turns.length);
      for (const { messages } of all) expect(row.messages.slice(0, messages.length)).toEqual(messages);
    }));

  test("ShareGPT", () => holds(({ row }) => expect(toChat(toShareGpt([row]))).toEqual([row])));

  test("Alpaca, of single questions", () =>
    holds(({ row: { messages } }) => {
      const single = { messages: messages.slice(0, messages[0].role === "system" ? 3 : 2) };
      expect(toChat(toAlpaca([single]))).toEqual([single]);
    }));

  test("verl: the question, and the answer without its thought", () =>
    holds(({ row, plain, pairs: turns }) => {
      const first = row.messages[0].role === "system" ? 2 : 1;
      const [made] = toVerl([{ ...row, metadata: { domain: "d" } }]);
      expect(made.reward_model.ground_truth).toBe(turns.at(-1)![1].plain);
      const [{ messages, tools: listed }] = toChat([made]);
      expect(messages).toEqual([...row.messages.slice(0, first), plain.messages.at(-1)]);
      expect(listed).toEqual((row as { tools?: unknown }).tools);
    }));

  const line = text.filter((each) => !/[\r\n\u2028\u2029:：]/.test(each));
  test("dialogues of several turns, with speakers, in turns and as text", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(line, line), { minLength: 1, maxLength: 4 }), (turns) => {
        const messages = turns.flatMap(([question, said]) => [user(question), assistant(said)]);
        const by = { user: "Patient", assistant: "Doctor" } as Record<string, string>;
        const rows = [
          { dialogue: messages.map(({ role, content }) => ({ speaker: by[role], text: content })) },
          { dialogue: messages.map(({ content }) => content) },
          { dialogue: messages.map(({ role, content }) => `${by[role]}: ${content}`) },
          { dialogue: messages.map(({ role, content }) => `${by[role]}: ${content}`).join("\n") },
        ];
        expect(toChat(rows)).toEqual(rows.map(() => ({ messages })));
      }),
    ));

  test("single questions with reasoning", () =>
    fc.assert(
      fc.property(text, text, thought, (question, said, reasoning) => {
        const row = { question, answer: said, reasoning };
        const whole = `<think>\n${reasoning}\n</think>\n${said}`;
        expect(toChat([row])).toEqual([{ messages: [user(question), assistant(whole)] }]);
        expect(toChat([row], { withThinking: false })).toEqual([{ messages: [user(question), assistant(said)] }]);
      }),
    ));
});
