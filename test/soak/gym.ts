/** `npm run soak -- gym`: a process for each hundred seeds of a domain, a table of what they found. */
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { textTable } from "../../src/core/table.ts";
import { gym } from "../../src/index.ts";
import { type Soaked, type SoakOptions, soak, together, verdict } from "./soak.ts";

const help = `npm run soak -- gym [--domain name …] [--seeds n] [--first-seed n] [--played n] [--minutes n] [--jobs n] [--record file]

Every domain of the gym on the task sets of many seeds: all tasks lint clean and none is in the shipped test split while in training; the
test tasks are played by the expert, by random actions, with an empty answer and with fuzzed completions, and every episode is played
again from its record. Prints a table and what was wrong; exit code 1 if anything was. 1,000 seeds of a domain take some ten minutes.
  --domain name    may be repeated; default: all
  --seeds n        default 1000
  --first-seed n   default 0
  --played n       test tasks of each seed that are played; default 10
  --minutes n      of each domain: no seed but the first is begun after it; default: none
  --jobs n         processes at a time; default: the machine's cores
  --record file    each hundred seeds that are done are a line of it; what is there already is not done again, so delete it when
                   the gym has changed`;

/** Seeds of one process: what is lost at most when a run with a record is stopped. */
const seedsAtOnce = 100;

type Given = SoakOptions & { domains: string[]; jobs: number; child: boolean; record?: string };

/** undefined: help was asked for. */
function parse(): Given | undefined {
  const { values } = parseArgs({
    options: {
      help: { type: "boolean", default: false },
      domain: { type: "string", multiple: true, default: gym.allDomains().map(({ name }) => name) },
      seeds: { type: "string", default: "1000" },
      "first-seed": { type: "string", default: "0" },
      played: { type: "string", default: "10" },
      minutes: { type: "string", default: "Infinity" },
      jobs: { type: "string", default: String(availableParallelism()) },
      record: { type: "string" },
      /** Soaks the one domain in this process and prints what was found as JSON. */
      child: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const whole = (name: "seeds" | "first-seed" | "played" | "jobs", least: number) => {
    const value = Number(values[name]);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new Error(`--${name} is "${values[name]}"; it must be a whole number, at least ${least}.`);
  };
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error(`--minutes is "${values.minutes}"; it must be a number above 0.`);
  const domains = [...new Set(values.domain)];
  for (const name of domains) gym.domain(name); // says at once what is not there
  const [seeds, firstSeed, played, jobs] = [whole("seeds", 1), whole("first-seed", 0), whole("played", 1), whole("jobs", 1)]; // biome-ignore format: a list
  return { domains, seeds, firstSeed, played, minutes, jobs, child: values.child, record: values.record };
}

try {
  const given = parse();
  if (!given) console.log(help);
  else if (given.child) console.log(JSON.stringify(await soak(gym.domain(given.domains[0]), given)));
  else process.exitCode = report(await all(given));
} catch (error) {
  console.error(`soak: ${(error as Error).message}`);
  process.exitCode = 2;
}

/** A line of the record. */
interface Piece {
  domain: string;
  firstSeed: number;
  seeds: number;
  played: number;
  found: Soaked;
}

async function all(given: Given): Promise<Soaked[]> {
  const { domains, seeds, firstSeed, played, minutes = Number.POSITIVE_INFINITY, record } = given;
  const known = record && existsSync(record) ? readFileSync(record, "utf8").trim().split("\n") : [];
  const pieces = known.map((line) => JSON.parse(line) as Piece).filter((piece) => piece.played === played);
  const done = (domain: string) => pieces.filter((piece) => piece.domain === domain);
  const waiting = domains.flatMap((domain) =>
    Array.from({ length: Math.ceil(seeds / seedsAtOnce) }, (_, i) => {
      const from = firstSeed + i * seedsAtOnce;
      return { domain, firstSeed: from, seeds: Math.min(seedsAtOnce, firstSeed + seeds - from) };
    }).filter((piece) => !done(domain).some((one) => one.firstSeed === piece.firstSeed && one.seeds === piece.seeds)),
  );
  const begun = new Map<string, number>();
  const work = async () => {
    for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
      const { domain } = piece;
      const since = begun.get(domain);
      begun.set(domain, since ?? performance.now());
      const left = minutes - (performance.now() - begun.get(domain)!) / 60_000;
      if (since !== undefined && left <= 0) continue;
      const found = await inChild(domain, { ...piece, played, minutes: Math.max(left, 1e-9) });
      const line: Piece = { ...piece, played, found };
      pieces.push(line);
      if (record && found.seeds === piece.seeds) appendFileSync(record, `${JSON.stringify(line)}\n`);
      const sound = verdict(found).length === 0 ? "sound" : "see below";
      const which = `seeds ${piece.firstSeed} to ${piece.firstSeed + found.seeds - 1}`;
      console.error(`· ${domain}: ${which} in ${found.seconds.toFixed(0)} s, ${sound}`);
    }
  };
  await Promise.all(Array.from({ length: given.jobs }, work));
  const within = ({ firstSeed: from }: Piece) => from >= firstSeed && from < firstSeed + seeds;
  return domains.map((domain) =>
    together(
      done(domain)
        .filter(within)
        .map(({ found }) => found),
    ),
  );
}

function inChild(name: string, { seeds, firstSeed, played, minutes }: SoakOptions): Promise<Soaked> {
  const args = ["--child", "--domain", name, "--seeds", seeds, "--first-seed", firstSeed, "--played", played, "--minutes", minutes].map(String); // biome-ignore format: a line
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(JSON.parse(printed) as Soaked);
      else reject(new Error(`${name}: its process ended with ${signal ?? code}.`));
    });
  });
}

function report(found: readonly Soaked[]): number {
  const header = ["domain", "seeds", "tasks", "lint errors", "contaminated", "episodes", "replayed otherwise", "expert", "random", "empty", "fuzz broke", "seconds"]; // biome-ignore format: a list
  const rows = found.map((one) => [
    one.domain,
    ...[one.seeds, one.tasks, one.lintErrors, one.contaminated, one.episodes, one.unlike].map((n) =>
      n.toLocaleString("en-US"),
    ),
    ...[one.expert, one.random, one.empty].map((score) => score.toFixed(3)),
    String(one.broken),
    one.seconds.toFixed(0),
  ]);
  console.log(textTable([header, ...rows]));
  const wrong = found.flatMap(verdict);
  for (const line of wrong) console.log(line);
  return wrong.length > 0 ? 1 : 0;
}
