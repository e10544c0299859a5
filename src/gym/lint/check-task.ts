import { renderCalls } from "../action.ts";
import { renderAnswer } from "../answer-form.ts";
import type { Domain } from "../domain.ts";
import type { Environment, Episode } from "../episode.ts";
import { expertPolicy, play } from "../play.ts";
import { scoreEpisode } from "../reward.ts";
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
  checkCriteria(task, environment, tell);
  if (!environment) {
    tell("domain", `there is no environment "${task.domain}"`);
    return { issues, task };
  }
  if (environment.name !== task.domain)
    tell("domain", `it is of "${task.domain}", and is played in "${environment.name}"`);
  checkActions(task, environment, tell);
  if (actsByText(environment)) return { issues, task, ceiling: await checkTextCeiling(task, environment, tell) };
  if (task.criteria.actions.length === 0) return { issues, task };
  return { issues, task, ceiling: await checkCeiling(task, environment, tell) };
}

type Tell = (rule: LintRule, message: string) => void;

/** Games and consultation: what turns earn is the criterion, there. */
function actsByText({ tools }: Environment): boolean {
  return tools.length === 0;
}

function checkCriteria(task: Task, environment: Environment | undefined, tell: Tell): void {
  const { actions, assertions } = task.criteria;
  if (!environment || !actsByText(environment)) {
    if (actions.length === 0) tell("empty-criteria", "there are no expected actions: nothing could be scored");
    if (assertions.length === 0) tell("empty-criteria", "there are no assertions");
  } else if (!environment.rewards.success) {
    tell("empty-criteria", `${environment.name} has no reward "success": nothing could be scored`);
  }
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
      tell("unknown-tool", `there is no tool ${name}; tools: ${[...tools.keys()].join(", ") || "none"}`);
      continue;
    }
    const checked = tool.check(args);
    if (!checked.ok) tell("arguments", checked.problem);
    for (const arg of compareArgs) {
      if (!Object.hasOwn(args, arg))
        tell("arguments", `${name}: compareArgs names ${arg}, which has no expected value`);
    }
  }
  const { actions } = task.criteria;
  const submits = actions.length > 0 && environment.tools.some(({ kind }) => kind === "submit");
  if (submits && !actions.some(({ tool }) => tools.get(tool)?.kind === "submit")) {
    tell("no-submit", "no expected action submits: the episode would run out");
  }
}

/** Episodes of other seeds that are tried where chance decides, as on slippery ice; so few if they all end alike. */
const [chances, fewChances] = [1000, 20];

/** Plays the task's own answer, or else the scripted expert; the best `success` of the episodes. */
async function checkTextCeiling(task: Task, environment: Environment, tell: Tell): Promise<number | undefined> {
  const { answer } = task;
  const { expert } = environment as Partial<Domain>;
  if (!environment.rewards.success || (answer === undefined && !expert)) return undefined;
  const said = answer === undefined ? undefined : renderAnswer("That is all.", answer);
  const hashes = new Set<string>();
  let best = 0;
  for (let seed = 0; seed < (said ? 1 : chances) && best < 1; seed++) {
    if (seed >= fewChances && hashes.size === 1) break;
    try {
      const episode = await play(environment, task, said ? () => said : expertPolicy({ expert: expert! }, task), {
        seed,
      });
      if (episode.end === "error") throw new Error(episode.reason);
      const { parts } = await scoreEpisode(episode, { success: 1 });
      best = Math.max(best, parts.success ?? 0);
      hashes.add(episode.hash());
    } catch (error) {
      tell("not-executable", `the environment cannot play it: ${(error as Error)?.message ?? error}`);
      return undefined;
    }
  }
  if (best < 1) tell("ceiling", `the best reachable success is ${best.toFixed(3)}, not 1`);
  return best;
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
