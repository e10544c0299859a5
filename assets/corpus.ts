/** What nano is pre-trained on: two stages of documents, drawn one after another from a seed. */
import type { Random } from "../src/core/random.ts";
import {
  asRecord,
  type ChatMessage,
  drugs,
  facts,
  type Patient,
  patient,
  render,
  renderings,
  splitOf,
} from "../src/data/clinical/index.ts";
import { lookUp, repeated } from "./copying.ts";
import { chatDocument, contextWeight, type Document } from "./documents.ts";
import { genericToolChat } from "./generic-tools.ts";

export type Stage = "short" | "full";

const mixes: Record<Stage, readonly (readonly [share: number, draw: (random: Random) => Document])[]> = {
  short: [
    [0.5, repeated],
    [0.4, lookUp],
    [0.1, drugSentence],
  ],
  full: [
    [0.1, repeated],
    [0.1, lookUp],
    [0.04, drugSentence],
    [0.11, askedRecord],
    [0.06, askedText],
    [0.09, severalPatients],
    [0.5, genericToolChat],
  ],
};

export function drawDocument(random: Random, stage: Stage): Document {
  let draw = random.uniform();
  for (const [share, make] of mixes[stage]) {
    draw -= share;
    if (draw < 0) return make(random);
  }
  return repeated(random);
}

/** A patient of the training split, new in each document. */
function trainingPatient(random: Random): Patient {
  for (;;) {
    const id = `P${10_000 + random.integer(90_000)}`;
    if (splitOf(id) === "train") return patient(id, random.integer(2 ** 31));
  }
}

/** A chat about one record: several questions, each answered from it. */
function askedRecord(random: Random): Document {
  const person = trainingPatient(random);
  const messages = random
    .sample(facts(person), 3 + random.integer(4))
    .flatMap(({ question, answer }, i): ChatMessage[] => [
      { role: "user", content: i === 0 ? `${asRecord(person)}\n${question}` : question },
      { role: "assistant", content: answer },
    ]);
  return chatDocument(messages);
}

/** A patient in any form, then facts as `field: value` lines. */
function askedText(random: Random): Document {
  const person = trainingPatient(random);
  const text = render(person, random.choice(renderings));
  // facts that every rendering states in the same words
  const stated = facts(person).filter(({ answer }) => text.includes(answer));
  const questions = random.sample(stated, Math.min(stated.length, 3 + random.integer(3)));
  return [
    [`${text}\n`, contextWeight],
    ...questions.flatMap(
      ({ field, answer }) =>
        [
          [`${field}:`, 0.05],
          [` ${answer}\n`, 1],
        ] as const,
    ),
  ];
}

/** One to three patients with a line each; questions name the patient. */
function severalPatients(random: Random): Document {
  const people = Array.from({ length: 1 + random.integer(3) }, () => trainingPatient(random));
  const fields = ["age", "heart rate", "blood pressure", "eGFR", "temperature", "complaint"];
  const chosen = random.sample(fields, 2 + random.integer(3));
  const rows = people.map((person) => facts(person).filter(({ field }) => chosen.includes(field)));
  const lines = people.map(
    ({ id }, i) => `${id}: ${rows[i].map(({ field, answer }) => `${field} ${answer}`).join(", ")}`,
  );
  const turns = Array.from({ length: 3 + random.integer(3) }, () => {
    const i = random.integer(people.length);
    const { field, answer } = random.choice(rows[i]);
    return [
      random.choice([`${field} of ${people[i].id}?`, `What is the ${field} of ${people[i].id}?`]),
      answer,
    ] as const;
  });
  const messages = turns.flatMap(([question, answer], i): ChatMessage[] => [
    { role: "user", content: i === 0 ? `${lines.join("\n")}\n${question}` : question },
    { role: "assistant", content: answer },
  ]);
  return chatDocument(messages);
}

/** Names, classes and doses as prose: the words of the field. */
function drugSentence(random: Random): Document {
  const chosen = random.sample(drugs, 2);
  const sentences = chosen.map(({ name, class: group, route, regimens }) => {
    const { dose, frequency } = random.choice(regimens);
    return random.choice([
      `${name} is a ${group} given ${route}, ${dose} ${frequency}.`,
      `The usual dose of ${name} is ${dose} ${frequency}.`,
      `${name}, ${dose} ${frequency}, belongs to the class ${group}.`,
    ]);
  });
  return [[sentences.join(" "), 0.3]];
}
