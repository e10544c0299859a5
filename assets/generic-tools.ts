/**
 * Chats with tools about shops, parcels and the like, drawn anew for each chat: names of tools, parameters and fields
 * are combined from word lists, and every tool message is what the drawn table holds. None of the clinical tools occurs.
 * Half of the chats say in the system message how the answer is to be worded.
 */
import type { Random } from "../src/core/random.ts";
import { type ChatMessage, type ToolDefinition, toolNames } from "../src/data/clinical/index.ts";
import { identifier, item, syllables } from "./copying.ts";
import { chatDocument, type Document, digits, json } from "./documents.ts";
import { allWords, nouns, people, places, plainWords, qualities } from "./words.ts";

type Value = string | number | string[] | boolean;

interface Field {
  name: string;
  draw(random: Random): Value;
}

const fields: readonly Field[] = [
  { name: "price", draw: (r) => 1 + r.integer(999) },
  { name: "weight", draw: (r) => Number(`${r.integer(90)}.${1 + r.integer(9)}`) },
  { name: "stock", draw: (r) => r.integer(400) },
  { name: "status", draw: (r) => r.choice(qualities) },
  { name: "colour", draw: (r) => r.choice(qualities.slice(0, 11)) },
  { name: "owner", draw: (r) => r.choice(people) },
  { name: "city", draw: (r) => r.choice(places) },
  { name: "shelf", draw: (r) => `${r.choice(["A", "B", "C", "D"])}${digits(r, 2)}` },
  { name: "level", draw: (r) => r.integer(120) },
  { name: "speed", draw: (r) => 5 + r.integer(200) },
  { name: "content", draw: (r) => r.choice(nouns) },
  { name: "label", draw: (r) => syllables(r) },
  { name: "size", draw: (r) => `${1 + r.integer(90)} ${r.choice(["cm", "m", "km", "kg"])}` },
  { name: "note", draw: (r) => `${r.choice(allWords)} ${r.choice(allWords)}` },
  { name: "type", draw: (r) => r.choice(allWords) },
  { name: "result", draw: (r) => r.choice(allWords) },
];

/** Half of the fields have a name of one of the words. */
function drawFields(random: Random, count: number): Field[] {
  const names = random.sample(plainWords, count);
  return random.sample(fields, count).map((field, i) => (random.boolean() ? field : { ...field, name: names[i] }));
}

const verbs = ["get", "find", "read", "fetch", "show", "query", "load", "search", "open", "list", "view", "ask"];
const secondVerbs = [
  "rate",
  "compare",
  "plan",
  "book",
  "price",
  "count",
  "sort",
  "weigh",
  "order",
  "test",
  "check",
  "send",
];
const keyNames = ["id", "code", "number", "ref", "name"];

/** One chat: a question, one or two calls, the answer from what came back. */
export function genericToolChat(random: Random): Document {
  const entity = random.choice(plainWords);
  const key = `${entity}_${random.choice(keyNames)}`;
  const id = `${random.choice(["A", "B", "K", "M", "R", "T", "X", "Z"])}${digits(random, 3 + random.integer(3))}`;
  const draft = random.choice([one, oneWithArgument, flagged, chained, listed])(random, { entity, key, id });
  const others = Array.from({ length: 1 + random.integer(2) }, () => {
    const other = random.choice(plainWords.filter((word) => word !== entity));
    const name = toolName(random, random.boolean() ? verbs : secondVerbs, other);
    return tool(name, [`${other}_${random.choice(keyNames)}`], random);
  });
  const system = random.choice([
    "You are a helpful assistant.",
    "Use the tools, then answer.",
    "You answer with tools.",
    "Assistant of a shop.",
  ]);
  const worded = random.boolean() ? wording(random, draft) : undefined;
  const messages: ChatMessage[] = [
    { role: "system", content: worded ? `${system} Answer as: ${worded.pattern}` : system },
    { role: "user", content: draft.question },
    ...draft.turns.flatMap(([name, args, result]): ChatMessage[] => [
      { role: "assistant", content: "", tool_calls: [{ type: "function", function: { name, arguments: args } }] },
      { role: "tool", content: json(result) },
    ]),
    { role: "assistant", content: worded?.answer ?? draft.answer },
  ];
  return chatDocument(messages, random.shuffle([...draft.tools, ...others]));
}

interface Subject {
  entity: string;
  key: string;
  id: string;
}

interface Draft {
  question: string;
  tools: ToolDefinition[];
  turns: [name: string, args: Record<string, Value>, result: Record<string, Value>][];
  answer: string;
}

/** get_x(x_id) → a few fields, one of which was asked for. */
function one(random: Random, { entity, key, id }: Subject): Draft {
  const name = toolName(random, verbs, entity);
  const drawn = drawFields(random, 1 + random.integer(3));
  const result = Object.fromEntries(drawn.map((field) => [field.name, field.draw(random)]));
  const asked = drawn[0].name;
  return {
    question: ask(random, asked, entity, id),
    tools: [tool(name, [key], random)],
    turns: [[name, { [key]: id }, shuffled(random, result)]],
    answer: tell(random, asked, entity, id, result[asked]),
  };
}

/** get_x_field(x_id, item): a second argument is copied from the question. */
function oneWithArgument(random: Random, { entity, key, id }: Subject): Draft {
  const second = random.choice(plainWords);
  const chosen = thingOf(random);
  const name = toolName(random, verbs, random.boolean() ? second : `${entity}_${second}`);
  const [field, extra] = drawFields(random, 2);
  const result = { [field.name]: field.draw(random), [extra.name]: extra.draw(random) };
  const question = random.choice([
    `What is the ${field.name} of ${chosen} in ${entity} ${id}?`,
    `${entity} ${id}: report the ${field.name} of ${chosen}.`,
    `Look at ${chosen} for ${entity} ${id} and tell the ${field.name}.`,
    `Show ${chosen} of ${id}.`,
  ]);
  return {
    question,
    tools: [tool(name, [key, second], random)],
    turns: [[name, { [key]: id, [second]: chosen }, result]],
    answer: random.choice([
      `${chosen} has ${field.name} ${result[field.name]}, ${extra.name} ${result[extra.name]}.`,
      `The ${field.name} of ${chosen} is ${result[field.name]}.`,
    ]),
  };
}

/** A way to word the answer, drawn for one chat: words with places, such as `so <price> in <thing>`, and what it gives. */
function wording(random: Random, { turns }: Draft): { pattern: string; answer: string } | undefined {
  const [, args, result] = turns[turns.length - 1];
  const values = Object.entries({ ...args, ...result }).filter(([, value]) =>
    ["string", "number"].includes(typeof value),
  );
  if (values.length === 0) return undefined;
  const pattern: string[] = [];
  const answer: string[] = [];
  for (const [name, value] of random.sample(values, Math.min(values.length, 1 + random.integer(3)))) {
    const words = random.sample(allWords, random.integer(4));
    pattern.push(...words, `<${name}>`);
    answer.push(...words, String(value));
  }
  const last = random.sample(allWords, random.integer(3));
  const end = random.choice([".", ".", "", "!"]);
  return { pattern: [...pattern, ...last].join(" ") + end, answer: [...answer, ...last].join(" ") + end };
}

/** A tool that says whether something holds: the answer branches. */
function flagged(random: Random, { entity, key, id }: Subject): Draft {
  const thing = thingOf(random);
  const parameter = random.boolean() ? "thing" : `the_${random.choice(plainWords)}`;
  const name = toolName(random, secondVerbs, random.choice([entity, random.choice(plainWords)]));
  const flag = random.boolean() ? random.choice(["found", "free", "allowed", "known"]) : random.choice(plainWords);
  const yes = random.boolean();
  const [field] = drawFields(random, 1);
  const detail = field.draw(random);
  return {
    question: random.choice([
      `Is ${thing} ${flag} for ${entity} ${id}?`,
      `Can ${id} take ${thing}? See whether it is ${flag}.`,
      `Check ${thing} against ${entity} ${id}.`,
    ]),
    tools: [tool(name, [key, parameter], random)],
    turns: [
      [name, { [key]: id, [parameter]: thing }, yes ? { [flag]: true, [field.name]: detail } : { [flag]: false }],
    ],
    answer: yes ? `Yes, ${thing} is ${flag}: ${field.name} ${detail}.` : `No, ${thing} is not ${flag}.`,
  };
}

/** find_x(x_id) → y; then rate_y(item, y) → the answer: a value is carried from one result into the next call. */
function chained(random: Random, { entity, key, id }: Subject): Draft {
  const [link, other, ...last] = drawFields(random, 4);
  const carried = link.draw(random);
  const thing = thingOf(random);
  const parameter = random.boolean() ? "thing" : `the_${random.choice(plainWords)}`;
  const first = toolName(random, verbs, random.boolean() ? link.name : `${entity}_${link.name}`);
  const second = toolName(random, secondVerbs, random.choice(plainWords));
  const extra = random.boolean() ? { [other.name]: other.draw(random) } : {};
  const result = Object.fromEntries(last.map((field) => [field.name, field.draw(random)]));
  return {
    question: random.choice([
      `Use the ${link.name} of ${entity} ${id} for ${thing}.`,
      `Which ${last[0].name} has ${thing} at the ${link.name} of ${id}?`,
      `${id} needs ${thing}. Take its ${link.name}.`,
    ]),
    tools: [tool(first, [key], random), tool(second, [parameter, link.name], random)],
    turns: [
      [first, { [key]: id }, shuffled(random, { ...extra, [link.name]: carried })],
      [second, { [parameter]: thing, [link.name]: carried }, result],
    ],
    answer: random.choice([
      `${thing}: ${last[0].name} ${result[last[0].name]}, ${last[1].name} ${result[last[1].name]}, ${link.name} ${carried}.`,
      `Take ${thing} with ${last[0].name} ${result[last[0].name]} and ${last[1].name} ${result[last[1].name]}.`,
    ]),
  };
}

/** list_x(x_id) → names; then compare_y(thing, names): a list is carried over. */
function listed(random: Random, { entity, key, id }: Subject): Draft {
  const plural = random.boolean() ? random.choice(["items", "parts", "names", "guests"]) : random.choice(plainWords);
  const values = Array.from({ length: 1 + random.integer(3) }, () =>
    random.boolean() ? random.choice(allWords) : item(random).replaceAll('"', ""),
  );
  const thing = thingOf(random);
  const parameter = random.boolean() ? "thing" : `the_${random.choice(plainWords)}`;
  const first = toolName(random, verbs, plural);
  const second = toolName(random, secondVerbs, random.choice(plainWords));
  const [field] = drawFields(random, 1);
  const detail = field.draw(random);
  const match = random.boolean(0.6);
  const best = random.choice(values);
  return {
    question: random.choice([
      `Does ${thing} fit the ${plural} of ${entity} ${id}?`,
      `Add ${thing} to the ${plural} of ${id} and compare.`,
      `Compare ${thing} with the ${plural} of ${entity} ${id}.`,
    ]),
    tools: [tool(first, [key], random), tool(second, [parameter, plural], random)],
    turns: [
      [first, { [key]: id }, { [plural]: values }],
      [
        second,
        { [parameter]: thing, [plural]: values },
        match ? { with: best, [field.name]: detail } : { with: "nothing" },
      ],
    ],
    answer: match ? `${thing} goes with ${best}: ${field.name} ${detail}.` : `${thing} goes with nothing here.`,
  };
}

/** `verb_subject`, or any words; never the name of a clinical tool. */
function toolName(random: Random, some: readonly string[], subject: string): string {
  const draw = random.uniform();
  const name =
    draw < 0.6
      ? `${random.choice(some)}_${subject}`
      : draw < 0.8
        ? `${random.choice(plainWords)}_${subject}`
        : identifier(random);
  return toolNames.some((clinical) => clinical === name) ? toolName(random, some, subject) : name;
}

/** What a question is about: a word, two, or one that no corpus holds. */
function thingOf(random: Random): string {
  return random.choice([
    () => random.choice(allWords),
    () => random.choice(allWords),
    () => random.sample(allWords, 2).join(" "),
    () => syllables(random),
  ])();
}

function tool(name: string, parameters: string[], random: Random): ToolDefinition {
  const about = random.boolean() ? name.split("_").slice(1) : random.sample(allWords, 1 + random.integer(4));
  const description = `${random.choice(["gives", "returns", "tells", "shows", "finds"])} ${about.join(" ")}`;
  const properties = Object.fromEntries(parameters.map((parameter) => [parameter, { type: "string" }]));
  return {
    type: "function",
    function: { name, description, parameters: { type: "object", properties, required: parameters } },
  };
}

function ask(random: Random, field: string, entity: string, id: string): string {
  return random.choice([
    `What is the ${field} of ${entity} ${id}?`,
    `Tell me the ${field} of ${id}.`,
    `${entity} ${id}: ${field}?`,
    `I want to know the ${field} of ${entity} ${id}.`,
    `Please get the ${field} for ${id}.`,
  ]);
}

function tell(random: Random, field: string, entity: string, id: string, value: Value): string {
  return random.choice([
    `The ${field} of ${entity} ${id} is ${value}.`,
    `It is ${value}.`,
    `${field}: ${value}`,
    `${id} has ${field} ${value}.`,
  ]);
}

function shuffled(random: Random, result: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(random.shuffle(Object.entries(result)));
}
