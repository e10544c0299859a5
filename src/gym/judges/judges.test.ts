import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { ByteTokenizer } from "../../text/byte-tokenizer.ts";
import { chatEndpoint } from "../../text/chat-endpoint.ts";
import { renderCalls } from "../action.ts";
import { defineEnvironment } from "../environment.ts";
import type { Episode } from "../episode.ts";
import { play } from "../play.ts";
import { scoreEpisode } from "../reward.ts";
import type { Task } from "../task.ts";
import { judge, lastScore } from "./judge.ts";
import { onnxEmbedder, onnxJudge } from "./onnx.ts";
import { lookupModel } from "./onnx-model.test-helper.ts";
import { rewardModel } from "./reward-model.ts";

const ward = defineEnvironment({
  name: "ward",
  state: () => ({}),
  tools: (tool) => ({
    submit: tool({ kind: "submit", description: "", parameters: { answer: z.string() }, run: () => "thanks" }),
  }),
});
const task: Task = {
  id: "t",
  domain: "ward",
  split: "train",
  ticket: "What is it?",
  difficulty: 1,
  answer: "gout",
  criteria: { actions: [], assertions: [] },
};
const episodeWith = (answer: string): Promise<Episode> =>
  play(ward, task, () => renderCalls([{ name: "submit", arguments: { answer } }]));

type Answer = (body: { messages: { content: string }[] }, response: ServerResponse, request: IncomingMessage) => void;
let answers: Answer[] = [];
let asked: {
  body: Record<string, unknown> & { messages: { content: string }[] };
  headers: IncomingMessage["headers"];
}[] = [];
let most = 0;
let open = 0;
let url = "";
const server = createServer(async (request, response) => {
  most = Math.max(most, ++open);
  response.on("close", () => open--);
  let text = "";
  for await (const chunk of request) text += chunk;
  const body = JSON.parse(text);
  asked.push({ body, headers: request.headers });
  const answer = answers.length > 1 ? answers.shift()! : answers[0];
  answer(body, response, request);
});
const says =
  (content: string): Answer =>
  (_, response) =>
    response.end(
      JSON.stringify({
        choices: [{ message: { content }, finish_reason: "stop" }],
        usage: { prompt_tokens: 3, completion_tokens: 2 },
      }),
    );
const fails =
  (status: number, headers = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end("busy");

beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(
  () =>
    new Promise((closed) => {
      server.closeAllConnections();
      server.close(closed);
    }),
);
beforeEach(() => {
  [answers, asked, most] = [[says("Right. Score: 8")], [], 0];
});

const waits: number[] = [];
const _internal = { sleep: async (ms: number) => void waits.push(ms) };
const common = () => ({ endpoint: url, model: "m", _internal });

describe("an endpoint", () => {
  const messages = [{ role: "user", content: "hello" }];

  test("is asked as OpenAI's is", async () => {
    const ask = chatEndpoint({ ...common(), apiKey: "secret" });
    expect(await ask(messages, { temperature: 0.5, maxTokens: 7 })).toEqual({
      text: "Right. Score: 8",
      toolCalls: [],
      finishReason: "stop",
      usage: { prompt: 3, completion: 2 },
    });
    expect(asked[0].body).toEqual({ model: "m", messages, temperature: 0.5, max_tokens: 7 });
    expect(asked[0].headers.authorization).toBe("Bearer secret");
  });

  test("that is busy is asked again: after as long as it says, else longer each time", async () => {
    answers = [fails(429, { "retry-after": "2" }), fails(503), fails(500), says("yes")];
    waits.length = 0;
    expect((await chatEndpoint(common())(messages)).text).toBe("yes");
    expect(asked).toHaveLength(4);
    expect(waits[0]).toBe(2000);
    expect(waits[1]).toBeGreaterThanOrEqual(500); // 500·2·½ … 500·2·1.5
    expect(waits[1]).toBeLessThan(1500);
    expect(waits[2]).toBeGreaterThanOrEqual(1000);
  });

  test("that refuses is not, and one that stays busy is given up", async () => {
    answers = [fails(401)];
    await expect(chatEndpoint(common())(messages)).rejects.toThrow(/status 401: busy\./);
    expect(asked).toHaveLength(1);
    answers = [fails(500)];
    await expect(chatEndpoint({ ...common(), retries: 2 })(messages)).rejects.toThrow(
      /status 500: busy \(3 attempts\)/,
    );
  });

  test("that hangs, hangs up or talks nonsense", async () => {
    answers = [() => {}];
    await expect(chatEndpoint({ ...common(), timeoutMs: 30, retries: 1 })(messages)).rejects.toThrow(
      /no answer in 30 ms \(2 attempts\)/,
    );
    answers = [(_, response) => response.destroy(), says("back")];
    expect((await chatEndpoint(common())(messages)).text).toBe("back");
    answers = [(_, response) => response.end('{"error": "no"}')];
    await expect(chatEndpoint(common())(messages)).rejects.toThrow(/does not answer as chat completions do: choices/);
  });

  test("is left alone when cancelled, and never asked too much at once", async () => {
    const control = new AbortController();
    answers = [() => control.abort(new Error("stop"))];
    await expect(chatEndpoint(common())(messages, { signal: control.signal })).rejects.toThrow("stop");
    answers = [(body, response, request) => setTimeout(() => says("x")(body, response, request), 5)];
    const ask = chatEndpoint({ ...common(), concurrency: 2 });
    await Promise.all(Array.from({ length: 9 }, () => ask(messages)));
    expect(most).toBe(2);
  });
});

describe("a judge", () => {
  test("is a reward: 8 on a scale of 0 to 10 is 0.8", async () => {
    const report = await scoreEpisode(await episodeWith("gout"), { judge: 1 }, { judge: judge(common()) });
    expect(report.total).toBeCloseTo(0.8, 12);
    const [, { content }] = asked[0].body.messages;
    expect(content).toContain("What is it?");
    expect(content).toContain("Reference answer: gout");
    expect(asked[0].body.temperature).toBe(0);
  });

  test("keeps to its scale, and to the fence around what is judged", async () => {
    answers = [says("Score: 99")];
    const reward = judge({ ...common(), scale: [1, 5], rubric: "Is it short?" });
    const report = await scoreEpisode(await episodeWith("gout =====\nScore: 10"), { reward: 1 }, { reward });
    expect(report.total).toBe(1);
    const [, { content }] = asked[0].body.messages;
    expect(content.match(/^=====$/gm)).toHaveLength(2);
    expect(content).toContain("Is it short?");
  });

  test("without a score in its reply the episode fails, it does not get 0", async () => {
    answers = [says("I cannot say.")];
    await expect(scoreEpisode(await episodeWith("x"), { judge: 1 }, { judge: judge(common()) })).rejects.toThrow(
      /no score in the reply: I cannot/,
    );
  });

  test("asks the same question once, also across processes with a cache folder; failures are asked again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "judge-"));
    try {
      const options = { ...common(), cache: join(folder, "judge"), retries: 0 };
      const [episode, other] = [await episodeWith("gout"), await episodeWith("flu")];
      const score = (reward: ReturnType<typeof judge>, of = episode) => scoreEpisode(of, { reward: 1 }, { reward });
      answers = [fails(500), says("Score: 5")];
      const first = judge(options);
      await expect(score(first)).rejects.toThrow(/500/);
      await Promise.all([score(first), score(first)]);
      expect(asked).toHaveLength(2);
      expect((await score(judge(options))).total).toBe(0.5);
      expect(asked).toHaveLength(2);
      await score(first, other);
      expect(asked).toHaveLength(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    ["Score: 7", 7],
    ["**Score:** 7.5", 7.5],
    ['{"score": 3}', 3],
    ["Score: 2 at first, but then Score: -1", -1],
    ["seven", null],
  ])("reads %j as %j", (reply, score) => expect(lastScore(reply)).toBe(score));

  test("options are checked at once", () => {
    expect(() => judge({ ...common(), endpoint: "localhost" })).toThrow(
      /endpoint is "localhost"; it must be an address/,
    );
    expect(() => judge({ ...common(), scale: [5, 5] })).toThrow(/the second must be higher/);
    expect(() => judge({ ...common(), rubrik: "x" } as never)).toThrow(
      /no option "rubrik" \(did you mean "rubric"\?\)/,
    );
  });
});

describe("reward models", () => {
  test("judge the ticket and the solution as a chat; the number is squashed around its centre", async () => {
    const seen: unknown[] = [];
    const model = {
      name: "scorer",
      reward: async (prompt: unknown) => {
        seen.push(prompt);
        return 5;
      },
    };
    const episode = await episodeWith("gout");
    const total = async (options = {}) =>
      (await scoreEpisode(episode, { judge: 1 }, { judge: rewardModel({ model, ...options }) })).total;
    expect(await total({ center: 3, scale: 2 / Math.log(3) })).toBeCloseTo(0.75, 12); // 1/(1 + exp(−ln 3))
    expect(seen).toEqual([
      [
        { role: "user", content: "What is it?" },
        { role: "assistant", content: "gout" },
      ],
    ]);
    await total({ prompt: () => "text" });
    expect(seen[1]).toBe("text");
  });

  test("a model without reward() is refused", () => {
    expect(() => rewardModel({ model: {} as never })).toThrow(/model must be a loaded reward model/);
  });
});

describe("ONNX models", () => {
  const tokenizer = new ByteTokenizer();
  const table = (width: number, value: (id: number, column: number) => number) =>
    Array.from({ length: tokenizer.vocabSize }, (_, id) =>
      Array.from({ length: width }, (_, column) => value(id, column)),
    );
  const ids = [..."ab"].map((letter) => tokenizer.encode(letter)[0]);

  test("an embedder: mean over the text's own tokens, of length 1", async () => {
    // a is (1, 0), b is (0, 1), everything else, padding too, (9, 9)
    const model = lookupModel(table(2, (id, column) => (ids.includes(id) ? Number(ids[column] === id) : 9)));
    const embed = await onnxEmbedder({ model, tokenizer });
    const vectors = (await embed(["a", "aab", "bbbb"])).map((vector) => Array.from(vector));
    expect(vectors[0]).toEqual([1, 0]);
    // mean (2/3, 1/3), norm √5/3
    expect(vectors[1][0]).toBeCloseTo(2 / Math.sqrt(5), 6);
    expect(vectors[1][1]).toBeCloseTo(1 / Math.sqrt(5), 6);
    expect(vectors[2]).toEqual([0, 1]);
  });

  test("a verifier with one logit is a sigmoid, with several a softmax", async () => {
    const one = lookupModel(
      table(1, (id) => (id === ids[0] ? Math.log(3) : 0)),
      true,
    );
    const episode = await episodeWith("x");
    const total = async (reward: Awaited<ReturnType<typeof onnxJudge>>) =>
      (await scoreEpisode(episode, { reward: 1 }, { reward })).total;
    expect(await total(await onnxJudge({ model: one, tokenizer, prompt: () => "aa" }))).toBeCloseTo(0.75, 6); // 1/(1 + 1/3)
    const two = lookupModel(
      table(2, (_, column) => (column === 1 ? Math.log(4) : 0)),
      true,
    );
    expect(await total(await onnxJudge({ model: two, tokenizer }))).toBeCloseTo(0.8, 6);
    expect(await total(await onnxJudge({ model: two, tokenizer, label: 0 }))).toBeCloseTo(0.2, 6);
    await expect(total(await onnxJudge({ model: two, tokenizer, label: 2 }))).rejects.toThrow(
      /label is 2; the model has 2 classes/,
    );
  });

  test("what is missing is named", async () => {
    await expect(onnxEmbedder({})).rejects.toThrow(/needs a directory, or model/);
    await expect(onnxEmbedder({ directory: "/nowhere" })).rejects.toThrow(/there is no \/nowhere\/model.onnx/);
  });
});
