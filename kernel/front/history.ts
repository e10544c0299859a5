/** Inputs and outputs of this kernel's life, as `history_request` asks for them. */

interface Entry {
  line: number;
  input: string;
  output?: string;
}

export interface HistoryRequest {
  hist_access_type: "tail" | "range" | "search";
  output?: boolean;
  session?: number;
  start?: number;
  stop?: number | null;
  n?: number | null;
  pattern?: string;
  unique?: boolean;
}

/** [session, line, input], or with output [session, line, [input, output]]. Session 1 is the only one. */
export type HistoryItem = [number, number, string | [string, string | null]];

const thisSession = 1;

export class History {
  readonly #entries: Entry[] = [];

  add(line: number, input: string): void {
    this.#entries.push({ line, input });
  }

  setOutput(line: number, output: string): void {
    const entry = this.#entries.findLast((e) => e.line === line);
    if (entry) entry.output = output;
  }

  query(request: HistoryRequest): HistoryItem[] {
    const found = this.#select(request);
    return found.map(({ line, input, output }) => [
      thisSession,
      line,
      request.output ? [input, output ?? null] : input,
    ]);
  }

  #select({ hist_access_type: access, session, start, stop, n, pattern, unique }: HistoryRequest): Entry[] {
    if (access === "range") {
      // Session 0 is the current one, negative ones are before it, of which none is kept.
      if (session !== undefined && session !== 0 && session !== thisSession) return [];
      return this.#entries.filter((e) => e.line >= (start ?? 0) && (stop == null || e.line < stop));
    }
    let found = this.#entries;
    if (access === "search") {
      const matches = globToRegExp(pattern ?? "*");
      found = found.filter((e) => matches.test(e.input));
      if (unique) found = found.filter((e, i) => !found.slice(i + 1).some((later) => later.input === e.input));
    }
    return n == null ? [...found] : n > 0 ? found.slice(-n) : [];
  }
}

function globToRegExp(glob: string): RegExp {
  const pattern = glob
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${pattern}$`);
}
