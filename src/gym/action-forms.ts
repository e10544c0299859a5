/**
 * The forms in which models write tool calls beside the one that they are taught: other tags, `<function=…><parameter=…>`,
 * fenced and bare JSON, ReAct. Every reader walks the text once; where a search could start over and over, it has a limit.
 */
import type { ToolSchema } from "../text/tokenizer.ts";
import type { ToolCall } from "./tool.ts";

/** A call, a call of which only the name could be read, or something unreadable. */
export type CallReading = ToolCall | { name: string } | undefined;

export interface Readings {
  /** `tags`: certainly meant as calls. */
  from: "tags" | "text";
  calls: CallReading[];
  thought?: string;
}

/** ReAct's `Final Answer:`. */
export interface FinalAnswer {
  from: "answer";
  text: string;
  thought?: string;
}

/** What the parser wants to know of a tool: an environment's `tools`. */
export interface KnownTool {
  readonly name: string;
  readonly schema: ToolSchema;
}

type Tools = readonly KnownTool[];

const nameKeys = ["name", "function", "tool", "action", "tool_name", "function_name"];
const argumentKeys = ["arguments", "parameters", "params", "args", "action_input"];
/** Deeper JSON is nobody's arguments, and would exhaust the stack of whoever walks it. */
const maxDepth = 64;
/** Starts of JSON in prose that may fail before the rest is taken as prose. */
const maxFailures = 8;
const maxNameLength = 200;
/** Blocks in a completion beyond which nobody means calls. */
const maxBlocks = 64;

export function isCall(call: CallReading): call is ToolCall {
  return call !== undefined && "arguments" in call;
}

/** What calls a text holds in any of the forms; undefined: it is prose. */
export function readLenient(text: string, tools: Tools): Readings | FinalAnswer | undefined {
  const tagged = taggedCalls(text, tools) ?? (text.includes("<function=") ? functionTags(text, tools) : undefined);
  if (tagged) return { from: "tags", calls: tagged };
  const react = reactCalls(text, tools);
  if (react) return react;
  const fenced = fences(text).flatMap((body) => callsIn(parseJson(body)));
  const calls = (fenced.some(Boolean) ? fenced : jsonObjects(text).flatMap(callsIn)).filter((call) =>
    counts(call, tools),
  );
  if (calls.length > 0) return { from: "text", calls };
  const bare = text.trim();
  if (bare.length < maxNameLength && known(tools, bare.replace(/\(\)$/, ""))) {
    return { from: "text", calls: [{ name: bare.replace(/\(\)$/, "") }] };
  }
  const meant = bare.startsWith("{") || bare.startsWith("[{") || bare.startsWith("```");
  return meant && namedIn(bare, tools) !== undefined ? { from: "text", calls: [undefined] } : undefined;
}

/** The first tool whose name the text quotes. */
export function namedIn(text: string, tools: Tools): string | undefined {
  const names = tools.map((tool) => tool.name);
  return names.find((name) => text.includes(`"${name}"`) || text.includes(`=${name}>`));
}

/** Outside tags a call must name a tool, or look like one with its arguments. */
function counts(call: CallReading, tools: Tools): boolean {
  return call !== undefined && (isCall(call) || known(tools, call.name));
}

function known(tools: Tools, name: string): boolean {
  return tools.some((tool) => tool.name === name);
}

const tags = /<\|?\/?(?:tool_call|function_call)\|?>/g;

/** Bodies between an opening tag and the next tag of any kind. */
function taggedCalls(text: string, tools: Tools): CallReading[] | undefined {
  const found = [...text.matchAll(tags)].slice(0, 2 * maxBlocks);
  const calls = found.flatMap((tag, i) => {
    if (tag[0].includes("/")) return [];
    return bodyCalls(text.slice(tag.index + tag[0].length, found[i + 1]?.index), tools);
  });
  return calls.length > 0 ? calls : undefined;
}

function bodyCalls(body: string, tools: Tools): CallReading[] {
  if (body.includes("<function=")) return functionTags(body, tools);
  const bare = (fences(body)[0] ?? body).trim();
  if (bare.length < maxNameLength && known(tools, bare)) return [{ name: bare }];
  return callsIn(parseJson(bare));
}

/** `<function=name><parameter=key>value</parameter></function>`; also with JSON in place of the parameters. */
function functionTags(text: string, tools: Tools): CallReading[] {
  const [, ...blocks] = text.split("<function=", maxBlocks);
  return blocks.map((block) => {
    const [head, rest] = cut(block, ">");
    const name = unquote(head);
    if (rest === undefined || name === "") return undefined;
    const [body] = cut(rest, "</function>");
    const [before, ...parameters] = body.split("<parameter=");
    if (parameters.length === 0) {
      const args = before.trim() === "" ? {} : parseJson(before);
      return isObject(args) ? { name, arguments: args } : { name };
    }
    const fields = parameters.map((parameter) => {
      const [key, value = ""] = cut(parameter, ">");
      const field = unquote(key);
      return [field, typed(cut(value, "</parameter>")[0].trim(), schemaOf(tools, name)[field])] as const;
    });
    return { name, arguments: Object.fromEntries(fields) };
  });
}

function schemaOf(tools: Tools, name: string): Record<string, { type?: unknown }> {
  const described = tools.find((tool) => tool.name === name)?.schema.function as { parameters?: Json } | undefined;
  return (described?.parameters?.properties ?? {}) as Record<string, { type?: unknown }>;
}

/** Text stands for itself where text is wanted; elsewhere it is JSON if it can be. */
function typed(text: string, schema: { type?: unknown } | undefined): unknown {
  if (schema?.type === "string") return text;
  const value = parseJson(text);
  return value === undefined ? text : value;
}

/** The inside of ``` fences, without the language; the last may be open. */
function fences(text: string): string[] {
  const inside = text.split("```", 2 * maxBlocks).filter((_, i) => i % 2 === 1);
  return inside.map((body) => body.replace(/^[a-z_]{0,20}\s/i, ""));
}

/** JSON objects in prose, outermost ones. */
function jsonObjects(text: string): unknown[] {
  const found: unknown[] = [];
  let failures = 0;
  for (let at = text.indexOf("{"); at >= 0 && failures < maxFailures && found.length < maxBlocks; ) {
    const end = closing(text, at);
    const value = end < 0 ? undefined : parseJson(text.slice(at, end));
    if (value === undefined) failures++;
    else found.push(value);
    at = text.indexOf("{", value === undefined ? at + 1 : end);
  }
  return found;
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [...'"\\{}[]'].map((c) => c.charCodeAt(0));

/** One past the brace that closes the one at `start`; −1 without. */
function closing(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === backslash) i++;
      else if (c === quote) quoted = false;
    } else if (c === quote) quoted = true;
    else if (c === openBrace) depth++;
    else if (c === closeBrace && --depth === 0) return i + 1;
  }
  return -1;
}

const label = /^\s{0,8}(Thought|Action Input|Action|Observation|Final Answer)\s?:/i;

/** `Thought: … Action: name Action Input: {…}`; what the model invents from its first `Observation:` on is cut off. */
function reactCalls(text: string, tools: Tools): Readings | FinalAnswer | undefined {
  const parts: Record<string, string> = {};
  let current: string | undefined;
  for (const line of text.split("\n")) {
    const found = label.exec(line);
    if (found) {
      current = found[1].toLowerCase();
      if (current === "observation" || current in parts) break;
      parts[current] = line.slice(found[0].length);
    } else if (current !== undefined) parts[current] += `\n${line}`;
  }
  const thought = parts.thought?.trim();
  const name = parts.action === undefined ? "" : unquote(parts.action);
  const input = parts["action input"];
  if (name !== "" && !/\s/.test(name) && (input !== undefined || known(tools, name))) {
    const args = input === undefined ? undefined : inputArguments(name, input.trim(), tools);
    return { from: "text", calls: [args ? { name, arguments: args } : { name }], thought };
  }
  const answer = parts["final answer"];
  return answer === undefined ? undefined : { from: "answer", text: answer.trim(), thought };
}

/** JSON, or plain text for a tool with one argument. */
function inputArguments(name: string, input: string, tools: Tools): Json | undefined {
  const value = parseJson(fences(input)[0] ?? input);
  if (isObject(value)) return value;
  const [only, ...others] = Object.entries(schemaOf(tools, name));
  return only && others.length === 0 && input !== "" ? { [only[0]]: typed(input, only[1]) } : undefined;
}

/** A call, a list of calls, or `{tool_calls: […]}`. */
function callsIn(value: unknown): CallReading[] {
  if (Array.isArray(value)) return value.map(callIn);
  const list = isObject(value) ? value.tool_calls : undefined;
  return Array.isArray(list) ? list.map(callIn) : [callIn(value)];
}

/** One call under any of the known keys; `{function: {name, arguments}}` too, the arguments as JSON or as its text. */
export function callIn(value: unknown): CallReading {
  if (!isObject(value)) return undefined;
  const source = isObject(value.function) ? value.function : value;
  const name = nameKeys.map((key) => source[key]).find((text) => typeof text === "string" && text !== "");
  if (typeof name !== "string" || name.length > maxNameLength) return undefined;
  const key = argumentKeys.find((known) => Object.hasOwn(source, known));
  const given = key === undefined ? undefined : source[key];
  const args = typeof given === "string" ? (given.trim() === "" ? {} : parseJson(given)) : given;
  return isObject(args) ? { name, arguments: args } : { name };
}

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** undefined for what is not JSON, or is nested deeper than `maxDepth`. */
export function parseJson(text: string): unknown {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === backslash) i++;
      else if (c === quote) quoted = false;
    } else if (c === quote) quoted = true;
    else if (c === openBrace || c === openBracket) {
      if (++depth > maxDepth) return undefined;
    } else if (c === closeBrace || c === closeBracket) depth--;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the model's mistake: the caller tells it
  }
}

function cut(text: string, at: string): [before: string, after: string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + at.length)];
}

/** A name out of the marks that models put around it; "" if it is too long to be one. */
function unquote(text: string): string {
  const bare = text.trim();
  return bare.length > maxNameLength ? "" : bare.replace(/^[`"'[*]+|[`"'\]*]+$/g, "");
}
