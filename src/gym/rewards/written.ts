import type { Episode } from "../episode.ts";

/** The final answer in one text: of a submission its `answer`, or the submit tool's first argument. */
export function answerOf(submission: Episode["submission"]): string {
  if (submission === null || typeof submission === "string") return submission ?? "";
  const value = submission.answer ?? Object.values(submission).find((field) => isScalar(field) && field !== "");
  return isScalar(value) ? String(value) : "";
}

/** All that was handed in: the submission's texts, and what `write` tools were given. */
export function solutionText(episode: Episode): string {
  const written = episode.log.filter(({ name, status }) => status === "ok" && kindOf(episode, name) === "write");
  return [episode.submission, ...written.map((entry) => entry.arguments)].flatMap(textsIn).join("\n");
}

/** What the policy reasoned: thoughts, think tools, and the `reasoning` of its submission. */
export function reasoningText(episode: Episode): string {
  const thoughts = episode.turns.map(({ action }) => action.thought ?? "");
  const noted = episode.log.filter(({ name }) => kindOf(episode, name) === "think").map((entry) => entry.arguments);
  const { submission } = episode;
  const given = typeof submission === "object" && submission !== null ? submission.reasoning : submission;
  return [...thoughts, ...noted, given].flatMap(textsIn).join("\n");
}

/** What tools answered. */
export function observedText(episode: Episode): string {
  return episode.log
    .filter(({ name, status }) => status === "ok" && kindOf(episode, name) !== "think")
    .map(({ result }) => (typeof result === "string" ? result : JSON.stringify(result ?? null)))
    .join("\n");
}

/** Whether it ended as the environment wants: by a submit tool that says something, where it has one; else by an answer. */
export function handedIn(episode: Episode): boolean {
  if (submits(episode) && episode.end !== "submitted") return false;
  if (!["submitted", "answered", "solved"].includes(episode.end ?? "")) return false;
  return textsIn(episode.submission).join("").trim() !== "" || episode.end === "solved";
}

export function submits(episode: Episode): boolean {
  return episode.environment.tools.some(({ kind }) => kind === "submit");
}

function kindOf(episode: Episode, name: string): string | undefined {
  return episode.environment.tools.find((tool) => tool.name === name)?.kind;
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function textsIn(value: unknown): string[] {
  if (isScalar(value)) return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
