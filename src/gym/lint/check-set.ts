import { canonicalJson } from "../../core/canonical.ts";
import { normalizeAnswer } from "../../text/metrics/index.ts";
import { rightLetter } from "../rewards/accuracy.ts";
import type { Task } from "../task.ts";
import type { LintIssue, LintRule } from "./report.ts";

/** What can only be seen with all tasks of a domain at hand. */
export function checkSet(tasks: readonly Task[]): LintIssue[] {
  const issues: LintIssue[] = [];
  const tell = ({ id, domain }: Task, rule: LintRule, message: string) =>
    issues.push({ domain, taskId: id, rule, message });
  const first = () => new Map<string, Task>();
  const [ids, tickets, patients, groups] = [first(), first(), first(), first()];
  const seen = (map: Map<string, Task>, key: string, task: Task) => {
    const earlier = map.get(key);
    if (!earlier) map.set(key, task);
    return earlier;
  };
  for (const task of tasks) {
    if (seen(ids, task.id, task)) tell(task, "duplicate-id", "another task has this id");
    const same = seen(tickets, canonicalJson([normalizeAnswer(task.ticket), task.options ?? null]), task);
    if (same && same.split !== task.split) {
      tell(task, "leak", `its ticket is in ${task.split} and, as task ${same.id}, in ${same.split}`);
    } else if (same) tell(task, "duplicate-ticket", `it has the ticket of task ${same.id}`);
    const patient = task.patientId === undefined ? undefined : seen(patients, task.patientId, task);
    if (patient && patient.split !== task.split) {
      tell(
        task,
        "leak",
        `patient ${task.patientId} is in ${task.split} and, with task ${patient.id}, in ${patient.split}`,
      );
    }
    const related = task.group === undefined ? undefined : seen(groups, task.group, task);
    if (related && related.split !== task.split) {
      tell(task, "leak", `"${task.group}" is in ${task.split} and, with task ${related.id}, in ${related.split}`);
    }
  }
  return [...issues, ...checkBalance(tasks)];
}

/** Choice tasks of one kind from which on their letters are looked at; fewer may be uneven by chance. */
const fewChoices = 100;

/** Whoever always answers the same letter must not get twice what chance gives. */
function checkBalance(tasks: readonly Task[]): LintIssue[] {
  const choices = tasks.filter(({ options, answer }) => options && answer !== undefined);
  if (choices.length < fewChoices) return [];
  const right = choices.map(({ options, answer }) => rightLetter(answer!, options!) ?? "");
  const chance = choices.reduce((sum, { options }) => sum + 1 / Object.keys(options!).length, 0) / choices.length;
  return [...new Set(right)].flatMap((letter) => {
    const share = right.filter((each) => each === letter).length / right.length;
    if (letter === "" || share <= 2 * chance) return [];
    const message = `${letter} is the answer of ${(100 * share).toFixed(0)} % of ${choices.length} tasks with options; chance is ${(100 * chance).toFixed(0)} %`;
    return [{ domain: choices[0].domain, taskId: "(all)", rule: "balance" as const, message }];
  });
}
