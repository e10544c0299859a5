import { escapeHtml } from "../core/display.ts";
import type { ChatMessage } from "../text/tokenizer.ts";

/** Texts are cut at so many characters: a preview is not the data. */
const cut = 600;

const cell = "text-align:left;vertical-align:top;padding:4px 10px;border-top:1px solid #8884";

/** Rows under the names of their fields; `types`: all the columns, with what they are. */
export function tableOf(rows: readonly object[], types?: Readonly<Record<string, string>>): string {
  const columns = types ? Object.keys(types) : [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return "";
  const typeOf = (name: string) =>
    types ? `<div style="font-weight:normal;opacity:.6;font-size:85%">${escapeHtml(types[name])}</div>` : "";
  const heads = columns.map((name) => `<th style="${cell}">${escapeHtml(name)}${typeOf(name)}</th>`);
  const head = `<th style="${cell}"></th>${heads.join("")}`;
  const body = rows.map((row, i) => {
    const cells = columns.map((name) => `<td style="${cell}">${cellOf((row as Record<string, unknown>)[name])}</td>`);
    return `<tr><td style="${cell};opacity:.6">${i + 1}</td>${cells.join("")}</tr>`;
  });
  return `<table style="border-collapse:collapse;margin:6px 0"><tr>${head}</tr>${body.join("")}</table>`;
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (isMessages(value)) return value.map(turnOf).join("");
  if (isTurns(value)) return value.map((turn) => turnOf(spoken(turn))).join("");
  if (isTools(value)) return value.map((tool) => `<code>${escapeHtml(tool.function.name)}</code>`).join("<br>");
  if (isFields(value)) return Object.entries(value).map(fieldOf).join("");
  return textOf(asText(value));
}

function isMessages(value: unknown): value is ChatMessage[] {
  return Array.isArray(value) && value.length > 0 && value.every((m) => typeof m?.role === "string");
}

type Said = Record<string, unknown>;
const speakerOf = (turn: Said) => turn?.from ?? turn?.speaker;

/** Of ShareGPT and of dialogues. */
function isTurns(value: unknown): value is Said[] {
  return Array.isArray(value) && value.length > 0 && value.every((turn) => typeof speakerOf(turn) === "string");
}

function spoken(turn: Said): ChatMessage {
  const role = String(speakerOf(turn));
  const text = turn.value ?? turn.text ?? turn.content ?? turn.utterance;
  return { role, content: typeof text === "string" ? text : JSON.stringify(text ?? null) };
}

function isFields(value: unknown): value is Said {
  if (typeof value !== "object" || value === null || Object.keys(value).length > 20) return false;
  return [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

function fieldOf([name, value]: [string, unknown]): string {
  if (value === null || value === undefined) return "";
  const text = shorten(asText(value), cut);
  return `<div style="overflow-wrap:anywhere"><span style="opacity:.6">${escapeHtml(name)}</span> ${escapeHtml(text)}</div>`;
}

function asText(value: unknown): string {
  const plain = textOfBig("", value);
  return typeof plain === "string" ? plain : String(JSON.stringify(plain, textOfBig));
}

/** For JSON.stringify: what JSON does not have. */
export const textOfBig = (_: string, value: unknown) =>
  typeof value === "bigint" ? String(value) : value instanceof Uint8Array ? `${value.length} bytes` : value;

function isTools(value: unknown): value is { function: { name: string } }[] {
  return Array.isArray(value) && value.length > 0 && value.every((t) => typeof t?.function?.name === "string");
}

const roleColours: Record<string, string> = {
  system: "#8a8f98",
  user: "#3b82f6",
  assistant: "#16a34a",
  tool: "#d97706",
  human: "#3b82f6",
  patient: "#3b82f6",
  gpt: "#16a34a",
  doctor: "#16a34a",
};

function turnOf({ role, name, content, tool_calls }: ChatMessage): string {
  const colour = roleColours[role.toLowerCase()] ?? "#8a8f98";
  const said =
    content == null || content === "" ? "" : textOf(typeof content === "string" ? content : JSON.stringify(content));
  const calls = (tool_calls ?? []).map((call) => `<div><code>${escapeHtml(shorten(callText(call), cut))}</code></div>`);
  const label = escapeHtml(name ? `${role} ${name}` : role);
  return (
    `<div style="border-left:3px solid ${colour};padding:1px 8px;margin:3px 0">` +
    `<span style="color:${colour};font-size:85%">${label}</span>${said}${calls.join("")}</div>`
  );
}

function callText(call: unknown): string {
  const { name, arguments: given } = ((call as { function?: object }).function ?? call) as Record<string, unknown>;
  return `${name}(${typeof given === "string" ? given : JSON.stringify(given)})`;
}

function textOf(text: string): string {
  return `<div style="white-space:pre-wrap;overflow-wrap:anywhere;max-width:60em">${escapeHtml(shorten(text, cut))}</div>`;
}

export function shorten(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

/** Bars of equal width from the shortest to the longest row; the middle row's length beside it. */
export function histogramOf(lengths: readonly number[], unit: string): string {
  if (lengths.length < 2) return "";
  const sorted = [...lengths].sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted[sorted.length - 1]];
  const bins = Array<number>(most === least ? 1 : Math.min(40, lengths.length)).fill(0);
  for (const length of lengths)
    bins[Math.min(bins.length - 1, Math.floor(((length - least) / (most - least || 1)) * bins.length))]++;
  const [width, height] = [360, 60];
  const tallest = Math.max(...bins);
  const bars = bins.map((n, i) => {
    const [w, h] = [width / bins.length, (n / tallest) * height];
    return `<rect x="${(i * w).toFixed(1)}" y="${(height - h).toFixed(1)}" width="${Math.max(1, w - 1).toFixed(1)}" height="${h.toFixed(1)}"/>`;
  });
  const median = sorted[Math.floor(sorted.length / 2)];
  const caption = `${unit} a row: ${least} to ${most}, median ${median}`;
  return (
    `<svg viewBox="0 0 ${width} ${height + 18}" width="${width}" height="${height + 18}" role="img" aria-label="${escapeHtml(caption)}">` +
    `<g fill="#3b82f6">${bars.join("")}</g>` +
    `<text x="0" y="${height + 14}" font-size="12" fill="currentColor">${escapeHtml(caption)}</text></svg>`
  );
}
