/**
 * Claim: an environment costs nothing beside a model. Steps a second of every domain, one completion each, parsed, executed and
 * answered, with its scripted expert as policy; on one core, in this process.
 */
import { type Domain, domains, expertPolicy, play } from "../src/gym/index.ts";
import type { Bench } from "./context.ts";
import { figure } from "./rows.ts";
import { target } from "./targets.ts";

export const gymBench: Bench = async (bench) => {
  for (const domain of domains()) {
    const name = `gym ${domain.name}, scripted expert`;
    if (!bench.wanted(name, { quick: true })) continue;
    await bench.row(name, async () => {
      const rounds = bench.quick ? 2 : 7;
      await stepsPerSecond(domain, 300); // compiled by then
      const values: number[] = [];
      for (let i = 0; i < rounds; i++) values.push(await stepsPerSecond(domain, bench.quick ? 300 : 1000));
      return { name, unit: "steps/s", better: "more", ours: figure({ name: "medgym", values }), target: target(name) };
    });
  }
};

/** Plays the domain's tasks over and over for at least so long; making the tasks is not counted. */
async function stepsPerSecond(domain: Domain, milliseconds: number): Promise<number> {
  const tasks = domain.tasks({ split: "train", count: 100 });
  const startedAt = performance.now();
  let steps = 0;
  for (let i = 0; performance.now() - startedAt < milliseconds; i++) {
    const task = tasks[i % tasks.length];
    const { turns, end, reason } = await play(domain, task, expertPolicy(domain, task), { seed: i });
    if (end !== "submitted") throw new Error(`${task.id} ended with ${end}${reason ? `: ${reason}` : ""}`);
    steps += turns.length;
  }
  return (1000 * steps) / (performance.now() - startedAt);
}
