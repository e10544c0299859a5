import type { Random } from "../../src/core/random.ts";
import type { gym } from "../../src/index.ts";

const tags = ["<think>", "</think>", "<tool_call>", "</tool_call>", "<answer>", "</answer>", "<function=", "<parameter=", "```json\n", "\n```", "Action:", "Action Input:", "FACTS:", "Diagnosis:", "Recommendation:", "||", "?", "？"]; // biome-ignore format: a list
const signs = ["{", "}", "[", "]", '"', "\\", ",", ":", "\u0000", "\ud800", "\udc00", "\u202e", "\u2028", "😀", "é", "病", "\r\n", "1e999", "-0", "NaN", "true", "null"]; // biome-ignore format: a list
const words = ["__proto__", "constructor", "toString", "hasOwnProperty", "undefined", "'; DROP TABLE passages; --", "NEAR(", "*", "^", "%s", "../..", "P1", "Up", "Right"]; // biome-ignore format: a list
const numbers = [0, -1, 1, 0.5, 1e9, 1e308, -1e308, 5e-324, Number.MAX_SAFE_INTEGER];

/**
 * What a model may write when all goes wrong: calls with any arguments, the scripted expert's completions cut, joined and strewn with tags,
 * and noise. `shown`: completions to spoil. The same for the same random stream.
 */
export function fuzzed(domain: gym.Domain, shown: readonly string[], random: Random): string {
  const forms = [() => spoilt(shown, random), () => noise(random), ...(domain.tools.length > 0 ? [() => call(domain, random)] : [])]; // biome-ignore format: a list
  return random.choice(forms)();
}

function spoilt(shown: readonly string[], random: Random): string {
  let text = random.choice(shown);
  for (let n = 1 + random.integer(3); n > 0; n--) {
    const at = random.integer(text.length + 1);
    const until = Math.min(text.length, at + random.integer(20));
    const how = random.integer(4);
    if (how === 0) text = text.slice(0, at) + random.choice(shown).slice(random.integer(20));
    else if (how === 1) text = text.slice(0, at) + text.slice(until);
    else if (how === 2)
      text = text.slice(0, at) + text.slice(at, until).repeat(1 + random.integer(50)) + text.slice(at);
    else text = text.slice(0, at) + random.choice([...tags, ...signs, ...words]) + text.slice(at);
  }
  return text;
}

function noise(random: Random): string {
  const parts = Array.from({ length: random.integer(30) }, () => random.choice(random.choice([tags, signs, words])));
  const text = parts.join(random.choice(["", " ", "\n"]));
  return random.integer(40) === 0 ? text + "x{<".repeat(5_000) : text;
}

/** Of a tool that is there, mostly; in the form that is taught, or almost. */
function call({ tools }: gym.Domain, random: Random): string {
  const tool = random.choice(tools);
  const { parameters } = tool.schema.function as { parameters: { properties?: object } };
  const given = Object.keys(parameters.properties ?? {}).filter(() => random.integer(8) > 0);
  const args = Object.fromEntries(
    [...given, ...(random.integer(6) ? [] : [random.choice(words)])].map((name) => [name, value(random, 2)]),
  );
  const name = random.integer(10) ? tool.name : random.choice(words);
  const body = JSON.stringify({ name, arguments: random.integer(12) ? args : value(random, 1) });
  return random.choice([
    `<tool_call>${body}</tool_call>`,
    `<tool_call>\n${body}\n</tool_call>`,
    body,
    `\`\`\`json\n${body}\n\`\`\``,
  ]);
}

function value(random: Random, depth: number): unknown {
  const how = random.integer(depth > 0 ? 7 : 5);
  if (how === 0) return random.choice(numbers);
  if (how === 1) return random.choice([null, true, false]);
  if (how === 2) return random.choice(["", " ", "a".repeat(20_000), ...signs]);
  if (how <= 4) return random.choice([...words, "penicillin", "2024-01-01", "A", "potassium", "warfarin"]);
  if (how === 5) return Array.from({ length: random.integer(4) }, () => value(random, depth - 1));
  return Object.fromEntries(
    Array.from({ length: random.integer(3) }, () => [random.choice(words), value(random, depth - 1)]),
  );
}
