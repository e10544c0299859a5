/** Claim: jobs start at once, devices do not idle, and a long queue costs nothing to look at. Figures of one run, beside what is asked. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../src/core/random.ts";
import { boardView } from "../src/jobs/board/board-view.ts";
import { connectJobs, type JobsConnection } from "../src/jobs/client/connection.ts";
import { readEvents } from "../src/jobs/client/events.ts";
import { attemptFolder } from "../src/jobs/home.ts";
import type { JobRecord, JobSpec } from "../src/jobs/job.ts";
import { requests } from "../src/jobs/protocol.ts";
import type { Bench } from "./context.ts";
import { figure, type Row, type Target } from "./rows.ts";

const slots = 8;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

export const jobsBench: Bench = async (bench) => {
  const { quick } = bench;
  const group = async (name: string, warm: number, measure: (machine: Machine) => Promise<Row[]>) => {
    if (!bench.wanted(name, { quick: true })) return;
    await bench.row(name, async () => {
      const machine = await Machine.start(warm);
      try {
        return await measure(machine);
      } finally {
        await machine.stop();
      }
    });
  };
  const row = (what: string, values: number[], unit: string, target: Target): Row => ({
    name: `jobs: ${what}`,
    unit,
    better: "atLeast" in target ? "more" : "less",
    ours: figure({ name: "medgym", values }),
    target,
  });
  await group("jobs: submit to start", 2, async (machine) => [
    row("submit to start, warm worker", await starts(machine, quick ? 3 : 15, 1500), "ms", { atMost: 150 }),
  ]);
  await group("jobs: submit to start, fresh", 0, async (machine) => [
    row("submit to start, fresh worker", await starts(machine, quick ? 3 : 10, 200), "ms", { atMost: 1000 }),
  ]);
  await group("jobs: mixed", 4, async (machine) => [
    row(`${quick ? 24 : 100} mixed sleeping jobs, 8 slots busy`, [100 * (await busyShare(machine, quick ? 24 : 100))], "%", { atLeast: 95 }), // biome-ignore format: a row
  ]);
  await group("jobs: long queue", 0, async (machine) => {
    const { list, page, board } = await longQueue(machine);
    return [
      row("list all of 10,000 queued", list, "ms", { atMost: 200 }),
      row("list the newest 100 of 10,000 queued", page, "ms", { atMost: 200 }),
      row("board with 10,000 queued", board, "ms", { atMost: 200 }),
    ];
  });
};

/** A daemon of its own, and functions for its workers. */
class Machine {
  readonly home: string;
  readonly jobs: JobsConnection;

  private constructor(home: string, jobs: JobsConnection) {
    this.home = home;
    this.jobs = jobs;
  }

  static async start(warm: number): Promise<Machine> {
    const home = mkdtempSync(join(tmpdir(), "medgym-bench-jobs-"));
    const medgym = new URL("../src/index.js", import.meta.url).href;
    writeFileSync(
      join(home, "work.mjs"),
      `import ${JSON.stringify(medgym)};
export const now = () => Date.now();
export const sleep = ({ seconds }) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
`,
    );
    const environment = { ...process.env, MEDGYM_DEVICES: `cpu:${slots}`, MEDGYM_JOBS_WARM: String(warm) };
    return new Machine(home, await connectJobs({ home, _internal: { environment } }));
  }

  spec(name: string, options: unknown, given: Partial<JobSpec> = {}): JobSpec {
    return {
      name,
      notebook: "bench",
      directory: this.home,
      environment: {},
      work: { type: "function", module: join(this.home, "work.mjs"), export: name, options },
      gpus: 1,
      shared: false,
      priority: 0,
      after: [],
      retry: { times: 0, on: [] },
      ...given,
    };
  }

  async over(id: number): Promise<JobRecord> {
    const following = this.jobs.follow(id);
    for (let next = await following.next(); ; next = await following.next()) {
      if (!next.done) continue;
      if (next.value.state !== "succeeded")
        throw new Error(`job ${id} ended ${next.value.state}: ${next.value.reason}`);
      return next.value;
    }
  }

  /** When its worker said its first word, ms since 1970. */
  async begunMs({ id, attempt }: JobRecord): Promise<number> {
    return (await readEvents(attemptFolder(this.home, id, attempt)))[0].time;
  }

  async stop(): Promise<void> {
    const { pid } = await this.jobs.open();
    this.jobs.close();
    process.kill(pid, "SIGTERM");
    await pause(200);
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Milliseconds from the submission to the call of the function, in a worker that has medgym loaded. */
async function starts(machine: Machine, times: number, pauseMs: number): Promise<number[]> {
  const submitOne = async () => {
    const submittedMs = Date.now();
    const { ids } = await machine.jobs.request(requests.submit, { specs: [machine.spec("now", {})] });
    const { id } = await machine.over(ids[0]);
    return ((await machine.jobs.request(requests.result, { id })) as number) - submittedMs;
  };
  await submitOne();
  const figures: number[] = [];
  for (let i = 0; i < times; i++) {
    await pause(pauseMs); // until workers are ready again
    figures.push(await submitOne());
  }
  return figures;
}

/** Share of the slots' time, while any job waits, in which a worker on it had said its first word and not yet ended. */
async function busyShare(machine: Machine, count: number): Promise<number> {
  const random = new Random(1);
  const specs = range(count).map((i) => {
    const seconds = 2 + 6 * random.uniform();
    const gpus = random.choice([1, 1, 1, 1, 1, 1, 2, 2, 2, 4]);
    const expectedSeconds = random.integer(4) > 0 ? seconds * (0.8 + 0.4 * random.uniform()) : undefined;
    return machine.spec("sleep", { seconds }, { gpus, expectedSeconds, notebook: `n${i % 3}` });
  });
  await machine.jobs.request(requests.pause);
  const { ids } = await machine.jobs.request(requests.submit, { specs });
  await pause(3000); // workers get ready
  await machine.jobs.request(requests.resume);
  const ended = await Promise.all(ids.map((id) => machine.over(id)));
  const begun = await Promise.all(ended.map((job) => machine.begunMs(job)));
  const [fromMs, untilMs] = [Math.min(...begun), Math.max(...ended.map(({ startedMs }) => startedMs!))];
  const busyMs = ended.map(({ endedMs, devices }, i) => devices.length * Math.max(0, Math.min(endedMs!, untilMs) - begun[i])); // biome-ignore format: a line
  return busyMs.reduce((sum, ms) => sum + ms) / (slots * (untilMs - fromMs));
}

async function longQueue(machine: Machine): Promise<Record<"list" | "page" | "board", number[]>> {
  const { jobs } = machine;
  await jobs.request(requests.pause);
  const specs = range(10_000).map((i) => machine.spec("now", { i }, { name: `job-${i}`, notebook: `n${i % 7}`, gpus: 1 + (i % 3) })); // biome-ignore format: a line
  await jobs.request(requests.submit, { specs });
  const timed = async (work: () => Promise<unknown>) => {
    const figures: number[] = [];
    for (let i = 0; i < 5; i++) {
      const startedAt = performance.now();
      await work();
      figures.push(performance.now() - startedAt);
    }
    return figures;
  };
  return {
    list: await timed(() => jobs.request(requests.list, { limit: 10_000 })),
    page: await timed(() => jobs.request(requests.list, {})),
    board: await timed(async () => {
      const overview = await jobs.request(requests.overview);
      boardView({ overview, jobs: overview.jobs, findings: new Map(), nowMs: Date.now() });
    }),
  };
}
