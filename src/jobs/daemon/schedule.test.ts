import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../core/random.ts";
import {
  ageMs,
  type Plan,
  plan,
  queueOrder,
  type RunningJob,
  type ScheduledDevice,
  type WaitingJob,
} from "./schedule.ts";

const GB = 1e9;

function devices(count: number, memoryBytes = 80 * GB): ScheduledDevice[] {
  return Array.from({ length: count }, (_, index) => ({ index, memoryBytes }));
}

let lastId = 0;
function job(given: Partial<WaitingJob> = {}): WaitingJob {
  return { id: ++lastId, notebook: "a", gpus: 1, shared: false, priority: 0, submittedMs: 0, ...given };
}

function running(given: Partial<RunningJob>): RunningJob {
  return { id: ++lastId, notebook: "a", devices: [], expectedEndMs: Number.POSITIVE_INFINITY, ...given };
}

function planned(waiting: WaitingJob[], given: Partial<Parameters<typeof plan>[0]> = {}): Plan {
  return plan({ nowMs: 0, devices: devices(8), running: [], waiting, used: new Map(), hostJobs: 4, ...given });
}

const started = ({ starts }: Plan) => starts.map(({ id }) => id);

describe("who is first", () => {
  test("higher priority, then the notebook that has used less, then who came first", () => {
    const jobs = [
      job({ notebook: "a", submittedMs: 1 }),
      job({ notebook: "a", submittedMs: 2 }),
      job({ notebook: "b", submittedMs: 3 }),
      job({ notebook: "a", submittedMs: 4, priority: 1 }),
    ];
    const order = [...queueOrder({ nowMs: 5, waiting: jobs, used: new Map([["b", 30]]) })];
    // "b" used 30 s: "a", at 60 s after its urgent job, comes behind it; then b has 90 and a goes on.
    expect(order.map(({ id }) => jobs.findIndex((one) => one.id === id))).toEqual([3, 2, 0, 1]);
  });

  test("a notebook with one job goes between the hundred of another", () => {
    const many = Array.from({ length: 100 }, () => job({ notebook: "a" }));
    const one = job({ notebook: "b", submittedMs: 10 });
    const used = new Map([["a", 500]]);
    expect(started(planned([...many, one], { devices: devices(1), used }))).toEqual([one.id]);
  });

  test("who waits long enough overtakes any stream of urgent ones", () => {
    const patient = job({ priority: 0, submittedMs: 0 });
    const nowMs = 5 * ageMs;
    const urgent = job({ priority: 4, submittedMs: nowMs });
    expect(started(planned([urgent, patient], { nowMs, devices: devices(1) }))).toEqual([patient.id]);
  });
});

describe("devices", () => {
  test("of one notebook, a gang that fits just now goes before what is narrow and older", () => {
    const [narrow, gang, wider] = [
      job({ submittedMs: 1 }),
      job({ gpus: 4, submittedMs: 2 }),
      job({ gpus: 8, submittedMs: 3 }),
    ];
    expect(started(planned([narrow, gang, wider], { devices: devices(4) }))).toEqual([gang.id]);
    const other = job({ notebook: "b", submittedMs: 0 });
    expect(started(planned([narrow, gang, other], { devices: devices(4) }))).toEqual([other.id, narrow.id]);
  });

  test("a gang starts with all its devices or not at all", () => {
    const held = running({ devices: [0] });
    expect(started(planned([job({ gpus: 8 })], { running: [held] }))).toEqual([]);
    expect(planned([job({ gpus: 7 })], { running: [held] }).starts[0].devices).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("devices are kept for a gang that waits; only what is over in time goes before", () => {
    const gang = job({ gpus: 8 });
    const short = job({ expectedMs: 1000 });
    const long = job({ expectedMs: 9000 });
    const unknown = job();
    const held = running({ devices: [0, 1], expectedEndMs: 5000 });
    const made = planned([gang, long, unknown, short], { running: [held] });
    expect(started(made)).toEqual([short.id]);
    expect(made.reserved).toEqual({ id: gang.id, devices: [2, 3, 4, 5, 6, 7, 0, 1], atMs: 5000 });
  });

  test("what the gang does not need is free for all", () => {
    const held = running({ devices: [0, 1], expectedEndMs: 5000 });
    const later = running({ devices: [2, 3, 4], expectedEndMs: 90_000 });
    const gang = job({ gpus: 4 });
    const unknown = [job(), job()];
    // Devices 5, 6, 7 are free, 0 is the fourth: nothing is left. A gang of 5 in 7 s wants 0, 1, 5, 6, 7.
    expect(started(planned([gang, ...unknown], { running: [held, later] }))).toEqual([]);
    const small = job({ gpus: 2 });
    const three = [running({ devices: [0, 1, 2, 3, 4, 5, 6], expectedEndMs: 5000 })];
    expect(planned([small], { running: three }).reserved).toMatchObject({ devices: [7, 0] });
  });

  test("jobs share a device as far as their memory fits; without a figure a job is alone", () => {
    const shared = (bytes?: number) => job({ shared: true, bytes });
    const jobs = [shared(50 * GB), shared(20 * GB), shared(20 * GB), shared(undefined)];
    const made = planned(jobs, { devices: devices(3) });
    expect(made.starts.map(({ devices: [device] }) => device)).toEqual([0, 0, 1, 2]);
  });

  test("an exclusive job never shares", () => {
    const held = running({ devices: [0], sharedBytes: GB });
    expect(started(planned([job({ bytes: GB })], { devices: devices(1), running: [held] }))).toEqual([]);
    const alone = running({ devices: [0] });
    expect(started(planned([job({ shared: true, bytes: GB })], { devices: devices(1), running: [alone] }))).toEqual([]);
  });

  test("memory that other programs use is not there", () => {
    const taken = [{ index: 0, memoryBytes: 80 * GB, foreignBytes: 60 * GB }];
    expect(started(planned([job()], { devices: taken }))).toEqual([]);
    expect(started(planned([job({ bytes: 30 * GB })], { devices: taken }))).toEqual([]);
    expect(planned([job({ bytes: 30 * GB })], { devices: taken }).reserved).toBeUndefined();
    expect(started(planned([job({ bytes: 10 * GB })], { devices: taken }))).toHaveLength(1);
  });

  test("jobs that need none have their own number", () => {
    const jobs = Array.from({ length: 6 }, () => job({ gpus: 0 }));
    const held = running({ devices: [0, 1, 2, 3, 4, 5, 6, 7] });
    expect(planned(jobs, { running: [held], hostJobs: 4 }).starts).toHaveLength(4);
  });
});

/** Runs all jobs on a simulated clock. `spans`: how long each really takes, ms. */
function simulate(jobs: readonly WaitingJob[], spans: ReadonlyMap<number, number>, all: readonly ScheduledDevice[]) {
  const waiting = [...jobs].sort((a, b) => a.submittedMs - b.submittedMs);
  const queue: WaitingJob[] = [];
  const active: (RunningJob & { endMs: number; gpus: number })[] = [];
  const waits = new Map<number, number>();
  const used = new Map<string, number>();
  let [nowMs, busyMs, queuedMs] = [0, 0, 0];
  while (waiting.length + queue.length + active.length > 0) {
    while (waiting.length > 0 && waiting[0].submittedMs <= nowMs) queue.push(waiting.shift()!);
    const made = plan({ nowMs, devices: all, running: active, waiting: queue, used, hostJobs: 4 });
    for (const { id, devices: chosen } of made.starts) {
      const [one] = queue.splice(
        queue.findIndex((waiter) => waiter.id === id),
        1,
      );
      for (const held of active) {
        const both = held.devices.some((device) => chosen.includes(device));
        if (both && (held.sharedBytes === undefined || !one.shared))
          throw new Error(`${id} and ${held.id} on one device`);
      }
      waits.set(id, nowMs - one.submittedMs);
      const endMs = nowMs + spans.get(id)!;
      const sharedBytes = one.shared ? one.bytes : undefined;
      const expectedEndMs = nowMs + (one.expectedMs ?? Number.POSITIVE_INFINITY);
      active.push({ id, notebook: one.notebook, devices: chosen, gpus: one.gpus, sharedBytes, expectedEndMs, endMs });
    }
    const nextMs = Math.min(...active.map(({ endMs }) => endMs), waiting[0]?.submittedMs ?? Number.POSITIVE_INFINITY);
    if (!Number.isFinite(nextMs)) throw new Error(`${queue.length} jobs never start`);
    const held = new Set(active.flatMap((one) => one.devices)).size;
    if (queue.length > 0) {
      busyMs += held * (nextMs - nowMs);
      queuedMs += all.length * (nextMs - nowMs);
    }
    for (const one of active)
      used.set(one.notebook, (used.get(one.notebook) ?? 0) + (one.gpus * (nextMs - nowMs)) / 1000);
    nowMs = nextMs;
    for (let i = active.length - 1; i >= 0; i--) {
      if (active[i].endMs <= nowMs) active.splice(i, 1);
      else active[i].expectedEndMs = Math.max(active[i].expectedEndMs, nowMs + 1);
    }
  }
  return { busy: busyMs / queuedMs, waits, endMs: nowMs };
}

describe("on a simulated clock", () => {
  test("100 mixed jobs of three notebooks keep 8 slots at least 95 % busy while any waits", () => {
    const shares = Array.from({ length: 10 }, (_, seed) => {
      const random = new Random(seed);
      const spans = new Map<number, number>();
      const jobs = Array.from({ length: 100 }, (_, i) => {
        const gpus = random.choice([1, 1, 1, 1, 1, 1, 2, 2, 4, 8]);
        const span = 1000 * (20 + random.integer(600));
        // A quarter says nothing, the others are wrong by up to a fifth.
        const expectedMs = random.integer(4) > 0 ? span * (0.8 + random.integer(40) / 100) : undefined;
        const one = job({ gpus, notebook: `n${i % 3}`, expectedMs });
        spans.set(one.id, span);
        return one;
      });
      const { busy, waits } = simulate(jobs, spans, devices(8));
      expect(waits.size).toBe(100);
      return busy;
    });
    expect(shares.reduce((sum, busy) => sum + busy) / shares.length).toBeGreaterThan(0.95);
  });

  test("a gang of 8 starts in an endless stream of short jobs", () => {
    const spans = new Map<number, number>();
    const stream = Array.from({ length: 400 }, (_, i) => {
      const one = job({ submittedMs: i * 100, expectedMs: 1000, notebook: "stream" });
      spans.set(one.id, 1000);
      return one;
    });
    const gang = job({ gpus: 8, submittedMs: 5000, notebook: "gang" });
    spans.set(gang.id, 1000);
    const { waits } = simulate([...stream, gang], spans, devices(8));
    expect(waits.get(gang.id)).toBeLessThan(3000);
  });

  const anyJob = fc.record({
    gpus: fc.integer({ min: 0, max: 8 }),
    notebook: fc.constantFrom("a", "b", "c"),
    priority: fc.integer({ min: -2, max: 2 }),
    submittedMs: fc.integer({ min: 0, max: 60_000 }),
    shared: fc.boolean(),
    bytes: fc.option(
      fc.integer({ min: 1, max: 80 }).map((n) => n * GB),
      { nil: undefined },
    ),
    expectedMs: fc.option(fc.integer({ min: 1, max: 60_000 }), { nil: undefined }),
    span: fc.integer({ min: 1, max: 60_000 }),
  });

  test("whatever is submitted: everybody starts, nobody shares who must not, memory suffices", () => {
    fc.assert(
      fc.property(fc.array(anyJob, { maxLength: 40 }), (given) => {
        const spans = new Map<number, number>();
        const jobs = given.map(({ span, ...rest }) => {
          const one = job(rest);
          spans.set(one.id, span);
          return one;
        });
        expect(simulate(jobs, spans, devices(8)).waits.size).toBe(jobs.length);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  test("one pass over 10,000 waiting jobs takes little, whether devices are free or not", () => {
    const jobs = Array.from({ length: 10_000 }, (_, i) => job({ notebook: `n${i % 20}`, gpus: 1 + (i % 3) }));
    const held = running({ devices: [0, 1, 2, 3, 4, 5, 6, 7], expectedEndMs: 1000 });
    for (const given of [{}, { running: [held] }]) {
      const milliseconds = Array.from({ length: 5 }, () => {
        const before = process.cpuUsage(); // a busy machine takes longer, not more
        planned(jobs, given);
        return process.cpuUsage(before).user / 1000;
      });
      expect(Math.min(...milliseconds)).toBeLessThan(60);
    }
  });
});
