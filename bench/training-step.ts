/** A training step of ours beside a peer's: speed and memory of the best precision of each. */
import type { BenchContext } from "./context.ts";
import { contest, coresFor, mustAgree, type Side, Sides, threadsEnvironment } from "./harness.ts";
import { memoryRow, type Row, speedRow } from "./rows.ts";
import { target } from "./targets.ts";

export interface Program {
  /** "medgym", or the peer's name. */
  name: string;
  precisions: readonly string[];
  command(precision: string): string[];
}

/** `agree`: the sides tell their first loss, and must start from the same. */
export async function trainingStepRows(
  bench: Pick<BenchContext, "quick" | "log">,
  { name, threads, programs, agree = true }: { name: string; threads: number; programs: Program[]; agree?: boolean },
): Promise<Row[]> {
  const env = threadsEnvironment(threads);
  const sides = programs.flatMap(({ name: group, precisions, command }) =>
    precisions.map((precision): Side => ({ name: `${group} ${precision}`, command: command(precision), env })),
  );
  const pool = new Sides(coresFor(threads));
  try {
    const [rounds, seconds] = bench.quick ? [1, 1] : [3, 3];
    const run = await contest(pool, { sides, rounds, seconds, stopLosers: true, log: bench.log });
    if (agree) mustAgree(run);
    const memory = `${name}: peak memory`;
    return [speedRow(name, "tokens/s", run, target(name)), memoryRow(memory, run, target(memory))];
  } finally {
    pool.stopAll();
  }
}

/** With TRL: the program takes the model's folder, a precision and then `more`. */
export const besideTrl = (
  bench: Pick<BenchContext, "quick" | "python">,
  { ours, theirs, directory, more }: { ours: string; theirs: string; directory: string; more: string[] },
): Program[] => [
  {
    name: "medgym",
    precisions: bench.quick ? ["bf16"] : ["bf16", "f32"],
    command: (precision) => [process.execPath, ours, directory, precision, ...more],
  },
  {
    name: "trl",
    precisions: bench.quick ? ["bf16"] : ["bf16", "f32", "autocast"],
    command: (precision) => [bench.python, theirs, directory, precision, ...more],
  },
];
