import { type Normalizer, type PatternJson, patternOf, replaceAll } from "./normalize.ts";
import type { ComponentJson } from "./tokenizer-json.ts";

/** How a section of text falls into pre-tokens. */
export interface PreTokenizer {
  /** Edits made just before splitting (a leading space, "▁" for spaces); `first`: the section begins the text. */
  prepare(first: boolean): readonly Normalizer[];
  /** (2·P) start and end of each pre-token, in order. */
  split(text: string): number[];
  /** Set when splitting is cutting at the matches of this pattern and keeping all: then pre-tokens are quicker got. */
  readonly isolated: RegExp | null;
  /** Pre-tokens are spelled in bytes (byte-level BPE). */
  readonly byteLevel: boolean;
}

interface Step {
  pattern: RegExp;
  /** Which parts are kept: matches and what lies between; one of the two; or both, a match joined to a neighbour. */
  keep: "both" | "matches" | "gaps" | "match-starts-piece" | "match-ends-piece";
}

/** By the `behavior` of a Split. */
const keepBy: Record<string, Step["keep"] | undefined> = {
  isolated: "both",
  removed: "gaps",
  mergedwithprevious: "match-ends-piece",
  mergedwithnext: "match-starts-piece",
};

interface Plan {
  steps: Step[];
  prepare: ((first: boolean) => Normalizer | null)[];
  byteLevel: boolean;
}

// GPT-2's, https://github.com/openai/gpt-2/blob/master/src/encoder.py; White_Space since JavaScript's \s differs by two.
const gpt2Pattern =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** The pre-tokenizer of a tokenizer.json; null when it has a kind that is not done here. */
export function preTokenizerOf(json: ComponentJson | null): PreTokenizer | null {
  const plan: Plan = { steps: [], prepare: [], byteLevel: false };
  if (json !== null && !addTo(plan, json)) return null;
  const { steps, byteLevel } = plan;
  return {
    byteLevel,
    isolated: steps.length === 1 && steps[0].keep === "both" ? steps[0].pattern : null,
    prepare: (first) => plan.prepare.flatMap((make) => make(first) ?? []),
    split: (text) => steps.reduce((spans, step) => splitSpans(text, spans, step), text === "" ? [] : [0, text.length]),
  };
}

function addTo(plan: Plan, json: ComponentJson): boolean {
  switch (json.type) {
    case "Sequence":
      return (json.pretokenizers as ComponentJson[]).every((part) => addTo(plan, part));
    case "Split": {
      const pattern = patternOf(json.pattern as PatternJson);
      const behavior = String(json.behavior).toLowerCase();
      const keep = behavior === "removed" && json.invert ? "matches" : keepBy[behavior];
      if (!pattern || !keep || (json.invert && keep !== "matches" && keep !== "both")) return false;
      plan.steps.push({ pattern, keep });
      return true;
    }
    case "Digits":
      plan.steps.push({ pattern: json.individual_digits ? /\p{N}/gu : /\p{N}+/gu, keep: "both" });
      return true;
    case "ByteLevel":
      if (json.add_prefix_space) {
        if (plan.steps.length > 0) return false; // every piece would get its own space
        plan.prepare.push(() => prefix(" "));
      }
      if (json.use_regex !== false) plan.steps.push({ pattern: gpt2Pattern, keep: "both" });
      plan.byteLevel = true;
      return true;
    case "Metaspace": {
      if (plan.steps.length > 0) return false;
      const mark = String(json.replacement ?? "▁");
      const scheme = json.prepend_scheme ?? (json.add_prefix_space === false ? "never" : "always");
      plan.prepare.push(() => replaceAll(/ /g, mark));
      plan.prepare.push((first) => (scheme === "always" || (scheme === "first" && first) ? prefix(mark) : null));
      // The library ignores `split`, so its Unigram may join words that the Rust library keeps apart.
      if (json.split !== false) {
        const code = `\\u{${mark.codePointAt(0)!.toString(16)}}`; // Rust's `replacement` is one character
        plan.steps.push({ pattern: new RegExp(`${code}[^${code}]*|[^${code}]+`, "gu"), keep: "both" });
      }
      return true;
    }
    default:
      return false;
  }
}

function prefix(content: string): Normalizer {
  return { edits: (text) => (text.startsWith(content) ? [] : [[0, 0, content]]) };
}

function splitSpans(text: string, spans: readonly number[], { pattern, keep }: Step): number[] {
  const result: number[] = [];
  const add = (start: number, end: number) => {
    if (end > start) result.push(start, end);
  };
  for (let s = 0; s < spans.length; s += 2) {
    const base = spans[s];
    const part = base === 0 && spans[s + 1] === text.length ? text : text.slice(base, spans[s + 1]);
    let done = 0;
    for (const { 0: match, index } of part.matchAll(pattern)) {
      const end = index + match.length;
      if (keep === "match-ends-piece") add(base + done, base + end);
      else if (keep !== "matches") add(base + done, base + index);
      if (keep === "both" || keep === "matches") add(base + index, base + end);
      done = keep === "match-starts-piece" ? index : end;
    }
    if (keep !== "matches") add(base + done, base + part.length);
  }
  return result;
}
