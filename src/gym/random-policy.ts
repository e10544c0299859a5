import { Random } from "../core/random.ts";
import { renderCalls } from "./action.ts";
import type { Policy } from "./play.ts";
import type { Tool } from "./tool.ts";

/** Calls any tool with arguments of the right types, its texts from what was said: what a policy must beat. */
export function randomPolicy(seed = 0): Policy {
  return (messages, episode) => {
    const random = new Random(seed).split(episode.task.id).split("turn", episode.turns.length);
    const said = messages.slice(-4).map(({ content }) => (typeof content === "string" ? content : ""));
    const words = said.join(" ").match(/[\p{L}\p{N}][\p{L}\p{N}.-]{0,40}/gu) ?? ["A"];
    const tool = random.choice(episode.environment.tools);
    return renderCalls([{ name: tool.name, arguments: sampleArguments(tool, random, () => random.choice(words)) }]);
  };
}

type Json = Record<string, unknown>;

/** Arguments that a tool's schema takes, filled at random; `text` makes the free texts. For policies that know nothing. */
export function sampleArguments(tool: Pick<Tool<never>, "schema">, random: Random, text: () => string): Json {
  const { parameters } = tool.schema.function as { parameters: Json };
  return sampleValue(parameters, random, text) as Json;
}

function sampleValue(schema: Json, random: Random, text: () => string): unknown {
  const sample = (inner: unknown) => sampleValue((inner ?? {}) as Json, random, text);
  if (Array.isArray(schema.enum)) return random.choice(schema.enum);
  if ("const" in schema) return schema.const;
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return sample(random.choice(choices));
  switch (schema.type) {
    case "object": {
      const required = new Set((schema.required ?? []) as string[]);
      const fields = Object.entries((schema.properties ?? {}) as Json).filter(([name]) => required.has(name));
      return Object.fromEntries(fields.map(([name, field]) => [name, sample(field)]));
    }
    case "array":
      return Array.from({ length: Math.max(1, Number(schema.minItems ?? 1)) }, () => sample(schema.items));
    case "integer":
    case "number": {
      const least = Number(schema.minimum ?? schema.exclusiveMinimum ?? 0);
      const most = Math.min(Number(schema.maximum ?? schema.exclusiveMaximum ?? least + 100), least + 1000);
      if (schema.type === "integer")
        return Math.ceil(least) + random.integer(Math.max(1, Math.floor(most - least) + 1));
      return least + random.uniform() * (most - least);
    }
    case "boolean":
      return random.boolean();
    case "null":
      return null;
    default:
      return text();
  }
}
