import { Random } from "../../core/random.ts";
import { patientId, splitOf } from "../clinical/index.ts";
import type { TaskOptions } from "../domain.ts";
import type { Task } from "../task.ts";

/** A task but for what its patient's id gives. */
export type Draft = Omit<Task, "id" | "domain" | "split" | "patientId" | "kind">;

export interface PatientTasks<Row> {
  domain: string;
  /** They take turns. */
  rows: readonly Row[];
  kindOf(row: Row): string;
  /** Of a seed. */
  count: number;
  /** undefined: this draw does not work out, another is made. `turn`: how often the row has had its turn. */
  draft(row: Row, random: Random, id: string, turn: number): Draft | undefined;
}

const attempts = 2_000;

/** `tasks` of a domain: one for each patient. */
export function patientTasks<Row>({ domain, rows, kindOf, count: all, draft }: PatientTasks<Row>) {
  const names = [...new Set(rows.map(kindOf))];
  const make = (n: number, seed: number): Task => {
    const [id, row] = [patientId(seed, n), rows[n % rows.length]];
    for (let attempt = 0; attempt < attempts; attempt++) {
      const random = new Random(seed).split(`${domain} ${id}`, attempt);
      const made = draft(row, random, id, Math.floor(n / rows.length));
      if (made)
        return { id: `${domain}-${id}-${seed}`, domain, split: splitOf(id), kind: kindOf(row), patientId: id, ...made };
    }
    throw new Error(`${domain}: no ${kindOf(row)} task came of ${attempts} draws for ${id}`);
  };
  return { kinds: names, tasks: inTurns(all, rows.map(kindOf), make) };
}

/** `tasks` of a domain whose patient n has a task of kind n, the kinds over and over; `make` is asked for those that are wanted alone. */
export const inTurns =
  (all: number, kinds: readonly string[], make: (n: number, seed: number) => Task) =>
  ({ split, count = all, kinds: wanted = kinds, seed = 0 }: TaskOptions = {}): Task[] => {
    const out: Task[] = [];
    for (let n = 0; n < all && out.length < count; n++) {
      const fits = wanted.includes(kinds[n % kinds.length]) && (!split || splitOf(patientId(seed, n)) === split);
      if (fits) out.push(make(n, seed));
    }
    return out;
  };
