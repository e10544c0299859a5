import type { ChatMessage, Tokenizer, ToolSchema } from "../text/tokenizer.ts";

/** What a model read and wrote, in one sequence: T tokens, never encoded again from text. */
export interface Segment {
  /** (T) */
  tokens: Int32Array;
  /** (T) 1 on tokens that the policy drew, 0 on prompts, observations and what the template puts around them. */
  mask: Uint8Array;
  /** (T) Of the tokens that the policy drew, nats, as it drew them; 0 elsewhere. */
  logprobs: Float32Array;
  /** (T) The turn, from 1, in which the policy drew the token; 0 elsewhere. */
  turns: Int32Array;
  /** Tokens before the first that the policy drew. */
  promptLength: number;
}

interface Draft {
  tokens: number[];
  mask: number[];
  logprobs: number[];
  turns: number[];
}

export interface TokenRecordOptions {
  tools?: readonly ToolSchema[];
  /** Further variables of the chat template. */
  template?: Record<string, unknown>;
}

/** Stands for a completion where the template is asked what follows one. */
const placeholder = "COMPLETION-7c1f";

/**
 * The tokens of an episode as it goes on. The next prompt is the tokens so far and what the template puts after them: the end of
 * the turn, observations, the header of the next. Where the template renders earlier turns anew (drops thoughts, say), or the
 * environment changes earlier messages, that is not what it would write: a new segment begins, with the whole chat as its prompt.
 */
export class TokenRecord {
  readonly #tokenizer: Tokenizer;
  readonly #options: TokenRecordOptions;
  readonly #stopTokens: ReadonlySet<number>;
  readonly #drafts: Draft[] = [];
  /** The chat that the last prompt was made from, and its text. */
  #messages: readonly ChatMessage[] = [];
  #text = "";

  constructor(tokenizer: Tokenizer, stopTokens: Iterable<number>, options: TokenRecordOptions) {
    this.#tokenizer = tokenizer;
    this.#stopTokens = new Set(stopTokens);
    this.#options = options;
  }

  /** Token ids of the prompt for the next completion. */
  prompt(messages: readonly ChatMessage[]): Int32Array {
    const text = this.#render(messages);
    const draft = this.#drafts.at(-1);
    const suffix = draft && this.#suffix(messages, text);
    if (draft && suffix !== undefined) {
      const ids = this.#tokenizer.encode(suffix);
      const ended = this.#stopTokens.has(ids[0]) && draft.tokens.at(-1) === ids[0];
      append(draft, ended ? ids.subarray(1) : ids);
    } else {
      const fresh: Draft = { tokens: [], mask: [], logprobs: [], turns: [] };
      append(fresh, this.#tokenizer.encode(text));
      this.#drafts.push(fresh);
    }
    this.#messages = [...messages];
    this.#text = text;
    return Int32Array.from(this.#drafts.at(-1)!.tokens);
  }

  wrote({ tokens, logprobs }: { tokens: Int32Array; logprobs: Float32Array }, turn: number): void {
    const draft = this.#drafts.at(-1)!;
    append(draft, tokens, { logprobs, turn });
  }

  /** Each ends with the last token that the policy drew. */
  segments(): Segment[] {
    return this.#drafts.flatMap(({ tokens, mask, logprobs, turns }) => {
      const end = mask.lastIndexOf(1) + 1;
      if (end === 0) return [];
      return {
        tokens: Int32Array.from(tokens.slice(0, end)),
        mask: Uint8Array.from(mask.slice(0, end)),
        logprobs: Float32Array.from(logprobs.slice(0, end)),
        turns: Int32Array.from(turns.slice(0, end)),
        promptLength: mask.indexOf(1),
      };
    });
  }

  #render(messages: readonly ChatMessage[]): string {
    const { tools = [], template } = this.#options;
    const options = { ...template, ...(tools.length > 0 ? { tools } : {}), addGenerationPrompt: true };
    return this.#tokenizer.applyChatTemplate(messages, options);
  }

  /** What follows the last completion; undefined if the template would not keep what came before it as it was. */
  #suffix(messages: readonly ChatMessage[], text: string): string | undefined {
    const at = this.#messages.length;
    const answer = messages[at];
    if (answer?.role !== "assistant" || typeof answer.content !== "string") return undefined;
    const before = messages.slice(0, at);
    const marked = this.#render([...before, { ...answer, content: placeholder }, ...messages.slice(at + 1)]);
    if (!marked.startsWith(this.#text + placeholder)) return undefined;
    const suffix = marked.slice(this.#text.length + placeholder.length);
    const kept = this.#text + answer.content + suffix;
    return kept === text || bare(kept) === bare(text) ? suffix : undefined;
  }
}

function append(draft: Draft, tokens: Int32Array, written?: { logprobs: Float32Array; turn: number }): void {
  for (const [i, token] of tokens.entries()) {
    draft.tokens.push(token);
    draft.mask.push(written ? 1 : 0);
    draft.logprobs.push(written ? written.logprobs[i] : 0);
    draft.turns.push(written ? written.turn : 0);
  }
}

/** Templates tidy white space around thoughts and contents: that is no change of what was said. */
function bare(text: string): string {
  return text.replace(/\s+/g, "");
}
