import { describe, expect, test } from "vitest";
import { type Content, newHeader } from "../wire.ts";
import type { Output } from "./notebook.ts";
import { NotebookOutputs } from "./outputs.ts";

const message = (parent: string, type: string, content: Content) => ({
  identities: [],
  header: newHeader(type, "kernel"),
  parentHeader: { ...newHeader("execute_request", "client"), msg_id: parent },
  metadata: {},
  content,
  buffers: [],
});
const display = (parent: string, text: string, id?: string) =>
  message(parent, "display_data", {
    data: { "text/plain": text },
    metadata: {},
    transient: id ? { display_id: id } : {},
  });
const update = (parent: string, text: string, id: string) =>
  message(parent, "update_display_data", {
    data: { "text/plain": text },
    metadata: { m: 1 },
    transient: { display_id: id },
  });
const stream = (parent: string, name: string, text: string) => message(parent, "stream", { name, text });

function cells(...ids: string[]): { book: NotebookOutputs; outputs: Record<string, Output[]> } {
  const book = new NotebookOutputs();
  const outputs = Object.fromEntries(ids.map((id) => [id, [] as Output[]]));
  for (const id of ids) book.open(id, outputs[id]);
  return { book, outputs };
}

describe("NotebookOutputs", () => {
  test("neighbouring streams of one name are one output; another output parts them", () => {
    const { book, outputs } = cells("a");
    for (const m of [stream("a", "stdout", "1\n"), stream("a", "stdout", "2\n"), stream("a", "stderr", "e")])
      book.handle(m);
    book.handle(display("a", "d"));
    book.handle(stream("a", "stderr", "f"));
    expect(JSON.parse(JSON.stringify(outputs.a))).toEqual([
      { output_type: "stream", name: "stdout", text: "1\n2\n" },
      { output_type: "stream", name: "stderr", text: "e" },
      { output_type: "display_data", data: { "text/plain": "d" }, metadata: {} },
      { output_type: "stream", name: "stderr", text: "f" },
    ]);
  });

  test("an update changes every output of that display id, in cells that ended too; transient is not stored", () => {
    const { book, outputs } = cells("a", "b");
    book.handle(display("a", "one", "x"));
    book.handle(display("b", "two", "x"));
    book.handle(display("b", "other", "y"));
    expect(book.handle(update("b", "new\nlast", "x"))).toEqual({ line: "last" });
    const updated = { output_type: "display_data", data: { "text/plain": "new\nlast" }, metadata: { m: 1 } };
    expect(outputs.a).toEqual([updated]);
    expect(outputs.b[0]).toEqual(updated);
    expect(outputs.b[1]).toMatchObject({ data: { "text/plain": "other" } });
    expect(book.handle(update("b", "new", "unknown"))).toBeUndefined();
  });

  test("outputs that come late go to the cell that asked for them; a stranger's are left out", () => {
    const { book, outputs } = cells("a", "b");
    book.handle(stream("b", "stdout", "b"));
    book.handle(stream("a", "stdout", "late"));
    book.handle(stream("c", "stdout", "stranger"));
    expect(outputs.a).toMatchObject([{ text: "late" }]);
    expect(outputs.b).toMatchObject([{ text: "b" }]);
  });

  test("clear_output: at once, or with the next output", () => {
    const { book, outputs } = cells("a");
    book.handle(stream("a", "stdout", "1"));
    book.handle(message("a", "clear_output", { wait: false }));
    expect(outputs.a).toEqual([]);
    book.handle(display("a", "2", "x"));
    book.handle(message("a", "clear_output", { wait: true }));
    expect(outputs.a).toHaveLength(1);
    book.handle(stream("a", "stdout", "3"));
    expect(outputs.a).toMatchObject([{ output_type: "stream", text: "3" }]);
    expect(book.handle(update("a", "gone", "x"))).toBeUndefined();
  });

  test("results and errors as nbformat has them", () => {
    const { book, outputs } = cells("a");
    book.handle(message("a", "execute_result", { execution_count: 3, data: { "text/plain": "2" }, metadata: {} }));
    book.handle(message("a", "error", { ename: "TypeError", evalue: "no", traceback: ["t"] }));
    book.handle(message("a", "status", { execution_state: "idle" }));
    expect(outputs.a).toEqual([
      { output_type: "execute_result", execution_count: 3, data: { "text/plain": "2" }, metadata: {} },
      { output_type: "error", ename: "TypeError", evalue: "no", traceback: ["t"] },
    ]);
  });
});
