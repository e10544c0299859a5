import { describe, expect, test } from "vitest";
import { boardView } from "./board-view.ts";
import { Curves, curvePanels, rankedQuantities } from "./curves.ts";
import { commonFigures, figuresOf, measuredText } from "./figures.ts";
import { gantt } from "./gantt.ts";
import { jobView, lastLines } from "./job-view.ts";
import { busyMachine, curves, job, nowMs, slots } from "./records.test-helper.ts";
import { rankTrials, sweepView } from "./sweep-view.ts";

const machine = busyMachine();
const viewOf = (id: number, log = "") => {
  const record = machine.jobs.find((each) => each.id === id)!;
  return jobView({ job: record, devices: record.devices.map((index) => `cpu:${index}`), curves: [], log, nowMs });
};

describe("a job", () => {
  test("runs: phase, progress, ETA, time, memory beside its estimate, the last it printed", () => {
    const { "text/plain": text, "text/html": html } = viewOf(3, "one\nloss 0.5\rloss 0.4\n");
    expect(text).toBe(
      "sft-r32-all-linear (job 3): running  updating: 64 of 100 steps, loss 0.512, ETA 58 s\n" +
        "cpu:2 · running for 3 min 10 s · peak memory 232 MB · estimated 210 MB\none\nloss 0.4",
    );
    expect(html).toContain("width:64%");
  });

  test("waits, ran out of memory, failed, stands still: each says why, and what would have fitted", () => {
    expect(viewOf(10)["text/plain"]).toMatch(/needs 4 devices · waiting for .*\nneeds 4 devices at once; 2 are free$/);
    expect(viewOf(6)["text/plain"]).toContain(
      '2.00 GB were granted. It would have fitted with {"batchSize":2,"accumulate":4}.',
    );
    expect(viewOf(8)["text/html"]).toMatch(/has no column .*at Cell \[4\]:2:15/s);
    expect(viewOf(8)["text/html"]).not.toContain("\u001b");
    expect(viewOf(7)["text/plain"]).toContain("at score (judge.ts:41:9)");
  });

  test("has succeeded: its figures, no progress", () => {
    const [record] = machine.jobs;
    const view = jobView({
      job: record,
      devices: [],
      curves: [],
      log: "",
      result: machine.findings.get(1)!.result,
      nowMs,
    });
    expect(view["text/plain"]).toContain("evalLoss 0.720  scores.all 0.610 [0.520, 0.700]");
  });

  test("what it prints and is called stays text", () => {
    const view = jobView({ job: job(1, "<b>&"), devices: [], curves: [], log: "<script>alert(1)</script>", nowMs });
    expect(view["text/html"]).not.toMatch(/<script>|<b><b>/);
  });
});

test("the last lines are those that a terminal would show", () => {
  expect(lastLines("a\nb\n10 %\r20 %\r\nc\n\n", 3)).toBe("b\n20 %\nc");
});

describe("the board", () => {
  const state = { overview: { devices: machine.devices, paused: false }, ...machine, nowMs };

  test("tells who has what, who waits for what, why a device is idle, and what came out", () => {
    const { "text/plain": text, "text/html": html } = boardView(state);
    expect(text).toMatch(/^jobs: 5 of 8 devices busy · 2 succeeded/);
    expect(text).toContain("cpu:4: grpo");
    expect(text).toContain("grpo-wide (needs 4 devices): needs 4 devices at once; 2 are free");
    expect(html).toContain("cpu:1, cpu:5, cpu:7 idle while jobs wait: kept for grpo-wide");
    expect(text).toMatch(/sft-r8-attention +succeeded .*0\.610 \[0\.520, 0\.700\]/);
    expect(boardView({ ...state, overview: { ...state.overview, paused: true } })["text/html"]).toContain(
      "jobs.resume()",
    );
  });

  test("of ten thousand waiting jobs is drawn at once, and says how many are not shown", () => {
    const queued = Array.from({ length: 10_000 }, (_, i) => job(i + 1, `job ${i}`, { state: "queued" }));
    const { "text/html": html } = boardView({
      overview: { devices: slots(8), paused: false },
      jobs: queued,
      findings: new Map(),
      nowMs,
    });
    expect(html).toContain("… and 9,988 more");
    expect(String(html).length).toBeLessThan(20_000);
  });
});

describe("devices × time", () => {
  const ago = (seconds: number) => nowMs - seconds * 1000;
  const bars = (svg: string) =>
    [...svg.matchAll(/<title>(\w+) \(job.*?<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/g)].map(
      ([, name, ...numbers]) => [name, ...numbers.map(Number)],
    );

  test("bars are as long as the jobs ran; those that share a device lie above each other", () => {
    const jobs = [
      job(1, "a", { devices: [0], startedMs: ago(100), endedMs: ago(50), state: "succeeded" }),
      job(2, "b", { devices: [0], startedMs: ago(75) }),
      job(3, "c", { devices: [0], startedMs: ago(50) }),
      job(4, "d", { devices: [0, 1], startedMs: ago(25) }),
    ];
    const [a, b, c, d0, d1] = bars(gantt(slots(2), jobs, nowMs)) as [string, number, number, number][];
    const perSecond = a[3] / 50;
    expect(b[3] / perSecond).toBeCloseTo(75, 0);
    expect([c[0], d0[0], d1[0]]).toEqual(["c", "d", "d"]);
    expect(b[2]).toBeGreaterThan(a[2]);
    expect(c[2]).toBe(a[2]); // a's lane is free again
    expect(d0[2]).toBeGreaterThan(b[2]);
    expect(d1[2]).toBeGreaterThan(d0[2]);
  });

  test("how busy and how full a device was is drawn below it, where it was measured", () => {
    const jobs = [job(1, "a", { devices: [0], startedMs: ago(100) })];
    const points = [
      { time: ago(200), utilisation: 0.9 }, // before the picture begins
      { time: ago(90), utilisation: 0.5, usedBytes: 1e9 },
      { time: ago(10), utilisation: 1, usedBytes: 2e9 },
    ];
    const svg = gantt(slots(2), jobs, nowMs, [{ index: 0, name: "cpu:0", points }]);
    const [area, line] = [...svg.matchAll(/<path d="([^"]*)"/g)].map(([, d]) => d);
    expect(area.split("L")).toHaveLength(4); // down, two points, down
    const [first, last] = line
      .slice(1)
      .split("L")
      .map((point) => point.split(" ").map(Number));
    expect(last[0] - first[0]).toBeGreaterThan(400);
    expect(first[1] - last[1]).toBeCloseTo(6, 1); // half of 2 GB, then all of it: half the strip's 12 pixels
    expect(svg.match(/<path/g)).toHaveLength(2);
  });

  test("before anything ran there are the devices; a job without a device has a row of its own", () => {
    expect(gantt(slots(2), [job(1, "w", { state: "queued" })], nowMs)).toContain("cpu:1");
    expect(gantt(slots(1), [job(1, "w", { startedMs: ago(1) })], nowMs)).toContain("no device");
  });
});

describe("curves", () => {
  test("an attempt that goes on from a checkpoint writes its steps again", () => {
    const all = new Curves();
    for (const [step, loss] of [
      [1, 5],
      [2, 4],
      [3, 9],
      [2, 3],
      [3, 2],
    ])
      all.add({ run: "sft", step, values: { loss } });
    expect(all.all).toEqual([{ run: "sft", quantity: "loss", steps: [1, 2, 3], values: [5, 3, 2] }]);
  });

  test("the preferred quantities first; one point is no curve", () => {
    const named = [{ name: "a", curves: curves(20, 2, 1, 1).curves }];
    expect(rankedQuantities(named)).toEqual(["loss", "evalLoss", "gradNorm"]);
    expect(curvePanels([{ name: "a", curves: [{ run: "r", quantity: "loss", steps: [1], values: [1] }] }])).toBe("");
    expect(curvePanels(named).match(/<img/g)).toHaveLength(2);
  });
});

describe("figures of results", () => {
  test("numbers and estimates of any shape, without bookkeeping", () => {
    const result = {
      id: 3,
      path: "runs/1",
      summary: { loss: 0.5, steps: 100, seconds: 3 },
      scores: { all: { value: 0.5, low: 0.4, high: 0.6, n: 9 } },
      outcomes: [1],
    };
    expect([...figuresOf(result)].map(([name, value]) => `${name} ${measuredText(value)}`)).toEqual([
      "loss 0.500",
      "scores.all 0.500 [0.400, 0.600]",
    ]);
    expect(figuresOf(null).size + figuresOf("text").size + figuresOf([1]).size).toBe(0);
  });

  test("the columns of a table: intervals first, then what most have", () => {
    const all = [{ a: 1, b: 1 }, { b: 2 }, { c: { value: 1, low: 0, high: 2 } }].map(figuresOf);
    expect(commonFigures(all, 2)).toEqual(["c", "b"]);
    expect(commonFigures([figuresOf({ score: 1, scores: { all: 1, other: 2 } })], 3)).toEqual([
      "score",
      "scores.other",
    ]);
  });
});

describe("a sweep", () => {
  const trial = (id: number, value?: number, half = 0.1) => ({
    job: job(id, `t${id}`, { state: value === undefined ? "running" : "succeeded" }),
    setting: { "lora.rank": 2 ** id, "lora.targets": ["q_proj"] },
    ...(value !== undefined && { value: { value, low: value - half, high: value + half } }),
  });
  const state = {
    overview: { devices: slots(1), paused: false },
    findings: new Map(),
    nowMs,
    name: "ranks",
    metric: "score",
  };

  test("ranks by its metric either way, what has none last", () => {
    const trials = [trial(1, 0.5), trial(2), trial(3, 0.7), trial(4, 0.6)];
    expect(rankTrials(trials, "max").map(({ job }) => job.id)).toEqual([3, 4, 1, 2]);
    expect(rankTrials(trials, "min").map(({ job }) => job.id)).toEqual([1, 4, 3, 2]);
  });

  test("says how sure the first place is", () => {
    const text = (trials: ReturnType<typeof trial>[]) =>
      String(sweepView({ ...state, mode: "max", trials })["text/plain"]);
    expect(text([trial(1, 0.5), trial(2, 0.65), trial(3, 0.1)])).toMatch(
      /^ranks: 3 of 3 done\nrank .*\n1 +4 +\["q_proj"\] +0\.650 \[0\.550, 0\.750\]/,
    );
    expect(text([trial(1, 0.5), trial(2, 0.65), trial(3, 0.1)])).toContain("overlaps with that of the next");
    expect(text([trial(1, 0.2), trial(2, 0.9)])).not.toContain("overlaps");
  });
});
