import { describe, expect, test } from "vitest";
import { fixtureDirectory } from "../../../test/text-fixtures.ts";
import { displaySymbol } from "../../core/display.ts";
import { Random } from "../../core/random.ts";
import { rollout } from "../../generate/index.ts";
import { loadHubTokenizer } from "../../text/hub-tokenizer.ts";
import { encodeExamples } from "../../train/examples.ts";
import { contamination } from "../contamination/contamination.ts";
import type { Domain, Expert } from "../domain.ts";
import { domain, domains } from "../domains/index.ts";
import { sokoban } from "../games/index.ts";
import { expertPolicy, type Policy, play } from "../play.ts";
import type { Task } from "../task.ts";
import { patterns, strategies } from "./strategies.ts";
import type { Demo, Synthesis } from "./synthesis.ts";
import { type SynthesizeOptions, synthesize } from "./synthesize.ts";
import { ordered, traceOf } from "./trace.ts";

const four = ["clinical-diagnosis", "drug-interaction", "ehr-management", "medical-qa"];
const make = (options: Partial<SynthesizeOptions>) => synthesize({ domains: four, seed: 7, ...options });

/** What the environment says to the row's own words, from the start. */
async function spokenAgain({ messages, metadata }: Demo, task: Task): Promise<unknown[]> {
  const episode = domain(metadata.domain).start(task, { seed: metadata.seed });
  for (const { role, content } of messages) if (role === "assistant") await episode.step(String(content));
  return episode.messages.slice(0, messages.length);
}

describe("118, 500 and 700 demonstrations", { timeout: 120_000 }, () => {
  let some: Synthesis;

  test.each([118, 500, 700])("%d: exactly so many, in less than a minute", async (count) => {
    const { user } = process.cpuUsage(); // of this process alone: another may have the core for a while
    const made = await make({ count });
    some ??= made;
    expect(process.cpuUsage().user - user).toBeLessThan(60e6);
    expect(made.length).toBe(count);
    const keys = made.rows.map(({ metadata: { domain: name, taskId, strategy, source } }) =>
      [name, taskId, strategy, source].join(" "),
    );
    expect(new Set(keys).size).toBe(count);
    expect(new Set(made.rows.map(({ messages }) => JSON.stringify(messages))).size).toBe(count);
    for (const n of Object.values(made.counts("domain"))) expect(Math.abs(n - count / 4)).toBeLessThan(1);
    expect(made.rows.slice(0, 118)).toEqual(some.rows); // the same options give the same rows, more of them more rows
  });

  test("tool results are the environment's own, the first turn is the ticket, no task is of the test split", async () => {
    for (const name of four) {
      const tasks = new Map(
        domain(name)
          .tasks({ split: "train" })
          .map((task) => [task.id, task]),
      );
      for (const row of some.rows.filter(({ metadata }) => metadata.domain === name)) {
        const task = tasks.get(row.metadata.taskId)!;
        expect(row.messages[1]).toMatchObject({ role: "user", content: expect.stringContaining(task.ticket) });
        expect(await spokenAgain(row, task)).toEqual(row.messages);
        expect(row.metadata.score).toBeGreaterThanOrEqual(0.8);
        expect(row.messages.at(-1)!.role).toBe("assistant");
      }
    }
    expect(Object.keys(some.counts("strategy")).length).toBeGreaterThan(12);
  });

  test("the contamination gate lets them pass, and stops one of a test task", async () => {
    const tests = four.flatMap((name) => domain(name).tasks({ split: "test" }));
    (await contamination(some, tests)).assert();
    const [task] = domain(four[0]).tasks({ split: "test" });
    const { messages } = await play(domain(four[0]), task, expertPolicy(domain(four[0]), task));
    const leak = { messages, metadata: { domain: four[0], taskId: task.id } };
    expect((await contamination([...some, leak], tests)).contaminated).toHaveLength(1);
  });

  test("sft learns what the assistant says with its calls, and nothing else", async () => {
    const tokenizer = await loadHubTokenizer(fixtureDirectory("qwen2"));
    const settings = { lossOn: "assistant", maxLength: 100_000, overlong: "error" } as const;
    const rows = some.rows.slice(0, 8);
    const { items } = await encodeExamples("sft: data", rows, tokenizer, settings, new AbortController().signal);
    for (const [i, { messages, tools }] of rows.entries()) {
      const { ids, mask } = items[i];
      const said = messages.filter(({ role }) => role === "assistant").map(({ content }) => `${content}<|im_end|>`);
      expect(tokenizer.decode(ids.filter((_, t) => mask[t] === 1)).replaceAll("<|im_end|>\n", "<|im_end|>")).toBe(
        said.join(""),
      );
      const text = tokenizer.decode(ids);
      for (const tool of tools ?? []) expect(text).toContain(`"name": "${(tool.function as { name: string }).name}"`);
    }
  });

  test("it draws itself: how many of what, and the first rows", async () => {
    expect(String(some)).toMatch(/^118 demonstrations of 118 tasks, each replayed; not kept: /);
    const bundle = await some[displaySymbol]();
    expect(bundle["text/html"]).toContain("118 rows, the first 2");
    expect(bundle["text/html"]).toContain("clinical-diagnosis");
  });
});

test("every domain that is shipped has demonstrations of most strategies", async () => {
  for (const { name, tools } of domains()) {
    const made = await make({ domains: [name], tasksPerDomain: 3, perTask: 3 });
    expect([name, made.length]).toEqual([name, 9]);
    for (const { tools: listed } of made) expect(listed).toHaveLength(tools.length);
  }
});

test("too many are an error that says how many there are", async () => {
  const few = { domains: ["drug-interaction"], tasksPerDomain: 4, strategies: ["expert", "think-first"], patterns: [] };
  expect(await make({ ...few, count: 8 })).toHaveLength(8);
  await expect(make({ ...few, count: 9 })).rejects.toThrow(
    /9 demonstrations were asked for, and 8 distinct ones exist: drug-interaction 8 \(4 tasks\)/,
  );
  expect(await make({ ...few, perTask: 2 })).toHaveLength(8);
  await expect(make({ ...few, perTask: 3 })).rejects.toThrow(/12 demonstrations were asked for, and 8 distinct/);
});

test("what cannot be is refused at once", () => {
  expect(() => make({})).toThrow(/either count \(in all\) or perTask/);
  expect(() => make({ count: 3, perTask: 1 })).toThrow(/either count/);
  expect(() => make({ count: 3, split: "test" as never })).toThrow(/split/);
  expect(() => make({ count: 3, strategies: ["think-frist"] })).toThrow(
    /strategies has no "think-frist" \(did you mean "think-first"\?\)/,
  );
  expect(() => make({ count: 3, domains: ["drugs"] })).toThrow(/no domain "drugs"/);
});

test("tasks of the caller's, in their order, one demonstration of each; the expert may be another", async () => {
  const place = domain("drug-interaction");
  const tasks = [3, 0, 5].map((i) => place.tasks({ split: "train", count: 6, seed: 9 })[i]);
  const expert = { strategies: ["expert"], patterns: [] };
  const { rows } = await synthesize({ domains: [place], tasks, ...expert });
  expect(rows.map(({ metadata }) => [metadata.taskId, metadata.strategy])).toEqual(
    tasks.map(({ id }) => [id, "expert"]),
  );
  function* guess(): Expert {
    yield { name: "submitAnswer", arguments: { answer: "no", reasoning: "From memory." } };
  }
  const hasty = { domains: [{ ...place, expert: guess }], tasks, ...expert };
  await expect(synthesize(hasty)).rejects.toThrow(/3 demonstrations were asked for, and 0 distinct/);
  expect(await synthesize({ ...hasty, allowFewer: true })).toHaveLength(0);
  expect(await synthesize({ ...hasty, minScore: 0 })).toHaveLength(3);
  expect(await synthesize({ domains: [place], tasks, count: 7 })).toHaveLength(7);

  const [held] = place.tasks({ split: "test", count: 1 });
  const wrong = (more: Partial<SynthesizeOptions>) => () => synthesize({ domains: [place], tasks, ...more });
  expect(wrong({ tasks: [held] })).toThrow(/is a test task: it must not be learned from/);
  expect(wrong({ domains: ["triage"] })).toThrow(/is of drug-interaction, and domains are triage/);
  expect(wrong({ tasks: [tasks[0], tasks[0]] })).toThrow(/is there twice/);
  expect(wrong({ taskSeed: 3 })).toThrow(/taskSeed is for the domains' own tasks/);
});

test("progress is told, and a cancel stops it", async () => {
  const run = make({ count: 500 });
  for await (const { kept, tried, total } of run) {
    expect([kept <= tried, total]).toEqual([true, 500]);
    if (kept === 5) break;
  }
  run.cancel();
  await expect(run).rejects.toMatchObject({ code: "cancelled" });
});

test("games: shortest solutions as text, each map once", async () => {
  const made = await make({ domains: [sokoban()], count: 30, tasksPerDomain: 30 });
  expect(made.counts("strategy")).toEqual({ expert: 30 });
  for (const { messages, metadata, ...row } of made) {
    expect(messages.at(-1)!.content).toMatch(/^<think>.*<\/think><answer>.*<\/answer>$/s);
    expect([metadata.score > 9, "tools" in row]).toEqual([true, false]);
  }
});

describe("self-play", () => {
  const place = domain("drug-interaction");
  const own = { domains: [place], tasksPerDomain: 6, strategies: [], patterns: [] };
  /** Solves every other task. */
  const tasks = place.tasks({ split: "train", count: 6 });
  const solved = [tasks[0].id, tasks[2].id, tasks[4].id];
  const model = (task: Task): Policy => (solved.includes(task.id) ? expertPolicy(place, task) : () => "I do not know.");

  test("a model's episodes, through rollout, of those tasks that it solved", async () => {
    const seen: string[] = [];
    const made = await make({
      ...own,
      count: solved.length,
      selfPlay: {
        play(environment, wanted) {
          seen.push(...wanted.map(({ id }) => id));
          return rollout({ model, environment, tasks: wanted });
        },
      },
    });
    expect(made.rows.map(({ metadata }) => metadata.taskId).sort()).toEqual([...solved].sort());
    expect(made.rows[0].metadata).toMatchObject({ source: "self-play", strategy: "self-play-1" });
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("a judge decides, and what does not replay is left out", async () => {
    const selfPlay = (change: (played: { hash: string }) => void, score = 1) => ({
      async play(environment: Domain, wanted: readonly Task[]) {
        const played = await rollout({ model, environment, tasks: wanted });
        for (const each of played.trajectories) change(each);
        return played;
      },
      judge: () => score,
    });
    const made = make({ ...own, count: 6, selfPlay: selfPlay(() => {}) });
    expect((await made).rejected).toEqual({});
    const forged = selfPlay((played) => {
      played.hash = "0";
    });
    await expect(make({ ...own, count: 1, selfPlay: forged })).rejects.toThrow(/0 distinct.*6 replay differs/);
    await expect(make({ ...own, count: 1, selfPlay: selfPlay(() => {}, 0.5) })).rejects.toThrow(/6 scored below 0.8/);
  });
});

describe("orders of calls", () => {
  test("every strategy's order keeps what a step needs before it", async () => {
    for (const name of four) {
      const where = domain(name);
      for (const task of where.tasks({ split: "train", count: 12 })) {
        const trace = traceOf(await play(where, task, expertPolicy(where, task)), new Random(3).split(task.id))!;
        for (const { plan } of [...strategies, ...patterns]) {
          const steps = plan(trace) ?? [];
          const places = steps.map((step) => trace.steps.findIndex(({ result }) => result === step.result));
          for (const [at, place] of places.entries())
            for (const need of place < 0 ? [] : trace.needs[place]) expect(places.indexOf(need)).toBeLessThan(at);
        }
      }
    }
  });

  test("a value that only a result has needs that result; a judgement needs all that came before", async () => {
    const where = domain("clinical-diagnosis");
    const task = where.tasks({ split: "train", kinds: ["cardiovascular"] }).find(({ answer }) => /vein/.test(answer!))!;
    const trace = traceOf(await play(where, task, expertPolicy(where, task)), new Random(1))!;
    const at = (name: string) => trace.steps.findIndex((step) => step.name === name);
    expect([...trace.needs[at("getVitalSigns")]]).toEqual([]);
    expect(trace.needs[at("getDifferentialDiagnosis")]).toContain(at("getClinicalNotes"));
    const score = at("calculateWellsDvt"); // yes and no alone
    expect(trace.needs[score].size).toBe(score);
    const backwards = ordered(trace, new Set(trace.steps.keys()), (place) => -place);
    expect(backwards.at(-1)!.name).toBe("submitDiagnosis");
    expect(backwards).not.toEqual(trace.steps);
  });
});
