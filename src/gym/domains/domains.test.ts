/** What holds for every domain that is registered. `npm run soak -- gym` is the long form. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contamination } from "../contamination/contamination.ts";
import type { Episode } from "../episode.ts";
import { lint } from "../lint/lint.ts";
import { expertPolicy, type Policy, play, recordOf, replay } from "../play.ts";
import { probe } from "../probe.ts";
import { randomPolicy } from "../random-policy.ts";
import { scoreEpisode } from "../reward.ts";
import { actionScore } from "../rewards/action-score.ts";
import { isDegenerate } from "../rewards/degenerate.ts";
import type { Task } from "../task.ts";
import { allDomains, domain, domains } from "./index.ts";

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const smaller = ["triage", "psychiatry", "obstetrics", "radiology-report", "cross-domain"];

test("a domain is found by its name, or the nearest is named", () => {
  for (const each of allDomains()) expect(domain(each.name)).toBe(each);
  const texts = allDomains().filter((each) => !domains().includes(each));
  expect(texts.map(({ name }) => name)).toEqual(["consultation", "sokoban", "frozen-lake"]);
  expect(() => domain("drug-interactions")).toThrow(
    /no domain "drug-interactions" \(did you mean "drug-interaction"\?\)/,
  );
});

test("what acts by text lints clean too", async () => {
  const texts = allDomains().filter((each) => !domains().includes(each));
  expect((await lint(texts, { firstSeed: 3 })).issues).toEqual([]);
});

describe.each(domains().map((each) => [each.name, each] as const))("%s", (_, where) => {
  const test10: Task[] = where.tasks({ split: "test", count: 10 });

  test("has enough tasks, split 80/10/10, that lint clean, of three seeds", { timeout: 120_000 }, async () => {
    const all = where.tasks();
    expect(all.length).toBeGreaterThanOrEqual(smaller.includes(where.name) ? 100 : 200);
    const share = (split: string) => all.filter((task) => task.split === split).length / all.length;
    expect(share("train")).toBeGreaterThan(0.7);
    expect(share("validation")).toBeGreaterThan(0.04);
    expect(share("test")).toBeGreaterThan(0.04);
    for (const seed of [0, 1, 12_345]) expect((await lint(where, { firstSeed: seed })).issues).toEqual([]);
  });

  test("keeps its test tasks out of its training tasks", async () => {
    (await contamination(where.tasks({ split: "train" }), where.tasks({ split: "test" }))).assert();
  });

  test("is solved by its expert, from the brief alone; the episodes replay to the same hash", async () => {
    const scores: number[] = [];
    for (const task of where.tasks({ split: "test" })) {
      const episode = await play(where, task, expertPolicy(where, task));
      expect([task.id, episode.end]).toEqual([task.id, "submitted"]);
      scores.push(actionScore({ task, episode })!);
      const again = await replay(where, recordOf(episode));
      expect(recordOf(again)).toEqual(recordOf(episode));
    }
    expect(mean(scores)).toBeGreaterThanOrEqual(0.95);
  });

  test("gives random tools little, and an empty answer nothing", async () => {
    const scores: number[] = [];
    for (const task of where.tasks({ split: "test" })) {
      scores.push(actionScore({ task, episode: await play(where, task, randomPolicy(7)) })!);
      const empty = await play(where, task, () => "");
      expect((await scoreEpisode(empty)).total).toBe(0);
    }
    expect(mean(scores)).toBeLessThanOrEqual(0.3);
  });

  test("never throws, whatever is written, and stays hashable and scorable", async () => {
    const names = where.tools.map(({ name }) => name);
    const value = fc.jsonValue({ maxDepth: 3 });
    const call = fc
      .record({ name: fc.constantFrom(...names), arguments: fc.dictionary(fc.string(), value, { maxKeys: 4 }) })
      .map((made) => `<tool_call>${JSON.stringify(made)}</tool_call>`);
    const typed = fc.integer();
    const wild = fc.array(fc.oneof(call, fc.string({ unit: "binary" }), typed), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...test10), wild, async (task, moves) => {
        const episode = where.start(task);
        for (const move of moves) {
          if (episode.end) break;
          await episode.step(typeof move === "number" ? await randomPolicy(move)(episode.messages, episode) : move);
        }
        expect([episode.end, episode.reason]).not.toEqual(["error", expect.anything()]);
        expect(episode.hash()).toMatch(/^[0-9a-f]{64}$/);
        const { parts } = await scoreEpisode(episode);
        for (const part of Object.values(parts)) if (part !== null) expect(Math.abs(part)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 100 },
    );
  });

  test("pays policies that know nothing less than half of what its expert gets", async () => {
    const experts = new Map<Episode, Policy>();
    const base: Policy = (messages, episode) => {
      if (!experts.has(episode)) experts.set(episode, expertPolicy(where, episode.task));
      return experts.get(episode)!(messages, episode);
    };
    const report = (await probe({ environment: where, tasks: test10, base })).assert();
    for (const { policy, reward } of report.cheats) {
      expect([policy, reward]).toEqual([policy, expect.toSatisfy((paid) => paid < report.base.reward / 2)]);
    }
  });

  test("its expert's texts are not degenerate", async () => {
    for (const task of test10) {
      const { turns } = await play(where, task, expertPolicy(where, task));
      expect(turns.some(({ completion }) => isDegenerate(completion))).toBe(false);
    }
  });
});
