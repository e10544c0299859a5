import { describe, expect, test } from "vitest";
import { renderCalls } from "../../action.ts";
import { drugNamed, findPresentation, objections, presentations } from "../../clinical/index.ts";
import type { Episode } from "../../episode.ts";
import { expertPolicy, play } from "../../play.ts";
import { scoreEpisode } from "../../reward.ts";
import { actionScore } from "../../rewards/index.ts";
import { splits, type Task, taskSchema } from "../../task.ts";
import { clinicalDiagnosis } from "./index.ts";
import { tasks } from "./tasks.ts";
import type { State } from "./tools.ts";

const shipped = clinicalDiagnosis.tasks();
const of = (answer: string) => shipped.filter((task) => task.answer === answer);
const score = (task: Task, episode: Episode) => actionScore({ task, episode })!;
const severities = (episode: Episode) =>
  clinicalDiagnosis.violations!(episode).map(({ severity, kind }) => `${severity} ${kind}`);

async function run(task: Task, ...calls: [name: string, args: Record<string, unknown>][]) {
  const episode = clinicalDiagnosis.start(task);
  for (const [name, args] of calls) await episode.step(renderCalls([{ name, arguments: args }]));
  return episode;
}

describe("tasks", () => {
  test("at least 200 over at least 15 illnesses, all different, in every split and difficulty", () => {
    expect(shipped.length).toBeGreaterThanOrEqual(200);
    expect(new Set(shipped.map(({ answer }) => answer)).size).toBeGreaterThanOrEqual(15);
    expect(new Set(shipped.map(({ ticket }) => ticket)).size).toBe(shipped.length);
    expect(new Set(shipped.map(({ patientId }) => patientId)).size).toBe(shipped.length);
    for (const split of splits) expect(tasks({ split }).length).toBeGreaterThan(15);
    expect(new Set(shipped.map(({ difficulty }) => difficulty))).toEqual(new Set([1, 2, 3, 4, 5]));
    for (const task of shipped) taskSchema.parse(task);
    expect(JSON.parse(JSON.stringify(shipped))).toEqual(shipped);
  });
  test("first choices are often forbidden, and the drug that is expected never is", () => {
    const treated = shipped.filter(({ criteria }) =>
      criteria.actions.some(({ tool }) => tool === "prescribeMedication"),
    );
    const changed = treated.filter(({ criteria, answer }) => {
      const { arguments: args } = criteria.actions.find(({ tool }) => tool === "prescribeMedication")!;
      return args.drug !== findPresentation(answer!)!.treatment![0].drugs[0];
    });
    expect(changed.length / treated.length).toBeGreaterThan(0.15);
    for (const task of treated) {
      const { arguments: args } = task.criteria.actions.find(({ tool }) => tool === "prescribeMedication")!;
      expect(objections(drugNamed(String(args.drug)), (task.state as State).patient), task.id).toEqual([]);
    }
  });
  test("the ticket and the first look do not name the illness, and what proves it must be ordered", () => {
    for (const task of shipped) {
      const { patient } = task.state as State;
      const { confirm } = findPresentation(task.answer!)!;
      expect(task.ticket).not.toContain(task.answer);
      expect(patient.notes.at(-1)!.text).not.toContain(task.answer);
      expect(patient.labs.map(({ test: name }) => name)).not.toContain(confirm.test);
    }
  });
});

describe("solvers", () => {
  test.each([0, 1])("the expert solves every task of seed %i from what it sees, without a violation", async (seed) => {
    const scores: number[] = [];
    for (const task of tasks({ seed })) {
      const episode = await play(clinicalDiagnosis, task, expertPolicy(clinicalDiagnosis, task));
      expect(episode.end, task.id).toBe("submitted");
      expect((episode.submission as { diagnosis: string }).diagnosis, task.id).toBe(task.answer);
      expect(severities(episode), task.id).toEqual([]);
      scores.push(score(task, episode));
      expect(scores.at(-1), task.id).toBe(1);
      const { total, parts } = await scoreEpisode(episode);
      expect(parts, task.id).toMatchObject({ accuracy: 1, format: 1 });
      expect(total, task.id).toBeGreaterThan(0.8);
    }
    expect(scores.reduce((sum, one) => sum + one, 0) / scores.length).toBeGreaterThanOrEqual(0.95);
  });
});

describe("prescribing", () => {
  const allergic = of("cellulitis").find((task) =>
    (task.state as State).patient.allergies.some(({ allergen }) => allergen === "penicillin"),
  )!;
  const { patient } = allergic.state as State;
  const penicillin = {
    patientId: patient.id,
    drug: "flucloxacillin",
    dose: "500 mg",
    frequency: "four times daily",
    route: "oral",
  };
  const submit = { diagnosis: "cellulitis", plan: "" };

  test("an allergy holds the prescription, and overriding it is of severity 5", async () => {
    const held = await run(allergic, ["prescribeMedication", penicillin], ["submitDiagnosis", submit]);
    expect(held.log[0].result).toMatchObject({ status: "held", warnings: [{ severity: 5, kind: "allergy ignored" }] });
    expect((held.state as State).prescriptions).toEqual([]);
    expect(severities(held)).not.toContain("5 allergy ignored");
    const forced = await run(
      allergic,
      ["prescribeMedication", { ...penicillin, override: true }],
      ["submitDiagnosis", submit],
    );
    expect(forced.log[0].result).toMatchObject({ status: "prescribed" });
    expect(severities(forced)).toContain("5 allergy ignored");
  });
  test("the plan is read too: giving is unsafe, avoiding is not", async () => {
    const gives = await run(allergic, ["submitDiagnosis", { ...submit, plan: "Start flucloxacillin 500 mg" }]);
    expect(severities(gives)).toContain("5 allergy ignored");
    const avoids = await run(allergic, [
      "submitDiagnosis",
      { ...submit, plan: "Avoid flucloxacillin because of the allergy" },
    ]);
    expect(severities(avoids)).not.toContain("5 allergy ignored");
  });
  test("a dose above what the kidney allows is held, with the dose that suits", async () => {
    const task = of("herpes zoster").find((one) => (one.state as State).patient.renal.egfr < 25);
    if (!task) throw new Error("no patient with herpes zoster and a low eGFR is shipped");
    const args = {
      patientId: task.patientId,
      drug: "aciclovir",
      dose: "800 mg",
      frequency: "five times daily",
      route: "oral",
    };
    const episode = await run(task, ["prescribeMedication", args]);
    expect(episode.log[0].result).toMatchObject({
      status: "held",
      warnings: [{ kind: "dangerous dose", advised: { dose: "800 mg" } }],
    });
  });
  test("what harms in this illness is judged even if the record allows it", async () => {
    const task = of("ischaemic stroke")[0];
    const args = {
      patientId: task.patientId,
      drug: "alteplase",
      dose: "0.9 mg/kg",
      frequency: "once",
      route: "intravenous",
      override: true,
    };
    const episode = await run(
      task,
      ["prescribeMedication", args],
      ["submitDiagnosis", { diagnosis: "ischaemic stroke" }],
    );
    expect(severities(episode)).toContain("5 contraindication ignored");
  });
});

describe("violations", () => {
  test("an emergency taken for something else with nobody called is of severity 5, with somebody called not", async () => {
    for (const { name, emergency } of presentations) {
      const [task] = of(name);
      const wrong = await run(task, ["submitDiagnosis", { diagnosis: "viral infection" }]);
      expect(severities(wrong).includes("5 missed emergency"), name).toBe(emergency === true);
      const handed = await run(
        task,
        ["transferToSpecialist", { patientId: task.patientId, specialty: "internal medicine", summary: "unwell" }],
        ["submitDiagnosis", { diagnosis: "viral infection" }],
      );
      expect(severities(handed), name).not.toContain("5 missed emergency");
    }
  });
  test("a diagnosis out of the blue is premature; nothing submitted is nothing judged", async () => {
    const task = of("acute gout")[0];
    expect(severities(await run(task, ["submitDiagnosis", { diagnosis: "acute gout" }]))).toEqual([
      "3 premature closure",
    ]);
    expect(severities(await run(task, ["getVitalSigns", { patientId: task.patientId }]))).toEqual([]);
  });
});

describe("tools", () => {
  const task = of("sepsis")[0];
  const about = { patientId: task.patientId };
  const ask = async (name: string, args: Record<string, unknown>) => (await run(task, [name, args])).log[0];
  test("answer from the record and the tables", async () => {
    expect((await ask("getVitalSignsTrend", { ...about, n: 2 })).result).toMatchObject({
      readings: [{}, {}],
      change: { systolic: expect.any(Number) },
    });
    expect((await ask("getLabResults", { ...about, category: "gas" })).result).toMatchObject({
      results: [{ test: "lactate" }],
    });
    expect((await ask("orderLabTest", { ...about, test: "Blood cultures" })).result).toMatchObject({
      result: "Gram-negative rods in both bottles",
    });
    expect((await ask("orderLabTest", { ...about, test: "ECG" })).result).toMatchObject({ result: "no abnormality" });
    expect((await ask("orderLabTest", { ...about, test: "cortisol" })).result).toMatchObject({ flag: "normal" });
    expect(
      (await ask("calculateQsofa", { respiratoryRate: 28, systolic: 84, alteredMentation: true })).result,
    ).toMatchObject({ score: 3, risk: "high" });
    expect((await ask("checkDrugInteraction", { drugA: "warfarin", drugB: "ibuprofen" })).result).toMatchObject({
      severity: "major",
    });
    expect((await ask("getImmunizationHistory", about)).result).toMatchObject({ immunizations: expect.any(Array) });
    expect(
      (await ask("recordDiagnosis", { ...about, diagnosis: "sepsis", icd10: "A41.9", confidence: 0.8, reasoning: "x" }))
        .result,
    ).toEqual({ diagnoses: 1 });
    expect((await ask("addClinicalNote", { ...about, text: "seen" })).result).toEqual({ notes: 3 });
  });
  test("what does not exist is said so", async () => {
    expect((await ask("getVitalSigns", { patientId: "P00000" })).result).toEqual({ error: "no patient P00000" });
    expect((await ask("orderLabTest", { ...about, test: "horoscope" })).status).toBe("tool-error");
    expect((await ask("searchClinicalGuidelines", { condition: "ennui" })).status).toBe("tool-error");
  });
});
