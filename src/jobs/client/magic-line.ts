/** `gpus=1 name="sft r16" after=demos,tasks shared`: options on the line of a cell magic. */
import { InvalidOptionError } from "../../core/errors.ts";
import { nearest } from "../../core/options.ts";

export type LineValue = string | number | boolean | (string | number)[];

const token = /\s*(?:([A-Za-z]\w*)(?:=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']*))?)(?=\s|$)/y;

/** Values are numbers, true, false, words, quoted texts, or several of these with commas between; a name alone is true. */
export function parseLine(magic: string, line: string, known: readonly string[]): Record<string, LineValue> {
  const options: Record<string, LineValue> = {};
  const text = line.trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) {
      throw new InvalidOptionError("", `${magic}: cannot read ${JSON.stringify(text.slice(at).trim())}. Write name=value, texts with spaces in quotes: gpus=1 name="sft r16".`); // biome-ignore format: a sentence
    }
    const [, name, value] = match;
    if (!known.includes(name)) {
      const near = nearest(name, [...known]);
      const hint = near ? ` (did you mean "${near}"?)` : "";
      throw new InvalidOptionError(name, `${magic} has no option "${name}"${hint}. Options: ${known.join(", ")}.`);
    }
    if (name in options) throw new InvalidOptionError(name, `${magic}: ${name} is given twice.`);
    if (value === "") throw new InvalidOptionError(name, `${magic}: ${name}= has no value.`);
    options[name] = value === undefined ? true : readValue(value);
  }
  return options;
}

function readValue(text: string): LineValue {
  if (text.startsWith('"')) return JSON.parse(text);
  if (text.startsWith("'")) return text.slice(1, -1);
  if (text.includes(",")) return text.split(",").filter(Boolean).map(wordOf) as (string | number)[];
  return wordOf(text);
}

function wordOf(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

const secondsOf = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** Seconds, of a number or "90s", "30m", "2h"; something else is left for whoever checks it. */
export function duration(value: LineValue | undefined): LineValue | undefined {
  const [, number, unit] = (typeof value === "string" && /^([\d.]+)(s|m|min|h|d)$/.exec(value)) || [];
  return number ? Number(number) * secondsOf[unit as keyof typeof secondsOf] : value;
}
