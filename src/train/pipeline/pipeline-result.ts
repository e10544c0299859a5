import { type Displayable, displaySymbol, type MimeBundle } from "../../core/display.ts";
import { tableBundle } from "../../core/table.ts";
import { Trained } from "../trained.ts";
import type { StageRecord } from "./pipeline-record.ts";
import { stagesTable } from "./pipeline-view.ts";
import type { Summary, Work } from "./stage.ts";

/** What a running pipeline tells. `step` counts stages from 1. */
export type PipelineEvent =
  | { type: "start"; run: string; path: string; stages: string[]; step: number }
  | { type: "stage-start"; step: number; stage: string }
  /** How far a stage is; not kept in the run store. */
  | { type: "progress"; step: number; stage: string; done: number; total: number | null; unit: string }
  | { type: "stage-end"; step: number; stage: string; seconds: number; summary: Summary };

/** The model at the end, and what the stages made on the way. */
export class PipelineResult extends Trained {
  readonly stages!: readonly Pick<StageRecord, "name" | "seconds" | "summary">[];
  /** Rows, the picked checkpoint, the merged folder, the validation: what there is of them. */
  readonly work!: Work;
  readonly events!: readonly PipelineEvent[];

  constructor({ work, ...fields }: Pick<PipelineResult, "id" | "path" | "stages" | "work" | "events">) {
    super({ model: work.model, id: fields.id, path: fields.path });
    Object.assign(this, { work, ...fields });
  }

  /** Of each stage, by its name. */
  get summary(): Record<string, Summary> {
    return Object.fromEntries(this.stages.map(({ name, summary }) => [name, summary]));
  }

  get rows(): Work["rows"] {
    return this.work.rows;
  }

  get picked(): Work["picked"] {
    return this.work.picked;
  }

  get validation(): Work["validation"] {
    return this.work.validation;
  }

  /** Of the merged model. */
  get directory(): string | undefined {
    return this.work.merged?.directory;
  }

  [displaySymbol](): MimeBundle {
    const lines = this.stages.map((stage) => ({ ...stage, status: "done" as const }));
    return stagesTable(lines, `pipeline ${this.id}`);
  }
}

export class PipelineDryRun implements Displayable {
  readonly stages: readonly { name: string; plan: string; warnings: readonly string[] }[];

  constructor(stages: PipelineDryRun["stages"]) {
    this.stages = stages;
  }

  get warnings(): string[] {
    return this.stages.flatMap(({ name, warnings }) => warnings.map((line) => `${name}: ${line}`));
  }

  [displaySymbol](): MimeBundle {
    const rows = this.stages.map(({ name, plan }, i) => [`${i + 1} ${name}`, plan]);
    return tableBundle("pipeline dry run", ["stage", "would do"], rows, this.warnings);
  }
}
