import type { Random } from "../../core/random.ts";
import { terms } from "../rewards/terms.ts";
import type { ConsultationCase, Fact } from "./cases.ts";
import { type Personality, personalityNamed } from "./manner.ts";

/** `withheld`: there is an answer, too private for now. */
export type ReplyKind = "answered" | "withheld" | "unanswerable" | "repeated";

export interface PatientReply {
  text: string;
  kind: ReplyKind;
  /** Ids of the facts that it tells. */
  facts: readonly string[];
}

/** What there is when a question is asked. */
export interface Asked {
  question: string;
  case: ConsultationCase;
  /** Ids of facts that were told. */
  told: readonly string[];
  /** Questions before this one that were answered or had no answer, as `questionKey` writes them. */
  asked: readonly string[];
  /** Questions that were answered. */
  answered: number;
  /** The same for the same episode seed and turn. */
  random: Random;
}

/** Answers one question. */
export type SimulatedPatient = (asked: Asked) => PatientReply | Promise<PatientReply>;

/** Of questions that ask how it is, not for something: they get the first layer. */
const general = [
  "tell me more", "describe", "anything else", "what else", "other symptom", "what symptom", "what brings", "what happened", "how are you",
  "how do you feel", "what do you feel", "what is wrong", "what seems", "your symptom", "what is the matter", "what bothers", "any symptom", "more about",
]; // biome-ignore format: a list

/** Equal questions have equal keys, whatever their case and punctuation. */
export function questionKey(question: string): string {
  return terms(question).join(" ");
}

/** Which facts a question is after, the best match first; what is denied counts only where nothing present matches. */
export function matchFacts(question: string, facts: readonly Fact[]): Fact[] {
  const asked = ` ${questionKey(question)}`;
  const found = facts.flatMap((fact) => {
    // words of a question begin with what is looked for: "vomit" finds "vomiting"
    const weight = fact.ask.reduce((sum, words) => sum + (asked.includes(` ${words}`) ? words.length : 0), 0);
    return weight > 0 ? [{ fact, weight }] : [];
  });
  const present = found.filter(({ fact }) => !fact.negative);
  const relevant = present.length > 0 ? present : found;
  const matched = relevant.sort((a, b) => b.weight - a.weight).map(({ fact }) => fact);
  if (matched.length > 0 || !general.some((words) => asked.includes(` ${words}`))) return matched;
  return facts.filter(({ layer }) => layer === 1);
}

/** What may be told: private things only after some answers. */
export function isOpen(fact: Fact, answered: number, { trust }: Pick<Personality, "trust">): boolean {
  return fact.layer < 3 || answered >= trust;
}

/** The rule-based patient: answers from the case by the words of the question, and says so where it has no answer. */
export const rulePatient: SimulatedPatient = ({ question, case: known, told, asked, answered, random }) => {
  const personality = personalityNamed(known.personality);
  const nothing = (kind: ReplyKind, text: string): PatientReply => ({ kind, text, facts: [] });
  if (asked.includes(questionKey(question))) return nothing("repeated", personality.repeated);
  const matched = matchFacts(question, known.facts);
  if (matched.length === 0) return nothing("unanswerable", personality.unknown);
  const fresh = matched.filter(({ id }) => !told.includes(id));
  if (fresh.length === 0) return nothing("repeated", personality.repeated);
  const open = fresh.filter((fact) => isOpen(fact, answered, personality));
  if (open.length === 0) return nothing("withheld", personality.withheld);
  const telling = open.slice(0, personality.perAnswer);
  const frame = random.choice(personality.frames);
  const text = frame.replace("{}", telling.map((fact) => fact.text).join(" "));
  return { kind: "answered", text, facts: telling.map(({ id }) => id) };
};
