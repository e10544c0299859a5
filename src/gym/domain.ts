import { defineEnvironment, type EnvironmentOptions } from "./environment.ts";
import type { Environment } from "./episode.ts";
import { clinicalRewards, compositeWeights } from "./rewards/index.ts";
import type { Split, Task } from "./task.ts";
import type { ToolCall } from "./tool.ts";

export interface TaskOptions {
  /** @default all three */
  split?: Split;
  /** At most so many, from the front. @default all there are */
  count?: number;
  /** Only these kinds. */
  kinds?: readonly string[];
  /** Another seed gives other patients; splits still hold, since they follow from the patient's id. @default 0: the shipped set */
  seed?: number;
}

/** An environment with its own tasks and a scripted solver. */
export interface Domain extends Environment {
  /** In words: "Drug interactions". */
  readonly title: string;
  /** Of tasks. */
  readonly kinds: readonly string[];
  /** The same options give the same tasks. At least 200 distinct ones (100 for the later five), split 80/10/10 by patient. */
  tasks(options?: TaskOptions): Task[];
  /** Solves a task with what a model would see: never from the task's criteria or answer. */
  expert(brief: Brief): Expert;
}

export type DomainOptions<State> = EnvironmentOptions<State> & Pick<Domain, "title" | "kinds" | "tasks" | "expert">;

/**
 * An environment that is also a domain: the `environment` of its episodes is the domain itself. It pays `clinicalRewards` with
 * `compositeWeights` if it does not say otherwise.
 */
export function defineDomain<State>(options: DomainOptions<State>): Domain {
  const { title, kinds, tasks, expert, ...environment } = options;
  const pay = environment.rewards ? {} : { rewards: clinicalRewards, weights: compositeWeights };
  return Object.assign(defineEnvironment({ ...pay, ...environment }), { title, kinds, tasks, expert });
}

/** What a solver is told. */
export type Brief = Pick<Task, "id" | "kind" | "ticket" | "options" | "patientId">;

/** A solver's next move: a call, which it gets the result of, or a last text. */
export type Move = (ToolCall & { thought?: string }) | { text: string };

/** `const vitals = yield { name: "getVitalSigns", arguments: { patientId } }`. */
// biome-ignore lint/suspicious/noExplicitAny: results are whatever the tool returns
export type Expert = Generator<Move, void, any>;
