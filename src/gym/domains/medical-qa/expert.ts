/**
 * Solves by search and reading: what it knows is where to look for which kind of question and how passages are written. No fact of
 * the tables is in it.
 */
import type { Brief, Expert } from "../../domain.ts";
import type { Passage } from "../../knowledge/passage.ts";
import type { ListedHit } from "../../knowledge/tools.ts";

interface Hits {
  results: ListedHit[];
}
type Options = Record<string, string>;
type Solver = (asked: { ticket: string; options: Options }) => Expert;

/** Passages that are opened before giving up. */
const patience = 4;

export function* expert({ kind = "", ticket, options = {} }: Brief): Expert {
  yield* (solvers[kind] ?? lookUp())({ ticket, options });
}

/** Search, then open one passage after the other until one answers: `read` gives the letter. */
function lookUp(
  category?: string,
  read: (text: string, ticket: string, options: Options) => string | undefined = named,
): Solver {
  return function* ({ ticket, options }) {
    const args = category === undefined ? { query: ticket } : { query: ticket, category };
    const { results }: Hits = yield { name: "searchEvidence", arguments: args, thought: "First the evidence." };
    const about = results.filter(({ title }) => ticket.toLowerCase().includes(title.split(":")[0].toLowerCase()));
    yield* readUntilAnswered(about, (text) => read(text, ticket, options), options);
  };
}

function* readUntilAnswered(
  results: readonly ListedHit[],
  read: (text: string) => string | undefined,
  options: Options,
  about = "",
): Expert {
  for (const { id } of results.slice(0, patience)) {
    const passage: Passage = yield { name: "browseArticle", arguments: { id } };
    const letter = read(`${passage.title}. ${passage.text}`);
    if (letter !== undefined) return yield* submit(letter, options, passage, about);
  }
  yield* guess(options);
}

function* guess(options: Options): Expert {
  yield {
    name: "submitAnswer",
    arguments: { answer: Object.keys(options)[0], reasoning: "No passage settles it; a guess." },
  };
}

function* submit(letter: string, options: Options, { id, text }: Pick<Passage, "id" | "text">, about = ""): Expert {
  const said = text.split(". ").find((sentence) => sentence.includes(options[letter])) ?? text.split(". ")[0];
  const reasoning = `${about}${said} [${id}]. So the answer is ${options[letter]}. Monitor and review.`;
  yield { name: "submitAnswer", arguments: { answer: letter, reasoning } };
}

/** The longest option that the text has word for word. */
function named(text: string, _ticket: string, options: Options): string | undefined {
  const lower = text.toLowerCase();
  const found = Object.keys(options).filter((letter) => {
    const at = lower.indexOf(options[letter].toLowerCase());
    return at >= 0 && !/[a-z0-9]/.test(lower.charAt(at + options[letter].length));
  });
  return found.sort((a, b) => options[b].length - options[a].length)[0];
}

/** The option among the part of the text that a heading begins and a full stop or the next heading ends. */
const namedUnder =
  (heading: RegExp, until = /\. [A-Z]|$/) =>
  (text: string, ticket: string, options: Options) => {
    const start = heading.exec(text);
    if (!start) return undefined;
    const rest = text.slice(start.index + start[0].length);
    return named(rest.slice(0, rest.search(until)), ticket, options);
  };

/** The row of "Kidney, by eGFR …: 45 or more: …; 30 to 44: …; below 30: avoid" that the ticket's eGFR is in. */
function renalRow(text: string, ticket: string, options: Options): string | undefined {
  const egfr = Number(/eGFR of (\d+)/.exec(ticket)?.[1]);
  const table = /by eGFR in [^:]+: ([^.]*(?:\.\d[^.]*)*)\./.exec(text)?.[1] ?? "";
  for (const row of table.split("; ")) {
    const [, range, advice] = /^(.+?): (.*)$/.exec(row) ?? [];
    if (range === undefined) continue;
    const [low, high] = [...range.matchAll(/\d+/g)].map(([number]) => Number(number));
    const inside = range.startsWith("below")
      ? egfr < low
      : high === undefined
        ? egfr >= low
        : egfr >= low && egfr <= high;
    if (!inside) continue;
    return Object.keys(options).find((letter) =>
      advice === "avoid" ? options[letter].startsWith("do not give") : options[letter] === advice,
    );
  }
  return undefined;
}

/** "is 6.8 mmol/L" against "Reference interval …: 3.5 to 5.1 …" and "below 2.5 or above 6.5". */
function flagOf(text: string, ticket: string, options: Options): string | undefined {
  const numbers = (found: RegExpExecArray | null) => found?.slice(1).map(Number);
  const interval = numbers(/Reference interval of .*?: ([\d.]+) to ([\d.]+)/.exec(text));
  const value = Number(
    / is (-?[\d.]+?)\.? (?:\S+ )*?[^.]*\. How/.exec(ticket)?.[1] ?? / is ([\d.]+)/.exec(ticket)?.[1],
  );
  if (!interval || Number.isNaN(value)) return undefined;
  const critical = numbers(/below ([\d.]+) or above ([\d.]+)/.exec(text)) ?? [
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ];
  const [low, high] = interval;
  const flag =
    value < critical[0]
      ? "critical low"
      : value > critical[1]
        ? "critical high"
        : value < low
          ? "low"
          : value > high
            ? "high"
            : "normal";
  return Object.keys(options).find((letter) => options[letter] === flag);
}

/** Drug, from "who takes X is to start Y", "under X is given Y", "takes X and is to start Y", "X is taken, Y has been ordered". */
const pairs = [
  /takes (.+?) and is to start (.+?)\./,
  /takes (.+?) is to start (.+?)\./,
  /under (.+?) is given (.+?)\./,
  /^(.+?) is taken, (.+?) has been ordered/,
];

function interaction(heading: RegExp, until: RegExp): Solver {
  return function* ({ ticket, options }) {
    const [drugA, drugB] = pairs
      .map((form) => form.exec(ticket))
      .find(Boolean)
      ?.slice(1) ?? ["", ""];
    const { results }: Hits = yield {
      name: "searchDrugInteractions",
      arguments: { drugA, drugB },
      thought: "Both names in one passage.",
    };
    const read = (text: string) => namedUnder(heading, until)(text, ticket, options);
    yield* readUntilAnswered(results, read, options, `${drugA} with ${drugB}: `);
  };
}

/** The illnesses that a search gives and the options name, by how many criteria the findings meet. */
function* diagnose({ ticket, options }: { ticket: string; options: Options }): Expert {
  const { results }: Hits = yield {
    name: "searchEvidence",
    arguments: { query: ticket, category: "illness" },
    thought: "What fits the findings?",
  };
  const found = results.flatMap((hit) => {
    const letter = Object.keys(options).find((each) =>
      hit.title.toLowerCase().startsWith(`${options[each].toLowerCase()}:`),
    );
    return letter === undefined ? [] : [{ hit, letter }];
  });
  let best: { hit: ListedHit; letter: string; met: string[] } | undefined;
  for (const { hit, letter } of found.slice(0, 3)) {
    const { met }: { met: string[] } = yield {
      name: "checkDiagnosticCriteria",
      arguments: { condition: options[letter], findings: ticket },
    };
    if (!best || met.length > best.met.length) best = { hit, letter, met };
  }
  if (!best) return yield* guess(options);
  const passage: Passage = yield { name: "browseArticle", arguments: { id: best.hit.id } };
  yield* submit(best.letter, options, passage, `The findings fit ${options[best.letter]}: ${best.met.join(", ")}. `);
}

function* compute({ ticket, options }: { ticket: string; options: Options }): Expert {
  const name = /^Compute the (.+?) \(/.exec(ticket)?.[1] ?? "";
  const items = (/items: (.*)\. Which/.exec(ticket)?.[1] ?? "").split("; ").map((item) => {
    const [, key, value] = /^(\S+) (.*)$/.exec(item) ?? ["", item, ""];
    return [
      key,
      value === "yes"
        ? true
        : value === "no"
          ? false
          : value !== "" && !Number.isNaN(Number(value))
            ? Number(value)
            : value,
    ];
  });
  const result = yield { name: "calculateClinicalScore", arguments: { name, parameters: Object.fromEntries(items) } };
  const letter = Object.keys(options).find((each) => Number(options[each]) === result.score);
  if (letter === undefined) return yield* guess(options);
  yield* submit(letter, options, { id: result.passage, text: `${name} is ${result.score}: ${result.risk}` });
}

const solvers: Readonly<Record<string, Solver>> = {
  mechanism: lookUp("drug", namedUnder(/Mechanism of action: /)),
  contraindication: lookUp("drug", namedUnder(/Contraindications to .*?: /)),
  "adverse-effect": lookUp("drug", namedUnder(/Adverse effects: /)),
  pregnancy: lookUp("drug", (text, ticket, options) =>
    namedUnder(/Pregnancy: /, /$/)(text.replace(/ \(FDA letter[^)]*\)/, ""), ticket, options),
  ),
  enzyme: lookUp("drug", namedUnder(/Enzymes that clear it: /)),
  "renal-dose": lookUp("drug", renalRow),
  "interaction-effect": interaction(/Effect: /, /\. Mechanism: /),
  "interaction-management": interaction(/Management: /, /\. Evidence: /),
  diagnosis: diagnose,
  "confirming-test": lookUp("illness", namedUnder(/Confirming test: /)),
  "first-drug": lookUp("guideline", namedUnder(/order of preference for .*?: /)),
  "avoided-drug": lookUp("guideline", namedUnder(/Drugs that harm in .*?: /)),
  score: compute,
  "lab-result": lookUp("laboratory", flagOf),
};
