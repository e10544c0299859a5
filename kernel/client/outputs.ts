import type { Message } from "../wire.ts";
import type { DataOutput, MimeBundle, Output, StreamOutput } from "./notebook.ts";
import { StreamText } from "./stream-text.ts";

interface OpenCell {
  outputs: Output[];
  /** clear_output(wait=true): cleared when the next output comes. */
  clearNext: boolean;
  /** Text of the last output, when that is a stream. */
  stream?: { output: StreamOutput; text: StreamText };
}

/** What one message did, for whoever shows progress. */
export interface OutputChange {
  /** The execution whose cell it belongs to; absent for an update of displays. */
  executionId?: string;
  /** Last line of text that came, if any. */
  line?: string;
}

/**
 * Turns iopub messages into the outputs of cells, as nbformat stores them and as JupyterLab shows them: messages go to
 * the cell whose request is their parent (also after it ended), neighbouring streams of one name become one output,
 * `update_display_data` changes every output with that display id in whatever cell.
 */
export class NotebookOutputs {
  readonly #cells = new Map<string, OpenCell>();
  readonly #displays = new Map<string, Set<DataOutput>>();

  /** From now on, outputs of this execution go into `outputs` (the cell's own array). */
  open(executionId: string, outputs: Output[]): void {
    this.#cells.set(executionId, { outputs, clearNext: false });
  }

  /** Undefined when the message changed nothing. */
  handle(message: Message): OutputChange | undefined {
    const { content } = message;
    const type = message.header.msg_type;
    if (type === "update_display_data") return this.#update(content);
    const executionId = (message.parentHeader as { msg_id?: string }).msg_id ?? "";
    const cell = this.#cells.get(executionId);
    if (!cell) return undefined;
    if (type === "clear_output") {
      if (content.wait) cell.clearNext = true;
      else this.#clear(cell);
      return { executionId };
    }
    if (type === "stream") {
      return { executionId, line: this.#stream(cell, String(content.name), String(content.text)) };
    }
    if (type === "display_data" || type === "execute_result") {
      const output: DataOutput = {
        output_type: type,
        data: content.data as MimeBundle,
        metadata: object(content.metadata),
      };
      if (type === "execute_result") output.execution_count = content.execution_count as number;
      this.#append(cell, output);
      const displayId = object(content.transient).display_id;
      if (typeof displayId === "string") this.#register(displayId, output);
      return { executionId, line: lastTextLine(output.data) };
    }
    if (type === "error") {
      const traceback = Array.isArray(content.traceback) ? content.traceback.map(String) : [];
      const [ename, evalue] = [String(content.ename), String(content.evalue)];
      this.#append(cell, { output_type: "error", ename, evalue, traceback });
      return { executionId, line: `${ename}: ${evalue}` };
    }
    return undefined;
  }

  #append(cell: OpenCell, output: Output): void {
    if (cell.clearNext) this.#clear(cell);
    cell.stream = undefined;
    cell.outputs.push(output);
  }

  #stream(cell: OpenCell, name: string, chunk: string): string {
    if (cell.clearNext) this.#clear(cell);
    if (cell.stream?.output.name !== name) {
      const output: StreamOutput = { output_type: "stream", name, text: "" };
      this.#append(cell, output);
      cell.stream = { output, text: new StreamText() };
      // Joined only when read (a save): appending 20,000 lines must not join 20,000 times.
      const { text } = cell.stream;
      Object.defineProperty(output, "text", { get: () => text.toString(), enumerable: true, configurable: true });
    }
    const { text } = cell.stream as { text: StreamText };
    text.append(chunk);
    return text.lastLine;
  }

  #clear(cell: OpenCell): void {
    for (const set of this.#displays.values()) for (const output of cell.outputs) set.delete(output as DataOutput);
    cell.outputs.length = 0;
    cell.clearNext = false;
    cell.stream = undefined;
  }

  #register(displayId: string, output: DataOutput): void {
    const set = this.#displays.get(displayId) ?? new Set();
    this.#displays.set(displayId, set.add(output));
  }

  #update(content: Record<string, unknown>): OutputChange | undefined {
    const outputs = this.#displays.get(String(object(content.transient).display_id));
    if (!outputs?.size) return undefined;
    for (const output of outputs) {
      output.data = content.data as MimeBundle;
      output.metadata = object(content.metadata);
    }
    return { line: lastTextLine(content.data as MimeBundle) };
  }
}

function object(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

function lastTextLine(data: MimeBundle): string | undefined {
  const text = data["text/plain"];
  return typeof text === "string" ? text.trimEnd().split("\n").pop() : undefined;
}
