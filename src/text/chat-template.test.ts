import { describe, expect, test } from "vitest";
import { fixture, fixtureDirectory, fixtureText } from "../../test/text-fixtures.ts";
import { ChatTemplate } from "./chat-template.ts";
import { loadHubTokenizer } from "./hub-tokenizer.ts";
import type { ChatMessage, ToolSchema } from "./tokenizer.ts";

interface Rendering {
  tokenizer: string;
  template: string;
  case: string;
  messages: ChatMessage[];
  tools: ToolSchema[] | null;
  add_generation_prompt: boolean;
  kwargs: Record<string, unknown>;
  text: string;
  ids: number[];
}

interface Mask {
  case: string;
  messages: ChatMessage[];
  tools: ToolSchema[] | null;
  ids: number[];
  assistant_masks: number[];
}

const { cases, assistant_masks } = fixture<{ cases: Rendering[]; assistant_masks: Mask[] }>("chat_templates.json");
const qwen = await loadHubTokenizer(fixtureDirectory("qwen2"));
const llama = await loadHubTokenizer(fixtureDirectory("llama3"));
const qwen3 = new ChatTemplate(fixtureText("templates/qwen3.jinja"));
const training = new ChatTemplate(fixtureText("templates/qwen2_5_training.jinja"));

describe("rendered as transformers does", () => {
  test.each(cases)("$template, $case, generation prompt $add_generation_prompt", (c) => {
    const options = { tools: c.tools, addGenerationPrompt: c.add_generation_prompt, ...c.kwargs };
    const tokenizer = c.tokenizer === "qwen2" ? qwen : llama;
    const text =
      c.template === "qwen3" ? qwen3.render(c.messages, options) : tokenizer.applyChatTemplate(c.messages, options);
    expect(text).toBe(c.text);
    expect([...tokenizer.encode(text)]).toEqual(c.ids);
    if (c.template !== "qwen3") expect([...tokenizer.encodeChat(c.messages, options).ids]).toEqual(c.ids);
  });
});

/** Text of the tokens whose mask is 1, with "|" between runs. */
function masked(ids: ArrayLike<number>, mask: ArrayLike<number>): string {
  const runs: number[][] = [];
  for (let t = 0; t < ids.length; t++) {
    if (!mask[t]) continue;
    if (!mask[t - 1]) runs.push([]);
    runs.at(-1)!.push(ids[t]);
  }
  return runs.map((run) => qwen.decode(run)).join("|");
}

function spanTexts(template: ChatTemplate, messages: ChatMessage[], options = {}): string[] {
  const { text, spans } = template.renderWithSpans(messages, options);
  return spans.map(([start, end]) => text.slice(start, end));
}

describe("assistant masks", () => {
  const directory = fixtureDirectory("qwen2");

  test.each(assistant_masks)("by {% generation %}: $case, as transformers has it", async (c) => {
    const files = { ...(await import("./hub-files.ts").then((m) => m.readHubFiles(directory))) };
    const { HubTokenizer } = await import("./hub-tokenizer.ts");
    const tokenizer = new HubTokenizer({ ...files, chatTemplates: new Map([["default", training.source]]) });
    const { ids, assistantMask } = tokenizer.encodeChat(c.messages, { tools: c.tools });
    expect([...ids]).toEqual(c.ids);
    expect([...assistantMask]).toEqual(c.assistant_masks);
  });

  test.each(assistant_masks)("by loops over the messages: $case, the same but for the header's line end", (c) => {
    const { ids, assistantMask } = qwen.encodeChat(c.messages, { tools: c.tools });
    // The training template counts "\n" after "<|im_start|>assistant" as written by the assistant; here the generation
    // prompt gives it. All else is equal.
    const expected = c.assistant_masks.map((bit, t) => (bit && c.assistant_masks[t - 1] ? 1 : 0));
    expect([...ids]).toEqual(c.ids);
    expect([...assistantMask]).toEqual(expected);
    if (c.case === "multi_end_asst") expect(masked(ids, assistantMask)).toBe("Hello!<|im_end|>\n|Goodbye.<|im_end|>\n");
  });

  test("Qwen3, whose rendering of a turn changes when others follow", () => {
    const history: ChatMessage[] = [
      { role: "user", content: "q1" },
      { role: "assistant", content: "<think>\nhm\n</think>\n\na1" },
      { role: "user", content: "q2" },
      { role: "assistant", content: "<think>\nhm2\n</think>\n\na2" },
    ];
    expect(spanTexts(qwen3, history)).toEqual(["a1<|im_end|>\n", "<think>\nhm2\n</think>\n\na2<|im_end|>\n"]);
    // What a prompt without thinking gives is not learned either.
    expect(
      spanTexts(qwen3, history.slice(0, 1).concat({ role: "assistant", content: "a" }), { enable_thinking: false }),
    ).toEqual(["a<|im_end|>\n"]);
  });

  test("Llama 3, whose template slices, sets and prints whole turns", () => {
    const spans = llama.encodeChat([
      { role: "user", content: "assistant" },
      { role: "assistant", content: "yes" },
    ]);
    const written = [...spans.ids].filter((_, t) => spans.assistantMask[t]);
    expect(llama.decode(written)).toBe("yes<|eot_id|>");
  });

  test("sliced messages and headers outside of the loop", () => {
    const sliced = new ChatTemplate(
      "{{ messages[0].content }}{% for m in messages[1:] %}{% if m.role == 'user' %}[INST]{{ m.content }}[/INST]{% else %} {{ m.content }}</s>{% endif %}{% endfor %}",
    );
    expect(
      spanTexts(sliced, [
        { role: "system", content: "s" },
        { role: "user", content: "u" },
        { role: "assistant", content: "a" },
      ]),
    ).toEqual([" a</s>"]);
  });

  test("a template that hides the turns is refused, with what to do", () => {
    const messages = [{ role: "assistant", content: "a" }];
    const indexed = new ChatTemplate("{% for i in range(messages|length) %}{{ messages[i].content }}{% endfor %}");
    expect(() => indexed.renderWithSpans(messages)).toThrow(/message 0 \(assistant\).*generation/);
    const counted = new ChatTemplate(
      "{% set x %}{% for m in messages %}{{ m.content }}{% endfor %}{% endset %}{{ x|length }}",
    );
    expect(() => counted.renderWithSpans(messages)).toThrow(/cannot be told apart.*generation/);
  });
});

describe("Jinja as Python has it", () => {
  const render = (source: string, content = "", extra = {}) =>
    new ChatTemplate(source).render([{ role: "user", content }], extra);

  test("strip with and without an argument, trim", () => {
    expect(render("{{ messages[0].content.lstrip('\\n') }}", "\n\n a \n")).toBe(" a \n");
    expect(render("{{ messages[0].content.strip('xy') }}", "xyaxbyx")).toBe("axb");
    expect(render("{{ messages[0].content | trim }}|", "\x1c\ufeffa\x85")).toBe("\ufeffa|");
  });

  test("tojson keeps non-ASCII and does not escape HTML", () => {
    expect(render("{{ x | tojson }}", "", { x: { 名: "<a> & 'b'", n: [1, 2.5, null, true] } })).toBe(
      `{"名": "<a> & 'b'", "n": [1, 2.5, null, true]}`,
    );
  });

  test("strftime_now in English, and replaceable", () => {
    expect(render("{{ strftime_now('%Y') }}")).toBe(String(new Date().getFullYear()));
    expect(render("{{ strftime_now('%d %b') }}", "", { strftime_now: () => "26 Jul" })).toBe("26 Jul");
  });

  test("raise_exception is an error of the data, anything else one of the template", () => {
    expect(() => render("{{ raise_exception('roles must alternate') }}")).toThrow(
      expect.objectContaining({ code: "invalid-data", message: expect.stringContaining("roles must alternate") }),
    );
    expect(() => render("{{ nothing() }}")).toThrow(expect.objectContaining({ code: "unsupported" }));
    expect(() => render("{% if %}")).toThrow(/cannot be parsed/);
  });

  test("continueFinalMessage leaves the last turn open", () => {
    const messages = [
      { role: "user", content: "q" },
      { role: "assistant", content: "The dose is " },
    ];
    expect(qwen.applyChatTemplate(messages, { continueFinalMessage: true })).toMatch(/assistant\nThe dose is $/);
    expect(llama.applyChatTemplate(messages, { continueFinalMessage: true })).toMatch(/The dose is$/); // it trims content
    expect(() => qwen.applyChatTemplate(messages, { continueFinalMessage: true, addGenerationPrompt: true })).toThrow(
      /exclude/,
    );
  });
});
