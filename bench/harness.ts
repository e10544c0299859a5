import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { cpus } from "node:os";
import { createInterface } from "node:readline";

/** One figure-producing process: it speaks the protocol of sides/serve.ts. The first word of its name is its group. */
export interface Side {
  name: string;
  command: string[];
  env?: Record<string, string>;
}

/** What a side says once it has loaded: what both sides must agree on, since they do the same work. */
export type Facts = { firstLoss?: number; firstTokens?: number[]; checksum?: number } & Record<string, unknown>;

export interface Measurement {
  /** In the row's unit. */
  value: number;
  /** Highest resident memory of the process so far (VmHWM). */
  peakBytes: number;
}

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The cores that a bench on so many threads is pinned to: the last ones, as the first serves most interrupts. */
export const coresFor = (threads: number): number[] =>
  Array.from({ length: threads }, (_, i) => Math.max(0, cpus().length - threads) + i);

/** What keeps both sides' libraries at `threads` threads. */
export const threadsEnvironment = (threads: number): Record<string, string> => ({
  MEDGYM_THREADS: String(threads),
  OMP_NUM_THREADS: String(threads),
  RAYON_NUM_THREADS: String(threads),
  TOKENIZERS_PARALLELISM: "false",
  HF_HUB_OFFLINE: "1",
});

/** A side that runs: loaded once, measured as often as asked. */
export class RunningSide {
  readonly side: Side;
  /** Set by `start`. */
  facts: Facts = {};
  readonly #child: ChildProcessWithoutNullStreams;
  #errors = "";
  #waiting: { resolve(line: string): void; reject(error: Error): void } | undefined;
  #ended: Error | undefined;

  private constructor(side: Side, cores: number[]) {
    this.side = side;
    const [file, ...args] = ["taskset", "-c", cores.join(","), ...side.command];
    this.#child = spawn(file, args, { env: { ...process.env, ...side.env } });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-4000);
    });
    this.#child.stdin.on("error", () => {}); // told by its end
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      if (line.startsWith("{")) this.#waiting?.resolve(line);
    });
    this.#child.on("error", (error) => this.#end(error.message));
    this.#child.on("close", (code, signal) => this.#end(`ended with ${signal ?? code}`));
  }

  static async start(side: Side, cores: number[], timeoutSeconds = 300): Promise<RunningSide> {
    const running = new RunningSide(side, cores);
    running.facts = await running.#answer<Facts>(timeoutSeconds);
    return running;
  }

  measure(request: { seconds: number }, timeoutSeconds = 300): Promise<Measurement> {
    const answer = this.#answer<Measurement>(timeoutSeconds);
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }

  #end(how: string): void {
    this.#ended ??= new Error(`${this.side.name} ${how}:\n${this.#errors.trim()}`);
    this.#waiting?.reject(this.#ended);
  }

  async #answer<T>(timeoutSeconds: number): Promise<T> {
    if (this.#ended) throw this.#ended;
    const timer = setTimeout(() => {
      this.#end(`did not answer in ${timeoutSeconds} s`);
      this.stop();
    }, timeoutSeconds * 1000);
    try {
      return JSON.parse(await new Promise<string>((resolve, reject) => (this.#waiting = { resolve, reject })));
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }
}

/** Sides that were started, each once; what failed is remembered and not tried again. */
export class Sides {
  readonly failures = new Map<string, string>();
  readonly #cores: number[];
  readonly #running = new Map<string, RunningSide>();

  constructor(cores: number[]) {
    this.#cores = cores;
  }

  /** Undefined when it cannot start. */
  async get(side: Side): Promise<RunningSide | undefined> {
    const before = this.#running.get(side.name);
    if (before || this.failures.has(side.name)) return before;
    try {
      const running = await RunningSide.start(side, this.#cores);
      this.#running.set(side.name, running);
      return running;
    } catch (error) {
      this.failures.set(side.name, (error as Error).message);
      return undefined;
    }
  }

  async measure(side: Side, request: { seconds: number }): Promise<Measurement | undefined> {
    const running = await this.get(side);
    try {
      return await running?.measure(request);
    } catch (error) {
      this.stop(side);
      this.failures.set(side.name, (error as Error).message);
      return undefined;
    }
  }

  facts(): Map<string, Facts> {
    return new Map([...this.#running].map(([name, { facts }]) => [name, facts]));
  }

  stop(side: Side): void {
    this.#running.get(side.name)?.stop();
    this.#running.delete(side.name);
  }

  stopAll(): void {
    for (const running of this.#running.values()) running.stop();
    this.#running.clear();
  }
}

/** Figures of one side over the rounds. */
export interface SideFigures {
  name: string;
  values: number[];
  peakBytes: number[];
}

export interface ContestOptions {
  sides: Side[];
  rounds: number;
  /** Of one measurement. */
  seconds: number;
  /** Goes to the sides with every request. */
  request?: object;
  /** @default true */
  moreIsBetter?: boolean;
  /** A side that another of its kind beats is stopped at once: for models of which few fit into memory. */
  stopLosers?: boolean;
  log(text: string): void;
}

export interface Contest {
  ours: SideFigures;
  /** Undefined when the bench has none. */
  peer?: SideFigures;
  /** First measurement of every side: how the two were chosen. */
  probes: Record<string, number>;
  /** Of the sides, after the contest. */
  facts: Record<string, Facts>;
  failures: Record<string, string>;
}

const isOurs = (name: string) => name.startsWith("medgym");

/**
 * Measures every side once, keeps the best of ours and the best of the peers, and lets those two take turns, A B A B …,
 * so that a drifting machine hits both.
 */
export async function contest(pool: Sides, options: ContestOptions): Promise<Contest> {
  const { sides, rounds, seconds, log } = options;
  const better = (a: number, b: number) => (options.moreIsBetter === false ? a < b : a > b);
  const probes: Record<string, number> = {};
  const facts: Record<string, Facts> = {};
  const best = new Map<boolean, Side>();
  for (const side of sides) {
    const first = await pool.measure(side, { ...options.request, seconds: seconds / 2 });
    if (!first) {
      log(`${side.name} failed: ${pool.failures.get(side.name)}`);
      continue;
    }
    log(`probe: ${side.name} ${first.value.toPrecision(4)}`);
    probes[side.name] = first.value;
    facts[side.name] = pool.facts().get(side.name) ?? {};
    const before = best.get(isOurs(side.name));
    const wins = !before || better(first.value, probes[before.name]);
    if (wins) best.set(isOurs(side.name), side);
    const loser = wins ? before : side;
    if (options.stopLosers && loser) pool.stop(loser);
  }
  const players = [...best.values()];
  const figures = new Map(players.map((side) => [side, { name: side.name, values: [], peakBytes: [] } as SideFigures]));
  for (let round = 0; round < rounds; round++) {
    for (const [side, list] of figures) {
      const measured = await pool.measure(side, { ...options.request, seconds });
      if (!measured) throw new Error(pool.failures.get(side.name));
      list.values.push(measured.value);
      list.peakBytes.push(measured.peakBytes);
    }
  }
  const of = (ours: boolean) => figures.get(best.get(ours) as Side);
  const failures = Object.fromEntries(
    sides.map(({ name }) => [name, pool.failures.get(name)]).filter(([, why]) => why),
  );
  const [ours, peer] = [of(true), of(false)];
  const lost = Object.values(failures).join("\n");
  if (!ours) throw new Error(`no figure of medgym:\n${lost}`);
  if (!peer && sides.some(({ name }) => !isOurs(name))) throw new Error(`no figure of a peer:\n${lost}`);
  return { ours, peer, probes, facts, failures };
}

/** The same weights and tokens give the same loss; bf16 weights round it in the third digit. */
export function mustAgree({ facts }: Contest): void {
  const losses = Object.entries(facts).map(([name, { firstLoss }]) => ({ name, loss: firstLoss ?? Number.NaN }));
  const [least, most] = [Math.min, Math.max].map((of) => of(...losses.map(({ loss }) => loss)));
  if (!(most - least < 0.02)) throw new Error(`the sides start from different losses: ${JSON.stringify(losses)}`);
}
