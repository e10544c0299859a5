/**
 * The record of an evaluation: trajectories as they end, one a line, after a line that says what was evaluated. An evaluation that was
 * stopped or killed goes on from it.
 */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { MedgymError } from "../core/errors.ts";
import { writeFileAtomic } from "../core/files.ts";
import { follow } from "../core/follow.ts";
import { JsonLinesWriter, readJsonLines } from "../core/json-lines.ts";
import { type Actor, isModel } from "../generate/players.ts";
import type { Segment } from "../generate/token-record.ts";
import type { Trajectory } from "../generate/trajectory.ts";

interface Header {
  format: 1;
  /** Of everything that the trajectories depend on. */
  evaluation: string;
}

export interface EvaluationRecord {
  /** What was played before, without what failed: that is played again. */
  done: ReadonlyMap<string, Trajectory>;
  append(trajectory: Trajectory): void;
  close(): void;
}

export const keyOf = ({ domain, id }: Pick<Trajectory["task"], "domain" | "id">): string => `${domain} ${id}`;

/** Refuses the record of another evaluation. */
export async function openRecord(path: string, evaluation: string): Promise<EvaluationRecord> {
  const [header, ...lines] = await readJsonLines<unknown>(path);
  if (header !== undefined && (header as Header).evaluation !== evaluation) {
    throw new MedgymError(
      "invalid-argument",
      `evaluate: ${path} is the record of another evaluation (other tasks, model or settings). Give another file, or delete it.`,
    );
  }
  const trajectories = (lines as Trajectory[]).filter(({ failure }) => !failure).map(withArrays);
  const kept = [{ format: 1, evaluation } satisfies Header, ...trajectories.map(plain)];
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, kept.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const writer = new JsonLinesWriter(path);
  return {
    done: new Map(trajectories.map((trajectory) => [keyOf(trajectory.task), trajectory])),
    append: (trajectory) => writer.append(plain(trajectory)),
    close: () => writer.close(),
  };
}

function plain(trajectory: Trajectory): unknown {
  const segments = trajectory.segments.map((segment) => {
    const { tokens, mask, logprobs, turns } = segment;
    return { ...segment, tokens: [...tokens], mask: [...mask], logprobs: [...logprobs], turns: [...turns] };
  });
  return { ...trajectory, segments };
}

function withArrays(trajectory: Trajectory): Trajectory {
  const segments = trajectory.segments.map((segment): Segment => {
    return {
      tokens: Int32Array.from(segment.tokens),
      mask: Uint8Array.from(segment.mask),
      logprobs: Float32Array.from(segment.logprobs),
      turns: Int32Array.from(segment.turns),
      promptLength: segment.promptLength,
    };
  });
  return { ...trajectory, segments };
}

/** Tokens that a model is known again by. */
const probe = 16;

/**
 * What tells who plays from others: of a model the log-probabilities that it gives to its first tokens, so that an adapter trained on
 * is another; of a server its address and model; of a script the name it was given, for a function says nothing about itself.
 */
export async function actorMark(actor: Actor, name: string, signal: AbortSignal): Promise<unknown> {
  if (typeof actor === "function") return { script: name };
  if (!isModel(actor)) return { endpoint: actor.endpoint, model: actor.model };
  const ids = Int32Array.from({ length: Math.min(probe, actor.info.vocabSize) }, (_, i) => i);
  const run = actor.score({ prompt: ids.subarray(0, 1), completion: ids.subarray(1) });
  const { logprobs } = await follow(run, { signal });
  // the last digits depend on the number of threads
  return { base: actor.base.name, logprobs: [...logprobs].map((value) => value.toFixed(3)) };
}
