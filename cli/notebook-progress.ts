import { stripVTControlCharacters } from "node:util";
import { cellTags } from "../kernel/client/notebook.ts";
import type { NotebookEvent } from "../kernel/client/run-notebook.ts";

interface Terminal {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** A running cell's line is redrawn this often. */
const redrawMs = 100;

/** Without a terminal, a long cell says this often that it lives. */
const aliveMs = 30_000;

/**
 * Progress of a notebook, a line per cell: number, time, the cell's first line, and while it runs the last line it put
 * out. On a terminal the line of the running cell is redrawn in place; elsewhere (CI, a pipe) lines are only added.
 */
export class NotebookProgress {
  readonly #terminal: Terminal;
  readonly #live: boolean;
  #timer?: NodeJS.Timeout;
  #frame = 0;
  #current?: { number: number; total: number; title: string; startedAt: number; lastLine: string };

  constructor(terminal: Terminal, environment: NodeJS.ProcessEnv = process.env) {
    this.#terminal = terminal;
    this.#live = Boolean(terminal.isTTY) && !environment.CI;
  }

  handle(event: NotebookEvent): void {
    if (event.type === "cell-start") {
      const { number, total } = event;
      const title = firstLine(event.cell.source);
      this.#current = { number, total, title, startedAt: performance.now(), lastLine: "" };
      clearInterval(this.#timer);
      this.#timer = setInterval(() => this.#tick(), this.#live ? redrawMs : aliveMs);
      if (this.#live) this.#tick();
    } else if (event.type === "cell-output") {
      if (this.#current) this.#current.lastLine = stripVTControlCharacters(event.line).trim();
    } else {
      clearInterval(this.#timer);
      this.#current = undefined;
      const meant = event.status === "error" && cellTags(event.cell).includes("raises-exception");
      const mark = meant ? "✓" : { ok: "✓", error: "✗", timeout: "⧖" }[event.status];
      const text = line(event.number, event.total, mark, event.elapsedMs, firstLine(event.cell.source));
      this.#put(meant ? `${text}  │ fails, as it is meant to` : text, "\n");
    }
  }

  /** A line of its own, above the running cell's. */
  note(text: string): void {
    this.#terminal.write(`${this.#live ? "\r\x1b[K" : ""}${text}\n`);
    if (this.#live && this.#current) this.#tick();
  }

  /** Ends the drawing, whatever was under way. */
  stop(): void {
    clearInterval(this.#timer);
    if (this.#live && this.#current) this.#terminal.write("\r\x1b[K");
    this.#current = undefined;
  }

  #tick(): void {
    if (!this.#current) return;
    const { number, total, title, startedAt, lastLine } = this.#current;
    const elapsed = performance.now() - startedAt;
    const text = line(number, total, frames[this.#frame++ % frames.length], elapsed, title);
    this.#put(lastLine ? `${text}  │ ${lastLine}` : text, this.#live ? "" : "\n");
  }

  #put(text: string, end: string): void {
    const width = this.#live ? Math.max(20, (this.#terminal.columns || 80) - 1) : 160;
    const shown = [...text].length > width ? `${[...text].slice(0, width - 1).join("")}…` : text;
    this.#terminal.write(`${this.#live ? "\r\x1b[K" : ""}${shown}${end}`);
  }
}

function line(number: number, total: number, mark: string, elapsedMs: number, title: string): string {
  const place = `[${String(number).padStart(String(total).length)}/${total}]`;
  return `${place} ${mark} ${(elapsedMs / 1000).toFixed(1).padStart(6)} s  ${title}`;
}

/** The first line that says something; long ones are cut so that live output has room. */
export function firstLine(source: string): string {
  const text = source
    .split("\n")
    .map((row) => row.trim())
    .find(Boolean);
  const shown = [...(text ?? "")];
  return shown.length > 60 ? `${shown.slice(0, 59).join("")}…` : shown.join("");
}
