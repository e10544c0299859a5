/** Curriculum A: short documents whose answers stand in their context. */
import type { Random } from "../src/core/random.ts";
import { type Document, digits, json } from "./documents.ts";
import { allWords, nouns, people, places, plainWords, qualities } from "./words.ts";

/** The same items again, and again: what follows the first copy is predictable. */
export function repeated(random: Random): Document {
  const separator = random.choice([" ", ", ", "\n", "; ", " - "]);
  const items = Array.from({ length: 3 + random.integer(8) }, () => item(random));
  const first = items.join(separator);
  const close = random.choice(["\n", ".\n", " | ", "; again: "]);
  const times = 1 + random.integer(2);
  return [[`${first}${close}`, 0.05], ...Array.from({ length: times }, () => [`${first}${close}`, 1] as const)];
}

/** Keys with values, then some of the keys again in another form: the value must follow. */
export function lookUp(random: Random): Document {
  const count = 2 + random.integer(5);
  const keys = random.sample(random.choice([nouns, people, places, plainWords, allWords]), count);
  const values = keys.map(() => value(random));
  const pairs = keys.map((key, i) => [key, values[i]] as const);
  const [context, ask] = random.choice(layouts)(pairs);
  const out: (readonly [string, number])[] = [[context, 0.05]];
  for (const [key, answer] of random.sample(pairs, Math.min(count, 2 + random.integer(3)))) {
    const [question, reply] = ask(key, answer);
    out.push([question, 0.05], [reply, 1]);
  }
  return out;
}

type Pair = readonly [key: string, value: string];
type Layout = (pairs: readonly Pair[]) => [string, (key: string, value: string) => [string, string]];

const layouts: readonly Layout[] = [
  (pairs) => [`${pairs.map(([k, v]) => `${k}: ${v}`).join("\n")}\n`, (k, v) => [`${k}?`, ` ${v}\n`]],
  (pairs) => [`${pairs.map(([k, v]) => `${k} ${v}`).join(", ")}.\n`, (k, v) => [`What is ${k}?`, ` ${v}.\n`]],
  (pairs) => [`${pairs.map(([k, v]) => `The ${k} is ${v}.`).join(" ")}\n`, (k, v) => [`${k}:`, ` ${v}\n`]],
  (pairs) => [`${json(Object.fromEntries(pairs))}\n`, (k, v) => [`The ${k} is`, ` ${v}.\n`]],
  (pairs) => [`${pairs.map(([k, v]) => `${k} = ${v}`).join("; ")}\n`, (k, v) => [`{"${k}":`, ` "${v}"}\n`]],
  (pairs) => [
    `${pairs.map(([k, v]) => `${v} of ${k}`).join(", ")}\n`,
    (k, v) => [`{"item": "${k}", "found":`, ` "${v}"}\n`],
  ],
];

export function item(random: Random): string {
  return random.choice([
    () => random.choice(allWords),
    () => random.choice(allWords),
    () => random.choice(allWords),
    () => random.choice(allWords),
    () => identifier(random),
    () => digits(random, 1 + random.integer(5)),
    () => `${random.choice(["A", "B", "K", "M", "R", "T", "X", "Z"])}${digits(random, 2 + random.integer(4))}`,
    () => `"${random.choice(allWords)}"`,
    () => syllables(random),
  ])();
}

function value(random: Random): string {
  return random.choice([
    () => digits(random, 1 + random.integer(3)),
    () => `${1 + random.integer(99)}.${digits(random, 1)}`,
    () => `${random.choice(["A", "B", "K", "M", "R", "T", "X", "Z"])}${digits(random, 5)}`,
    () => random.choice(qualities),
    () => `${random.choice(allWords)} ${random.choice(allWords)}`,
    () => random.choice(allWords),
    () => `${1 + random.integer(900)} ${random.choice(["kg", "m", "mg", "km", "mmol/L", "litres", "%", "g/L"])}`,
    () => `${1 + random.integer(900)} ${random.choice(["mg", "g", "units"])} ${random.choice(["once", "twice"])} daily`,
    () => syllables(random),
  ])();
}

/** Names as tools and parameters have them, of one to three words. */
export function identifier(random: Random): string {
  return random.sample(plainWords, 1 + random.integer(3)).join("_");
}

/** Words that no corpus holds, such as "tomarive": copying must not depend on knowing the word. */
export function syllables(random: Random): string {
  const consonants = "bcdfgklmnprstvxz";
  return Array.from({ length: 2 + random.integer(3) }, () => {
    const end = random.boolean(0.3) ? random.choice(["n", "l", "r", "x"]) : "";
    return `${consonants[random.integer(consonants.length)]}${random.choice(["a", "e", "i", "o", "u", "ol", "am", "in"])}${end}`;
  }).join("");
}
