import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { z } from "zod";
import { defineEnvironment } from "../gym/environment.ts";
import type { Task } from "../gym/task.ts";
import { replyText } from "./endpoint-messages.ts";
import { rollout } from "./rollout.ts";

const ward = defineEnvironment({
  name: "ward",
  state: () => ({}),
  tools: (tool) => ({
    look: tool({ kind: "read", description: "look", parameters: { at: z.string() }, run: ({ at }) => ({ at }) }),
    submit: tool({ kind: "submit", description: "end", parameters: { answer: z.string() }, run: () => "ok" }),
  }),
  rewards: { done: ({ episode }) => Number(episode.end === "submitted") },
});
const task: Task = {
  id: "t",
  domain: "ward",
  split: "test",
  ticket: "Look, then answer.",
  difficulty: 1,
  criteria: { actions: [], assertions: [] },
};

it("calls of a server become completions, also those with broken arguments", () => {
  expect(replyText({ text: "so", toolCalls: [{ name: "look", arguments: '{"at": "x"}' }] })).toBe(
    'so\n<tool_call>\n{"name":"look","arguments":{"at":"x"}}\n</tool_call>',
  );
  expect(replyText({ text: "", toolCalls: [{ name: "look", arguments: "{broken" }] })).toContain(
    '"arguments": {broken}',
  );
});

it("plays against a server: results name their calls; a server that breaks is a failure, not a score", async () => {
  const bodies: { messages: Record<string, unknown>[]; tools: unknown[]; seed: number }[] = [];
  const replies = [
    { content: "<tool_call>{oops</tool_call>" },
    { content: "I look.", tool_calls: [{ function: { name: "look", arguments: '{"at":"chart"}' } }] },
    { content: null, tool_calls: [{ function: { name: "submit", arguments: '{"answer":"yes"}' } }] },
  ];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      bodies.push(JSON.parse(body));
      const message = replies[bodies.length - 1];
      response.statusCode = message ? 200 : 400;
      const usage = { prompt_tokens: 10, completion_tokens: 3 };
      response.end(JSON.stringify({ choices: [{ message, finish_reason: "stop" }], usage }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const model = { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, model: "m" };
  try {
    const { trajectories } = await rollout({ model, environment: ward, tasks: [task] });
    expect(trajectories[0]).toMatchObject({ end: "submitted", submission: { answer: "yes" }, segments: [] });
    expect(trajectories[0].turns.map(({ completionTokens }) => completionTokens)).toEqual([3, 3, 3]);
    const last = bodies[2].messages.map(({ role, tool_call_id: id, content }) => [role, id ?? null, content]);
    expect(last.slice(2)).toEqual([
      ["assistant", null, "<tool_call>{oops</tool_call>"],
      ["user", null, expect.stringContaining("not valid JSON")],
      ["assistant", null, "I look."],
      ["tool", "call_2_1", '{"at":"chart"}'],
    ]);
    expect(bodies[2].messages[4].tool_calls).toEqual([
      { id: "call_2_1", type: "function", function: { name: "look", arguments: '{"at":"chart"}' } },
    ]);
    expect(bodies[0].tools).toHaveLength(2);
    const broken = await rollout({ model: { ...model, retries: 0 }, environment: ward, tasks: [task] });
    expect(broken.failures).toMatchObject([{ boundary: "endpoint", message: expect.stringContaining("status 400") }]);
    expect(broken.reward).toBeNull();
  } finally {
    server.close();
  }
});
