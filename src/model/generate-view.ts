import { escapeHtml, type MimeBundle } from "../core/display.ts";
import type { RunProgress } from "../core/progress-line.ts";
import type { RunState } from "../core/run.ts";
import type { GenerateEvent, Generation } from "./generate.ts";

type State = RunState<Generation | Generation[], GenerateEvent>;

/** Most completions shown. */
const shownCompletions = 8;

const progressOf = (state: State) => state.events.findLast((event) => event.type === "generate-progress");

/** The texts as they grow. */
export function generateView(state: State): MimeBundle {
  if (state.status === "failed" || state.status === "cancelled") {
    const reason = (state.error as Error | undefined)?.message ?? state.status;
    return { "text/plain": reason, "text/html": `<div style="color:#c0392b">${escapeHtml(reason)}</div>` };
  }
  const texts = new Map<string, string>();
  for (const event of state.events) {
    if (event.type !== "text") continue;
    const key = `${event.prompt}.${event.sample}`;
    texts.set(key, (texts.get(key) ?? "") + event.text);
  }
  const status = describe(state);
  const shown = [...texts.values()].slice(0, shownCompletions);
  const more = texts.size - shown.length;
  const lines = [...shown, ...(more > 0 ? [`… and ${more} more`] : [])];
  const blocks = lines.map(
    (text) =>
      `<pre style="white-space:pre-wrap;margin:4px 0;padding-left:8px;border-left:3px solid rgba(128,128,128,.4)">${escapeHtml(text)}</pre>`,
  );
  return {
    "text/plain": [...lines, status].join("\n"),
    "text/html": `${blocks.join("")}<div style="opacity:.65">${escapeHtml(status)}</div>`,
  };
}

function describe(state: State): string {
  const progress = progressOf(state);
  if (!progress) return "reading the prompt";
  const { finished, total, tokens, tokensPerSecond, promptTokens, reusedTokens } = progress;
  const sequences = total === 1 ? "" : `${finished} of ${total} completions, `;
  const reused = reusedTokens > 0 ? `, ${reusedTokens} of ${promptTokens} prompt tokens reused` : "";
  return `${sequences}${tokens} tokens, ${tokensPerSecond.toFixed(tokensPerSecond >= 100 ? 0 : 1)} tokens/s${reused}`;
}

export function generateMeter(state: State): RunProgress | undefined {
  const progress = progressOf(state);
  return progress && { done: progress.finished, total: progress.total, unit: "completions", detail: describe(state) };
}
