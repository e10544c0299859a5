import { isCancelled } from "../core/errors.ts";

/** Whose failure it was. `model`: generation, or a policy's function; `environment`: a tool, or the start of an episode. */
export type Boundary = "model" | "endpoint" | "environment" | "reward";

/** Why a rollout has no reward; it is counted, never scored 0. */
export interface Failure {
  boundary: Boundary;
  message: string;
}

export class BoundaryError extends Error {
  readonly failure: Failure;

  constructor(boundary: Boundary, cause: unknown) {
    const message = cause instanceof Error ? cause.message : String(cause);
    super(message, { cause });
    this.failure = { boundary, message };
  }
}

/** What throws inside belongs to `where`. Cancelling is nobody's failure and goes through. */
export async function boundary<T>(where: Boundary, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isCancelled(error)) throw error;
    throw new BoundaryError(where, error);
  }
}
