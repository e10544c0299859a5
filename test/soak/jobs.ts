/** `npm run soak -- jobs`: SIGKILL at random points, and what must hold all the same. */
import { parseArgs } from "node:util";
import { survive } from "./jobs-survival.ts";

const help = `npm run soak -- jobs [--rounds n] [--seed n]

Submits jobs to a daemon of its own, prunes those that are over, and kills daemon, workers and clients with SIGKILL at random points; then
checks that every job that was accepted ended, none ran twice, no result was lost, no device was held twice or by nobody, jobs went with
their folders or not at all, and nothing was left behind. Prints figures; exit code 1 if anything was wrong. 200 rounds take some five
minutes.
  --rounds n   default 200
  --seed n     default 1`;

const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    rounds: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
  },
});
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
if (values.help) console.log(help);
else if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(seed)) {
  console.error(`soak: --rounds must be a whole number, at least 1, --seed a whole number.\n\n${help}`);
  process.exitCode = 2;
} else {
  const found = await survive({ rounds, seed, log: (text) => console.error(`· ${text}`) });
  const states = Object.entries(found.states).map(([state, n]) => `${n} ${state}`);
  const { daemon, worker, client } = found.killed;
  console.log(
    `${found.rounds} rounds in ${found.seconds.toFixed(0)} s: killed ${daemon} daemons, ${worker} workers, ${client} clients; ` +
      `${found.jobs} jobs in ${found.attempts} attempts, ${found.pruned} pruned, the others ${states.join(", ")}`,
  );
  for (const line of found.violations) console.log(line);
  console.log(found.violations.length === 0 ? "nothing was lost, doubled or left behind" : `${found.violations.length} violations`); // biome-ignore format: a line
  process.exitCode = found.violations.length > 0 ? 1 : 0;
}
