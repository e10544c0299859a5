import { type ChatEndpointOptions, chatEndpoint } from "../../text/chat-endpoint.ts";
import type { ChatMessage } from "../../text/tokenizer.ts";
import { phraseFinder } from "../rewards/terms.ts";
import type { Fact } from "./cases.ts";
import { biasNamed, personalityNamed } from "./manner.ts";
import { type Asked, isOpen, type PatientReply, questionKey, rulePatient, type SimulatedPatient } from "./patient.ts";

/** Writes a reply to a conversation. */
export type ReplyWriter = (messages: readonly ChatMessage[]) => string | Promise<string>;

/**
 * A patient that a language model plays: a function, or an OpenAI-compatible endpoint. The model sees the question and the facts that
 * may be told by now, never the diagnosis nor what is still hidden, and says which facts it told. Where its reply cannot be read, or
 * names the diagnosis, the rule-based patient answers. Episodes replay to the same hash only if the model answers alike.
 */
export function modelPatient(model: ReplyWriter | ChatEndpointOptions): SimulatedPatient {
  const write = typeof model === "function" ? model : endpointWriter(model);
  return async (asked) => {
    const byRule = await rulePatient(asked);
    if (asked.asked.includes(questionKey(asked.question))) return byRule;
    const personality = personalityNamed(asked.case.personality);
    const open = asked.case.facts.filter((fact) => isOpen(fact, asked.answered, personality));
    const reply = readReply(await write(promptOf(asked, open)), open, asked.told);
    return reply && !phraseFinder(reply.text)(asked.case.diagnosis) ? reply : byRule;
  };
}

function endpointWriter(options: ChatEndpointOptions): ReplyWriter {
  const ask = chatEndpoint(options);
  return async (messages) => (await ask(messages, { temperature: 0, maxTokens: 200 })).text;
}

function promptOf({ case: known, question, told }: Asked, open: readonly Fact[]): ChatMessage[] {
  const { name, age, sex, opening, belief } = known;
  const facts = open.map(({ id, text }, i) => `${i + 1}. ${text}${told.includes(id) ? " (told before)" : ""}`);
  const system = `You play ${name}, a ${sex} patient of ${age}, who ${personalityNamed(known.personality).description} and ${biasNamed(known.bias).description}.
You came and said: "${[opening, belief].join(" ").trim()}"
All that you know:
${facts.join("\n")}
Answer the doctor's question in one or two sentences from these facts only. Tell nothing that was not asked for and make nothing up. If the facts do not answer it, say that you don't know.
Begin with a line "FACTS:" and the numbers of the facts that you tell, or "FACTS: none"; then your answer.`;
  return [
    { role: "system", content: system },
    { role: "user", content: question },
  ];
}

/** null: not in the form that was asked for. */
function readReply(written: string, open: readonly Fact[], told: readonly string[]): PatientReply | null {
  const [first, ...rest] = written.trim().split("\n");
  const text = rest.join(" ").trim().slice(0, 1_000);
  const list = /^\**FACTS:\**\s{0,3}(none|\d{1,3}(?:\s{0,3},\s{0,3}\d{1,3}){0,20})\.?$/i.exec(first.trim())?.[1];
  if (list === undefined || text === "") return null;
  const numbers = /none/i.test(list) ? [] : list.split(",").map(Number);
  const facts = numbers.map((number) => open[number - 1]?.id);
  if (!facts.every((id) => id !== undefined)) return null;
  if (facts.length === 0) return { text, kind: "unanswerable", facts };
  const fresh = facts.filter((id) => !told.includes(id));
  return { text, kind: fresh.length > 0 ? "answered" : "repeated", facts: fresh };
}
