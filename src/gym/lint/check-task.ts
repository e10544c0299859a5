import { renderCalls } from "../action.ts";
import type { Environment, Episode } from "../episode.ts";
import { play } from "../play.ts";
import { rightLetter } from "../rewards/accuracy.ts";
import { actionScore } from "../rewards/action-score.ts";
import { type ExpectedAction, type Task, taskSchema } from "../task.ts";
import type { LintIssue, LintRule } from "./report.ts";

interface Checked {
  issues: LintIssue[];
  /** Best reachable action score; absent if it could not be found. */
  ceiling?: number;
  /** Absent if it has not the shape of one. */
  task?: Task;
}

/** Everything that can be said of one task by itself. `index`: its place, for tasks without an id. */
export async function checkTask(given: unknown, environment: Environment | undefined, index: number): Promise<Checked> {
  const issues: LintIssue[] = [];
  const parsed = taskSchema.safeParse(given);
  const id = (given as Task | null)?.id;
  const taskId = typeof id === "string" && id !== "" ? id : `(task ${index + 1})`;
  const domain = String((given as Task | null)?.domain ?? "(none)");
  const tell = (rule: LintRule, message: string) => issues.push({ domain, taskId, rule, message });
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) tell("schema", `${path.join(".") || "task"}: ${message}`);
    return { issues };
  }
  const task = parsed.data as Task;
  checkCriteria(task, tell);
  if (!environment) {
    tell("domain", `there is no environment "${task.domain}"`);
    return { issues, task };
  }
  if (environment.name !== task.domain)
    tell("domain", `it is of "${task.domain}", and is played in "${environment.name}"`);
  if (task.criteria.actions.length === 0) return { issues, task };
  checkActions(task, environment, tell);
  return { issues, task, ceiling: await checkCeiling(task, environment, tell) };
}

type Tell = (rule: LintRule, message: string) => void;

function checkCriteria(task: Task, tell: Tell): void {
  const { actions, assertions } = task.criteria;
  if (actions.length === 0) tell("empty-criteria", "there are no expected actions: nothing could be scored");
  if (assertions.length === 0) tell("empty-criteria", "there are no assertions");
  for (const { text, evidence } of assertions) {
    if (evidence.length === 0) tell("empty-criteria", `assertion "${text}" has no evidence by which one sees it`);
  }
  const { options, answer } = task;
  if (!options) return;
  if (Object.keys(options).length < 2) tell("options", "there are fewer than two options");
  const texts = Object.values(options).map((text) => text.trim().toLowerCase());
  if (new Set(texts).size < texts.length) tell("options", "two options are the same");
  if (answer === undefined) tell("options", "there are options and no answer");
  else if (rightLetter(answer, options) === undefined) tell("options", `the answer "${answer}" is none of them`);
}

function checkActions(task: Task, environment: Environment, tell: Tell): void {
  const tools = new Map(environment.tools.map((tool) => [tool.name, tool]));
  for (const { tool: name, arguments: args, compareArgs = [] } of task.criteria.actions) {
    const tool = tools.get(name);
    if (!tool) {
      tell("unknown-tool", `there is no tool ${name}; tools: ${[...tools.keys()].join(", ")}`);
      continue;
    }
    const checked = tool.check(args);
    if (!checked.ok) tell("arguments", checked.problem);
    for (const arg of compareArgs) {
      if (!Object.hasOwn(args, arg))
        tell("arguments", `${name}: compareArgs names ${arg}, which has no expected value`);
    }
  }
  const submits = environment.tools.some(({ kind }) => kind === "submit");
  if (submits && !task.criteria.actions.some(({ tool }) => tools.get(tool)?.kind === "submit")) {
    tell("no-submit", "no expected action submits: the episode would run out");
  }
}

/** Plays the expected actions, one a turn and the submission last, and scores what happened. */
async function checkCeiling(task: Task, environment: Environment, tell: Tell): Promise<number | undefined> {
  let episode: Episode;
  try {
    const rest = submitLast(task.criteria.actions, environment);
    episode = await play(environment, task, () => {
      const next = rest.shift();
      return next ? renderCalls([{ name: next.tool, arguments: next.arguments }]) : "There is nothing more to do.";
    });
  } catch (error) {
    tell("not-executable", `the environment cannot play it: ${(error as Error)?.message ?? error}`);
    return undefined;
  }
  if (episode.end === "error") tell("not-executable", `the environment failed: ${episode.reason}`);
  for (const { name, status, result } of episode.log) {
    if (status === "ok") continue;
    const { error } = result as { error?: string };
    // what the schema refused has been told above
    if (status === "tool-error" || error?.startsWith("Not executed")) tell("not-executable", `${name}: ${error}`);
  }
  const ceiling = actionScore({ task, episode })!;
  if (ceiling < 1)
    tell("ceiling", `the best reachable action score is ${ceiling.toFixed(3)}, not 1 (ended: ${episode.end})`);
  for (const { severity, kind, text } of environment.violations?.(episode) ?? []) {
    if (severity === 5) tell("unsafe", `the expected actions themselves: ${kind}, ${text}`);
  }
  return ceiling;
}

function submitLast(actions: readonly ExpectedAction[], environment: Environment): ExpectedAction[] {
  const submits = new Set(environment.tools.filter(({ kind }) => kind === "submit").map(({ name }) => name));
  return [...actions.filter(({ tool }) => !submits.has(tool)), ...actions.filter(({ tool }) => submits.has(tool))];
}
