/** What is held of every domain on the task sets of many seeds. */
import { Random } from "../../src/core/random.ts";
import { gym } from "../../src/index.ts";
import { fuzzed } from "./fuzz.ts";

export interface SoakOptions {
  seeds: number;
  firstSeed: number;
  /** Test tasks of each seed that are played; all tasks are linted. */
  played: number;
  /** No seed but the first is begun after it. @default none */
  minutes?: number;
}

/** What was found of one domain. */
export interface Soaked {
  domain: string;
  /** Fewer than were asked for if the time was up. */
  seeds: number;
  tasks: number;
  lintErrors: number;
  /** Seeds whose training tasks hold tasks of the shipped test split. */
  contaminated: number;
  /** All that were played, replays not counted. */
  episodes: number;
  /** That did not replay to the same hash and end. */
  unlike: number;
  /** Mean action score over the played test tasks; of domains that act by text, mean `success`. */
  expert: number;
  random: number;
  /** Highest reward of an empty answer. */
  empty: number;
  /** Fuzzed episodes that threw, broke the environment or could not be scored. */
  broken: number;
  seconds: number;
  /** In words, the first of them. */
  problems: string[];
}

const shownProblems = 20;
/** Each of so many seeds makes its tasks twice, to compare. */
const compareEvery = 20;
const fuzzTurns = 6;

export async function soak(
  domain: gym.Domain,
  { seeds, firstSeed, played, minutes = Number.POSITIVE_INFINITY }: SoakOptions,
): Promise<Soaked> {
  const startedAt = performance.now();
  const found: Soaked = { domain: domain.name, seeds: 0, tasks: 0, lintErrors: 0, contaminated: 0, episodes: 0, unlike: 0, expert: 0, random: 0, empty: 0, broken: 0, seconds: 0, problems: [] }; // biome-ignore format: a record
  const tell = (what: string) => {
    if (found.problems.length < shownProblems) found.problems.push(`${domain.name}: ${what}`);
  };
  const heldOut = domain.tasks({ split: "test" });
  const [experts, randoms]: number[][] = [[], []];
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    if (found.seeds > 0 && performance.now() - startedAt > 60_000 * minutes) break;
    found.seeds++;
    const tasks = domain.tasks({ seed });
    found.tasks += tasks.length;
    if (seed % compareEvery === 0 && JSON.stringify(domain.tasks({ seed })) !== JSON.stringify(tasks))
      tell(`seed ${seed}: another call gives other tasks`);
    const { issues } = await gym.lint(tasks, { environment: domain });
    found.lintErrors += issues.length;
    for (const { taskId, rule, message } of issues) tell(`seed ${seed}, ${taskId}: ${rule}: ${message}`);
    const gate = await gym.contamination(
      tasks.filter(({ split }) => split === "train"),
      heldOut,
    );
    if (!gate.ok) {
      found.contaminated++;
      tell(`seed ${seed}: ${gate}`);
    }
    for (const task of tasks.filter(({ split }) => split === "test").slice(0, played)) {
      const random = new Random(seed).split("soak").split(task.id);
      const shown = await follow(domain, task, seed, gym.expertPolicy(domain, task), found, tell);
      if (shown) {
        if (
          !["submitted", "answered", "solved"].includes(shown.end ?? "") ||
          (domain.tools.length > 0 && shown.end !== "submitted")
        )
          tell(`seed ${seed}, ${task.id}: the expert's episode ended with ${shown.end} ${shown.reason ?? ""}`);
        experts.push(await scoreOf(shown));
      }
      const aimless = await follow(domain, task, seed, aimlessPolicy(domain, seed), found, tell);
      if (aimless) randoms.push(await scoreOf(aimless));
      const empty = await follow(domain, task, seed, () => "", found, tell);
      if (empty) found.empty = Math.max(found.empty, (await gym.scoreEpisode(empty)).total);
      const spoil = shown?.turns.map(({ completion }) => completion) ?? ["nothing"];
      let left = fuzzTurns;
      await follow(domain, task, seed, (_, { turns }) => (left-- > 0 ? fuzzed(domain, spoil, random.split("turn", turns.length)) : null), found, tell, true); // biome-ignore format: a line
    }
  }
  found.expert = mean(experts);
  found.random = mean(randoms);
  found.seconds = (performance.now() - startedAt) / 1000;
  return found;
}

/** What was found of one domain in pieces, as if it had been one. */
export function together([first, ...others]: readonly Soaked[]): Soaked {
  return others.reduce((all, one) => {
    const sum = (name: "seeds" | "tasks" | "lintErrors" | "contaminated" | "episodes" | "unlike" | "broken" | "seconds") => all[name] + one[name]; // biome-ignore format: a sum
    const share = all.episodes / sum("episodes"); // as many episodes for each score
    return {
      domain: all.domain,
      seeds: sum("seeds"),
      tasks: sum("tasks"),
      lintErrors: sum("lintErrors"),
      contaminated: sum("contaminated"),
      episodes: sum("episodes"),
      unlike: sum("unlike"),
      expert: share * all.expert + (1 - share) * one.expert,
      random: share * all.random + (1 - share) * one.random,
      empty: Math.max(all.empty, one.empty),
      broken: sum("broken"),
      seconds: sum("seconds"),
      problems: [...all.problems, ...one.problems].slice(0, shownProblems),
    };
  }, first);
}

/** What does not hold, in words; empty if all does. */
export function verdict({
  domain,
  lintErrors,
  contaminated,
  unlike,
  expert,
  random,
  empty,
  broken,
  problems,
}: Soaked): string[] {
  const claims: [boolean, string][] = [
    [lintErrors === 0, `${lintErrors} errors of the linter`],
    [contaminated === 0, `the training tasks of ${contaminated} seeds hold test tasks`],
    [unlike === 0, `${unlike} episodes do not replay to the same hash`],
    [expert >= 0.95, `the expert gets ${expert.toFixed(3)}, less than 0.95`],
    [random <= 0.3, `random actions get ${random.toFixed(3)}, more than 0.3`],
    [empty <= 0, `an empty answer gets ${empty.toFixed(3)}`],
    [broken === 0, `${broken} fuzzed episodes broke`],
  ];
  const failed = claims.filter(([holds]) => !holds).map(([, text]) => `${domain}: ${text}`);
  return failed.length === 0 && problems.length === 0 ? [] : [...failed, ...problems];
}

/** Gives null where it has no more to write. */
type Writer = (...given: Parameters<gym.Policy>) => ReturnType<gym.Policy> | null;

/**
 * Plays a task, scores it and plays its record again, as it comes back from JSON. undefined if that throws; `fuzzed`: an environment
 * that breaks counts too.
 */
async function follow(
  domain: gym.Domain,
  task: gym.Task,
  seed: number,
  write: Writer,
  found: Soaked,
  tell: (what: string) => void,
  fuzz = false,
): Promise<gym.Episode | undefined> {
  found.episodes++;
  const episode = domain.start(task, { seed });
  try {
    while (!episode.end) {
      const written = await write(episode.messages, episode);
      if (written === null) break;
      await episode.step(written);
    }
    if (episode.end === "error") throw new Error(`the environment broke: ${episode.reason}`);
    const { parts } = await gym.scoreEpisode(episode);
    const wild = Object.entries(parts).find(
      ([, part]) => domain.tools.length > 0 && part !== null && Math.abs(part) > 1,
    );
    if (wild) throw new Error(`reward ${wild[0]} is ${wild[1]}`);
    const record = gym.recordOf(episode);
    const again = gym.recordOf(await gym.replay(domain, JSON.parse(JSON.stringify(record))));
    if (again.hash !== record.hash || again.end !== record.end) {
      found.unlike++;
      tell(
        `seed ${seed}, ${task.id}: ended with ${record.end}, ${record.hash}; played again with ${again.end}, ${again.hash}`,
      );
    }
    return episode;
  } catch (error) {
    found.broken++;
    const said = episode.turns.map(({ completion }) => completion.slice(0, 300));
    tell(
      `seed ${seed}, ${task.id}${fuzz ? ", fuzzed" : ""}: ${(error as Error)?.stack?.split("\n").slice(0, 3).join(" ")} after ${JSON.stringify(said)}`,
    );
    return undefined;
  }
}

async function scoreOf(episode: gym.Episode): Promise<number> {
  const part = episode.environment.tools.length > 0 ? "action" : "success";
  const { parts } = await gym.scoreEpisode(episode, { [part]: 1 });
  return parts[part] ?? 0;
}

/** Acts in the right form and knows nothing. */
function aimlessPolicy({ name, tools }: gym.Domain, seed: number): gym.Policy {
  if (tools.length > 0) return gym.randomPolicy(seed);
  return name === "consultation" ? gym.randomDoctor(seed) : gym.games.randomMoves(seed);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
