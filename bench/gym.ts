/**
 * Claim: an environment costs nothing beside a model. Steps a second of everything that is shipped, one completion each, written, parsed,
 * executed and answered, with its scripted expert as policy and with random actions; on one core, in this process.
 */
import { execFileSync } from "node:child_process";
import { gym } from "../src/index.ts";
import type { Bench } from "./context.ts";
import { coresFor, median } from "./harness.ts";
import { figure } from "./rows.ts";
import { target } from "./targets.ts";

const policies = ["scripted expert", "random actions"] as const;

export const gymBench: Bench = async (bench) => {
  const unpin = pin();
  try {
    for (const policy of policies) {
      for (const domain of gym.allDomains()) {
        const name = `gym ${domain.name}, ${policy}`;
        if (!bench.wanted(name, { quick: policy === policies[0] })) continue;
        await bench.row(name, async () => {
          const [rounds, milliseconds] = bench.quick ? [2, 300] : [5, 700];
          const tasks = (seed: number) => domain.tasks({ split: "train", count: 100, seed });
          const first = await stepsPerSecond(domain, policy, tasks(0), 300); // compiled by then, and pictures painted
          const values: number[] = [];
          for (let i = 0; i < rounds; i++) values.push(await stepsPerSecond(domain, policy, tasks(0), milliseconds));
          const ours = figure({ name: "medgym", values });
          const goal = domain.tools.length > 0 ? target(name) : undefined;
          const notes: string[] = [];
          if (domain.pictures && policy === policies[0]) {
            const fresh: number[] = [];
            const grouped: number[] = [];
            for (let seed = 1; seed <= rounds; seed++) {
              fresh.push(await stepsPerSecond(domain, policy, tasks(seed), 0));
              grouped.push(await stepsPerSecond(domain, policy, eachEightTimes(tasks(rounds + seed)), 0));
            }
            notes.push(
              `${median(fresh).toFixed(0)} steps/s where every task comes for the first time and its pictures are painted; ${median(grouped).toFixed(0)} where new tasks are played by groups of eight, as GRPO does; ${first.toFixed(0)} with the first 100 tasks of the process, when the atlas is painted too`,
            );
          }
          return { name, unit: "steps/s", better: "more", ours, target: goal, notes };
        });
      }
    }
  } finally {
    unpin();
  }
};

/** All threads of this process on one core, until the result is called. */
function pin(): () => void {
  const set = (cores: string) => execFileSync("taskset", ["-apc", cores, String(process.pid)], { stdio: "ignore" });
  const before = /: (.+)$/m.exec(execFileSync("taskset", ["-pc", String(process.pid)], { encoding: "utf8" }))![1];
  set(coresFor(1).join(","));
  return () => set(before);
}

/** Plays tasks for at least so long, and each at least once. */
async function stepsPerSecond(
  domain: gym.Domain,
  policy: (typeof policies)[number],
  tasks: readonly gym.Task[],
  milliseconds: number,
): Promise<number> {
  const aimless = aimlessPolicy(domain);
  const startedAt = performance.now();
  let steps = 0;
  for (let i = 0; i < tasks.length || performance.now() - startedAt < milliseconds; i++) {
    const task = tasks[i % tasks.length];
    const write = policy === "random actions" ? aimless : gym.expertPolicy(domain, task);
    const { turns, end, reason } = await gym.play(domain, task, write, { seed: i });
    if (end === "error") throw new Error(`${task.id} ended with ${end}: ${reason}`);
    steps += turns.length;
  }
  return (1000 * steps) / (performance.now() - startedAt);
}

/** A group of rollouts for each task. */
function eachEightTimes(tasks: readonly gym.Task[]): gym.Task[] {
  return tasks.flatMap((task) => Array.from({ length: 8 }, () => task));
}

function aimlessPolicy({ name, tools }: gym.Domain): gym.Policy {
  if (tools.length > 0) return gym.randomPolicy();
  return name === "consultation" ? gym.randomDoctor() : gym.games.randomMoves();
}
