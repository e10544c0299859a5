import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { displaySymbol } from "../core/display.ts";
import { fakeEngine, fakeModelType } from "../engine/fake.ts";
import { renderCalls } from "../gym/action.ts";
import { defineEnvironment } from "../gym/environment.ts";
import type { Environment, Episode, Turn } from "../gym/episode.ts";
import { randomPolicy } from "../gym/random-policy.ts";
import type { Task } from "../gym/task.ts";
import { TextEpisode } from "../gym/text-episode.ts";
import { createModel } from "../model/load.ts";
import type { Model } from "../model/model.ts";
import { ByteTokenizer } from "../text/byte-tokenizer.ts";
import type { ChatMessage, Tokenizer } from "../text/tokenizer.ts";
import { type RolloutOptions, rollout } from "./rollout.ts";
import { TokenRecord } from "./token-record.ts";

const tokenizer = new ByteTokenizer();
const config = {
  model_type: fakeModelType,
  vocab_size: 259,
  hidden_size: 8,
  initializer_range: 0.8,
  max_position_embeddings: 160,
  eos_token_id: 257,
};
const newModel = (extra = {}) =>
  createModel({ ...config, ...extra }, { seed: 2, _internal: { engine: fakeEngine(), tokenizer } });

const tasks: Task[] = ["a", "b", "c"].map((id) => ({
  id,
  domain: "echo",
  split: "train",
  ticket: `task ${id}`,
  difficulty: 1,
  criteria: { actions: [], assertions: [] },
}));

/** Answers each text with "go"; three turns. `hook` runs in each step and may throw. */
function echo(hook: (episode: Episode) => unknown = () => {}, rewards: Environment["rewards"] = {}): Environment {
  const environment: Environment = {
    name: "echo",
    description: "",
    tools: [],
    toolSchemas: [],
    maxTurns: 3,
    rewards: { length: ({ episode }) => episode.turns.length / 3, ...rewards },
    weights: Object.fromEntries(["length", ...Object.keys(rewards)].map((name) => [name, 1])),
    start(task, { seed = 0 } = {}) {
      const messages: ChatMessage[] = [{ role: "user", content: task.ticket }];
      const turns: Turn[] = [];
      const episode = {
        ...{ environment, task, seed, messages, turns, log: [], submission: null, state: {} },
        end: null as Episode["end"],
        hash: () => `${turns.length}`,
        async step(completion: string) {
          await hook(episode);
          const observation = [{ role: "user", content: "go" }];
          const turn: Turn = { completion, action: { type: "text", text: completion }, observation, rewards: {} };
          turns.push(turn);
          messages.push({ role: "assistant", content: completion.trim() }, ...observation);
          if (turns.length === 3) episode.end = "turn-limit";
          return turn;
        },
      };
      return episode;
    },
  };
  return environment;
}

/** Of the fake model: cut off after 8 tokens unless it draws the end, so limits are generous where turns are to follow. */
const sampled = { temperature: 1, maxNewTokens: 8, seed: 5 } as const;

/** Ends its completions by itself: the end of a turn is by far its most likely token. */
async function terseModel(): Promise<Model> {
  const model = await newModel();
  const [{ name }] = model.engine.tensors().filter((tensor) => /bias/.test(tensor.name));
  const bias = await model.engine.readTensor(name);
  bias[257] += 3.5;
  await model.engine.writeTensor(name, bias);
  return model;
}

describe("rollout", () => {
  it("records what the policy read and drew, token by token, with the log-probabilities of score", async () => {
    const model = await terseModel();
    const result = await rollout({ ...sampled, maxNewTokens: 100, model, environment: echo(), tasks });
    const long = result.trajectories.filter(({ turns }) => turns.length === 3);
    expect(long.length).toBeGreaterThan(0);
    for (const { segments, turns, messages } of long) {
      expect(segments).toHaveLength(1);
      const [{ tokens, mask, logprobs, turns: turnOf, promptLength }] = segments;
      const own = [...tokens.keys()].filter((t) => mask[t] === 1);
      expect(own[0]).toBe(promptLength);
      expect(own.length).toBe(turns.reduce((sum, { completionTokens }) => sum + completionTokens!, 0));
      expect(own.map((t) => turnOf[t])).toEqual(own.map((t) => turnOf[t]).toSorted((a, b) => a - b));
      expect(logprobs.every((value, t) => (mask[t] ? value < 0 : value === 0))).toBe(true);
      // what the template would write now is what was read, up to white space around contents
      const whole = tokenizer.applyChatTemplate(messages.slice(0, -1));
      expect(whole.replace(/\s+/g, "")).toContain(tokenizer.decode(tokens).replace(/\s+/g, ""));
      const score = await model.score({
        prompt: tokens.slice(0, promptLength),
        completion: tokens.slice(promptLength),
      });
      for (const t of own) expect(Math.abs(score.logprobs[t - promptLength] - logprobs[t])).toBeLessThan(1e-5);
    }
  });

  it("gives the same trajectories whatever is played at once; groups share the start and differ in what is drawn", async () => {
    const model = await terseModel();
    const options = { ...sampled, maxNewTokens: 30, model, environment: echo(() => wait(Math.random() * 3)), tasks };
    const play = async (concurrency: number) => (await rollout({ ...options, groupSize: 2, concurrency })).trajectories;
    const [one, many] = [await play(1), await play(6)];
    expect(many).toEqual(one);
    expect(one.map(({ group, sample }) => [group, sample])).toEqual(
      [0, 1, 2].flatMap((g) => [
        [g, 0],
        [g, 1],
      ]),
    );
    expect(one[0].seed).toBe(one[1].seed);
    expect(one[0].segments[0].tokens).not.toEqual(one[1].segments[0].tokens);
    const other = await rollout({ ...options, seed: 6 });
    expect(other.trajectories[0].segments[0].tokens).not.toEqual(one[0].segments[0].tokens);
  });

  it("flags what was cut off, by the turn's limit and by the context", async () => {
    const model = await newModel();
    const short = await rollout({ ...sampled, maxNewTokens: 2, temperature: 0, model, environment: echo(), tasks });
    expect(short.trajectories[0]).toMatchObject({
      end: "truncated",
      truncated: true,
      reason: "a completion was cut off",
    });
    expect(short.trajectories[0].turns).toHaveLength(1);
    const tight = await rollout({ ...sampled, model, environment: echo(), tasks, maxEpisodeTokens: 10 });
    expect(tight.trajectories[0].failure).toMatchObject({ boundary: "model", message: /too long: \d+ tokens .* 10/ });
  });

  it("one bad episode does not spoil its siblings: each failure is classified, counted, and no score", async () => {
    const model = () => () => "x";
    const play = (environment: Environment, extra: Partial<RolloutOptions> = {}) =>
      rollout({ model, environment, tasks, ...extra });
    const onB = ({ task }: Episode) => {
      if (task.id === "b") throw new Error("ward on fire");
    };
    const tool = await play(echo(onB));
    expect(tool.trajectories.map(({ failure }) => failure)).toEqual([
      undefined,
      { boundary: "environment", message: "ward on fire" },
      undefined,
    ]);
    expect(tool.trajectories[1].reward).toBeNull();
    expect([tool.reward, tool.failures.length]).toEqual([1, 1]);
    const nan = await play(echo(undefined, { odd: ({ task }) => (task.id === "b" ? Number.NaN : 1) }));
    expect(nan.failures).toEqual([{ boundary: "reward", message: expect.stringContaining("odd is NaN") }]);
    const never = echo(undefined, { slow: ({ task }) => (task.id === "b" ? new Promise<number>(() => {}) : 1) });
    expect((await play(never, { rewardTimeoutMs: 20 })).failures).toMatchObject([{ message: "no reward in 20 ms" }]);
    const policy = await play(echo(), {
      model: (task) => () => {
        if (task.id === "c") throw new Error("lost its mind");
        return "x";
      },
    });
    expect(policy.trajectories[2].failure).toEqual({ boundary: "model", message: "lost its mind" });
    const text = String((await policy[displaySymbol]())["text/plain"]);
    expect(text).toContain("1 failed: model: lost its mind");
  });

  it("a tool or a simulated patient that never answers costs its own episode only", async () => {
    const never = new Promise<never>(() => {});
    const hangs = ({ id }: Task) => id === "b";
    const ward = defineEnvironment({
      name: "ward",
      state: () => ({}),
      toolTimeoutMs: 20,
      tools: (tool) => ({
        look: tool({ kind: "read", description: "", parameters: {}, run: (_, { task }) => (hangs(task) ? never : 1) }),
        submit: tool({ kind: "submit", description: "end", parameters: {}, run: () => "ok" }),
      }),
    });
    const script = ["look", "submit"].map((name) => renderCalls([{ name, arguments: {} }]));
    const tools = await rollout({
      model:
        () =>
        (_, { turns }) =>
          script[turns.length],
      environment: ward,
      tasks,
    });
    expect(tools.trajectories.map(({ end }) => end)).toEqual(["submitted", "error", "submitted"]);
    expect(tools.failures).toEqual([{ boundary: "environment", message: "tool look: no result in 20 ms" }]);

    const clinic: Environment = {
      ...echo(),
      start: (task) => {
        const play = () => (hangs(task) ? never : ({ ...said, end: "answered" } as const));
        const said = { action: { type: "text", text: "x" }, rewards: {}, says: "well" } as const;
        return new TextEpisode({ environment: clinic, task, seed: 0, state: {}, messages: [], timeoutMs: 20, play });
      },
    };
    const talks = await rollout({ model: () => () => "x", environment: clinic, tasks });
    expect(talks.trajectories.map(({ end }) => end)).toEqual(["answered", "error", "answered"]);
    expect(talks.failures).toEqual([{ boundary: "environment", message: "no reply in 20 ms" }]);
  });

  it("waits for no slow sibling: an episode whose tools answer goes on", async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const finished: string[] = [];
    const environment = echo(async ({ task }) => {
      if (task.id === "a") await gate;
    });
    const run = rollout({ model: () => () => "x", environment, tasks, concurrency: 2 });
    for await (const event of run) {
      if (event.type !== "rollout-end") continue;
      finished.push(event.id);
      if (finished.length === 2) open();
    }
    expect(finished).toEqual(["b", "c", "a"]);
  });

  it("is cancelled in the middle", async () => {
    const run = rollout({ ...sampled, maxNewTokens: 100, model: await newModel(), environment: echo(), tasks });
    for await (const event of run) {
      if (event.type === "rollout-start") run.cancel();
      break;
    }
    await expect(run.then()).rejects.toMatchObject({ code: "cancelled" });
  });

  it("refuses tasks of no environment before any work", () => {
    const stray = [{ ...tasks[0], domain: "sea" }];
    const environments = [echo(), { ...echo(), name: "other" }];
    expect(() => rollout({ model: () => () => "x", environment: environments, tasks: stray })).toThrow(
      /task a is of "sea"; the environments are echo, other/,
    );
    expect(() => rollout({ model: {} as Model, environment: echo(), tasks })).toThrow(/model is .*endpoint/);
  });

  it("plays tools with a scripted policy", async () => {
    const ward = defineEnvironment({
      name: "ward",
      state: () => ({}),
      tools: (tool) => ({
        look: tool({ kind: "read", description: "look", parameters: { at: z.string() }, run: ({ at }) => at }),
        submit: tool({ kind: "submit", description: "end", parameters: { answer: z.string() }, run: () => "ok" }),
      }),
    });
    const result = await rollout({ model: () => randomPolicy(), environment: ward, tasks, groupSize: 2 });
    expect(result.groups.map((group) => group.length)).toEqual([2, 2, 2]);
    expect(result.trajectories.every(({ end }) => end === "submitted" || end === "turn-limit")).toBe(true);
    expect(JSON.parse(JSON.stringify(result.trajectories))).toHaveLength(6);
  });
});

describe("the record of tokens", () => {
  const record = (template: string) => {
    const text = (messages: readonly ChatMessage[]) =>
      messages.map(({ role, content }, i) => {
        const kept =
          template === "drops thoughts" && i < messages.length - 1 ? String(content).replace(/T\d/, "") : content;
        return `<|start|>${role}\n${kept}<|end|>`;
      });
    const own = {
      encode: (rendered: string) => tokenizer.encode(rendered),
      applyChatTemplate: (messages: ChatMessage[]) => `${text(messages).join("")}<|start|>assistant\n`,
    };
    return new TokenRecord(own as unknown as Tokenizer, [257], {});
  };
  const wrote = (text: string) => {
    const tokens = tokenizer.encode(text);
    return { tokens, logprobs: new Float32Array(tokens.length).fill(-1) };
  };
  const chat = (...contents: string[]) =>
    contents.map((content, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content }));

  it("appends to what was read and drawn; the end of the turn is there once", () => {
    const tokens = record("keeps");
    tokens.prompt(chat("hi"));
    tokens.wrote(wrote("T1 yes<|end|>"), 1);
    tokens.prompt(chat("hi", "T1 yes", "go"));
    tokens.wrote(wrote("no"), 2);
    const [only, ...others] = tokens.segments();
    expect(others).toEqual([]);
    expect(tokenizer.decode(only.tokens)).toBe(
      "<|start|>user\nhi<|end|><|start|>assistant\nT1 yes<|end|><|start|>user\ngo<|end|><|start|>assistant\nno",
    );
    const drawn = only.tokens.filter((_, t) => only.mask[t] === 1);
    expect(tokenizer.decode(drawn)).toBe("T1 yes<|end|>no");
  });

  it("begins a new segment where the template rewrites an earlier turn", () => {
    const tokens = record("drops thoughts");
    tokens.prompt(chat("hi"));
    tokens.wrote(wrote("T1 yes<|end|>"), 1);
    tokens.prompt(chat("hi", "T1 yes", "go"));
    tokens.wrote(wrote("no<|end|>"), 2);
    const [first, second] = tokens.segments();
    expect(tokenizer.decode(first.tokens)).toContain("T1 yes<|end|>");
    expect(tokenizer.decode(second.tokens)).toBe(
      "<|start|>user\nhi<|end|><|start|>assistant\n yes<|end|><|start|>user\ngo<|end|><|start|>assistant\nno<|end|>",
    );
    expect([...second.turns].filter(Boolean)).toEqual([2, 2, 2]);
  });
});
