/** What the front asks the language process. */
import type { Completions, Inspection } from "./completion.ts";
import type { Problem } from "./notebook.ts";

export interface LanguageRequests {
  /** A cell's type errors, unless `diagnose` is off; with `keep`, later cells see what it declares. */
  check: { ask: { code: string; diagnose: boolean; keep: boolean }; answer: Problem[] };
  complete: { ask: { code: string; cursor: number }; answer: Completions };
  inspect: { ask: { code: string; cursor: number }; answer: Inspection | null };
  /** On a `%%name option=value` line; the cursor is in the line. */
  completeMagic: { ask: { line: string; cursor: number }; answer: Completions };
  inspectMagic: { ask: { line: string; cursor: number }; answer: Inspection | null };
  transpile: { ask: { code: string; file: string }; answer: { code: string; map: string } };
  /** Forgets the cells: the session has started anew. */
  reset: { ask: Record<string, never>; answer: null };
}

export interface LanguageRequest {
  id: number;
  type: keyof LanguageRequests;
  request: unknown;
}

/** Id of what the process says first: it is up, and will answer. */
export const ready = 0;

/** The snapshot is of files that have changed, or stands elsewhere than where it was made. */
export const staleExitCode = 3;

export interface LanguageAnswer {
  /** The request's, or `ready`. */
  id: number;
  answer?: unknown;
  /** Stack of a failure inside the language process. */
  error?: string;
}
