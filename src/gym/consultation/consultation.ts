/**
 * Doctor and patient, after DoctorAgent-RL (https://arxiv.org/abs/2505.19630): the doctor asks one thing at a time within a budget of
 * turns and ends with a diagnosis and a recommendation. Differences: cases come from the gym's own clinical tables, and the patient
 * answers by rules unless a model is given.
 */
import { z } from "zod";
import { MedgymError } from "../../core/errors.ts";
import { resolveOptions } from "../../core/options.ts";
import { Random } from "../../core/random.ts";
import { readAnswer } from "../answer-form.ts";
import { patientCount, systems } from "../clinical/index.ts";
import type { Domain, TaskOptions } from "../domain.ts";
import type { Environment } from "../episode.ts";
import type { Reward } from "../reward.ts";
import type { Task } from "../task.ts";
import { TextEpisode, type TextTurn, turnSum } from "../text-episode.ts";
import { type ConsultationCase, nthCase } from "./cases.ts";
import { expert } from "./expert.ts";
import { biases, personalities } from "./manner.ts";
import { questionKey, type ReplyKind, rulePatient, type SimulatedPatient } from "./patient.ts";
import { rougeScorer, type Scorer } from "./scorer.ts";

export interface ConsultationOptions {
  /** The doctor's turns, the diagnosis included. @default drawn from 2 to 10 for each task */
  turns?: number;
  /** By name, one of `consultationPersonalities`. @default drawn for each task */
  personality?: string;
  /** What the patient wrongly believes, by name, one of `consultationBiases`. @default drawn for each task */
  bias?: string;
  /** Who answers. @default the rule-based patient */
  patient?: SimulatedPatient;
  /** Scores diagnosis and recommendation from 0 to 5. @default 5 × ROUGE-L F₁ */
  scorer?: Scorer;
}

export const consultationPersonalities: readonly string[] = personalities.map(({ name }) => name);
export const consultationBiases: readonly string[] = biases.map(({ name }) => name);

const func = <T>() => z.custom<T>((value) => typeof value === "function");
const schema = z.strictObject({
  turns: z.number().int().min(2).max(50).optional(),
  personality: z.enum(consultationPersonalities as [string, ...string[]]).optional(),
  bias: z.enum(consultationBiases as [string, ...string[]]).optional(),
  patient: func<SimulatedPatient>().default(() => rulePatient),
  scorer: func<Scorer>().default(() => rougeScorer),
});

/** What became of a turn; `several`: not exactly one question. */
export type TurnKind = ReplyKind | "several" | "bad format" | "diagnosis";

export interface ConsultationState {
  /** The doctor's budget. */
  turns: number;
  /** Ids of facts that were told, in order. */
  told: string[];
  /** Questions that need not be asked again. */
  asked: string[];
  kinds: TurnKind[];
  /** With their scores, 0 to 5; null until they are given. */
  verdict: { diagnosis: string; recommendation: string; diagnosisScore: number; recommendationScore: number } | null;
}

/** What turns earn, by part. */
const prices = { question: 1, unanswerable: -1, repeated: -2, oneQuestion: -2, format: -2, noDiagnosis: -5 } as const;
const parts = [...Object.keys(prices), "diagnosis", "recommendation"];
const defaultCount = 500;

/** The verdict's share of its 10 points; not paid, as the parts are. */
const success: Reward = ({ episode }) => {
  const { verdict } = episode.state as ConsultationState;
  return verdict ? (verdict.diagnosisScore + verdict.recommendationScore) / 10 : 0;
};

/** Consultations as a domain: `gym.consultation().tasks({ split: "train" })`. */
export function consultation(options: ConsultationOptions = {}): Domain {
  const { patient, scorer, ...settings } = resolveOptions("gym.consultation", options, schema);
  const environment: Environment = {
    name: "consultation",
    description: "Ask a patient, one question at a time; then say what it is and what to do.",
    tools: [],
    toolSchemas: [],
    maxTurns: settings.turns ?? 10,
    rewards: { ...Object.fromEntries(parts.map((part) => [part, turnSum(part)])), success },
    weights: Object.fromEntries(parts.map((part) => [part, 1])),
    start(task, { seed = 0 } = {}) {
      const known = task.state as ConsultationCase;
      const random = new Random(seed).split(`episode ${task.id}`);
      return new TextEpisode<ConsultationState>({
        environment,
        task,
        seed,
        maxTurns: known.turns,
        state: {
          turns: known.turns,
          told: known.facts.filter(({ layer }) => layer === 0).map(({ id }) => id),
          asked: [],
          kinds: [],
          verdict: null,
        },
        messages: [
          { role: "system", content: instructions },
          { role: "user", content: `${task.ticket}\n\nTurn 1/${known.turns}` },
        ],
        play: (completion, turn, episode) =>
          playTurn(completion, turn, episode, { known, patient, scorer, random: random.split("turn", turn) }),
      });
    },
  };
  const domain = {
    title: "Consultation",
    kinds: systems,
    tasks: (taskOptions?: TaskOptions) => tasks(settings, taskOptions),
    expert,
  };
  return Object.assign(environment, domain);
}

const instructions = `You are a doctor. Find out what the patient has by asking, one question in each turn; when you know, or in your last turn, give the diagnosis and what to do.
Always write <think>your thoughts</think><answer>one question</answer> or, to end, <think>your thoughts</think><answer>Diagnosis: … Recommendation: …</answer>, and nothing else.
Do not ask twice for the same, nor for what a patient cannot know.`;

interface Setting {
  known: ConsultationCase;
  patient: SimulatedPatient;
  scorer: Scorer;
  random: Random;
}

async function playTurn(
  completion: string,
  turn: number,
  episode: TextEpisode<ConsultationState>,
  setting: Setting,
): Promise<TextTurn> {
  const { state } = episode;
  const read = readUtterance(completion);
  const rewards: Record<string, number> = Object.fromEntries(parts.map((part) => [part, 0]));
  if (read.type === "diagnosis") {
    const { said, thought } = read;
    const verdict = await scored(said, completion, episode, setting);
    rewards.diagnosis = verdict.diagnosisScore;
    rewards.recommendation = verdict.recommendationScore;
    state.kinds.push("diagnosis");
    state.verdict = verdict;
    const action = { type: "text" as const, text: read.answer, thought };
    return { action, rewards, says: "Thank you, doctor.", end: "answered", submission: read.answer };
  }
  const { says, kind } = await answer(read, state, setting);
  state.kinds.push(kind);
  const part = partOf[kind];
  if (part) rewards[part] = prices[part];
  const last = turn >= state.turns;
  if (last) rewards.noDiagnosis = prices.noDiagnosis;
  const action =
    read.type === "question"
      ? { type: "text" as const, text: read.question, thought: read.thought }
      : { type: "broken" as const, problem: read.problem };
  const next = last ? "The time is over." : `Turn ${turn + 1}/${state.turns}`;
  return { action, rewards, says: `${says}\n\n${next}` };
}

const partOf: Partial<Record<TurnKind, keyof typeof prices>> = {
  answered: "question",
  unanswerable: "unanswerable",
  repeated: "repeated",
  several: "oneQuestion",
  "bad format": "format",
};

/** Changes the state by what the patient says. */
async function answer(
  read: Exclude<Utterance, { type: "diagnosis" }>,
  state: ConsultationState,
  { known, patient, random }: Setting,
): Promise<{ says: string; kind: TurnKind }> {
  if (read.type === "broken") return { kind: "bad format", says: `(Not understood: ${read.problem}.)` };
  const { question } = read;
  const marks = [...question].filter((sign) => sign === "?" || sign === "？").length;
  if (marks !== 1) return { kind: "several", says: "Please ask me one question at a time." };
  const answered = state.kinds.filter((kind) => kind === "answered").length;
  const reply = await patient({ question, case: known, told: state.told, asked: state.asked, answered, random });
  state.told.push(...reply.facts);
  if (reply.kind !== "withheld") state.asked.push(questionKey(question));
  return { kind: reply.kind, says: reply.text };
}

async function scored(
  said: { diagnosis: string; recommendation: string },
  completion: string,
  episode: TextEpisode<ConsultationState>,
  { known, scorer }: Setting,
): Promise<NonNullable<ConsultationState["verdict"]>> {
  const context = { prompt: episode.messages.slice(0, -1), completion, task: episode.task, episode };
  const score = async (what: "diagnosis" | "recommendation") => {
    const given = await scorer({ what, said: said[what], reference: known[what], context });
    if (!(given >= 0 && given <= 5))
      throw new RangeError(`the scorer gave ${given} for the ${what}; it must be from 0 to 5`);
    return given;
  };
  const [diagnosisScore, recommendationScore] = await Promise.all([score("diagnosis"), score("recommendation")]);
  return { ...said, diagnosisScore, recommendationScore };
}

export type Utterance =
  | { type: "question"; question: string; thought: string }
  | { type: "diagnosis"; answer: string; said: { diagnosis: string; recommendation: string }; thought: string }
  | { type: "broken"; problem: string };

/** `<think>…</think><answer>a question | Diagnosis: … Recommendation: …</answer>` and nothing else. */
export function readUtterance(completion: string): Utterance {
  const read = readAnswer(completion);
  if ("problem" in read) return { type: "broken", problem: read.problem };
  const { answer, thought, exact } = read;
  if (!exact) return { type: "broken", problem: "there is more than one thought and one answer" };
  if (answer === "") return { type: "broken", problem: "the answer is empty" };
  const head = /^diagnosis:/i.exec(answer)?.[0];
  if (head === undefined) return { type: "question", question: answer, thought };
  const mark = /recommendation:/i.exec(answer);
  const diagnosis = answer.slice(head.length, mark?.index).trim();
  const recommendation = mark ? answer.slice(mark.index + mark[0].length).trim() : "";
  if (diagnosis === "" || recommendation === "")
    return { type: "broken", problem: "a diagnosis needs Diagnosis: … Recommendation: …" };
  return { type: "diagnosis", answer, said: { diagnosis, recommendation }, thought };
}

/** Distinct patients of a seed; exactly `count` of them. */
function tasks(
  settings: Pick<ConsultationOptions, "turns" | "personality" | "bias">,
  { split, count = defaultCount, kinds = systems, seed = 0 }: TaskOptions = {},
): Task[] {
  const names = { personalities: consultationPersonalities, biases: consultationBiases };
  const tickets = new Set<string>();
  const out: Task[] = [];
  for (let n = 0; out.length < count; n++) {
    if (n >= patientCount) {
      const problem = `consultation: ${count} were asked for; only ${out.length} different ones were found.`;
      throw new MedgymError("invalid-argument", problem);
    }
    const patient = nthCase(n, seed, { ...settings, names });
    if ((split && patient.split !== split) || !kinds.includes(patient.presentation.system)) continue;
    const task = taskOf(patient, seed);
    if (tickets.has(task.ticket)) continue;
    tickets.add(task.ticket);
    out.push(task);
  }
  return out;
}

function taskOf({ id: patientId, split, presentation, make }: ReturnType<typeof nthCase>, seed: number): Task {
  const { system: kind, confirm } = presentation;
  const known = make();
  const { name, age, sex, opening, belief, diagnosis, recommendation, turns } = known;
  return {
    id: `consultation-${patientId}-${seed}`,
    domain: "consultation",
    split,
    kind,
    ticket: `"${opening}" says ${name}, ${age}, ${sex}.${belief && ` "${belief}"`}`,
    difficulty: (turns <= 3 ? 5 : turns <= 5 ? 4 : turns <= 7 ? 3 : 2) as Task["difficulty"],
    patientId,
    answer: `Diagnosis: ${diagnosis} Recommendation: ${recommendation}`,
    criteria: {
      actions: [],
      assertions: [
        { text: `The diagnosis is ${diagnosis}`, importance: "critical", evidence: [diagnosis] },
        { text: recommendation, importance: "high", evidence: [confirm.test] },
      ],
    },
    state: known,
  };
}
