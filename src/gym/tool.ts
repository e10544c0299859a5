import { z } from "zod";
import { canonicalJson } from "../core/canonical.ts";
import type { Random } from "../core/random.ts";
import type { ToolSchema } from "../text/tokenizer.ts";
import type { Task } from "./task.ts";

/** `read` looks, `write` changes the database, `think` is for the model's own notes, `submit` ends the episode. */
export type ToolKind = "read" | "write" | "think" | "submit";

export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** What a tool sees beside its arguments. */
export interface ToolContext<State> {
  /** The episode's own database; `write` and `submit` tools may change it. JSON values only: it is hashed. */
  state: State;
  task: Task;
  /** The same for the same episode seed, turn and place in it. */
  random: Random;
  /** From 1. */
  turn: number;
}

export interface ToolDefinition<Shape extends z.ZodRawShape, State> {
  kind: ToolKind;
  /** One sentence for the model. */
  description: string;
  /** zod types by argument name; `.describe()` each. */
  parameters: Shape;
  /**
   * The observation, as JSON or text. What the model did wrong is a result that says so, `{error: "no patient P7"}`, best thrown
   * as `ToolError`; any other exception is an error of the environment and ends the episode.
   */
  run(args: z.output<z.ZodObject<Shape>>, context: ToolContext<State>): unknown;
}

/** A tool of an environment: schema, validation and documentation from one definition. */
export interface Tool<State = unknown> {
  readonly name: string;
  readonly kind: ToolKind;
  readonly description: string;
  /** As chat templates and the OpenAI API take it. */
  readonly schema: ToolSchema;
  /** The arguments as the tool wants them, or what is wrong with them. */
  check(args: Record<string, unknown>): { ok: true; args: Record<string, unknown> } | { ok: false; problem: string };
  run(args: Record<string, unknown>, context: ToolContext<State>): unknown;
}

/** A tool without its name, which it gets from its place in `tools: {getVitals: tool({…})}`. */
export type UnnamedTool<State> = (name: string) => Tool<State>;

/** The model asked for something impossible: it is told so and the episode goes on. */
export class ToolError extends Error {
  override readonly name = "ToolError";
}

/** `tool` for environments whose state is `State`; inside `defineEnvironment` it is given. */
export function toolsOf<State>() {
  return <Shape extends z.ZodRawShape>(definition: ToolDefinition<Shape, State>): UnnamedTool<State> => {
    const parameters = z.strictObject(definition.parameters);
    const { kind, description } = definition;
    return (name) => {
      let schema: ToolSchema | undefined; // made when first asked for: a dozen domains would make 200 while medgym is imported
      return {
        name,
        kind,
        description,
        get schema() {
          schema ??= { type: "function", function: { name, description, parameters: jsonSchema(parameters) } };
          return schema;
        },
        check(args) {
          const parsed = parameters.safeParse(args);
          if (parsed.success) return { ok: true, args: parsed.data };
          return { ok: false, problem: problemOf(name, args, Object.keys(definition.parameters), parsed.error) };
        },
        run: (args, context) => definition.run(args as z.output<z.ZodObject<Shape>>, context),
      };
    };
  };
}

function jsonSchema(parameters: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(parameters, { io: "input" }) as Record<string, unknown>;
  return schema;
}

export function nameTools<State>(tools: Record<string, UnnamedTool<State>>): Tool<State>[] {
  return Object.entries(tools).map(([name, make]) => make(name));
}

function problemOf(name: string, args: Record<string, unknown>, known: string[], error: z.ZodError): string {
  // a wrong name is also a missing one: say the wrong name
  const issue = error.issues.find(({ code }) => code === "unrecognized_keys") ?? error.issues[0];
  const list = `Arguments: ${known.join(", ") || "none"}.`;
  if (issue.code === "unrecognized_keys") return `${name} has no argument ${issue.keys.join(", ")}. ${list}`;
  const [field, ...rest] = issue.path;
  if (field === undefined) return `${name}: ${issue.message}. ${list}`;
  if (!(field in args)) return `${name}: argument ${String(field)} is missing. ${list}`;
  return `${name}: ${[field, ...rest].join(".")} is ${canonicalJson(args[String(field)])}: ${issue.message}.`;
}

/** Two calls with the same name and arguments have the same key. */
export function callKey({ name, arguments: args }: ToolCall): string {
  return `${name}${canonicalJson(args)}`;
}
