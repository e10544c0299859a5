/** How a report is judged: its parts, each for itself. */
import type { RewardContext } from "../../reward.ts";
import { phraseFinder } from "../../rewards/terms.ts";
import { handedIn } from "../../rewards/written.ts";
import { type State, sizeOf, type Truth, truthOf } from "./state.ts";

export const sections = ["indication", "technique", "comparison", "findings", "impression"] as const;
export type Report = Record<(typeof sections)[number], string>;

export function reportOf(submission: unknown): Report {
  const given = (typeof submission === "object" && submission !== null ? submission : {}) as Record<string, unknown>;
  return Object.fromEntries(sections.map((section) => [section, String(given[section] ?? "")])) as Report;
}

/** What is wrong with the form of a report, in words: what can be said without having seen the image. */
export function complaints(report: Report, modality: string, comparison: string): string[] {
  const empty = sections.filter((section) => report[section].trim() === "").map((section) => `${section} is empty`);
  const says = (section: keyof Report, phrase: string) => phraseFinder(report[section])(phrase);
  return [
    ...empty,
    ...(says("technique", modality) ? [] : [`technique does not name the ${modality}`]),
    ...(says("comparison", comparison) ? [] : [`comparison should be ${comparison}`]),
    ...(report.impression.split(/\s+/).length > 80 ? ["impression is longer than 80 words"] : []),
  ];
}

const mean = (values: readonly boolean[]) => values.filter(Boolean).length / values.length;

/** Weights of the parts; those that do not apply give theirs to the others. */
export const reportWeights = {
  structure: 0.2,
  finding: 0.3,
  measurement: 0.15,
  negatives: 0.15,
  conclusion: 0.1,
  communication: 0.1,
} as const;
export type ReportPart = keyof typeof reportWeights;

/** Each part in [0, 1]; null where there is nothing to measure or to deny. */
export function reportParts(report: Report, truth: Truth, calls: State["calls"]): Record<ReportPart, number | null> {
  const { image, name, lesion, comparison, step, tell, urgency } = truth;
  const [inFindings, inImpression] = [phraseFinder(report.findings), phraseFinder(report.impression)];
  const size = sizeOf(truth);
  const told = calls.some((call) => call.imageId === image.imageId && call.urgency === urgency);
  return {
    structure: 1 - Math.min(1, complaints(report, image.modality, comparison).length / 4),
    finding: mean([inFindings(name), ...(lesion ? [inFindings(lesion.place)] : [])]),
    measurement: size === undefined ? null : Number(inFindings(size) || inImpression(size)),
    negatives: truth.negatives.length === 0 ? null : mean(truth.negatives.map(inFindings)),
    conclusion: mean([inImpression(name), inImpression(step)]),
    communication: tell ? Number(told) : Number(calls.length === 0),
  };
}

/** 0.2·structure + 0.3·finding + 0.15·measurement + 0.15·negatives + 0.1·conclusion + 0.1·communication. 0 if nothing was handed in. */
export function report({ episode }: Pick<RewardContext, "episode">): number {
  if (!handedIn(episode)) return 0;
  const state = episode.state as State;
  const parts = reportParts(reportOf(episode.submission), truthOf(state), state.calls);
  const applying = (Object.keys(reportWeights) as ReportPart[]).filter((part) => parts[part] !== null);
  const whole = applying.reduce((sum, part) => sum + reportWeights[part], 0);
  return applying.reduce((sum, part) => sum + reportWeights[part] * parts[part]!, 0) / whole;
}
