import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../core/random.ts";
import { renderAnswer } from "../answer-form.ts";
import { findPresentation, presentations } from "../clinical/index.ts";
import { contamination } from "../contamination/contamination.ts";
import { expertPolicy, play, recordOf, replay } from "../play.ts";
import { scoreEpisode } from "../reward.ts";
import { phraseFinder } from "../rewards/terms.ts";
import { synthesize } from "../synthesize/index.ts";
import { type Split, type Task, taskSchema } from "../task.ts";
import type { ConsultationCase } from "./cases.ts";
import {
  type ConsultationState,
  consultation,
  consultationBiases,
  consultationPersonalities,
  readUtterance,
} from "./consultation.ts";
import { consultationFigures, efficiency } from "./figures.ts";
import { biases, harmlessCauses, personalities } from "./manner.ts";
import { modelPatient } from "./model-patient.ts";
import { matchFacts, rulePatient } from "./patient.ts";
import { judgeScorer, rougeScorer } from "./scorer.ts";
import { symptomOf } from "./symptoms.ts";

const known: ConsultationCase = {
  name: "Ada Adler",
  age: 44,
  sex: "female",
  personality: "plain",
  bias: "none",
  turns: 6,
  opening: "I have had a temperature.",
  belief: "",
  facts: [
    { id: "fever", text: "I have had a temperature.", ask: ["fever", "temperature"], layer: 0 },
    { id: "since", text: "It started 3 days ago.", ask: ["since when", "how long"], layer: 1 },
    { id: "cough", text: "I cough.", ask: ["cough"], layer: 2 },
    { id: "phlegm", text: "The phlegm is green.", ask: ["phlegm", "cough"], layer: 2 },
    { id: "alcohol", text: "I drink every day.", ask: ["alcohol", "drink"], layer: 3 },
    { id: "not: wheeze", text: "No, no wheezing.", ask: ["wheez", "cough"], layer: 2, negative: true },
  ],
  diagnosis: "lobar pneumonia",
  recommendation: "Take amoxicillin and rest at home.",
};
const task: Task = {
  id: "hand-made",
  domain: "consultation",
  split: "train",
  ticket: '"I have had a temperature." says Ada Adler, 44, female.',
  difficulty: 3,
  criteria: { actions: [], assertions: [] },
  state: known,
};
const doctor = consultation();
const ask = (question: string) => renderAnswer("I wonder.", question);
const stateOf = (episode: { state: unknown }) => episode.state as ConsultationState;

async function playAll(completions: readonly string[], environment = doctor, at: Task = task) {
  const rest = [...completions];
  return play(environment, at, () => rest.shift() ?? "nothing");
}

describe("rewards, worked", () => {
  test("every branch once", async () => {
    const episode = await playAll([
      ask("How long have you had it?"), //                        +1
      ask("What is your blood group?"), //                        −1
      ask("how long have you had it ?"), //                       −2, the same words
      ask("Do you cough? Do you smoke?"), //                      −2, two questions
      "How long?", //                                             −2, no form
      ask("Do you drink alcohol?"), //                            +1, and −5: it was the last turn
    ]);
    expect(stateOf(episode).kinds).toEqual([
      "answered",
      "unanswerable",
      "repeated",
      "several",
      "bad format",
      "answered",
    ]);
    const { parts, total } = await scoreEpisode(episode);
    expect(parts).toEqual({
      question: 2,
      unanswerable: -1,
      repeated: -2,
      oneQuestion: -2,
      format: -2,
      noDiagnosis: -5,
      diagnosis: 0,
      recommendation: 0,
    });
    expect(total).toBe(-10);
    expect([episode.end, episode.turns.length]).toEqual(["turn-limit", 6]);
  });

  test("diagnosis and recommendation are 5 × ROUGE-L F₁", async () => {
    // "pneumonia" of "lobar pneumonia": P 1, R 1/2, F 2/3. "Take amoxicillin" of six words: P 1, R 2/6, F 1/2
    const episode = await playAll([renderAnswer("I know.", "Diagnosis: pneumonia Recommendation: Take amoxicillin")]);
    expect(episode.end).toBe("answered");
    expect(episode.submission).toBe("Diagnosis: pneumonia Recommendation: Take amoxicillin");
    const { parts, total } = await scoreEpisode(episode);
    expect(parts.diagnosis).toBeCloseTo(10 / 3, 9);
    expect(parts.recommendation).toBeCloseTo(2.5, 9);
    expect(total).toBeCloseTo(10 / 3 + 2.5, 9);
  });

  test("a new question after facts that were all told is a repetition, whatever its words", async () => {
    const episode = await playAll([ask("Is there a fever?"), ask("Do you cough?"), ask("Any coughing at night?")]);
    expect(stateOf(episode).kinds.slice(0, 3)).toEqual(["repeated", "answered", "repeated"]);
  });

  test("private things are withheld until some trust is there; that neither pays nor costs, and may be asked again", async () => {
    const episode = doctor.start(task);
    const first = await episode.step(ask("Do you drink alcohol?"));
    expect(String(first.observation[0].content)).toMatch(/^I would rather not say that yet\.\n\nTurn 2\/6$/);
    expect(Object.values(first.rewards).every((value) => value === 0)).toBe(true);
    await episode.step(ask("How long?"));
    const again = await episode.step(ask("Do you drink alcohol?"));
    expect(again.rewards.question).toBe(1);
    expect(String(again.observation[0].content)).toContain("I drink every day.");
  });
});

describe("format", () => {
  const question = { type: "question", question: "Why?" };
  const broken = { type: "broken" };
  test.each([
    ["as asked", "<think>t</think><answer>Why?</answer>", question],
    ["with space around", "\n<think>t</think>\n <answer> Why? </answer>\n", question],
    ["thought opened in the prompt", "t</think><answer>Why?</answer>", question],
    ["no thought", "<answer>Why?</answer>", broken],
    ["something after", "<think>t</think><answer>Why?</answer> Thanks", broken],
    ["something before", "Well <think>t</think><answer>Why?</answer>", broken],
    ["between", "<think>t</think> well <answer>Why?</answer>", broken],
    ["two answers", "<think>t</think><answer>Why?</answer><answer>How?</answer>", broken],
    ["answer in the thought", "<think><answer>a</answer></think><answer>Why?</answer>", broken],
    ["not closed", "<think>t</think><answer>Why?", broken],
    ["empty", "<think>t</think><answer> </answer>", broken],
    ["no recommendation", "<think>t</think><answer>Diagnosis: gout</answer>", broken],
    ["empty recommendation", "<think>t</think><answer>Diagnosis: gout Recommendation: </answer>", broken],
    ["empty diagnosis", "<think>t</think><answer>Diagnosis: Recommendation: rest</answer>", broken],
    [
      "both",
      "<think>t</think><answer>diagnosis: gout\nRECOMMENDATION: rest</answer>",
      { type: "diagnosis", said: { diagnosis: "gout", recommendation: "rest" } },
    ],
  ])("%s", (_, completion, expected) => expect(readUtterance(completion)).toMatchObject(expected));
});

describe("the rule-based patient", () => {
  const asked = { case: known, told: [], asked: [], answered: 0, random: new Random(0) };

  test("tells what is asked for, the best match first; denies only what nothing present matches", async () => {
    expect(matchFacts("Is there phlegm when you cough?", known.facts).map(({ id }) => id)).toEqual(["phlegm", "cough"]);
    expect(matchFacts("Do you wheeze?", known.facts).map(({ id }) => id)).toEqual(["not: wheeze"]);
    expect(await rulePatient({ ...asked, question: "Any wheezing?" })).toMatchObject({
      kind: "answered",
      text: "No, no wheezing.",
    });
  });

  test("a general question gets the first layer, words inside other words nothing", () => {
    expect(matchFacts("Can you tell me more?", known.facts).map(({ id }) => id)).toEqual(["since"]);
    expect(matchFacts("Is it hiccough?", known.facts)).toEqual([]);
  });

  test("there are twelve personalities, with different words for the same facts, and six settings of belief", async () => {
    expect(new Set(personalities.map(({ name }) => name)).size).toBe(12);
    expect(biases.length).toBe(6);
    const said = new Set<string>();
    for (const { name, perAnswer } of personalities) {
      const reply = await rulePatient({
        ...asked,
        case: { ...known, personality: name },
        question: "Is there phlegm when you cough?",
      });
      expect(reply.facts).toHaveLength(Math.min(2, perAnswer));
      expect(reply.text).toContain("The phlegm is green."); // the closest match
      said.add(reply.text);
    }
    expect(said.size).toBeGreaterThan(6);
  });
});

const questions = [
  "Can you tell me more?", "When did it start?", "How bad is it?", "Do you have pain in the chest?", "Are you short of breath?", "Do you have a fever?",
  "Do you drink alcohol?", "Do you smoke?", "Are you allergic to anything?", "Which medicines do you take?", "Do you have other illnesses?",
  "Is there any bleeding, or is your period late?", "What do you think it is?", "Are you worried?", "Did you vomit?", "Does your belly hurt?",
  "Have you had surgery or a blood clot?", "What did the other doctor diagnose?", "What is your diagnosis?", "What is the name of your disease?",
]; // biome-ignore format: a list

describe("cases", () => {
  test("at least 200, distinct, split by patient, of every illness, personality and belief, turns from 2 to 10", () => {
    const tasks = doctor.tasks();
    expect(tasks).toHaveLength(500);
    expect(new Set(tasks.map(({ ticket }) => ticket)).size).toBe(500);
    expect(new Set(tasks.map(({ patientId }) => patientId)).size).toBe(500);
    const cases = tasks.map(({ state }) => state as ConsultationCase);
    expect(new Set(cases.map(({ diagnosis }) => diagnosis)).size).toBe(presentations.length);
    expect(new Set(cases.map(({ personality }) => personality))).toEqual(new Set(consultationPersonalities));
    expect(new Set(cases.map(({ bias }) => bias))).toEqual(new Set(consultationBiases));
    const turns = cases.map(({ turns }) => turns);
    expect([Math.min(...turns), Math.max(...turns)]).toEqual([2, 10]);
    // uniform over nine: 500/9 ≈ 56 ± 7 each
    for (let t = 2; t <= 10; t++) expect(turns.filter((each) => each === t).length).toBeGreaterThan(28);
    expect(tasks.every((each) => taskSchema.safeParse(each).success)).toBe(true);
    expect(tasks.filter(({ split }) => split === "train").length / 500).toBeGreaterThan(0.72);
    expect(doctor.tasks({ count: 12, seed: 4 })).toEqual(doctor.tasks({ seed: 4 }).slice(0, 12));
  });

  test("test tasks are not in the training tasks", async () => {
    (await contamination(doctor.tasks({ split: "train" }), doctor.tasks({ split: "test", count: 100 }))).assert();
  });

  // in 18 of 1,000 seeds somebody in training had name, age and complaint of a test patient, and so the same opening
  test("nobody of another seed says what a test patient says: with name and age the split is given", () => {
    const told = (split: Split, seed: number) =>
      doctor
        .tasks({ split, seed })
        .map(({ state }) => `${(state as ConsultationCase).name}, ${(state as ConsultationCase).age}`);
    const held = new Set(told("test", 0));
    const others = [1, 2, 137].flatMap((seed) => told("train", seed)); // 137: "I have had a temperature", Amina Novak, 47
    expect(others.filter((who) => held.has(who))).toEqual([]);
    expect(new Set(others).size).toBeGreaterThan(1000);
  });
  test("settings hold: fixed turns, personality, belief; an unknown one is refused", () => {
    const fixed = consultation({ turns: 4, personality: "terse", bias: "recency" });
    for (const { state } of fixed.tasks({ count: 10 })) {
      expect(state).toMatchObject({ turns: 4, personality: "terse", bias: "recency" });
    }
    expect(() => consultation({ personality: "angry" })).toThrow(/gym.consultation: personality/);
  });

  test("the patient never names the diagnosis, and tells no fact before its layer", async () => {
    for (const each of doctor.tasks({ count: 150, seed: 1 })) {
      const one = each.state as ConsultationCase;
      const everything = [each.ticket, one.opening, ...one.facts.map(({ text }) => text), ...harmlessCauses].join("\n");
      expect(phraseFinder(everything)(one.diagnosis)).toBe(false);
      const episode = doctor.start({ ...each, state: { ...one, turns: questions.length + 1 } });
      const { trust } = personalities.find(({ name }) => name === one.personality)!;
      let answered = 0;
      for (const question of questions) {
        const before = new Set(stateOf(episode).told);
        const turn = await episode.step(ask(question));
        const reply = String(turn.observation[0].content);
        const told = one.facts.filter(({ id }) => stateOf(episode).told.includes(id) && !before.has(id));
        for (const fact of one.facts) {
          if (before.has(fact.id) || told.includes(fact) || fact.negative) continue;
          expect([each.id, question, reply.includes(fact.text) && fact.text]).toEqual([each.id, question, false]);
        }
        for (const { layer } of told) {
          if (layer === 3) expect(answered).toBeGreaterThanOrEqual(trust);
          if (layer >= 2) expect(question).not.toBe("Can you tell me more?");
        }
        if (stateOf(episode).kinds.at(-1) === "answered") answered++;
      }
    }
  });

  test("every symptom can be asked for by its lay name, also one without a row", () => {
    for (const name of presentations.flatMap(({ symptoms }) => symptoms)) {
      const { says, lay, ask: words } = symptomOf(name);
      expect(says.split(" ").length).toBeLessThan(10);
      const fact = { id: name, text: says, ask: words, layer: 2 as const };
      expect([name, matchFacts(`Do you have ${lay}?`, [fact])]).toEqual([name, [fact]]);
    }
    expect(symptomOf("purple elbows")).toEqual({
      says: "I have purple elbows.",
      lay: "purple elbows",
      ask: ["purple elbows", "purple", "elbows"],
    });
  });
});

describe("the expert", () => {
  test("finds the illness from what it is told", async () => {
    const tasks = doctor.tasks({ split: "test" }).slice(0, 150);
    const episodes = [];
    for (const each of tasks) episodes.push(await play(doctor, each, expertPolicy(doctor, each)));
    const figures = consultationFigures(episodes);
    expect(figures).toMatchObject({ episodes: 150, failed: 0 });
    expect(figures.diagnosis).toBeGreaterThan(4.7);
    expect(figures.recommendation).toBeGreaterThan(4.7);
    expect(figures.informationPrecision).toBeGreaterThan(0.9);
    for (const episode of episodes.slice(0, 30)) {
      const again = await replay(doctor, recordOf(episode));
      expect([again.hash(), again.messages]).toEqual([episode.hash(), episode.messages]);
    }
  });

  test("its episodes are chat rows", async () => {
    const rows = await synthesize({ domains: [doctor], tasks: doctor.tasks({ split: "train", count: 5 }) });
    expect(rows.rows.map(({ messages }) => messages.at(-1)!.role)).toEqual(Array(5).fill("assistant"));
  });
});

describe("figures", () => {
  test("worked: two episodes", async () => {
    const good = await playAll([ask("How long?"), renderAnswer("", "Diagnosis: lobar pneumonia Recommendation: rest")]);
    const poor = await playAll([ask("Your blood group?"), "x", ask("a? b?"), "x", "x", "x"]);
    const figures = consultationFigures([good, poor], { countTokens: () => 50 });
    // rest of six words: P 1, R 1/6, F 2/7, times 5. combined = (5 + 10/7)/2/2 episodes; 1 of 3 questions answered
    const combined = (5 + 10 / 7) / 4;
    expect(figures).toEqual({
      episodes: 2,
      failed: 0,
      diagnosis: 2.5,
      recommendation: expect.closeTo(5 / 7, 9),
      informationPrecision: 1 / 3,
      turns: 4,
      tokens: 200,
      dei: expect.closeTo(combined ** 2 / (4 + 2), 9),
    });
    expect(efficiency(5, 4, 100)).toBe(5);
    expect(consultationFigures([])).toMatchObject({ episodes: 0, diagnosis: null, dei: null });
  });
});

describe("a patient that a model plays", () => {
  const answering = (reply: string) => {
    const seen: string[] = [];
    const patient = modelPatient((messages) => {
      seen.push(String(messages[0].content));
      return reply;
    });
    return { seen, environment: consultation({ patient }) };
  };

  test("is shown the open facts only, and its reply counts by the facts that it says it tells", async () => {
    const { seen, environment } = answering("FACTS: 3\nYes, I do cough a bit.");
    const episode = await playAll([ask("Anything in the throat?"), ask("And the throat, again?")], environment);
    expect(stateOf(episode).told).toEqual(["fever", "cough"]);
    expect(stateOf(episode).kinds.slice(0, 2)).toEqual(["answered", "repeated"]);
    expect(seen[0]).not.toMatch(/pneumonia|amoxicillin|I drink/);
    expect(seen[0]).toContain("3. I cough.");
  });

  test.each([
    ["an unreadable reply", "I cough."],
    ["a fact that is not there", "FACTS: 99\nYes."],
    ["the diagnosis", "FACTS: 3\nThey say it is Lobar Pneumonia."],
  ])("the rules answer instead of %s", async (_, reply) => {
    const { environment } = answering(reply);
    const episode = environment.start(task);
    const turn = await episode.step(ask("Do you cough?"));
    expect(String(turn.observation[0].content)).toMatch(
      /^(I cough\. The phlegm is green\.|The phlegm is green\. I cough\.)/,
    );
  });

  test("knowing nothing is unanswerable; a model that fails is an error of the environment", async () => {
    const episode = await playAll([ask("Which colour do you like?")], answering("FACTS: none\nNo idea.").environment);
    expect(stateOf(episode).kinds[0]).toBe("unanswerable");
    const failing = consultation({ patient: modelPatient(() => Promise.reject(new Error("no server"))) });
    const failed = await playAll([ask("Do you cough?")], failing);
    expect([failed.end, failed.reason]).toEqual(["error", "no server"]);
    expect(consultationFigures([failed])).toMatchObject({ episodes: 0, failed: 1, turns: null });
  });

  test("an endpoint plays it, and another judges", async () => {
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        const judging = body.includes("examines candidates");
        const content = judging ? "Nearly.\nScore: 4" : "FACTS: 2\nThree days by now.";
        response.end(JSON.stringify({ choices: [{ message: { content } }] }));
      });
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    try {
      const patient = modelPatient({ endpoint, model: "m" });
      const environment = consultation({ patient, scorer: judgeScorer({ endpoint, model: "m" }) });
      const final = renderAnswer("", "Diagnosis: pneumonia Recommendation: amoxicillin");
      const episode = await playAll([ask("How long?"), final], environment);
      expect(String(episode.turns[0].observation[0].content)).toContain("Three days by now.");
      expect((await scoreEpisode(episode)).parts).toMatchObject({ question: 1, diagnosis: 4, recommendation: 4 });
    } finally {
      server.close();
    }
  });

  test("a scorer outside 0 to 5 is an error of the environment", async () => {
    const wrong = consultation({ scorer: () => 7 });
    const episode = await playAll([renderAnswer("", "Diagnosis: a Recommendation: b")], wrong);
    expect([episode.end, episode.reason]).toEqual(["error", expect.stringMatching(/gave 7 for the/)]);
    expect(rougeScorer({ what: "diagnosis", said: "gout", reference: "gout", context: undefined as never })).toBe(5);
  });
});

test("whatever a model writes, an episode goes on or ends, and replays to the same hash", async () => {
  const bits = fc.constantFrom("<think>", "</think>", "<answer>", "</answer>", "?", "Diagnosis:", "Recommendation:", " cough ", "\n", "İ", "\u0000", "？", "😀"); // biome-ignore format: a list
  const completion = fc.oneof(
    fc.array(bits, { maxLength: 14 }).map((list) => list.join("")),
    fc.string(),
    fc.string().map(ask),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(completion, { minLength: 1, maxLength: 6 }), async (completions) => {
      const episode = await playAll(completions);
      expect(episode.end).not.toBe("error");
      expect((await replay(doctor, recordOf(episode))).hash()).toBe(episode.hash());
      expect(Number.isFinite((await scoreEpisode(episode)).total)).toBe(true);
    }),
    { numRuns: 200, seed: 3 },
  );
});

test("the case of a presentation recommends what its tables say", () => {
  const [{ state }] = doctor.tasks({ count: 1 });
  const { diagnosis, recommendation } = state as ConsultationCase;
  expect(recommendation).toContain(findPresentation(diagnosis)!.confirm.test);
});
