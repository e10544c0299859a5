import { type Displayable, displaySymbol, escapeHtml, type MimeBundle } from "../core/display.ts";
import type { ChatMessage } from "../text/tokenizer.ts";
import { domains } from "./domains/index.ts";
import type { Environment, Episode, Turn } from "./episode.ts";
import type { RewardReport } from "./reward.ts";

/** What a transcript is made of: an episode, or the trajectory of a rollout. */
export interface Transcribable extends Pick<Episode, "task" | "messages" | "turns" | "end" | "reason"> {
  /** Itself, or its name. */
  environment?: Pick<Environment, "pictures"> | string;
  reward?: RewardReport | null;
  failure?: { boundary: string; message: string };
}

export interface TranscriptOptions {
  /** Of the episode: `await gym.scoreEpisode(episode)`. @default a trajectory's own */
  reward?: RewardReport;
}

/** Longer texts are folded behind their beginning. */
const longText = 700;

/** An episode to read: what was asked, each turn with what it called, was told and earned, and the reward's parts. */
export function transcript(episode: Transcribable, options: TranscriptOptions = {}): Transcript {
  return new Transcript(episode, options.reward ?? episode.reward ?? null);
}

export class Transcript implements Displayable {
  readonly #episode: Transcribable;
  readonly #reward: RewardReport | null;

  constructor(episode: Transcribable, reward: RewardReport | null) {
    this.#episode = episode;
    this.#reward = reward;
  }

  toString(): string {
    const { turns } = this.#episode;
    const opening = this.#opening().map((message) => `[${message.role}]\n${contentOf(message)}`);
    const played = turns.map((turn, i) => {
      const said = turn.observation.map((message) => `[${message.role}]\n${contentOf(message)}`);
      return [`[turn ${i + 1}${this.#noteOf(turn, i)}]\n${turn.completion.trim()}`, ...said].join("\n");
    });
    return [this.#title(), ...opening, ...played, ...this.#rewardLines()].join("\n\n");
  }

  /** `folded`: one line, to be opened. */
  html({ folded = false } = {}): string {
    const { turns } = this.#episode;
    const opening = this.#opening().map((message) => block(message.role, message.role, contentOf(message)));
    const played = turns.map((turn, i) => {
      const said = turn.observation.map((message) => block(message.role, message.role, contentOf(message)));
      const own = block("assistant", `turn ${i + 1}${this.#noteOf(turn, i)}`, turn.completion.trim());
      return `<details${i === turns.length - 1 ? " open" : ""}><summary>${escapeHtml(summaryOf(turn, i, this.#noteOf(turn, i)))}</summary>${own}${said.join("")}</details>`;
    });
    const reward = this.#rewardLines().map((line) => `<div style="white-space:pre-wrap">${escapeHtml(line)}</div>`);
    const prompt = `<details><summary>prompt</summary>${opening.join("")}</details>`;
    const inner = [prompt, ...this.#pictures(), ...played, ...reward].join("");
    return `<details${folded ? "" : " open"} style="margin:4px 0"><summary><b>${escapeHtml(this.#title())}</b></summary><div style="margin-left:12px">${inner}</div></details>`;
  }

  [displaySymbol](): MimeBundle {
    return { "text/plain": this.toString(), "text/html": this.html() };
  }

  /** What was said before the first turn. */
  #opening(): readonly ChatMessage[] {
    const { messages, turns } = this.#episode;
    const played = turns.reduce((sum, { observation }) => sum + 1 + observation.length, 0);
    return messages.slice(0, messages.length - played);
  }

  #pictures(): string[] {
    const { task, environment } = this.#episode;
    const shipped = () => domains().find(({ name }) => name === task.domain);
    const where = typeof environment === "object" ? environment : shipped();
    return (where?.pictures?.(task) ?? []).map(({ name, url }) => pictureHtml(name, url));
  }

  #title(): string {
    const { task, turns, end, reason, failure } = this.#episode;
    const how = failure
      ? `failed (${failure.boundary}: ${failure.message})`
      : `${end ?? "not ended"}${reason ? ` (${reason})` : ""}`;
    const paid = this.#reward ? `, reward ${this.#reward.total.toFixed(3)}` : "";
    return `${task.domain} ${task.id}: ${how} after ${turns.length} ${turns.length === 1 ? "turn" : "turns"}${paid}`;
  }

  /** What a turn earned by itself, and what it had of the reward's parts. */
  #noteOf({ rewards }: Turn, i: number): string {
    const shares = Object.entries(this.#reward?.turns ?? {}).map(([name, turns]) => [name, turns[i] ?? 0] as const);
    const earned = Object.entries({ ...rewards, ...Object.fromEntries(shares) });
    return earned.map(([name, value]) => `, ${name} ${value > 0 ? "+" : ""}${Number(value.toFixed(3))}`).join("");
  }

  #rewardLines(): string[] {
    const reward = this.#reward;
    if (!reward) return [];
    const shown = (value: number | null) => value?.toFixed(3) ?? "–";
    const isPaid = ([name, value]: [string, number | null]) => value === null || (reward.weights[name] ?? 0) !== 0;
    const parts = Object.entries(reward.parts);
    const paid = parts.filter(isPaid).map(([name, value]) => {
      return value === null ? `${name} –` : `${name} ${shown(value)} × ${reward.weights[name].toFixed(2)}`;
    });
    const unpaid = parts.filter((part) => !isPaid(part)).map(([name, value]) => `${name} ${shown(value)}`);
    const cap = reward.cap === undefined ? "" : `, at most ${reward.cap}`;
    const lines = [`reward ${shown(reward.total)} = ${paid.join(" + ")}${cap}`];
    return [...lines, ...(unpaid.length > 0 ? [`not paid: ${unpaid.join(", ")}`] : []), ...reward.notes];
  }
}

function summaryOf(turn: Turn, i: number, note: string): string {
  const what = actionText(turn.action);
  const short = what.length > 120 ? `${what.slice(0, 119)}…` : what;
  return `${i + 1}  ${short}${note}`;
}

function actionText(action: Turn["action"]): string {
  switch (action.type) {
    case "calls":
      return action.calls.map(({ name, arguments: args }) => `${name}(${JSON.stringify(args)})`).join(", ");
    case "moves":
      return action.moves.join(", ");
    case "broken":
      return `unreadable: ${action.problem}`;
    case "text":
      return `says: ${action.text}`;
  }
}

export function pictureHtml(name: string, url: string): string {
  const label = escapeHtml(name);
  const caption = `<figcaption style="font-size:85%">${label}</figcaption>`;
  return `<figure style="display:inline-block;margin:4px"><img src="${escapeHtml(url)}" alt="${label}">${caption}</figure>`;
}

function contentOf({ content }: ChatMessage): string {
  if (typeof content === "string") return content;
  return (content ?? [])
    .map((part) => (typeof part.text === "string" ? part.text : `(${String(part.type ?? "part")})`))
    .join("\n");
}

const colours: Record<string, string> = { system: "#8a8f98", user: "#3b82f6", assistant: "#16a34a", tool: "#d97706" };

function block(role: string, label: string, text: string): string {
  const colour = colours[role] ?? "#8a8f98";
  const body = (shown: string) => `<div style="white-space:pre-wrap;max-width:60em">${escapeHtml(shown)}</div>`;
  const rest = text.length - longText;
  const folded =
    rest > 200
      ? `${body(text.slice(0, longText))}<details><summary>${rest} more characters</summary>${body(text.slice(longText))}</details>`
      : body(text);
  return `<div style="border-left:3px solid ${colour};padding:1px 8px;margin:3px 0"><span style="color:${colour};font-size:85%">${escapeHtml(label)}</span>${folded}</div>`;
}
