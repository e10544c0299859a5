/**
 * A client of any OpenAI-compatible server: chat completions with time limit, retries and a bound on what is asked at once. Used by
 * judges, and by policies and patients that live elsewhere.
 */
import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import type { ChatMessage, ToolSchema } from "./tokenizer.ts";

export interface ChatEndpointOptions {
  /** Base address, e.g. "http://localhost:8000/v1"; "/chat/completions" is appended. */
  endpoint: string;
  /** As the server calls it. */
  model: string;
  /** @default the environment variable OPENAI_API_KEY, if it is set */
  apiKey?: string;
  /** Of one attempt. @default 60_000 */
  timeoutMs?: number;
  /** Further attempts after a timeout, a lost connection, or status 408, 409, 429 or 5xx. @default 4 */
  retries?: number;
  /** Requests at once. @default 8 */
  concurrency?: number;
  /** Test seam: waits between attempts. */
  _internal?: { sleep?: (ms: number, signal?: AbortSignal) => Promise<void> };
}

/** What goes into the request's body beside model and messages. */
export interface ChatRequest {
  tools?: readonly ToolSchema[];
  temperature?: number;
  maxTokens?: number;
  seed?: number;
  stop?: readonly string[];
  signal?: AbortSignal;
}

export interface ChatReply {
  text: string;
  /** Where the server parsed calls itself. */
  toolCalls: readonly { name: string; arguments: string }[];
  /** "stop", "length", … */
  finishReason: string | null;
  /** Tokens, where the server says. */
  usage: { prompt: number; completion: number } | null;
}

export type ChatEndpoint = (messages: readonly ChatMessage[], request?: ChatRequest) => Promise<ChatReply>;

export const chatEndpointShape = {
  endpoint: z
    .string()
    .regex(/^https?:\/\//)
    .describe("an address, http://… or https://…"),
  model: z.string().min(1),
  apiKey: z.string().optional(),
  timeoutMs: z.number().min(1).default(60_000),
  retries: z.number().int().min(0).default(4),
  concurrency: z.number().int().min(1).default(8),
  _internal: z.custom<ChatEndpointOptions["_internal"]>().optional(),
};

const longestWaitMs = 60_000;

export function chatEndpoint(options: ChatEndpointOptions): ChatEndpoint {
  const resolved = resolveOptions("chatEndpoint", options, z.strictObject(chatEndpointShape));
  const { endpoint, model, timeoutMs, retries } = resolved;
  const key = resolved.apiKey ?? process.env.OPENAI_API_KEY;
  const sleep = resolved._internal?.sleep ?? wait;
  const url = `${endpoint.replace(/\/$/, "")}${endpoint.includes("/chat/completions") ? "" : "/chat/completions"}`;
  const headers = { "content-type": "application/json", ...(key ? { authorization: `Bearer ${key}` } : {}) };
  const slots = new Slots(resolved.concurrency);

  const attempt = async (body: string, signal?: AbortSignal): Promise<ChatReply | Failure> => {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const both = signal ? AbortSignal.any([signal, limit]) : limit;
      const response = await fetch(url, { method: "POST", headers, body, signal: both });
      const text = await response.text();
      if (response.ok) return replyOf(text, url);
      const again = [408, 409, 429].includes(response.status) || response.status >= 500;
      const waitMs = retryAfter(response.headers.get("retry-after"));
      return { problem: `status ${response.status}: ${text.slice(0, 200)}`, again, waitMs };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof MedgymError) throw error;
      const { message, cause } = error as Error;
      const problem = limit.aborted
        ? `no answer in ${timeoutMs} ms`
        : ((cause as Error | undefined)?.message ?? message);
      return { problem, again: true };
    }
  };

  return async (messages, { signal, maxTokens, ...rest } = {}) => {
    const body = JSON.stringify({ model, messages, ...rest, ...(maxTokens ? { max_tokens: maxTokens } : {}) });
    return slots.take(async () => {
      for (let tries = 0; ; tries++) {
        signal?.throwIfAborted();
        const result = await attempt(body, signal);
        if (!("problem" in result)) return result;
        if (!result.again || tries === retries) {
          const attempts = tries === 0 ? "" : ` (${tries + 1} attempts)`;
          throw new MedgymError("network", `${url}: ${result.problem}${attempts}.`);
        }
        // exponential, with jitter, so that many clients do not come back at once
        const backoff = 500 * 2 ** tries * (0.5 + Math.random());
        await sleep(Math.min(longestWaitMs, result.waitMs ?? backoff), signal);
      }
    });
  };
}

interface Failure {
  problem: string;
  /** Worth another attempt. */
  again: boolean;
  waitMs?: number;
}

const reply = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        message: z.looseObject({
          content: z.string().nullish(),
          tool_calls: z
            .array(z.looseObject({ function: z.looseObject({ name: z.string(), arguments: z.string() }) }))
            .nullish(),
        }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.looseObject({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

function replyOf(text: string, url: string): ChatReply | Failure {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: `the answer is not JSON: ${text.slice(0, 200)}`, again: true };
  }
  const parsed = reply.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    throw new MedgymError(
      "unsupported",
      `${url} does not answer as chat completions do: ${path.join(".")}: ${message}.`,
    );
  }
  const [{ message, finish_reason }] = parsed.data.choices;
  const { usage } = parsed.data;
  return {
    text: message.content ?? "",
    toolCalls: (message.tool_calls ?? []).map((call) => call.function),
    finishReason: finish_reason ?? null,
    usage: usage ? { prompt: usage.prompt_tokens, completion: usage.completion_tokens } : null,
  };
}

/** Seconds or a date, as HTTP has it. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? 1000 * seconds : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** So many at once, the others in their order. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((go) => this.#waiting.push(go));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
