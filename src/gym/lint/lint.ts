import { z } from "zod";
import { MedgymError } from "../../core/errors.ts";
import { resolveOptions } from "../../core/options.ts";
import type { Domain } from "../domain.ts";
import { allDomains } from "../domains/index.ts";
import type { Environment } from "../episode.ts";
import type { Task } from "../task.ts";
import { checkSet } from "./check-set.ts";
import { checkTask } from "./check-task.ts";
import { type LintIssue, LintReport, type LintRow } from "./report.ts";

export { type LintIssue, LintReport, type LintRule } from "./report.ts";

export interface LintOptions {
  /** Where the tasks are played. @default of each task, the shipped domain that it names */
  environment?: Environment;
  /** Of a domain: so many task sets, of the seeds 0, 1, …. @default 1 */
  seeds?: number;
  /** First of those seeds. @default 0 */
  firstSeed?: number;
}

const schema = z.strictObject({
  environment: z.custom<Environment>((value) => typeof (value as Environment)?.start === "function").optional(),
  seeds: z.number().int().min(1).default(1),
  firstSeed: z.number().int().default(0),
});

/**
 * Whether tasks are sound: of the right shape; ids, tickets and patients where they belong; criteria that are not empty; expected
 * actions that name tools, pass their schemas and can be executed; a best reachable action score of 1, found by executing them. Where
 * actions are text, the reward part `success` takes that place, and the task's answer or the scripted expert is played. The report
 * draws itself as a table.
 *
 * `what`: tasks (as read from a file), a domain, several, or nothing for all that are shipped.
 */
export async function lint(
  what: readonly unknown[] | Domain | readonly Domain[] = allDomains(),
  options: LintOptions = {},
): Promise<LintReport> {
  const { environment, seeds, firstSeed } = resolveOptions("gym.lint", options, schema);
  if (!Array.isArray(what)) return lintDomains([what as Domain], seeds, firstSeed);
  if (what.length > 0 && what.every(isDomain)) return lintDomains(what, seeds, firstSeed);
  return new LintReport(await lintTasks(what, environment));
}

async function lintDomains(list: readonly Domain[], seeds: number, firstSeed: number): Promise<LintReport> {
  const rows: LintRow[] = [];
  for (const each of list) {
    const sets: LintRow[] = [];
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
      const [row] = await lintTasks(each.tasks({ seed }), each);
      sets.push(seeds > 1 ? { ...row, issues: row.issues.map((issue) => ({ ...issue, seed })) } : row);
    }
    rows.push(sets.reduce(merge));
  }
  return new LintReport(rows);
}

/** One row for each domain that the tasks name. */
async function lintTasks(tasks: readonly unknown[], environment?: Environment): Promise<LintRow[]> {
  if (tasks.length === 0) throw new MedgymError("invalid-argument", "gym.lint: there are no tasks to look at.");
  const groups = new Map<string, { task: unknown; index: number }[]>();
  tasks.forEach((task, index) => {
    const name = String((task as Task | null)?.domain ?? "(none)");
    groups.set(name, [...(groups.get(name) ?? []), { task, index }]);
  });
  const rows: LintRow[] = [];
  for (const [name, group] of groups) {
    const where = environment ?? findDomain(name);
    const row: LintRow = { domain: name, tasks: group.length, splits: {}, ceilings: [], issues: [] };
    const sound: Task[] = [];
    for (const { task, index } of group) {
      const found = await checkTask(task, where, index);
      row.issues.push(...found.issues);
      if (found.ceiling !== undefined) row.ceilings.push(found.ceiling);
      if (found.task) sound.push(found.task);
    }
    for (const { split } of sound) row.splits[split] = (row.splits[split] ?? 0) + 1;
    row.issues.push(...checkSet(sound));
    rows.push(row);
  }
  return rows;
}

function merge(a: LintRow, b: LintRow): LintRow {
  const splits = { ...a.splits };
  for (const [split, count] of Object.entries(b.splits)) splits[split] = (splits[split] ?? 0) + count;
  return {
    domain: a.domain,
    tasks: a.tasks + b.tasks,
    splits,
    ceilings: [...a.ceilings, ...b.ceilings],
    issues: [...a.issues, ...b.issues] satisfies LintIssue[],
  };
}

function findDomain(name: string): Environment | undefined {
  return allDomains().find((each) => each.name === name);
}

function isDomain(value: unknown): value is Domain {
  return typeof (value as Domain | null)?.start === "function";
}
