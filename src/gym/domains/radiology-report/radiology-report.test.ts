import { describe, expect, test } from "vitest";
import { renderCalls } from "../../action.ts";
import { modalityFacts } from "../../imaging/index.ts";
import { expertPolicy, play } from "../../play.ts";
import { scoreEpisode } from "../../reward.ts";
import { type Task, taskSchema } from "../../task.ts";
import { radiologyReport } from "./index.ts";
import { complaints, type Report, reportParts, reportWeights } from "./report.ts";
import { type State, truthOf } from "./state.ts";
import { negatives, nextSteps } from "./tables.ts";

const shipped = radiologyReport.tasks();
const byKind = (kind: string) => shipped.filter((task) => task.kind === kind);
const stateOf = (task: Task) => task.state as State;

const good: Report = {
  indication: "cough",
  technique: "chest film, posteroanterior",
  comparison: "none",
  findings:
    "pulmonary mass in the left upper zone, long axis 40 mm. no pneumothorax. no pleural effusion. no consolidation. no pulmonary nodule.",
  impression: "pulmonary mass. urgent chest CT.",
};
/** A mass of 40 mm in the left upper zone. */
const mass = () => {
  const task = byKind("chest-finding")[0];
  const state = structuredClone(stateOf(task));
  const [image] = state.images;
  image.picture.lesions = [
    { kind: "pulmonary mass", place: "left upper zone", x: 184, y: 80, long: 40, short: 34, angle: 0 },
  ];
  return { task, state, truth: truthOf(state) };
};

test("at least 100 tasks, of every kind, as the schema says", () => {
  expect(shipped.length).toBeGreaterThanOrEqual(100);
  expect(new Set(shipped.map(({ ticket }) => ticket)).size).toBe(shipped.length);
  for (const task of shipped) taskSchema.parse(task);
  expect(JSON.parse(JSON.stringify(shipped))).toEqual(shipped);
  for (const kind of radiologyReport.kinds) expect(byKind(kind)).toHaveLength(14);
  expect(radiologyReport.tools.length).toBeGreaterThanOrEqual(17);
});

test("the expert's reports are whole and true, and nobody is left untold", async () => {
  for (const task of [
    ...radiologyReport.kinds.flatMap((kind) => byKind(kind).slice(0, 3)),
    ...radiologyReport.tasks({ split: "test", seed: 3 }),
  ]) {
    const episode = await play(radiologyReport, task, expertPolicy(radiologyReport, task));
    const { total, parts } = await scoreEpisode(episode);
    expect([task.id, parts.report]).toEqual([task.id, expect.closeTo(1, 6)]);
    expect(radiologyReport.violations!(episode)).toEqual([]);
    expect(total).toBeGreaterThan(0.85);
  }
});

describe("the report's parts, by hand", () => {
  const { truth } = mass();
  const partsOf = (changes: Partial<Report>, calls: State["calls"] = []) =>
    reportParts({ ...good, ...changes }, truth, calls);
  test("a report that has everything", () => {
    expect(partsOf({})).toEqual({
      structure: 1,
      finding: 1,
      measurement: 1,
      negatives: 1,
      conclusion: 1,
      communication: 1,
    });
    expect(Object.values(reportWeights).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });
  test.each<[string, Partial<Report>, object]>([
    ["no place", { findings: good.findings.replace("left upper zone", "lung") }, { finding: 0.5 }],
    ["another size", { findings: good.findings.replace("40 mm", "30 mm") }, { measurement: 0 }],
    [
      "two of four denied",
      { findings: good.findings.replace("no consolidation. no pulmonary nodule.", "") },
      { negatives: 0.5 },
    ],
    ["no next step", { impression: "pulmonary mass." }, { conclusion: 0.5 }],
    ["two faults of form of four", { indication: "", technique: "as usual" }, { structure: 0.5 }],
    ["a comparison that is not there", { comparison: "2020-01-01" }, { structure: 0.75 }],
  ])("%s", (_, changes, parts) => expect(partsOf(changes)).toMatchObject(parts));
  test("a call that was not needed costs, one that was needed pays with the right urgency only", () => {
    const { imageId } = truth.image;
    const call = (urgency: "minutes" | "days") => [{ imageId, finding: "", urgency, message: "" }];
    expect(partsOf({}, call("days")).communication).toBe(0);
    const urgent = { ...truth, tell: true, urgency: "minutes" as const };
    expect(reportParts(good, urgent, call("minutes")).communication).toBe(1);
    expect(reportParts(good, urgent, call("days")).communication).toBe(0);
    expect(reportParts(good, urgent, []).communication).toBe(0);
  });
  test("the form is checked without the image", () => {
    expect(complaints(good, "chest film", "none")).toEqual([]);
    expect(complaints({ ...good, findings: " " }, "head CT", "2026-01-01")).toEqual([
      "findings is empty", "technique does not name the head CT", "comparison should be 2026-01-01",
    ]); // biome-ignore format: a list
  });
});

describe("violations", () => {
  const signed = async (task: Task, changes: Partial<Report>, first: object[] = []) => {
    const report = { ...good, comparison: truthOf(stateOf(task)).comparison, ...changes };
    const calls = [...first, { name: "submitReport", arguments: report }] as {
      name: string;
      arguments: Record<string, unknown>;
    }[];
    const episode = await play(radiologyReport, task, (_, { turns }) => renderCalls([calls[turns.length]]));
    return radiologyReport.violations!(episode).map(({ severity, kind }) => `${severity} ${kind}`);
  };
  test("what must not be missed, said to nobody, on the wrong side, invented, compared with nothing", async () => {
    for (const task of byKind("head-critical").slice(0, 4)) {
      const { name, lesion } = truthOf(stateOf(task));
      const findings = `${name} in the ${lesion!.place}`;
      expect(await signed(task, { findings: "Normal.", impression: "no abnormality" })).toContain("5 missed emergency");
      expect(await signed(task, { findings: `no ${name}`, impression: "normal" })).toContain("5 missed emergency");
      expect(await signed(task, { findings, impression: name })).toContain("4 delayed emergency");
      const { imageId } = truthOf(stateOf(task)).image;
      const told = [{ name: "notifyClinician", arguments: { imageId, finding: name, urgency: "minutes" } }];
      expect(await signed(task, { findings, impression: name }, told)).toEqual(["3 incomplete work-up"]);
      const wrong = findings.replace(/right|left/, (side) => (side === "right" ? "left" : "right"));
      expect(await signed(task, { findings: wrong, impression: name }, told)).toContain("5 wrong procedure");
      expect(await signed(task, { findings, impression: name, comparison: "2019-02-03" }, told)).toContain(
        "4 fabricated evidence",
      );
    }
    for (const task of byKind("normal").slice(0, 4)) {
      const { image } = truthOf(stateOf(task));
      const [{ finding }] = negatives[image.modality as keyof typeof negatives];
      expect(await signed(task, { findings: finding, impression: finding })).toContain("4 fabricated evidence");
      expect(await signed(task, { findings: `no ${finding}`, impression: "no abnormality" })).toEqual([
        "3 incomplete work-up",
      ]);
    }
    const [limited] = byKind("limited");
    expect(await signed(limited, { findings: "Normal.", impression: "no abnormality" })).toContain(
      "3 incomplete documentation",
    );
  });
});

test("every finding that can be reported has a next step, a denial, and a size in its unit", () => {
  for (const task of shipped) {
    const { step, name, lesion, image } = truthOf(stateOf(task));
    expect([name, step]).toEqual([name, expect.stringMatching(/\w/)]);
    if (lesion) expect(lesion.long % modalityFacts[image.modality].step).toBe(0);
  }
  expect(new Set(nextSteps.map(({ finding }) => finding)).size).toBe(nextSteps.length);
});
