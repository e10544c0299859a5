/**
 * Daemon, workers and clients are killed with SIGKILL at random points, round after round, and what must hold is checked:
 * every job that was accepted ends; none runs twice; a result that was left counts; no device is held twice or for nobody; jobs are
 * pruned with their folders or not at all, and never one too many; nothing stays behind.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../src/core/random.ts";
import { connectJobs, type JobsConnection } from "../../src/jobs/client/connection.ts";
import { Store } from "../../src/jobs/daemon/store.ts";
import { attemptFolder, attemptVariable, jobFolder } from "../../src/jobs/home.ts";
import { isOver, type JobRecord, type JobSpec, type JobState } from "../../src/jobs/job.ts";
import { requests } from "../../src/jobs/protocol.ts";

export interface SurvivalOptions {
  rounds: number;
  seed: number;
  log?(text: string): void;
}

export interface Survival {
  rounds: number;
  seconds: number;
  jobs: number;
  attempts: number;
  /** Jobs of these that were removed once they were over. */
  pruned: number;
  killed: Record<Victim, number>;
  states: Partial<Record<JobState, number>>;
  /** What must not be, a line each. */
  violations: string[];
}

type Victim = "daemon" | "worker" | "client";

const root = join(import.meta.dirname, "../..");
const sleeper = join(root, "src/jobs/testing/sleeper.mjs");
const hooks = join(root, "test/ts-hooks.mjs");
const slots = 4;
/** Jobs of a round are over by then. */
const settleMs = 60_000;
/** So many that are over are never pruned. */
const keep = 8;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function survive({ rounds, seed, log = () => {} }: SurvivalOptions): Promise<Survival> {
  const home = mkdtempSync(join(tmpdir(), "medgym-survival-"));
  const guard = join(home, "guard");
  mkdirSync(guard);
  const random = new Random(seed);
  const startedAt = performance.now();
  const killed: Survival["killed"] = { daemon: 0, worker: 0, client: 0 };
  const environment = {
    ...process.env,
    MEDGYM_DEVICES: `cpu:${slots}`,
    MEDGYM_JOBS_WARM: "2",
    MEDGYM_JOBS_IDLE_SECONDS: "60",
  };
  const jobs = await connectJobs({ home, _internal: { environment, daemon: ["--worker", sleeper] } });
  const violations: string[] = [];
  const accepted: number[] = [];
  const clients = new Set<number>();
  const killSoon = async (victim: Victim, withinMs: number) => {
    await pause(random.integer(withinMs));
    if (killOne(victim, home, clients, random)) killed[victim]++;
  };
  let pruning: Promise<unknown> | undefined;
  try {
    for (let round = 1; round <= rounds; round++) {
      const specs = randomJobs(random, home, guard);
      if (random.boolean(0.25)) clients.add(startClient(home, specs, `client-${round}`));
      const submitting = jobs.request(requests.submit, { specs }).then(({ ids }) => accepted.push(...ids));
      for (let kills = 1 + random.integer(4); kills > 0; kills--) {
        const victim = random.choice<Victim>(["daemon", "worker", "client"]);
        await killSoon(victim, random.boolean() ? 30 : 250);
      }
      await submitting;
      await pruning;
      if (random.boolean(0.2)) await jobs.request(requests.cancel, { id: Math.max(...accepted), graceSeconds: random.choice([0, 0.2]) }); // biome-ignore format: a line
      if (round % 10 === 0 || round === rounds) {
        violations.push(...(await settled(jobs, accepted, round)));
        violations.push(...check(home, accepted, await jobs.request(requests.list, { limit: 1e6 })));
        pruning = jobs.request(requests.prune, { keep }); // while the next round submits and kills
        log(`round ${round}: ${accepted.length} jobs, ${JSON.stringify(killed)}, ${violations.length} violations`);
      }
    }
    await Promise.all([pruning, killSoon("daemon", 30)]);
    await jobs.request(requests.prune, { keep }); // after whatever the last daemon found to finish
    const all = await jobs.request(requests.list, { limit: 1e6 });
    const { pid } = await jobs.open();
    jobs.close();
    process.kill(pid, "SIGTERM");
    await pause(300);
    violations.push(...check(home, accepted, all), ...leftBehind(home));
    return {
      rounds,
      seconds: (performance.now() - startedAt) / 1000,
      jobs: newest(all),
      pruned: newest(all) - all.length,
      attempts: ledger(home).length,
      killed,
      states: Object.fromEntries(tally(all.map(({ state }) => state))),
      violations,
    };
  } finally {
    jobs.close();
    if (violations.length === 0) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    else log(`kept for you to look at: ${home}`);
  }
}

function randomJobs(random: Random, home: string, guard: string): JobSpec[] {
  return Array.from({ length: 1 + random.integer(4) }, (_, index) => {
    const options = {
      ms: random.integer(300),
      steps: random.integer(4),
      ledger: join(home, "ledger"),
      guard,
      child: random.boolean(0.2),
      end: random.boolean(0.1) ? random.choice(["throw", "exit", "crash"]) : undefined,
    };
    return {
      name: `job ${index}`,
      notebook: random.choice(["a", "b"]),
      directory: tmpdir(),
      environment: {},
      work: { type: "function", module: "sleeper", export: "sleep", options },
      gpus: random.choice([0, 1, 1, 1, 2, slots]),
      shared: false,
      priority: random.integer(3),
      after: index > 0 && random.boolean(0.2) ? [-index] : [],
      retry: random.boolean() ? { times: 1 + random.integer(2), on: ["lost", "failed"] } : { times: 0, on: [] },
    };
  });
}

function startClient(home: string, specs: readonly JobSpec[], token: string): number {
  const args = ["--import", hooks, join(import.meta.dirname, "jobs-client.ts"), home, JSON.stringify(specs), token];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  return child.pid!;
}

function killOne(victim: Victim, home: string, clients: Set<number>, random: Random): boolean {
  if (victim === "daemon") return daemonsOf(home).some(kill); // also one that is just coming up
  if (victim === "client") {
    const [pid] = clients;
    clients.delete(pid);
    return pid !== undefined && kill(pid);
  }
  const workers = processesOf(home);
  return workers.length > 0 && kill(random.choice(workers));
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

/** Workers with an attempt in this folder, and what they have started. */
const processesOf = (home: string): number[] =>
  processes((environment, command) => environment.includes(`${attemptVariable}=${home}/`) || command.includes(`${home}/jobs/`)); // biome-ignore format: a line

const daemonsOf = (home: string): number[] =>
  processes((environment, command) => environment.includes(`MEDGYM_JOBS=${home}\0`) && command.includes("daemon/main"));

function processes(wanted: (environment: string, command: string) => boolean): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [environment, command] = ["environ", "cmdline"].map((file) => readFileSync(`/proc/${name}/${file}`, "latin1")); // biome-ignore format: a line
      return wanted(environment, command) ? [Number(name)] : [];
    } catch {
      return []; // gone meanwhile
    }
  });
}

/** Waits until all that was accepted is over. */
async function settled(jobs: JobsConnection, accepted: readonly number[], round: number): Promise<string[]> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    const { jobs: told, devices } = await jobs.request(requests.overview);
    const open = told.filter(({ state }) => !isOver(state));
    if (open.length === 0) {
      const held = devices.filter((device) => device.jobs.length > 0);
      return held.map(({ name, jobs: ids }) => `round ${round}: ${name} is held by ${ids}, which are over`);
    }
    if (performance.now() > deadline)
      return open.map(({ id, state, reason }) => `round ${round}: job ${id} is still ${state} (${reason}) after ${settleMs / 1000} s, of ${accepted.length}`); // biome-ignore format: a line
    await pause(30);
  }
}

/** `id attempt` of every attempt that began, and conflicts. */
function ledger(home: string): string[] {
  const path = join(home, "ledger");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

function check(home: string, accepted: readonly number[], all: readonly JobRecord[]): string[] {
  const violations: string[] = [];
  const lines = ledger(home);
  violations.push(...lines.filter((line) => line.startsWith("CONFLICT")));
  for (const [line, times] of tally(lines)) if (times > 1) violations.push(`attempt ${line} ran ${times} times`);
  const began = tally(lines.map((line) => Number(line.split(" ")[0])));
  const known = new Map(all.map((job) => [job.id, job]));
  const given = newest(all);
  for (const id of accepted) if (id > given - keep && !known.has(id)) violations.push(`job ${id} was accepted and is not there`); // biome-ignore format: a line
  for (let id = 1; id <= given; id++) {
    const left = existsSync(jobFolder(home, id));
    if (!known.has(id) && left) violations.push(`job ${id} was pruned, and its folder is there`);
    if (!known.has(id) && id > given - keep) violations.push(`job ${id} was pruned, one of the newest ${keep}`);
    if (!left && (known.get(id)?.attempt ?? 0) > 0) violations.push(`job ${id} has lost its folder`);
  }
  for (const job of all) {
    const { id, state, spec, attempt } = job;
    if (!isOver(state)) violations.push(`job ${id} is ${state} at the end`);
    const runs = began.get(id) ?? 0;
    if (runs > 1 + spec.retry.times) violations.push(`job ${id} began ${runs} times, with ${spec.retry.times} retries`);
    for (let n = 1; n <= attempt; n++) {
      const path = join(attemptFolder(home, id, n), "result.json");
      const result = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
      if (result?.status !== "succeeded") continue;
      if (n < attempt) violations.push(`job ${id} ran again after attempt ${n} had succeeded`);
      else if (state !== "succeeded") violations.push(`job ${id} has a result and is ${state}`);
    }
    const hasResult = existsSync(join(attemptFolder(home, id, attempt), "result.json"));
    if (state === "succeeded" && !hasResult) violations.push(`job ${id} succeeded without a result`);
  }
  const store = new Store(join(home, "jobs.sqlite"));
  for (const { device, job } of store.leases()) violations.push(`device ${device} is leased to job ${job}, which is over`); // biome-ignore format: a line
  store.close();
  return violations;
}

/** Every number up to it was given to a job. */
const newest = (all: readonly JobRecord[]): number => Math.max(...all.map(({ id }) => id));

function tally<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function leftBehind(home: string): string[] {
  return [...processesOf(home), ...daemonsOf(home)].map((pid) => `process ${pid} is still there: ${readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ")}`); // biome-ignore format: a line
}
