import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseAction, renderCalls, splitThought } from "./action.ts";
import { defineEnvironment } from "./environment.ts";
import type { Task } from "./task.ts";

const ward = defineEnvironment({
  name: "ward",
  state: () => ({ notes: [] as unknown[] }),
  tools: (tool) => ({
    getLab: tool({
      kind: "read",
      description: "latest result",
      parameters: { test: z.string(), last: z.number().optional() },
      run: ({ test }) => ({ test, value: 4 }),
    }),
    addNote: tool({
      kind: "write",
      description: "write",
      parameters: { text: z.unknown() },
      run: ({ text }, { state }) => state.notes.push(text),
    }),
    think: tool({ kind: "think", description: "notes", parameters: { thought: z.string() }, run: () => "noted" }),
    submit: tool({ kind: "submit", description: "end", parameters: { answer: z.string() }, run: () => "thanks" }),
  }),
});
const parse = (text: string) => parseAction(text, ward.tools);
const lab = { name: "getLab", arguments: { test: "potassium" } };
const json = JSON.stringify(lab);

describe("the strict form", () => {
  test("is thought, prose, then calls and nothing else", () => {
    expect(parse(renderCalls([lab, lab], "first the labs"))).toEqual({
      type: "calls",
      form: "strict",
      calls: [lab, lab],
      thought: "first the labs",
    });
    expect(parse(`I look.\n<tool_call>${json}</tool_call>`)).toMatchObject({ form: "strict", calls: [lab] });
    expect(parse(`<tool_call>${json}</tool_call> and then?`)).toMatchObject({ form: "lenient", calls: [lab] });
  });

  test("what is rendered is read again, whatever the arguments say", () => {
    const args = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 5 });
    const tags = fc.constantFrom("</tool_call>", "<tool_call>", "</think>", "<think>", "```", "<function=x>");
    const hostile = fc.record({ text: fc.tuple(fc.string(), tags, fc.string()).map((parts) => parts.join("")) });
    const call = fc.record({ name: fc.string({ minLength: 1, maxLength: 200 }), arguments: fc.oneof(args, hostile) });
    const thought = fc.string().filter((text) => text.trim() !== "" && !/<\/?(think|tool_call)>/.test(text));
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 4 }), fc.option(thought), (calls, said) => {
        const action = parseAction(renderCalls(calls, said ?? undefined), ward.tools);
        // JSON has no −0 and no undefined: compared as JSON
        expect(JSON.stringify(action)).toBe(
          JSON.stringify({ type: "calls", form: "strict", calls, ...(said ? { thought: said.trim() } : {}) }),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe("lenient forms", () => {
  test.each([
    ["other tags", `<|tool_call|>${json}<|/tool_call|>`],
    ["a tag without its end", `<tool_call>\n${json}`],
    ["function_call", `<function_call>${json}</function_call>`],
    ["parameters as tags", "<function=getLab><parameter=test>\npotassium\n</parameter></function>"],
    [
      "the same inside tool_call",
      "<tool_call><function=getLab><parameter=test>potassium</parameter></function></tool_call>",
    ],
    ["function with JSON", '<function=getLab>{"test": "potassium"}</function>'],
    ["a fence", `I need it.\n\`\`\`json\n${json}\n\`\`\``],
    ["a fence inside tags", `<tool_call>\n\`\`\`json\n${json}\n\`\`\`\n</tool_call>`],
    ["bare JSON", json],
    ["JSON in prose with braces", `Given {this}, I call ${json} now.`],
    [
      "ReAct",
      `Thought: look\nAction: getLab\nAction Input: {"test": "potassium"}\nObservation: 9.9\nFinal Answer: high`,
    ],
    ["alias function, parameters", '{"function": "getLab", "parameters": {"test": "potassium"}}'],
    ["alias tool, params", '{"tool": "getLab", "params": {"test": "potassium"}}'],
    ["alias action, action_input", '{"action": "getLab", "action_input": {"test": "potassium"}}'],
    ["alias args", '<tool_call>{"name": "getLab", "args": {"test": "potassium"}}</tool_call>'],
    [
      "OpenAI's",
      '{"id": "1", "type": "function", "function": {"name": "getLab", "arguments": "{\\"test\\": \\"potassium\\"}"}}',
    ],
    [
      "OpenAI's list",
      '{"tool_calls": [{"function": {"name": "getLab", "arguments": "{\\"test\\":\\"potassium\\"}"}}]}',
    ],
    ["a call inside an open thought", `<think>I need it. <tool_call>${json}</tool_call>`],
    ["a further key", `<tool_call>{"id": 1, "name": "getLab", "arguments": {"test": "potassium"}}</tool_call>`],
  ])("%s", (_, text) => {
    expect(parse(text)).toMatchObject({ type: "calls", form: "lenient", calls: [lab] });
  });

  test("several calls in one list", () => {
    expect(parse(`[${json}, ${json}]`)).toMatchObject({ type: "calls", form: "lenient", calls: [lab, lab] });
  });

  test("parameters as tags take the type that the tool wants", () => {
    const text = "<function=getLab><parameter=test>12</parameter><parameter=last>3</parameter></function>";
    expect(parse(text)).toMatchObject({ calls: [{ name: "getLab", arguments: { test: "12", last: 3 } }] });
  });

  test("ReAct's plain input is the only argument of a tool with one", () => {
    expect(parse("Action: think\nAction Input: rule out sepsis")).toMatchObject({
      calls: [{ name: "think", arguments: { thought: "rule out sepsis" } }],
    });
  });
});

describe("what is no call", () => {
  test.each([
    ["prose", "The potassium is high.", "The potassium is high."],
    ["ReAct's final answer", "Thought: done\nFinal Answer: B", "B"],
    ["an action in words", "Action: start antibiotics today", "Action: start antibiotics today"],
    ["other JSON", '{"diagnosis": "pneumonia", "confidence": 0.8}', '{"diagnosis": "pneumonia", "confidence": 0.8}'],
    ["nothing", "  ", ""],
  ])("%s is text", (_, text, read) => {
    expect(parse(text)).toMatchObject({ type: "text", text: read });
  });

  test.each([
    ['{"name": "getLab"}', "getLab"],
    ['<tool_call>{"name": "getLab", "arguments": [1]}</tool_call>', "getLab"],
    ["<tool_call>getLab</tool_call>", "getLab"],
    ["getLab()", "getLab"],
    ["Action: getLab", "getLab"],
    ['<tool_call>{"name": "getLab", "arguments": {</tool_call>', "getLab"],
    ['{"name": "getLab", "arguments": {', "getLab"],
    ["<tool_call>{broken</tool_call>", undefined],
    [`<tool_call>${json}</tool_call><tool_call>{</tool_call>`, "getLab"],
    ["<think>I never stop", undefined],
  ])("%s is broken, its name kept", (text, name) => {
    expect(parse(text)).toMatchObject({ type: "broken", ...(name ? { name } : {}) });
    if (!name) expect(parse(text)).not.toHaveProperty("name", expect.anything());
  });

  test("arguments nested without end are broken, not a stack overflow", () => {
    const deep = "[".repeat(20_000) + "]".repeat(20_000);
    expect(parse(`<tool_call>{"name": "addNote", "arguments": {"text": ${deep}}}</tool_call>`)).toMatchObject({
      type: "broken",
      name: "addNote",
    });
  });
});

test("a thought may begin in the prompt", () => {
  expect(splitThought("so it is B</think>\nB")).toEqual({ thought: "so it is B", rest: "\nB" });
  expect(splitThought("no thought")).toEqual({ rest: "no thought" });
});

describe("whatever a model writes", () => {
  const pieces = fc.constantFrom(
    ...[
      "<tool_call>",
      "</tool_call>",
      "<|tool_call|>",
      "<function_call>",
      "<function=",
      "<parameter=",
      ">",
      "</function>",
    ],
    ...["```", "```json\n", "{", "}", "[", "]", '"', "\\", ":", ",", "Action:", "Action Input:", "Final Answer:", "\n"],
    ...[
      "<think>",
      "</think>",
      "getLab",
      "addNote",
      "submit",
      '"name"',
      '"arguments"',
      "__proto__",
      "constructor",
      "1e999",
    ],
    ...[json, '{"name":"addNote","arguments":{"text":{"a":[1]}}}', '{"name":"__proto__","arguments":{"__proto__":{}}}'],
  );
  const text = fc
    .array(fc.oneof({ weight: 4, arbitrary: pieces }, fc.string({ unit: "binary" })), { maxLength: 30 })
    .map((parts) => parts.join(""));
  const task: Task = {
    id: "t",
    domain: "ward",
    split: "train",
    ticket: "?",
    difficulty: 1,
    criteria: { actions: [], assertions: [] },
  };

  test("nothing is thrown out of an episode, and its state stays hashable", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 5 }), async (completions) => {
        const episode = ward.start(task);
        for (const completion of completions) if (!episode.end) await episode.step(completion);
        expect(episode.end).not.toBe("error");
        expect(episode.hash()).toMatch(/^[0-9a-f]{64}$/);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(
    [
      "<tool_call>",
      "<tool_call>{",
      "<function=",
      "<function=a>",
      "<parameter=",
      "```",
      "```{",
      "{",
      '{"',
      "{}",
      "[",
      "Action:\n",
    ].concat([
      "Action Input:",
      "<think>",
      "</think>",
      " ",
      "\n",
      "`",
      "Action: `",
      '{"name":',
      "\\",
      '"',
      "<",
      "Final Answer: ",
    ]),
  )("1 MB of %j is read in time that grows with its length", (piece) => {
    const big = piece.repeat(Math.ceil(1e6 / piece.length));
    const started = process.cpuUsage();
    parse(big);
    parse(`{"name": "getLab" ${big}`);
    parse(`Action: getLab\nAction Input: ${big}`);
    // of the processor, so that a busy machine does not count; quadratic work would be 10^12 steps: minutes, linear is some 10 ms
    expect(process.cpuUsage(started).user).toBeLessThan(10e6);
  });
});
