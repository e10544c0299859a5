import { SplitPreTokenizer } from "./library.ts";
import type { ComponentJson } from "./tokenizer-json.ts";

/** Text after normalisation, and where each of its UTF-16 units came from. */
export interface Aligned {
  text: string;
  /** (text.length) start and end in the source of what a unit came from; null: unit i came from i. */
  starts: Int32Array | null;
  ends: Int32Array | null;
}

/** Replace source[from, to) by text. Edits of one step are in order and do not overlap. */
type Edit = [from: number, to: number, text: string];

/** One step of normalisation. */
export interface Normalizer {
  /** What it changes, for alignment. */
  edits(text: string): Edit[];
  /** The changed text alone, where that is quicker got than by edits. */
  apply?(text: string): string;
}

type Form = "NFC" | "NFD" | "NFKC" | "NFKD";

/** The steps of a tokenizer.json's normalizer; null when it has a kind that is not done here. */
export function normalizersOf(json: ComponentJson | null): Normalizer[] | null {
  if (json === null) return [];
  switch (json.type) {
    case "Sequence": {
      const steps = (json.normalizers as ComponentJson[]).map(normalizersOf);
      return steps.includes(null) ? null : steps.flatMap((step) => step ?? []);
    }
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      return [unicodeForm(json.type)];
    case "Replace": {
      const pattern = patternOf(json.pattern as PatternJson);
      return pattern && [replaceAll(pattern, String(json.content ?? ""))];
    }
    case "Prepend":
      return [{ edits: (text) => (text === "" ? [] : [[0, 0, String(json.prepend)]]) }];
    case "Lowercase":
      return [{ edits: lowercase }];
    case "Strip":
      return [strip(json.strip_left !== false, json.strip_right !== false)];
    default:
      return null;
  }
}

export interface PatternJson {
  String?: string;
  Regex?: string;
}

/** The global RegExp of a pattern; the library translates Oniguruma's syntax. Null when it cannot. */
export function patternOf(json: PatternJson | undefined): RegExp | null {
  if (json?.String !== undefined) return new RegExp(escapeRegExp(json.String), "gu");
  if (json?.Regex === undefined) return null;
  return new SplitPreTokenizer({ type: "Split", pattern: { Regex: json.Regex }, invert: false }).pattern;
}

export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

export function normalize(source: string, steps: readonly Normalizer[], track: boolean): Aligned {
  let aligned: Aligned = { text: source, starts: null, ends: null };
  for (const step of steps) {
    if (!track && step.apply) {
      aligned = { ...aligned, text: step.apply(aligned.text) };
      continue;
    }
    const edits = step.edits(aligned.text);
    if (edits.length > 0)
      aligned = track ? applyTracked(aligned, edits) : { ...aligned, text: apply(aligned.text, edits) };
  }
  return aligned;
}

function apply(text: string, edits: readonly Edit[]): string {
  let result = "";
  let done = 0;
  for (const [from, to, replacement] of edits) {
    result += text.slice(done, from) + replacement;
    done = to;
  }
  return result + text.slice(done);
}

function applyTracked(before: Aligned, edits: readonly Edit[]): Aligned {
  const text = apply(before.text, edits);
  const starts = new Int32Array(text.length);
  const ends = new Int32Array(text.length);
  const startOf = (i: number) => before.starts?.[i] ?? i;
  const endOf = (i: number) => before.ends?.[i] ?? i + 1;
  let at = 0;
  let done = 0;
  const keepUntil = (until: number) => {
    for (; done < until; done++, at++) {
      starts[at] = startOf(done);
      ends[at] = endOf(done);
    }
  };
  for (const [from, to, replacement] of edits) {
    keepUntil(from);
    // What is inserted belongs to the character that it precedes.
    const start = startOf(Math.min(from, before.text.length - 1));
    const width = (before.text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
    const end = endOf(Math.min(to > from ? to - 1 : from + width - 1, before.text.length - 1));
    starts.fill(start, at, at + replacement.length);
    ends.fill(end, at, at + replacement.length);
    at += replacement.length;
    done = to;
  }
  keepUntil(before.text.length);
  return { text, starts, ends };
}

// A run that normalises on its own: a starter with the marks and Hangul vowels and finals that may join it.
const stableRun = /[^\p{M}\u1160-\u11ff][\p{M}\u1160-\u11ff]*|[\p{M}\u1160-\u11ff]+/gu;

function unicodeForm(form: Form): Normalizer {
  const edits = (text: string): Edit[] => {
    const whole = text.normalize(form);
    if (whole === text) return [];
    const edits: Edit[] = [];
    for (const { 0: run, index } of text.matchAll(stableRun)) {
      const normal = run.normalize(form);
      if (normal !== run) edits.push([index, index + run.length, normal]);
    }
    // Should a starter join its predecessor after all, only the alignment is coarser.
    return apply(text, edits) === whole ? edits : [[0, text.length, whole]];
  };
  return { edits, apply: (text) => text.normalize(form) };
}

/** Every match that is not empty gives way to `content`. */
export function replaceAll(pattern: RegExp, content: string): Normalizer {
  return {
    edits(text) {
      const edits: Edit[] = [];
      for (const { 0: match, index } of text.matchAll(pattern)) {
        if (match !== "") edits.push([index, index + match.length, content]);
      }
      return edits;
    },
    apply: (text) => text.replace(pattern, (match) => (match === "" ? "" : content)),
  };
}

/** Character by character, as the Rust library does: JavaScript's own would treat a final sigma apart. */
function lowercase(text: string): Edit[] {
  const edits: Edit[] = [];
  let at = 0;
  for (const character of text) {
    const lower = character.toLowerCase();
    if (lower !== character) edits.push([at, at + character.length, lower]);
    at += character.length;
  }
  return edits;
}

const space = /\p{White_Space}/u; // every one is a single UTF-16 unit

function strip(left: boolean, right: boolean): Normalizer {
  return {
    edits(text) {
      let first = 0;
      let last = text.length;
      while (left && first < last && space.test(text[first])) first++;
      // From the end: a search for /\s*$/ tries every run of spaces from each of its places.
      while (right && last > first && space.test(text[last - 1])) last--;
      const edits: Edit[] = [];
      if (first > 0) edits.push([0, first, ""]);
      if (last < text.length) edits.push([last, text.length, ""]);
      return edits;
    },
  };
}
