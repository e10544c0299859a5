import { renderAnswer } from "../answer-form.ts";
import {
  type Allergy, allergens, conditions, drugNamed, drugs, objections, type Presentation, presentations, reactions, type Treated,
} from "../clinical/index.ts"; // biome-ignore format: a list
import type { Brief, Expert } from "../domain.ts";
import { phraseFinder } from "../rewards/terms.ts";
import { recommend } from "./cases.ts";
import { symptomOf } from "./symptoms.ts";

/**
 * A doctor by the book: lets the patient tell, asks for what tells the likely illnesses apart, then for what bears on the treatment.
 * Knows the tables and what was said, nothing of the case.
 */
export function* expert({ ticket }: Pick<Brief, "ticket">): Expert {
  const [, age, sex] = /" says .+, (\d+), (female|male)\./.exec(ticket) ?? [];
  const possible = presentations.filter(
    ({ age: [from, to], sex: only }) => Number(age) >= from && Number(age) <= to && (only ?? sex) === sex,
  );
  const heard = [ticket];
  const asked = new Set<string>();
  for (;;) {
    const ranked = rank(possible.length > 0 ? possible : presentations, heard);
    const question = nextQuestion(ranked, asked, heard.join("\n"));
    const last = lastTurn(heard.at(-1)!);
    if (last || !question) break;
    asked.add(question);
    const names = ranked.slice(0, 2).map(({ presentation }) => presentation.name);
    heard.push(String(yield { text: renderAnswer(`It could be ${names.join(" or ")}.`, question) }));
  }
  const [{ presentation }] = rank(possible.length > 0 ? possible : presentations, heard);
  const answer = `Diagnosis: ${presentation.name} Recommendation: ${recommend(presentation, choose(presentation, heard))}`;
  yield { text: renderAnswer(`What was said fits ${presentation.name} best.`, answer) };
}

/** Of a reply that ends with "Turn t/T". */
function lastTurn(reply: string): boolean {
  const [, turn, turns] = /Turn (\d+)\/(\d+)$/.exec(reply) ?? [];
  return turn !== undefined && Number(turn) >= Number(turns);
}

interface Ranked {
  presentation: Presentation;
  points: number;
}

/** A point for each symptom that was told, one less for each that was denied. */
function rank(possible: readonly Presentation[], heard: readonly string[]): Ranked[] {
  const all = heard.join("\n");
  const points = ({ symptoms }: Presentation) => {
    const told = symptoms.filter((name) => all.includes(symptomOf(name).says)).length;
    const denied = symptoms.filter((name) =>
      all.includes(`No, no ${symptomOf(name).lay.replace(/^an? /, "")}.`),
    ).length;
    return told - denied;
  };
  return possible
    .map((presentation) => ({ presentation, points: points(presentation) }))
    .sort((a, b) => b.points - a.points);
}

const treatmentQuestions = [
  "Are you allergic to anything?",
  "Which medicines do you take?",
  "Do you have any other illnesses?",
];

/** undefined: there is nothing left that would change what is done. */
function nextQuestion(ranked: readonly Ranked[], asked: ReadonlySet<string>, heard: string): string | undefined {
  const [first, second] = ranked;
  const close = second !== undefined && first.points - second.points < 2;
  const telling = first.presentation.symptoms
    .map(symptomOf)
    .filter(({ says }) => !heard.includes(says))
    .map(({ lay }) => `Do you have ${lay}?`);
  const questions = [
    "Can you tell me more about how you feel?",
    ...(close ? telling : []),
    ...(first.presentation.treatment ? treatmentQuestions : []),
  ];
  return questions.find((question) => !asked.has(question));
}

/** The first drug of the first choice that suits what is known of the patient. */
function choose({ treatment, dose: doses = {} }: Presentation, heard: readonly string[]) {
  const told = phraseFinder(heard.join("\n"));
  const mild = reactions[0];
  const allergies: Allergy[] = allergens.filter((name) => told(`allergic to ${name}`) || told(`and ${name}`)).map((allergen) => ({ allergen, ...mild })); // biome-ignore format: a line
  const patient: Treated = {
    allergies,
    conditions: conditions.filter(({ name }) => told(name)).map(({ name, icd10 }) => ({ name, icd10, status: "active", since: "" })),
    medications: drugs.filter(({ name }) => told(name) && !allergens.includes(name)).map(({ name }) => ({ name, dose: "", frequency: "", route: "", start: "" })),
    renal: { creatinine: 80, egfr: 90, creatinineClearance: 90 },
  }; // biome-ignore format: a record
  const names = treatment?.[0].drugs ?? [];
  const drug = names.find((name) => objections(drugNamed(name), patient).length === 0) ?? names[0];
  if (drug === undefined) return undefined;
  const { dose, frequency } = doses[drug] ?? drugNamed(drug).regimens[0];
  return { drug, dose, frequency };
}
