/**
 * Chats with tools about shops, parcels and the like, drawn anew for each chat: names of tools, parameters and fields
 * are combined from word lists, and every tool message is what the drawn table holds. None of the clinical tools occurs.
 */
import type { Random } from "../src/core/random.ts";
import type { ChatMessage, ToolDefinition } from "../src/data/clinical/index.ts";
import { item, syllables } from "./copying.ts";
import { chatDocument, type Document, digits, json } from "./documents.ts";
import { nouns, people, places, qualities } from "./words.ts";

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
  { name: "note", draw: (r) => `${r.choice(qualities)} ${r.choice(nouns)}` },
];

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
  const entity = random.choice(nouns);
  const key = `${entity}_${random.choice(keyNames)}`;
  const id = `${random.choice(["A", "B", "K", "M", "R", "T", "X", "Z"])}${digits(random, 3 + random.integer(3))}`;
  const draft = random.choice([one, oneWithArgument, flagged, chained, listed])(random, { entity, key, id });
  const others = Array.from({ length: 1 + random.integer(2) }, () => {
    const other = random.choice(nouns.filter((noun) => noun !== entity));
    return tool(
      `${random.choice(random.boolean() ? verbs : secondVerbs)}_${other}`,
      [`${other}_${random.choice(keyNames)}`],
      random,
    );
  });
  const system = random.choice([
    "You are a helpful assistant.",
    "Use the tools, then answer.",
    "You answer with tools.",
    "Assistant of a shop.",
  ]);
  const messages: ChatMessage[] = [
    { role: "system", content: system },
    { role: "user", content: draft.question },
    ...draft.turns.flatMap(([name, args, result]): ChatMessage[] => [
      { role: "assistant", content: "", tool_calls: [{ type: "function", function: { name, arguments: args } }] },
      { role: "tool", content: json(result) },
    ]),
    { role: "assistant", content: draft.answer },
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
  const name = `${random.choice(verbs)}_${entity}`;
  const drawn = random.sample(fields, 1 + random.integer(3));
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
  const second = random.choice(["item", "part", "kind", "topic"]);
  const chosen = random.boolean() ? random.choice(nouns) : syllables(random);
  const name = `${random.choice(verbs)}_${entity}_${second}`;
  const [field, extra] = random.sample(fields, 2);
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

/** A tool that says whether something holds: the answer branches. */
function flagged(random: Random, { entity, key, id }: Subject): Draft {
  const thing = random.boolean() ? random.choice(nouns) : syllables(random);
  const name = `${random.choice(secondVerbs)}_${entity}`;
  const flag = random.choice(["found", "free", "allowed", "known"]);
  const yes = random.boolean();
  const field = random.choice(fields);
  const detail = field.draw(random);
  return {
    question: random.choice([
      `Is ${thing} ${flag} for ${entity} ${id}?`,
      `Can ${id} take ${thing}? See whether it is ${flag}.`,
      `Check ${thing} against ${entity} ${id}.`,
    ]),
    tools: [tool(name, [key, "thing"], random)],
    turns: [[name, { [key]: id, thing }, yes ? { [flag]: true, [field.name]: detail } : { [flag]: false }]],
    answer: yes ? `Yes, ${thing} is ${flag}: ${field.name} ${detail}.` : `No, ${thing} is not ${flag}.`,
  };
}

/** find_x(x_id) → y; then rate_y(item, y) → the answer: a value is carried from one result into the next call. */
function chained(random: Random, { entity, key, id }: Subject): Draft {
  const link = random.choice(fields.filter((field) => field.name !== "note"));
  const carried = link.draw(random);
  const other = random.choice(fields.filter((field) => field !== link));
  const thing = random.boolean() ? random.choice(nouns) : syllables(random);
  const first = `${random.choice(verbs)}_${entity}_${link.name}`;
  const second = `${random.choice(secondVerbs)}_${random.choice(nouns)}`;
  const extra = random.boolean() ? { [other.name]: other.draw(random) } : {};
  const last = random.sample(
    fields.filter((field) => field !== link),
    2,
  );
  const result = Object.fromEntries(last.map((field) => [field.name, field.draw(random)]));
  return {
    question: random.choice([
      `Use the ${link.name} of ${entity} ${id} for ${thing}.`,
      `Which ${last[0].name} has ${thing} at the ${link.name} of ${id}?`,
      `${id} needs ${thing}. Take its ${link.name}.`,
    ]),
    tools: [tool(first, [key], random), tool(second, ["thing", link.name], random)],
    turns: [
      [first, { [key]: id }, shuffled(random, { ...extra, [link.name]: carried })],
      [second, { thing, [link.name]: carried }, result],
    ],
    answer: random.choice([
      `${thing}: ${last[0].name} ${result[last[0].name]}, ${last[1].name} ${result[last[1].name]}, ${link.name} ${carried}.`,
      `Take ${thing} with ${last[0].name} ${result[last[0].name]} and ${last[1].name} ${result[last[1].name]}.`,
    ]),
  };
}

/** list_x(x_id) → names; then compare_y(thing, names): a list is carried over. */
function listed(random: Random, { entity, key, id }: Subject): Draft {
  const plural = random.choice(["items", "parts", "names", "guests"]);
  const values = Array.from({ length: 1 + random.integer(3) }, () =>
    random.boolean() ? random.choice(nouns) : item(random).replaceAll('"', ""),
  );
  const thing = random.boolean() ? random.choice(nouns) : syllables(random);
  const first = `${random.choice(verbs)}_${plural}`;
  const second = `${random.choice(secondVerbs)}_${random.choice(nouns)}`;
  const field = random.choice(fields);
  const detail = field.draw(random);
  const match = random.boolean(0.6);
  const best = random.choice(values);
  return {
    question: random.choice([
      `Does ${thing} fit the ${plural} of ${entity} ${id}?`,
      `Add ${thing} to the ${plural} of ${id} and compare.`,
      `Compare ${thing} with the ${plural} of ${entity} ${id}.`,
    ]),
    tools: [tool(first, [key], random), tool(second, ["thing", plural], random)],
    turns: [
      [first, { [key]: id }, { [plural]: values }],
      [second, { thing, [plural]: values }, match ? { with: best, [field.name]: detail } : { with: "nothing" }],
    ],
    answer: match ? `${thing} goes with ${best}: ${field.name} ${detail}.` : `${thing} goes with nothing here.`,
  };
}

function tool(name: string, parameters: string[], random: Random): ToolDefinition {
  const description = `${random.choice(["gives", "returns", "tells", "shows"])} ${name.split("_").slice(1).join(" ")}`;
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
