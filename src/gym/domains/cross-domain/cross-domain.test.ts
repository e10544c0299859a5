import { describe, expect, test } from "vitest";
import { renderCalls } from "../../action.ts";
import type { Episode } from "../../episode.ts";
import { expertPolicy, play, recordOf, replay } from "../../play.ts";
import { scoreEpisode } from "../../reward.ts";
import { type Task, taskSchema } from "../../task.ts";
import type { ToolCall } from "../../tool.ts";
import { crossDomain } from "./index.ts";
import { phaseScore, phaseScores } from "./pathway.ts";
import type { Start, State } from "./state.ts";
import { childDose, phases, trafficLight } from "./tables.ts";

const shipped = crossDomain.tasks();
const byKind = (kind: string) => shipped.filter((task) => task.kind === kind);
const asked = (task: Task) => task.state as Start;

const playAll = (task: Task, calls: readonly ToolCall[]): Promise<Episode> =>
  play(crossDomain, task, (_, { turns }) =>
    calls[turns.length] ? renderCalls([calls[turns.length]]) : "Nothing more.",
  );
const expected = (task: Task): ToolCall[] =>
  task.criteria.actions.map(({ tool, arguments: args }) => ({ name: tool, arguments: args }));

test("at least 100 tasks, 22 of each pathway, each through all phases, as the schema says", () => {
  expect(shipped.length).toBeGreaterThanOrEqual(100);
  expect(new Set(shipped.map(({ ticket }) => ticket)).size).toBe(shipped.length);
  for (const task of shipped) {
    taskSchema.parse(task);
    expect(asked(task).phases.map(({ phase }) => phase)).toEqual([...phases]);
    expect(task.criteria.actions.slice(0, -1)).toEqual(asked(task).phases.flatMap(({ actions }) => actions));
  }
  expect(JSON.parse(JSON.stringify(shipped))).toEqual(shipped);
  for (const kind of crossDomain.kinds) expect(byKind(kind)).toHaveLength(22);
});

test("the expert takes a patient of each pathway through four domains: all phases paid in full, nothing unsafe, replayed to one hash", async () => {
  for (const task of crossDomain.kinds.flatMap((kind) => byKind(kind).slice(0, 3))) {
    const episode = await play(crossDomain, task, expertPolicy(crossDomain, task));
    expect((episode.submission as { diagnosis: string }).diagnosis, task.id).toBe(task.answer);
    expect(crossDomain.violations!(episode), task.id).toEqual([]);
    for (const { phase, action, safety, total } of phaseScores(episode))
      expect([task.id, phase, action, safety, total]).toEqual([
        task.id,
        phase,
        1,
        1,
        expect.toSatisfy((paid) => paid > 0.85),
      ]);
    const { total } = await scoreEpisode(episode);
    expect(total, task.id).toBeGreaterThan(0.8);
    expect((await replay(crossDomain, recordOf(episode))).hash()).toBe(episode.hash());
  }
});

describe("one record for all", () => {
  const task = byKind("sepsis")[0];
  test("a phase's tools wait for it; a phase is completed once, in its turn", async () => {
    const { patientId } = task;
    const early = await playAll(task, [{ name: "getAllergyList", arguments: { patientId } }]);
    expect(early.log[0].result).toEqual({
      error: "treatment has not begun: complete arrival first, with completePhase",
    });
    const skipped = await playAll(task, [{ name: "completePhase", arguments: { phase: "imaging", summary: "x" } }]);
    expect(skipped.log[0].result).toEqual({ error: "arrival goes on, not imaging" });
  });
  test("what one domain prescribes the other sees, and the hash with it", async () => {
    const calls = expected(task);
    const at = calls.findIndex(({ name }) => name === "prescribeMedication");
    const { drug } = calls[at].arguments as { drug: string };
    const again = { name: "checkAllInteractions", arguments: { patientId: task.patientId, newDrug: "warfarin" } };
    const [before, after] = [
      await playAll(task, calls.slice(0, at)),
      await playAll(task, [...calls.slice(0, at + 1), again]),
    ];
    const taken = ({ state }: Episode) => (state as State).pharmacy.profile.medications.map(({ name }) => name);
    expect(taken(before)).not.toContain(drug);
    expect(taken(after)).toContain(drug);
    expect(after.log.at(-1)).toMatchObject({ name: "checkAllInteractions", status: "ok" });
    expect(after.hash()).not.toBe(before.hash());
    const { triage, clinical, pharmacy } = after.state as State;
    expect(triage.patient).toBe(clinical.patient);
    expect(pharmacy.profile.medications).toBe(clinical.patient.medications);
  });
});

describe("phases", () => {
  const part: Start["phases"][number] = {
    phase: "arrival",
    actions: [{ tool: "a", arguments: {} }, { tool: "b", arguments: {} }],
    assertions: [{ text: "the light is red", importance: "high", evidence: ["red"] }],
  }; // biome-ignore format: a record
  test("0.4·action + 0.3·assertion + 0.3·safety, worked by hand", () => {
    const half = phaseScore(part, [{ name: "a", arguments: {} }], "The light is red.", [
      { severity: 3, kind: "", text: "" },
    ]);
    expect(half).toMatchObject({ action: 0.5, assertion: 1, safety: 0.5 });
    expect(half.total).toBeCloseTo(0.4 * 0.5 + 0.3 * 1 + 0.3 * 0.5, 12); // 0.65
    expect(phaseScore(part, [], "The light is red.", []).total).toBe(0); // nothing was done: nothing is safe about it
  });
  test("a violation of severity 5 fails the pathway, and caps the reward", async () => {
    const [task] = byKind("chest-pain");
    const wrong = await playAll(task, [
      { name: "submitPathway", arguments: { diagnosis: "heartburn", plan: "go home" } },
    ]);
    expect(crossDomain.violations!(wrong)).toContainEqual(
      expect.objectContaining({ severity: 5, kind: "missed emergency" }),
    );
    const { parts, total } = await scoreEpisode(wrong);
    expect(parts.pathway).toBe(0);
    expect(total).toBeLessThanOrEqual(0.1);
  });
  test("ten times a child's dose is dangerous; a shadow that is not recorded is false reassurance", async () => {
    const ill = byKind("paediatric-fever").find(({ state }) => (state as Start).images[0].picture.lesions.length > 0)!;
    const calls = expected(ill).map((call) => {
      if (call.name === "prescribeMedication")
        return { ...call, arguments: { ...call.arguments, dose: "1000 mg", override: true } };
      return call.name === "recordVisualDiagnosis"
        ? { ...call, arguments: { ...call.arguments, diagnosis: "no abnormality" } }
        : call;
    });
    const kinds = crossDomain.violations!(await playAll(ill, calls)).map(({ severity, kind }) => `${severity} ${kind}`);
    expect(kinds).toEqual(expect.arrayContaining(["5 dangerous dose", "4 false reassurance"]));
    expect(crossDomain.violations!(await playAll(ill, expected(ill)))).toEqual([]);
  });
});

describe("children", () => {
  const calm = { ageYears: 3, heartRate: 110, respiratoryRate: 26, oxygenSaturation: 98, signs: ["smiles"] };
  test.each<[object, string]>([
    [{}, "green"],
    [{ heartRate: 141 }, "amber"],
    [{ heartRate: 140 }, "green"],
    [{ ageYears: 1, heartRate: 145 }, "green"],
    [{ respiratoryRate: 41 }, "amber"],
    [{ respiratoryRate: 61 }, "red"],
    [{ oxygenSaturation: 95 }, "amber"],
    [{ oxygenSaturation: 96 }, "green"],
    [{ signs: ["Crackles on both sides"] }, "amber"],
    [{ signs: ["grunting"], heartRate: 150 }, "red"],
  ])("traffic light of NICE NG143: %j is %s", (changes, light) => {
    expect(trafficLight({ ...calm, ...changes }).light).toBe(light);
  });
  test("doses by age and weight", () => {
    expect(childDose("Amoxicillin", 2, 12)).toEqual({ dose: "250 mg", frequency: "three times daily" });
    expect(childDose("clarithromycin", 2, 11.9)).toMatchObject({ dose: "62.5 mg" });
    expect(childDose("clarithromycin", 4, 16)).toEqual({ dose: "125 mg", frequency: "twice daily" });
    expect(childDose("clarithromycin", 4, 20)).toMatchObject({ dose: "187.5 mg" });
    expect(childDose("clarithromycin", 4, 30)).toMatchObject({ dose: "250 mg" });
    expect(childDose("clarithromycin", 1, 7.9)).toBeUndefined();
    expect(childDose("paracetamol", 3, 14)).toMatchObject({ dose: "180 mg" });
    expect(childDose("paracetamol", 4, 16)).toMatchObject({ dose: "240 mg" });
    expect(childDose("warfarin", 3, 14)).toBeUndefined();
    expect([childDose("amoxicillin", 0.9, 9), childDose("amoxicillin", 5, 18)]).toEqual([undefined, undefined]);
  });
});
