/** Which tasks come next. Its state is JSON and small: what was drawn follows from seed and count. */
import { Random } from "../../core/random.ts";
import { advance, balanced, type CurriculumState, drawTasks, startCurriculum, type Task } from "../../gym/index.ts";

export interface TaskSourceState {
  /** Tasks drawn so far. */
  drawn: number;
  /** Times that tasks were drawn. */
  draws: number;
  /** null: balanced over domains. */
  curriculum: CurriculumState | null;
}

export interface TaskSourceSettings {
  seed: number;
  sampler: "balanced" | "curriculum";
  curriculum?: Parameters<typeof startCurriculum>[0];
}

export function startTasks({ sampler, curriculum }: TaskSourceSettings): TaskSourceState {
  return { drawn: 0, draws: 0, curriculum: sampler === "curriculum" ? startCurriculum(curriculum) : null };
}

export class TaskSource {
  readonly state: TaskSourceState;
  readonly #tasks: readonly Task[];
  readonly #random: Random;
  readonly #rounds: Iterator<Task, never>;

  /** Goes on from `state`, which it changes. */
  constructor(tasks: readonly Task[], { seed }: Pick<TaskSourceSettings, "seed">, state: TaskSourceState) {
    this.state = state;
    this.#tasks = tasks;
    this.#random = new Random(seed).split("tasks");
    this.#rounds = balanced(tasks, this.#random.split("balanced"));
    if (!state.curriculum) for (let i = 0; i < state.drawn; i++) this.#rounds.next();
  }

  next(count: number): Task[] {
    const { state } = this;
    const random = this.#random.split("draw", state.draws++);
    state.drawn += count;
    if (state.curriculum) return drawTasks(state.curriculum, this.#tasks, count, random);
    return Array.from({ length: count }, () => this.#rounds.next().value);
  }

  /** Tells the curriculum how a task went: the mean reward of its group; null: not scored. */
  scored(task: Task, reward: number | null): void {
    const { curriculum } = this.state;
    if (curriculum) this.state.curriculum = advance(curriculum, task.difficulty, reward);
  }
}
