/** What the front asks the language process. */
import type { Completions, Inspection } from "./completion.ts";
import type { Problem } from "./notebook.ts";

export interface LanguageRequests {
  /** Adds a cell; its type errors, unless `diagnose` is off. */
  check: { ask: { code: string; diagnose: boolean }; answer: Problem[] };
  complete: { ask: { code: string; cursor: number }; answer: Completions };
  inspect: { ask: { code: string; cursor: number }; answer: Inspection | null };
  transpile: { ask: { code: string; file: string }; answer: { code: string; map: string } };
  /** Forgets the cells: the session has started anew. */
  reset: { ask: Record<string, never>; answer: null };
}

export interface LanguageRequest {
  id: number;
  type: keyof LanguageRequests;
  request: unknown;
}

export interface LanguageAnswer {
  id: number;
  answer?: unknown;
  /** Stack of a failure inside the language process. */
  error?: string;
}
