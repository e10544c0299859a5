import { describe, expect, test } from "vitest";
import { Random } from "../../../core/random.ts";
import { renderCalls } from "../../action.ts";
import { contamination } from "../../contamination/contamination.ts";
import type { Episode } from "../../episode.ts";
import { own } from "../../knowledge/own/index.ts";
import { expertPolicy, play, recordOf, replay } from "../../play.ts";
import { randomPolicy } from "../../random-policy.ts";
import { scoreEpisode } from "../../reward.ts";
import { actionScore } from "../../rewards/index.ts";
import { splits, type Task, taskSchema } from "../../task.ts";
import { medicalQa } from "./index.ts";
import { kinds } from "./kinds.ts";
import { type Shown, type State, wrongOf } from "./question.ts";
import { tasks } from "./tasks.ts";

const shipped = medicalQa.tasks();
const stateOf = (task: Task) => task.state as State;
const score = (task: Task, episode: Episode) => actionScore({ task, episode })!;
const call = (name: string, args: Record<string, unknown>) => renderCalls([{ name, arguments: args }]);
const answered = (task: Task, answer: string, reasoning = "") =>
  play(medicalQa, task, () => call("submitAnswer", { answer, reasoning }));
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("tasks", () => {
  test("280, all different, twenty of each kind, as the schema says", () => {
    expect(shipped).toHaveLength(280);
    expect(new Set(shipped.map(({ ticket }) => ticket)).size).toBe(280);
    expect(new Set(shipped.map(({ id }) => id)).size).toBe(280);
    for (const kind of medicalQa.kinds) expect(shipped.filter((task) => task.kind === kind)).toHaveLength(20);
    expect(splits.map((split) => tasks({ split }).length)).toEqual([224, 28, 28]);
    for (const task of shipped) taskSchema.parse(task);
    expect(JSON.parse(JSON.stringify(shipped))).toEqual(shipped);
  });
  test("five different options; each letter is right as often as another, in every split", () => {
    for (const { options, answer } of shipped) {
      expect(Object.keys(options!)).toEqual(["A", "B", "C", "D", "E"]);
      expect(new Set(Object.values(options!).map((text) => text.toLowerCase())).size).toBe(5);
      expect("ABCDE").toContain(answer);
    }
    for (const split of splits) {
      const right = tasks({ split }).map(({ answer }) => answer);
      const counts = [..."ABCDE"].map((letter) => right.filter((each) => each === letter).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });
  test("no group and no passage is in two splits, whatever the seeds", () => {
    const groups = new Map<string, string>();
    const facts = new Map<string, string>();
    for (const task of [0, 1, 2].flatMap((seed) => tasks({ seed }))) {
      for (const [map, key] of [
        [groups, task.group!],
        [facts, stateOf(task).passage],
      ] as const) {
        expect(map.get(key) ?? task.split, key).toBe(task.split);
        map.set(key, task.split);
      }
    }
  });
  test("the text of no test or validation question is in training, whatever the seed", async () => {
    for (let seed = 0; seed < 4; seed++) {
      const train = tasks({ split: "train", seed });
      for (const split of ["validation", "test"] as const) {
        (await contamination(train, tasks({ split, seed }))).assert();
      }
    }
  });
  test("wrong options about drugs and interactions are facts of groups that the split may show", () => {
    const shared = ["mechanism", "contraindication", "adverse-effect", "pregnancy", "interaction-effect", "interaction-management"]; // biome-ignore format: a list
    for (const { subjects } of shared.map((kind) => kinds[kind])) {
      const drafts = (shown: Shown) =>
        subjects.map(({ draft }) => draft(new Random(3), shown)).filter((made) => !!made);
      expect(drafts(() => true).length).toBeGreaterThan(60);
      expect(drafts(() => true).every(({ wrong }) => wrong.length >= 4)).toBe(true);
      expect(drafts(() => false).flatMap(({ wrong }) => wrong)).toEqual([]);
    }
  });
  test("an option that is right, or is there already, is left out", () => {
    expect(wrongOf({ right: "Low", wrong: ["high", "low", "High", "normal"] })).toEqual(["High", "normal"]);
  });
  test("a kind, a count or a split takes from the same set; another seed gives another", () => {
    expect(tasks({ split: "test", count: 3 })).toEqual(shipped.filter(({ split }) => split === "test").slice(0, 3));
    expect(tasks({ kinds: ["score"], split: "train" })).toEqual(
      shipped.filter(({ kind, split }) => kind === "score" && split === "train"),
    );
    expect(tasks({ seed: 5 })).toEqual(tasks({ seed: 5 }));
    expect(tasks({ seed: 5 }).map(({ ticket }) => ticket)).not.toEqual(shipped.map(({ ticket }) => ticket));
  });
  test("the passage of a question is there, and says what is right where the answer is to be read", () => {
    const computed = ["renal-dose", "diagnosis", "score", "lab-result", "pregnancy"];
    for (const task of shipped) {
      const passage = own().get(stateOf(task).passage);
      expect(passage, task.id).toBeDefined();
      if (!computed.includes(task.kind!)) expect(passage!.text, task.id).toContain(task.options![task.answer!]);
    }
  });
});

describe("solvers", () => {
  test.each([0, 1])("the expert answers seed %i by search and reading, without a violation", async (seed) => {
    const scores: number[] = [];
    for (const task of tasks({ seed })) {
      const episode = await play(medicalQa, task, expertPolicy(medicalQa, task));
      scores.push(score(task, episode));
      if (scores.at(-1) === 1) expect(medicalQa.violations!(episode), task.id).toEqual([]);
    }
    expect(mean(scores)).toBeGreaterThanOrEqual(0.98);
  });
  test("the expert earns most of the reward on the test split", async () => {
    for (const task of tasks({ split: "test" })) {
      const episode = await play(medicalQa, task, expertPolicy(medicalQa, task));
      const { total, parts } = await scoreEpisode(episode);
      expect(parts, task.id).toMatchObject({ accuracy: 1, format: 1 });
      expect(total, task.id).toBeGreaterThan(0.8);
      expect((await replay(medicalQa, recordOf(episode))).hash()).toBe(episode.hash());
    }
  });
  test("the expert reads: with another store's text it would answer otherwise", async () => {
    const task = shipped.find(({ kind }) => kind === "mechanism")!;
    const expert = medicalQa.expert({ id: task.id, kind: task.kind, ticket: task.ticket, options: task.options });
    expect(expert.next().value).toMatchObject({ name: "searchEvidence" });
    const hit = { id: "x", title: task.ticket, category: "drug", score: 1, excerpt: "" };
    expect(expert.next({ results: [hit] }).value).toMatchObject({ name: "browseArticle", arguments: { id: "x" } });
    const wrong = Object.keys(task.options!).find((letter) => letter !== task.answer)!;
    const text = `Mechanism of action: it ${task.options![wrong]}. Indications: none.`;
    expect(expert.next({ ...hit, text }).value).toMatchObject({ name: "submitAnswer", arguments: { answer: wrong } });
  });
  test("random tools reach little, an empty answer nothing", async () => {
    const scores: number[] = [];
    for (const task of tasks({ split: "test" })) {
      const episode = await play(medicalQa, task, randomPolicy(1));
      scores.push(score(task, episode));
      expect(score(task, await play(medicalQa, task, () => ""))).toBe(0);
    }
    expect(mean(scores)).toBeLessThanOrEqual(0.3);
  });
});

describe("violations", () => {
  const worst = async (task: Task, answer: string) =>
    Math.max(0, ...medicalQa.violations!(await answered(task, answer)).map(({ severity }) => severity));
  test("a dose, a drug, a missed emergency that harm are of severity 5; the right answer only lacks the reading", async () => {
    let harmful = 0;
    for (const task of shipped) {
      expect(await worst(task, task.answer!), task.id).toBe(3);
      for (const [letter, { severity }] of Object.entries(stateOf(task).harms)) {
        expect(await worst(task, letter), task.id).toBe(severity);
        harmful++;
      }
    }
    expect(harmful).toBeGreaterThan(100);
  });
  test("by the text of an option as by its letter", async () => {
    const task = shipped.find(({ state }) => Object.keys((state as State).harms).length > 0)!;
    const [[letter, harm]] = Object.entries(stateOf(task).harms);
    expect(medicalQa.violations!(await answered(task, task.options![letter]))).toContainEqual(harm);
  });
  test("citing what was never seen", async () => {
    const [task] = shipped;
    const cited = await answered(task, task.answer!, "As [drug-unheard-use] says.");
    expect(medicalQa.violations!(cited)).toContainEqual({
      severity: 4,
      kind: "fabricated evidence",
      text: "cites drug-unheard-use, which was never seen",
    });
  });
});

describe("tools", () => {
  async function ask(name: string, args: Record<string, unknown>) {
    const episode = medicalQa.start(shipped[0]);
    await episode.step(call(name, args));
    return episode.log[0];
  }
  test("answer from the passages", async () => {
    expect((await ask("browseArticle", { id: "drug-warfarin-use", section: "Mechanism" })).result).toMatchObject({
      text: expect.stringMatching(/^Mechanism of action: .*\.$/),
    });
    expect((await ask("searchDrugInteractions", { drugA: "warfarin", drugB: "ibuprofen" })).result).toMatchObject({
      results: [{ id: "interaction-anticoagulant-nsaid" }],
    });
    const options = { A: "blocks histamine H2 receptors", B: "blocks the gastric proton pump" };
    expect((await ask("analyzeAnswerOptions", { question: "How does omeprazole act?", options })).result).toMatchObject(
      {
        B: { support: 1, passage: "drug-omeprazole-use" },
      },
    );
    expect(
      (await ask("summarizeEvidence", { ids: ["guideline-sepsis"], question: "Which drugs in sepsis?" })).result,
    ).toContainEqual({
      passage: "guideline-sepsis",
      sentence: "Drugs in the order of preference for sepsis: piperacillin-tazobactam; meropenem; aztreonam.",
    });
    expect(
      (await ask("compareTreatments", { treatmentA: "colchicine", treatmentB: "omeprazole", condition: "acute gout" }))
        .result,
    ).toMatchObject({
      guideline: "guideline-acute-gout",
      colchicine: { inGuideline: expect.arrayContaining([expect.stringContaining("colchicine")]) },
      omeprazole: { inGuideline: [] },
    });
    const items = { heartRate: 110, haemoptysis: true, malignancy: true };
    expect((await ask("calculateClinicalScore", { name: "wells pe", parameters: items })).result).toMatchObject({
      score: 3.5,
      passage: "score-wells-pe",
    });
    expect((await ask("getDrugInformation", { drug: "Warfarin" })).result).toMatchObject([
      { id: "drug-warfarin-use" },
      { id: "drug-warfarin-safety" },
      { id: "drug-warfarin-dosing" },
    ]);
    expect(
      (await ask("checkDiagnosticCriteria", { condition: "cystitis", findings: "Burning urine, no fever" })).result,
    ).toMatchObject({ met: expect.arrayContaining(["burning urine"]) });
  });
  test("what does not exist is said so", async () => {
    for (const [name, args] of [
      ["browseArticle", { id: "drug-placebex-use" }],
      ["browseArticle", { id: "drug-warfarin-use", section: "Price" }],
      ["getDrugInformation", { drug: "placebex" }],
      ["calculateClinicalScore", { name: "oracle", parameters: {} }],
      ["calculateClinicalScore", { name: "qSOFA", parameters: { respiratoryRate: "fast" } }],
      ["checkDiagnosticCriteria", { condition: "plague", findings: "fever" }],
      ["summarizeEvidence", { ids: ["nothing"], question: "what" }],
    ] as const) {
      const { status, result } = await ask(name, args);
      expect([status, (result as { error: string }).error], name).toEqual([
        "tool-error",
        expect.stringMatching(/^(no |drug-|qSOFA)/),
      ]);
    }
  });
});
