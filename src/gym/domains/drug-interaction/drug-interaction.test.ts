import { describe, expect, test } from "vitest";
import { renderCalls } from "../../action.ts";
import type { Episode } from "../../episode.ts";
import { expertPolicy, play } from "../../play.ts";
import { scoreEpisode } from "../../reward.ts";
import { actionScore } from "../../rewards/index.ts";
import { splits, type Task, taskSchema } from "../../task.ts";
import { drugInteraction } from "./index.ts";
import { tasks } from "./tasks.ts";

const shipped = drugInteraction.tasks();
const byKind = (kind: string) => shipped.filter((task) => task.kind === kind);

const score = (task: Task, episode: Episode) => actionScore({ task, episode })!;

async function answered(task: Task, answer: string) {
  return play(drugInteraction, task, () =>
    renderCalls([{ name: "submitAnswer", arguments: { answer, reasoning: "" } }]),
  );
}

describe("tasks", () => {
  test("at least 200, all different, of every kind and split, as the schema says", () => {
    expect(shipped.length).toBeGreaterThanOrEqual(200);
    expect(new Set(shipped.map(({ ticket }) => ticket)).size).toBe(shipped.length);
    expect(new Set(shipped.map(({ patientId }) => patientId)).size).toBe(shipped.length);
    for (const kind of drugInteraction.kinds) expect(byKind(kind)).toHaveLength(24);
    for (const split of splits) expect(tasks({ split }).length).toBeGreaterThan(20);
    expect(new Set(shipped.map(({ difficulty }) => difficulty))).toEqual(new Set([1, 2, 3, 4, 5]));
    for (const task of shipped) taskSchema.parse(task);
    expect(JSON.parse(JSON.stringify(shipped))).toEqual(shipped);
  });
  test("answers are not given away by always saying the same", () => {
    for (const kind of drugInteraction.kinds) {
      const answers = byKind(kind).map(({ answer }) => answer);
      const most = Math.max(...answers.map((one) => answers.filter((other) => other === one).length));
      expect(most / answers.length, kind).toBeLessThanOrEqual(0.6);
    }
  });
  test("the same options give the same tasks; another seed gives others", () => {
    expect(tasks({ split: "test", seed: 5, count: 12 })).toEqual(tasks({ split: "test", seed: 5, count: 12 }));
    expect(tasks({ seed: 5, count: 5 })).not.toEqual(tasks({ count: 5 }));
    expect(tasks({ kinds: ["cyp"], count: 3 }).map(({ kind }) => kind)).toEqual(["cyp", "cyp", "cyp"]);
  });
});

describe("solvers", () => {
  test.each([0, 1])(
    "the expert answers every task of seed %i from the brief and what it sees, without a violation",
    async (seed) => {
      for (const task of tasks({ seed })) {
        const episode = await play(drugInteraction, task, expertPolicy(drugInteraction, task));
        expect((episode.submission as { answer: string }).answer, `${task.id} ${task.ticket}`).toBe(task.answer);
        expect(score(task, episode), task.id).toBeGreaterThanOrEqual(0.95);
        const { total, parts } = await scoreEpisode(episode);
        expect(parts, task.id).toMatchObject({ accuracy: 1, format: 1 });
        expect(total, task.id).toBeGreaterThan(0.8);
        expect(drugInteraction.violations!(episode), task.id).toEqual([]);
      }
    },
  );
});

describe("violations", () => {
  const worst = async (task: Task, answer: string) =>
    Math.max(0, ...drugInteraction.violations!(await answered(task, answer)).map(({ severity }) => severity));
  test("a drug that harms the patient is of severity 4 or 5, the right one only lacks the work-up", async () => {
    for (const task of [...byKind("alternative"), ...byKind("pregnancy-choice")]) {
      for (const letter of Object.keys(task.options!)) {
        const severity = await worst(task, letter);
        if (letter === task.answer) expect(severity, task.id).toBe(3);
        else expect(severity, task.id).toBeGreaterThanOrEqual(4);
      }
    }
  });
  test("an allergy, a dose, a level, an interaction that is waved through", async () => {
    for (const task of byKind("allergy")) expect(await worst(task, "none")).toBe(task.answer === "none" ? 3 : 5);
    for (const task of byKind("dosage"))
      expect(await worst(task, "appropriate")).toBe(task.answer === "appropriate" ? 3 : 5);
    for (const task of byKind("hepatic-dose"))
      expect(await worst(task, "usual dose")).toBe(task.answer === "avoid" ? 5 : 3);
    for (const task of byKind("pregnancy-safety"))
      expect(await worst(task, "compatible")).toBe(task.answer === "avoid" ? 5 : 3);
    for (const task of byKind("new-drug")) {
      expect(await worst(task, "none")).toBe(["major", "contraindicated"].includes(task.answer!) ? 4 : 3);
      expect(await worst(task, "moderate")).toBe(["major", "contraindicated"].includes(task.answer!) ? 4 : 3);
    }
    for (const task of byKind("renal-dose").filter(({ answer }) => answer === "avoid"))
      expect(await worst(task, "500 mg twice daily")).toBe(5);
    for (const task of byKind("monitoring")) expect(await worst(task, "within")).toBeGreaterThanOrEqual(3);
  });
});

describe("tools", () => {
  const task = byKind("alternative")[0];
  async function ask(name: string, args: Record<string, unknown>) {
    const episode = drugInteraction.start(task);
    await episode.step(renderCalls([{ name, arguments: args }]));
    return episode.log[0];
  }
  test("answer what the tables say", async () => {
    expect((await ask("checkInteraction", { drugA: "Warfarin", drugB: "ibuprofen" })).result).toMatchObject({
      severity: "major",
      effect: "bleeding",
    });
    expect((await ask("checkInteraction", { drugA: "amoxicillin", drugB: "paracetamol" })).result).toEqual({
      severity: "none",
    });
    expect((await ask("severityScore", { drugA: "sildenafil", drugB: "glyceryl trinitrate" })).result).toEqual({
      score: 10,
    });
    expect((await ask("renalDoseAdjustment", { drug: "metformin", gfr: 20 })).result).toMatchObject({
      advice: "avoid",
    });
    expect((await ask("hepaticDoseAdjustment", { drug: "rivaroxaban", childPugh: "B" })).result).toMatchObject({
      advice: "avoid",
    });
    expect((await ask("checkCyp450", { drug: "clarithromycin", otherDrug: "simvastatin" })).result).toMatchObject({
      inhibits: { CYP3A4: "strong" },
      shared: [{ enzyme: "CYP3A4", by: "clarithromycin" }],
    });
    expect((await ask("therapeuticDrugMonitoring", { drug: "lithium", level: 1.4 })).result).toMatchObject({
      position: "above",
    });
    expect((await ask("searchDrugsByClass", { drugClass: "MAOI" })).result).toMatchObject({
      drugs: [{ name: "phenelzine" }],
    });
    expect((await ask("getPharmacokinetics", { drug: "fluoxetine" })).result).toMatchObject({
      halfLifeHours: [96, 144],
    });
    expect((await ask("searchAlternatives", { drug: "omeprazole" })).result).toMatchObject({
      alternatives: expect.arrayContaining([expect.objectContaining({ name: "pantoprazole" })]),
    });
  });
  test("what does not exist is said so", async () => {
    expect((await ask("getDrugInfo", { drug: "placebex" })).result).toEqual({
      error: "no drug placebex in the formulary",
    });
    expect((await ask("getPatientMedications", { patientId: "P00000" })).result).toEqual({
      error: "no patient P00000",
    });
    expect((await ask("therapeuticDrugMonitoring", { drug: "amoxicillin" })).status).toBe("tool-error");
  });
});
