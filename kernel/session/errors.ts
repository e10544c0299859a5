/** Errors as a reader of the notebook wants them: positions in cells, the source line, none of the kernel's frames. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import type { Position } from "../language/source-map.ts";
import type { ErrorReport } from "./protocol.ts";

/** Code that the session compiled. */
export interface CompiledSource {
  /** What a frame calls it: `Cell [3]`, or a path. */
  label: string;
  source: string;
  locate(at: Position): Position | undefined;
}

const sources = new Map<string, CompiledSource>();
const kernelFolder = dirname(dirname(fileURLToPath(import.meta.url)));

export function registerSource(file: string, source: CompiledSource): void {
  sources.set(file, source);
}

/** Line and column from 1. */
interface Place {
  file: string;
  label: string;
  line: number;
  column: number;
}

const placeKey = Symbol("place");

function mapped(file: string, line: number, column: number): Place | undefined {
  const source = sources.get(file);
  const at = source?.locate({ line: line - 1, column: column - 1 });
  return at && source && { file, label: source.label, line: at.line + 1, column: at.column + 1 };
}

const isInternal = (file: string): boolean =>
  /^node:(internal|vm|async_hooks)/.test(file) || file.replace(/^file:\/\//, "").startsWith(kernelFolder);

function prepareStackTrace(error: Error, frames: NodeJS.CallSite[]): string {
  const lines: string[] = [];
  for (const frame of frames) {
    const file = frame.getFileName() ?? "";
    if (isInternal(file)) continue;
    const line = frame.getLineNumber() ?? 1;
    const column = frame.getColumnNumber() ?? 1;
    const place = mapped(file, line, column);
    if (!place && sources.has(file)) continue; // of the wrapper around a cell
    let text = frame.toString();
    if (place) {
      text = text.replace(`${file}:${line}:${column}`, `${place.label}:${place.line}:${place.column}`);
      if (!Object.hasOwn(error, placeKey)) Object.defineProperty(error, placeKey, { value: place });
    }
    lines.push(`\n    at ${text.replaceAll("__cell_", "")}`);
  }
  return `${header(error)}${lines.join("")}`;
}

function header(error: Error): string {
  try {
    return String(Error.prototype.toString.call(error)).replaceAll("__cell_", "");
  } catch {
    return "Error";
  }
}

export function installStackTraces(): void {
  Error.stackTraceLimit = 50;
  Error.prepareStackTrace = prepareStackTrace as typeof Error.prepareStackTrace;
}

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
const dim = (text: string) => `\u001b[90m${text}\u001b[39m`;

/** The line that `place` is on, with a caret under the column. */
export function excerpt(label: string, source: string, at: Position): string[] {
  const line = source.split("\n")[at.line] ?? "";
  const number = String(at.line + 1);
  const caret = line.slice(0, at.column).replace(/[^\t]/g, " ");
  return [
    dim(`${label}:${at.line + 1}:${at.column + 1}`),
    `  ${dim(`${number} |`)} ${line}`,
    `  ${dim(`${" ".repeat(number.length)} |`)} ${caret}${red("^")}`,
  ];
}

export function describeError(error: unknown): ErrorReport {
  if (!isError(error)) {
    const text = inspect(error, { colors: false });
    return { name: "Thrown", value: text, traceback: [red("Thrown: ") + inspect(error, { colors: true })] };
  }
  const name = String(error.name || error.constructor?.name || "Error");
  const value = String(error.message ?? "").replaceAll("__cell_", "");
  const stack = typeof error.stack === "string" ? error.stack : `${name}: ${value}`; // reading it places it
  const place = (error as { [placeKey]?: Place })[placeKey];
  const source = place && sources.get(place.file);
  const traceback =
    place && source ? excerpt(place.label, source.source, { line: place.line - 1, column: place.column - 1 }) : [];
  const title = `${name}${value ? `: ${value}` : ""}`;
  const frames = stack.includes("\n    at ") ? stack.slice(stack.indexOf("\n    at ") + 1).split("\n") : [];
  traceback.push(...title.split("\n").map(red), ...frames.map(dim), ...details(error));
  const { code } = error as { code?: unknown };
  return { name, value, traceback, ...(typeof code === "string" && { code }) };
}

/** Further properties (`code`, …), causes and the members of an aggregate. */
function details(error: Error): string[] {
  const lines: string[] = [];
  const own = Object.entries(error).filter(([key]) => !["stack", "message", "name", "cause"].includes(key));
  if (own.length > 0) lines.push(inspect(Object.fromEntries(own), { colors: true, depth: 2 }));
  if (error.cause !== undefined) {
    const cause = describeError(error.cause).traceback;
    lines.push("caused by:", ...cause.map((line) => `  ${line}`));
  }
  if (error instanceof AggregateError) {
    for (const inner of error.errors) lines.push(...describeError(inner).traceback.map((line) => `  ${line}`));
  }
  return lines;
}

/** Errors of other realms (`vm`, `structuredClone`) count too. */
const isError = (value: unknown): value is Error =>
  value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";

/** For a file that failed to parse while it was imported. */
export function syntaxErrorReport(label: string, source: string, message: string, at?: Position): ErrorReport {
  return {
    name: "SyntaxError",
    value: message,
    traceback: [...(at ? excerpt(label, source, at) : [label]), red(`SyntaxError: ${message}`)],
  };
}
