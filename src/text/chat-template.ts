import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { MedgymError } from "../core/errors.ts";
import { jinjaGlobals, mendSyntaxTree, RaisedByTemplate } from "./jinja-python.ts";
import type { ChatMessage, ChatTemplateOptions } from "./tokenizer.ts";

type Program = ReturnType<typeof parse>;
type Node = { type: string; [field: string]: unknown };

/** [start, end) in the rendered text. */
export type Span = [start: number, end: number];

/** Lets a template's author say what the assistant wrote: {% generation %} … {% endgeneration %}. */
const generationTag = /\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}/g;

/** transformers' own tag, so that templates see the same text in both libraries. */
const continuationTag = "CONTINUE_FINAL_MESSAGE_TAG ";

interface Marks {
  open: string;
  separator: string;
  close: string;
}

/**
 * A Jinja chat template, rendered as transformers renders it, which can also tell what the assistant wrote.
 *
 * Those spans come from {% generation %} blocks where the template has them. Elsewhere every `for` over the messages is
 * made to print a mark before and after each message; what stands between the marks of an assistant message, less the
 * header that a generation prompt would have given, is the assistant's. Unlike comparing renderings of prefixes, this
 * also holds for templates that render a turn differently once others follow (Qwen3 drops earlier thoughts).
 */
export class ChatTemplate {
  readonly source: string;
  readonly #program: Program;
  readonly #hasGenerationTags: boolean;
  readonly #variables: Record<string, unknown>;

  /** `variables`: what the tokenizer gives to every rendering, e.g. `bos_token`. */
  constructor(source: string, variables: Record<string, unknown> = {}) {
    this.source = source;
    this.#variables = variables;
    // The library would drop the tags. A call block has the same scope and white-space rules as transformers' own tag.
    const callable = source.replace(
      generationTag,
      (_, left, end, right) => `{%${left} ${end ? "endcall" : "call __generation()"} ${right}%}`,
    );
    this.#hasGenerationTags = callable !== source;
    this.#program = parseTemplate(callable);
    mendSyntaxTree(this.#program);
    if (this.#hasGenerationTags) {
      this.#program.body.unshift(
        ...parseTemplate("{% macro __generation() %}{{ __open() }}{{ caller() }}{{ __close() }}{% endmacro %}").body,
      );
    } else markLoops(this.#program as unknown as Node);
  }

  render(messages: readonly ChatMessage[], options: ChatTemplateOptions = {}): string {
    if (!options.continueFinalMessage) return this.#render(messages, options, null);
    const last = messages.at(-1);
    if (options.addGenerationPrompt || typeof last?.content !== "string") {
      throw new MedgymError(
        "invalid-argument",
        options.addGenerationPrompt
          ? "chat template: continueFinalMessage and addGenerationPrompt exclude each other. Ask for one."
          : "chat template: continueFinalMessage needs a last message whose content is text.",
      );
    }
    const tagged = [...messages.slice(0, -1), { ...last, content: last.content + continuationTag }];
    const text = this.#render(tagged, options, null);
    const at = text.lastIndexOf(continuationTag.trim());
    if (at < 0) {
      throw new MedgymError(
        "invalid-data",
        "chat template: the last message does not appear as it is in the rendered chat, so it cannot be continued.",
      );
    }
    // Where the template trims the content, the tag lost its space: trim what the content ended with too.
    return text.startsWith(continuationTag, at) ? text.slice(0, at) : text.slice(0, at).trimEnd();
  }

  /** The text of `render` and the spans in it that the assistant wrote. */
  renderWithSpans(
    messages: readonly ChatMessage[],
    options: ChatTemplateOptions = {},
  ): { text: string; spans: Span[] } {
    if (options.continueFinalMessage) {
      throw new MedgymError("invalid-argument", "chat template: spans of an unfinished message are not defined.");
    }
    const text = this.#render(messages, options, null);
    const marks = unusedMarks(text);
    const marked = readMarks(this.#render(messages, options, marks), marks);
    if (marked.text !== text) {
      throw new MedgymError(
        "unsupported",
        "chat template: it computes with the text of whole turns, so the assistant's part cannot be told apart. " +
          "Put {% generation %} … {% endgeneration %} around what the assistant writes.",
      );
    }
    if (this.#hasGenerationTags) return { text, spans: marked.spans.map(({ span }) => span) };
    return { text, spans: this.#assistantSpans(text, marked.spans, messages, options) };
  }

  #assistantSpans(
    text: string,
    marked: readonly MarkedSpan[],
    messages: readonly ChatMessage[],
    options: ChatTemplateOptions,
  ): Span[] {
    const closed = options.addGenerationPrompt
      ? this.#render(messages, { ...options, addGenerationPrompt: false }, null)
      : text;
    const open = options.addGenerationPrompt
      ? text
      : this.#render(messages, { ...options, addGenerationPrompt: true }, null);
    const header = open.startsWith(closed) ? open.slice(closed.length) : ""; // e.g. "<|im_start|>assistant\n"
    return messages.flatMap(({ role }, index) => {
      if (role !== "assistant") return [];
      const own = marked.filter(({ mark }) => mark === String(index)).map(({ span }) => span);
      if (own.length === 0) {
        throw new MedgymError(
          "unsupported",
          `chat template: it does not print message ${index} (assistant) inside a loop over the messages, so its tokens ` +
            "cannot be told apart. Put {% generation %} … {% endgeneration %} around what the assistant writes.",
        );
      }
      const [[start, end], ...rest] = own;
      return [[start + givenLength(text.slice(start, end), header), end] as Span, ...rest];
    });
  }

  #render(messages: readonly ChatMessage[], options: ChatTemplateOptions, marks: Marks | null): string {
    const { tools, addGenerationPrompt, continueFinalMessage: _, ...rest } = options;
    const environment = new Environment();
    const variables = {
      ...jinjaGlobals(),
      ...this.#variables,
      tools: tools ?? null,
      documents: null,
      add_generation_prompt: addGenerationPrompt ?? false,
      ...rest,
      messages,
    };
    for (const [name, value] of Object.entries(variables)) environment.set(name, value);
    // Loop variables are recognised by identity: each message was made a Map of its own just above.
    const given = environment.lookupVariable("messages").value as { value: unknown }[];
    environment.set("__open", (value?: unknown) => {
      if (!marks) return "";
      const mark = this.#hasGenerationTags ? "generation" : given.findIndex((message) => message.value === value);
      return mark === -1 ? "" : `${marks.open}${mark}${marks.separator}`;
    });
    environment.set("__close", (opened = "open") => (marks && opened !== "" ? marks.close : ""));
    try {
      return String(new Interpreter(environment).run(this.#program).value);
    } catch (error) {
      if (error instanceof RaisedByTemplate) {
        throw new MedgymError("invalid-data", `chat template refuses these messages: ${error.message}`, {
          cause: error,
        });
      }
      throw new MedgymError("unsupported", `chat template failed: ${(error as Error).message}`, { cause: error });
    }
  }
}

function parseTemplate(source: string): Program {
  try {
    return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  } catch (error) {
    throw new MedgymError("unsupported", `chat template cannot be parsed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Makes the body of every `for x in …` print a mark before and after, when x is a message. */
function markLoops(node: unknown): void {
  if (Array.isArray(node)) for (const child of node) markLoops(child);
  if (typeof node !== "object" || node === null || !("type" in node)) return;
  const { type, loopvar, body } = node as { type: string; loopvar?: { type: string; value: string }; body?: unknown[] };
  for (const field of ["body", "alternate", "defaultBlock"]) markLoops((node as Node)[field]);
  if (type !== "For" || loopvar?.type !== "Identifier" || !body) return;
  body.unshift(...parseTemplate(`{% set __mark = __open(${loopvar.value}) %}{{ __mark }}`).body);
  body.push(...parseTemplate("{{ __close(__mark) }}").body);
}

interface MarkedSpan {
  mark: string;
  span: Span;
}

function readMarks(marked: string, { open, separator, close }: Marks): { text: string; spans: MarkedSpan[] } {
  const spans: MarkedSpan[] = [];
  const opened: { mark: string; start: number }[] = [];
  let text = "";
  let done = 0;
  for (const match of marked.matchAll(new RegExp(`${open}(\\w+)${separator}|${close}`, "g"))) {
    text += marked.slice(done, match.index);
    done = match.index + match[0].length;
    if (match[1] !== undefined) opened.push({ mark: match[1], start: text.length });
    else {
      const last = opened.pop();
      if (last && last.start < text.length) spans.push({ mark: last.mark, span: [last.start, text.length] });
    }
  }
  return { text: text + marked.slice(done), spans };
}

/** Three noncharacters (never part of text meant for interchange) that this text does not hold. */
function unusedMarks(text: string): Marks {
  const free = Array.from({ length: 32 }, (_, i) => String.fromCharCode(0xfdd0 + i)).filter((c) => !text.includes(c));
  if (free.length < 3) {
    throw new MedgymError(
      "invalid-data",
      "chat template: the messages hold noncharacters U+FDD0 to U+FDEF. Remove them.",
    );
  }
  return { open: free[0], separator: free[1], close: free[2] };
}

/** How much of the turn a generation prompt gives: all of it, or the shared beginning up to a line or tag end. */
function givenLength(turn: string, header: string): number {
  if (turn.startsWith(header)) return header.length;
  let shared = 0;
  while (shared < turn.length && turn[shared] === header[shared]) shared++;
  while (shared > 0 && turn[shared - 1] !== "\n" && turn[shared - 1] !== ">") shared--;
  return shared;
}
