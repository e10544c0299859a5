import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { MedgymError } from "../../core/errors.ts";
import { tableBundle } from "../../core/table.ts";
import { splits } from "../task.ts";

export type LintRule =
  | "schema"
  | "domain"
  | "duplicate-id"
  | "duplicate-ticket"
  /** A patient or ticket in two splits. */
  | "leak"
  | "empty-criteria"
  | "options"
  /** One letter is right far too often. */
  | "balance"
  | "unknown-tool"
  | "arguments"
  | "no-submit"
  | "not-executable"
  | "ceiling"
  | "unsafe";

export interface LintIssue {
  domain: string;
  taskId: string;
  rule: LintRule;
  message: string;
  /** Of the task set, where several were looked at. */
  seed?: number;
}

export interface LintRow {
  domain: string;
  tasks: number;
  /** Tasks by split. */
  splits: Record<string, number>;
  /** Best reachable action score of each task that could be played; `success` where actions are text. */
  ceilings: number[];
  issues: LintIssue[];
}

const shownIssues = 20;

/** What `gym.lint` found; draws itself as a table. */
export class LintReport {
  readonly rows: readonly LintRow[];

  constructor(rows: readonly LintRow[]) {
    this.rows = rows;
  }

  /** Every issue is an error. */
  get issues(): LintIssue[] {
    return this.rows.flatMap(({ issues }) => issues);
  }

  get tasks(): number {
    return this.rows.reduce((sum, { tasks }) => sum + tasks, 0);
  }

  get ok(): boolean {
    return this.rows.every(({ issues }) => issues.length === 0);
  }

  /** Throws what was found, if anything was. */
  assert(): this {
    if (!this.ok) throw new MedgymError("invalid-data", String(this));
    return this;
  }

  toString(): string {
    return String(this[displaySymbol]()["text/plain"]);
  }

  [displaySymbol](): MimeBundle {
    const { issues, tasks } = this;
    const header = ["domain", "tasks", ...splits, "lowest ceiling", "errors"];
    const cells = this.rows.map((row) => [
      row.domain,
      String(row.tasks),
      ...splits.map((split) => String(row.splits[split] ?? 0)),
      row.ceilings.length > 0 ? row.ceilings.reduce((a, b) => Math.min(a, b)).toFixed(3) : "–",
      String(row.issues.length),
    ]);
    const lines = issues.slice(0, shownIssues).map(describeIssue);
    if (issues.length > shownIssues) lines.push(`and ${issues.length - shownIssues} more`);
    return tableBundle(`task linter: ${tasks} tasks, ${issues.length} errors`, header, cells, lines);
  }
}

function describeIssue({ domain, taskId, rule, message, seed }: LintIssue): string {
  return `${domain} ${taskId}${seed === undefined ? "" : ` (seed ${seed})`}: ${rule}: ${message}`;
}
