import { Random } from "../../core/random.ts";
import { familyNames, givenNames } from "../../data/clinical/tables.ts";
import {
  between,
  type Patient,
  type Presentation,
  patientId,
  presentations,
  splitOf,
  splitOfTenth,
} from "../clinical/index.ts";
import { makeCase } from "../domains/clinical-diagnosis/cases.ts";
import { regimen } from "../domains/clinical-diagnosis/regimen.ts";
import { phraseFinder } from "../rewards/terms.ts";
import { biasNamed, harmlessCauses } from "./manner.ts";
import { historyItem, privateSymptoms, type Symptom, symptomOf } from "./symptoms.ts";

/** 0: told in the opening; 1: when asked how it is; 2: only when asked for it; 3: only then, and after some trust. */
export type Layer = 0 | 1 | 2 | 3;

export interface Fact {
  id: string;
  /** What the patient says. */
  text: string;
  /** Beginnings of words and phrases that a question after it contains. */
  ask: readonly string[];
  layer: Layer;
  /** Something that the patient has not. */
  negative?: true;
}

/** All of a simulated patient; the `state` of a task. */
export interface ConsultationCase {
  name: string;
  age: number;
  sex: "female" | "male";
  personality: string;
  bias: string;
  /** Of the doctor, the diagnosis included. */
  turns: number;
  /** The first thing said. */
  opening: string;
  /** The second: what the patient wrongly believes; may be empty. */
  belief: string;
  facts: Fact[];
  diagnosis: string;
  recommendation: string;
}

export interface Manner {
  personality: string;
  bias: string;
  turns: number;
}

const attempts = 200;

/** A patient with an acute illness, in the patient's own words. The same for the same arguments. */
export function consultationCase(
  presentation: Presentation,
  id: string,
  seed: number,
  manner: Manner,
): ConsultationCase {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const made = makeCase(presentation, id, seed, attempt);
    if (!made) continue;
    const { case: drawn, solution } = made;
    const random = new Random(seed).split(`consultation ${id}`);
    const { patient } = drawn;
    const cause = random.choice(harmlessCauses);
    const items = solution.observed.items.flatMap((item) => {
      const told = historyItem(presentation.items?.[item]?.says ?? "");
      return told ? [told] : [];
    });
    const facts = factsOf(random, presentation, patient, items, { ...manner, cause }).filter(
      ({ text }) => !phraseFinder(text)(presentation.name),
    );
    const { drug } = solution;
    const dose = drug === undefined ? undefined : { drug, ...regimen(patient, drug, presentation.dose) };
    return {
      name: nameFor(patient, random.split("name")),
      age: patient.age,
      sex: patient.sex,
      ...manner,
      opening: facts
        .filter(({ layer }) => layer === 0)
        .map(({ text }) => text)
        .join(" "),
      belief: biasNamed(manner.bias).belief.replace("{cause}", cause),
      facts,
      diagnosis: presentation.name,
      recommendation: recommend(presentation, dose),
    };
  }
  throw new Error(`consultation: no case of ${presentation.name} came of ${attempts} draws for ${id}`);
}

/**
 * The patient's name, or another if with that name and age somebody of another split could say the same: an opening is a complaint, a
 * name and an age, and of all seeds together some would be in training and in the test.
 */
function nameFor({ id, name, age, sex }: Patient, random: Random): string {
  const tenthOf = (one: string) => new Random(0).split(`split of ${one}, ${age}`).integer(10);
  const fits = (one: string) => splitOfTenth(tenthOf(one)) === splitOf(id);
  let found = name;
  while (!fits(found)) found = `${random.choice(givenNames[sex])} ${random.choice(familyNames)}`;
  return found;
}

/** What to do, for the patient: where to go, what to have done, what to take. */
export function recommend(
  { confirm, emergency, transfer }: Pick<Presentation, "confirm" | "emergency" | "transfer">,
  dose?: { drug: string; dose: string; frequency: string },
): string {
  const sentences = [
    emergency ? "Go to hospital at once." : "",
    `To be sure, have this test: ${confirm.test}.`,
    dose ? `The treatment is ${dose.drug} ${dose.dose} ${dose.frequency}.` : "",
    transfer ? `You need to be seen by ${transfer}.` : "",
    "Come back at once if it gets worse.",
  ];
  return sentences.filter((sentence) => sentence !== "").join(" ");
}

function factsOf(
  random: Random,
  presentation: Presentation,
  patient: Patient,
  items: readonly Symptom[],
  { bias, cause }: Pick<Manner, "bias"> & { cause: string },
): Fact[] {
  const symptoms = presentation.symptoms.map((name): Fact => {
    const { says, ask } = symptomOf(name);
    return { id: `has: ${name}`, text: says, ask, layer: privateSymptoms.has(name) ? 3 : 2 };
  });
  // one of them, any, is what the patient comes with; two more are told when asked how it is
  const [opening, ...others] = random.shuffle(symptoms.filter(({ layer }) => layer === 2));
  opening.layer = 0;
  for (const fact of others.slice(0, 2)) fact.layer = 1;
  const history = items.map(({ says, lay, ask }): Fact => ({ id: `history: ${lay}`, text: says, ask, layer: 2 }));
  const positive = [...symptoms, ...history];
  return [...positive, ...denials(presentation, positive), ...background(random, presentation, patient, bias, cause)];
}

/** What a doctor would ask to tell it from its neighbours, and is not there. */
function denials({ system, symptoms, name: diagnosis }: Presentation, positive: readonly Fact[]): Fact[] {
  const like = (other: Presentation) =>
    other.system === system || other.symptoms.some((name) => symptoms.includes(name));
  const near = presentations.filter((other) => other.name !== diagnosis && like(other));
  const names = [...new Set(near.flatMap((other) => other.symptoms))].filter((name) => !symptoms.includes(name));
  const present = new Set(positive.flatMap(({ ask }) => ask));
  return names.flatMap((name): Fact[] => {
    const { lay, ask } = symptomOf(name);
    if (ask.some((word) => present.has(word))) return [];
    return [{ id: `not: ${name}`, text: `No, no ${lay.replace(/^an? /, "")}.`, ask, layer: 2, negative: true }];
  });
}

const jobs = ["I work in an office.", "I drive a lorry.", "I teach at a school.", "I work in a bakery.", "I look after my grandchildren.", "I repair bicycles."] as const; // biome-ignore format: a list
const families = ["My father had high blood pressure.", "My mother has sugar.", "Nothing runs in the family that I know of.", "My brother had his gallbladder out."] as const; // biome-ignore format: a list
const tried = ["I have tried to rest; that did not help.", "I drank a lot of tea; it made no difference.", "I have not tried anything."] as const; // biome-ignore format: a list

function background(
  random: Random,
  presentation: Presentation,
  patient: Patient,
  biasName: string,
  cause: string,
): Fact[] {
  const { conditions, medications, allergies, social, immunizations } = patient;
  const list = (names: readonly string[]) => names.join(" and ");
  const days = between(random, ...presentation.days);
  const level = biasName === "minimising" ? between(random, 2, 4) : between(random, presentation.emergency ? 7 : 4, 9);
  const drinks = { none: "I don't drink.", moderate: "I have a glass of wine now and then.", heavy: "I drink more than I should, every day." }; // biome-ignore format: a table
  const smokes = {
    never: "I have never smoked.",
    former: "I gave up smoking years ago.",
    current: "I smoke a pack a day.",
  };
  const fact = (id: string, text: string, ask: string, layer: Layer = 2): Fact => ({
    id,
    text,
    ask: ask.split("|"),
    layer,
  });
  return [
    fact("since", `It started ${days === 1 ? "yesterday" : `${days} days ago`}.`, "when did|how long|since when|start|began|begin|onset|how many days", 1),
    fact("severity", `About ${level} out of 10.`, "how bad|how severe|severity|scale|out of 10|out of ten|rate|how strong"),
    fact("course", "It has been getting worse.", "worse|better|improv|chang|progress|come and go|comes and go|constant"),
    fact("tried", random.choice(tried), "tried|taken anything for|help|relie|ease"),
    fact("belief", biasNamed(biasName).belief.replace("{cause}", cause) || "I have no idea what it could be.", "worr|afraid|concern|do you think|you believe|your own idea|explain it"),
    fact("conditions", conditions.length > 0 ? `I have ${list(conditions.map(({ name }) => name))}.` : "I have no other illnesses.", "illness|condition|medical history|past history|medical problem|health problem|disease|diagnosed|chronic|diabet|blood pressure|asthma|epilep"),
    fact("medications", medications.length > 0 ? `I take ${list(medications.map(({ name, dose }) => `${name} ${dose}`))}.` : "I take no medicines.", "medication|medicine|tablet|pill|drugs|prescri|take anything|taking anything"),
    fact("allergies", allergies.length > 0 ? `I am allergic to ${list(allergies.map(({ allergen, reaction }) => `${allergen}, it gave me ${reaction}`))}.` : "I have no allergies.", "allerg|tolerate|bad reaction"),
    fact("smoking", smokes[social.smoking], "smok|cigarette|tobacco"),
    fact("alcohol", drinks[social.alcohol], "alcohol|drink|wine|beer", social.alcohol === "heavy" ? 3 : 2),
    fact("family", random.choice(families), "family|parents|relative|mother|father|sibling|hereditary|runs in"),
    fact("work", random.choice(jobs), "work|job|occupation|living|profession"),
    fact("vaccination", immunizations.length > 0 ? `I had the jab against ${list(immunizations.map(({ vaccine }) => vaccine))}.` : "I don't know of any jabs.", "vaccin|immuni|jab|shots"),
    fact("travel", "I have not been away this year.", "travel|abroad|holiday|journey|flight|been away"),
  ]; // biome-ignore format: a table
}

/** The n-th patient of a seed; illnesses take turns. */
export function nthCase(
  n: number,
  seed: number,
  settings: {
    personality?: string;
    bias?: string;
    turns?: number;
    names: { personalities: readonly string[]; biases: readonly string[] };
  },
): { id: string; split: ReturnType<typeof splitOf>; presentation: Presentation; make(): ConsultationCase } {
  const id = patientId(seed, n);
  const presentation = presentations[n % presentations.length];
  const random = new Random(seed).split("consultation manner", n);
  const manner = {
    personality: settings.personality ?? random.choice(settings.names.personalities),
    bias: settings.bias ?? random.choice(settings.names.biases),
    turns: settings.turns ?? between(random, 2, 10),
  };
  return { id, split: splitOf(id), presentation, make: () => consultationCase(presentation, id, seed, manner) };
}
