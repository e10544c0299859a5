/** Ways to the same solution. A plan is only a plan: it counts when the environment has played it and paid for it. */
import type { Environment } from "../episode.ts";
import { neededFor, ordered, parametersOf, type Step, type Trace } from "./trace.ts";

export interface Strategy {
  /** Part of a row's identity. */
  name: string;
  /** One sentence. */
  about: string;
  /** Only of these domains. @default all whose actions are tool calls */
  domains?: readonly string[];
  /** The steps to play, the submission last; undefined where the strategy does not apply. */
  plan(trace: Trace): Step[] | undefined;
}

const places = ({ steps }: Trace) => new Set(steps.keys());
const submission = ({ steps }: Trace) => steps.length - 1;

/** General ways, and those of question answering. */
export const strategies: readonly Strategy[] = [
  { name: "expert", about: "as the expert solves it", plan: ({ steps }) => [...steps] },
  {
    name: "think-first",
    about: "a plan in words, then the expert's way",
    plan: (trace) => planned(trace, [...trace.steps]),
  },
  {
    name: "think-last",
    about: "what was found in words, then the submission",
    plan: (trace) => concluded(trace, [...trace.steps]),
  },
  ...[1, 2, 3].map(
    (n): Strategy => ({
      name: `order-${n}`,
      about: "another order of the same calls, drawn by the seed, with what each needs before it",
      plan(trace) {
        const ranks = trace.random.permutation(trace.steps.length);
        return ordered(trace, places(trace), (place) => ranks[place]);
      },
    }),
  ),
  phases("think-search-submit", ["think", "search"]),
  phases("search-think-submit", ["search", "think"]),
  phases("think-search-analyse-submit", ["think", "search", "analyse"]),
  {
    name: "evidence-submit",
    about: "evidence alone, then the submission",
    domains: ["medical-qa"],
    plan: (trace) => phasePlan(trace, ["evidence"]),
  },
];

/** Ways of working at a bedside, by which calls come first. */
export const patterns: readonly Strategy[] = [
  {
    name: "quick",
    about: "only the calls that the submission rests on",
    plan(trace) {
      const kinds = kindsOf(trace.episode.environment);
      const kept = [...trace.steps.keys()].filter((i) => kinds.get(trace.steps[i].name) === "write");
      return ordered(trace, neededFor(trace, [...kept, submission(trace)]), (place) => place);
    },
  },
  { name: "comprehensive", about: "also what else there is to read of the patient", plan: comprehensive },
  first("medication-first", /medication|drug|dosage|interaction|allerg|pharmacok/i),
  first("labs-first", /lab|culture|marker/i),
  first("vitals-first", /vital|ctg|monitor/i),
  first("history-first", /history|info|summary|notes|admission/i),
  first("safety-first", /allerg|interaction|contraindic|safety|risk/i),
];

function first(name: string, tools: RegExp): Strategy {
  return {
    name,
    about: `${name.replace("-first", "")} before everything that does not need to come earlier`,
    plan(trace) {
      const last = submission(trace);
      if (!trace.steps.some((step, i) => i < last && tools.test(step.name))) return undefined;
      return ordered(
        trace,
        places(trace),
        (place) => place + (tools.test(trace.steps[place].name) ? 0 : trace.steps.length),
      );
    },
  };
}

type Phase = "think" | "search" | "analyse" | "evidence";
const phaseTools: Readonly<Record<Exclude<Phase, "think">, RegExp>> = {
  search: /^(search|browse|crossReference|getDrugInformation)/,
  analyse: /^(analy[sz]e|compare|summari[sz]e|calculate|checkDiagnostic)/,
  evidence: /^(searchEvidence|searchGuidelines|browse|getCitation)/,
};

function phases(name: string, list: readonly Phase[]): Strategy {
  return { name, about: list.join(", then "), domains: ["medical-qa"], plan: (trace) => phasePlan(trace, list) };
}

/** The calls of the phases, and what the submission needs, in the order of the phases. */
function phasePlan(trace: Trace, list: readonly Phase[]): Step[] | undefined {
  const calls = list.filter((phase) => phase !== "think");
  const last = submission(trace);
  const phaseOf = (place: number) => calls.findIndex((phase) => phaseTools[phase].test(trace.steps[place].name));
  const inPhase = [...trace.steps.keys()].filter((place) => place < last && phaseOf(place) >= 0);
  if (!inPhase.some((place) => phaseOf(place) === 0)) return undefined;
  const kept = neededFor(trace, [...inPhase, last]);
  const out = ordered(
    trace,
    kept,
    (place) => (phaseOf(place) < 0 ? calls.length : phaseOf(place)) * trace.steps.length + place,
  );
  if (list.includes("analyse") && !inPhase.some((place) => calls[phaseOf(place)] === "analyse")) {
    const analysis = analysisOf(trace);
    if (!analysis) return undefined;
    out.splice(-1, 0, analysis);
  }
  if (list[0] === "think") return planned(trace, out);
  return list.at(-1) === "think" ? concluded(trace, out) : out;
}

/** Weighing the options, where the environment has a tool for it. */
function analysisOf({ episode: { environment, task } }: Trace): Step | undefined {
  const tool = environment.tools.find(({ name }) => phaseTools.analyse.test(name) && /option/i.test(name));
  const step = { name: tool?.name ?? "", arguments: { question: task.ticket, options: task.options } };
  return tool && task.options && tool.check(step.arguments).ok ? step : undefined;
}

/** Everything that can be read with arguments already used, at most three more calls. */
function comprehensive(trace: Trace): Step[] | undefined {
  const { environment } = trace.episode;
  const known = new Map<string, unknown>();
  for (const step of trace.steps.slice(0, -1))
    for (const [name, value] of Object.entries(step.arguments)) known.set(name, value);
  const called = new Set(trace.steps.map(({ name }) => name));
  const more = environment.tools.flatMap((tool): Step[] => {
    if (tool.kind !== "read" || called.has(tool.name)) return [];
    const { required = [] } = parametersOf(tool) as { required?: string[] };
    if (required.length === 0 || !required.every((name) => known.has(name))) return [];
    const args = Object.fromEntries(required.map((name) => [name, known.get(name)]));
    return tool.check(args).ok ? [{ name: tool.name, arguments: args }] : [];
  });
  const room = Math.min(3, environment.maxTurns - trace.steps.length, more.length);
  if (room < 1) return undefined;
  // After what is read first, before anything is written or submitted.
  const kinds = kindsOf(environment);
  const at = trace.steps.findIndex(({ name }) => kinds.get(name) === "write" || kinds.get(name) === "submit");
  return [...trace.steps.slice(0, at), ...trace.random.sample(more, room), ...trace.steps.slice(at)];
}

const kindsOf = (environment: Environment) => new Map(environment.tools.map(({ name, kind }) => [name, kind]));

/** What can be planned from the ticket alone: a plan must not know what is only found out later. */
function planned(trace: Trace, steps: Step[]): Step[] | undefined {
  const { environment } = trace.episode;
  const kinds = kindsOf(environment);
  const known = steps.filter((step) => {
    const place = trace.steps.indexOf(step);
    return place >= 0 && trace.needs[place].size === 0 && kinds.get(step.name) === "read";
  });
  const parts = [...new Set(known.map(({ name }) => inWords(name)))].slice(0, 4);
  if (parts.length === 0) return undefined;
  const text = `First I ${listed(parts)}. Then I follow what that shows, and at last ${inWords(steps.at(-1)!.name)}.`;
  return withThought(trace, steps, 0, text);
}

/** What was found of that which the submission rests on, in its own words. */
function concluded(trace: Trace, steps: Step[]): Step[] | undefined {
  const submitted = JSON.stringify(steps.at(-1)!.arguments).toLowerCase();
  const told = new Set<string>();
  const lines = steps.slice(0, -1).flatMap(({ name, result }) => {
    const found = findingsIn(result).filter((text) => submitted.includes(text.toLowerCase()) && !told.has(text));
    const short = [...new Set(found)].slice(0, 4);
    for (const text of short) told.add(text);
    return short.length > 0 ? [`${inWords(name)}: ${short.join("; ")}`] : [];
  });
  if (lines.length === 0) return undefined;
  return withThought(trace, steps, steps.length - 1, `What I have found. ${lines.join(". ")}.`);
}

/** Names, phrases and sentences of a result. */
function findingsIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(findingsIn);
  if (typeof value === "number") return Math.abs(value) >= 10 || !Number.isInteger(value) ? [String(value)] : [];
  if (typeof value !== "string") return [];
  const sentences = value.split(/(?<=[.;])\s+/).map((text) => text.trim().replace(/[.;]$/, ""));
  return sentences.filter((text) => text.length >= 3 && text.length <= 160);
}

/** By the think tool, or as the thought of the step at that place. */
function withThought({ episode: { environment } }: Trace, steps: Step[], at: number, text: string): Step[] {
  const tool = environment.tools.find(({ kind }) => kind === "think");
  const properties = Object.keys((tool && (parametersOf(tool) as { properties?: object }).properties) ?? {});
  const call = { name: tool?.name ?? "", arguments: { [properties[0]]: text } };
  if (tool?.check(call.arguments).ok && steps.length < environment.maxTurns) return steps.toSpliced(at, 0, call);
  return steps.with(at, { ...steps[at], thought: text });
}

/** checkAllInteractions → check all interactions */
const inWords = (name: string) => name.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
const listed = (parts: readonly string[]) =>
  parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
