/** Execute requests, one after another: the queue, the counter, and what the session reports about the running cell. */
import type { ErrorReport, Report, ShowReport } from "../session/protocol.ts";
import type { Content, Message } from "../wire.ts";
import type { CellChecker } from "./checking.ts";
import type { History } from "./history.ts";
import type { Publisher } from "./publisher.ts";
import type { SessionProcess } from "./session-process.ts";

export interface ExecuteRequest {
  code: string;
  silent?: boolean;
  store_history?: boolean;
  user_expressions?: Record<string, string>;
  allow_stdin?: boolean;
  stop_on_error?: boolean;
}

interface Execution {
  request: Message;
  content: ExecuteRequest;
  silent: boolean;
  storeHistory: boolean;
  count: number;
  /** With the session; until then it is being checked. */
  sent: boolean;
}

export type Reply = (request: Message, type: string, content: Content) => void;

export interface ExecutionParts {
  publisher: Publisher;
  history: History;
  session: SessionProcess;
  reply: Reply;
  checker: CellChecker;
}

export class ExecutionQueue {
  readonly #parts: ExecutionParts;
  #waiting: Message[] = [];
  #running?: Execution;
  #count = 0;

  constructor(parts: ExecutionParts) {
    this.#parts = parts;
  }

  /** The request whose cell is running. */
  get current(): Message | undefined {
    return this.#running?.request;
  }

  get checker(): CellChecker {
    return this.#parts.checker;
  }

  push(request: Message): void {
    this.#waiting.push(request);
    if (!this.#running) this.#next();
  }

  #next(): void {
    const request = this.#waiting.shift();
    if (!request) return;
    const content = request.content as unknown as ExecuteRequest;
    const silent = content.silent === true;
    const storeHistory = !silent && content.store_history !== false;
    if (storeHistory) this.#count++;
    const execution: Execution = { request, content, silent, storeHistory, count: this.#count, sent: false };
    this.#running = execution;
    const { publisher, history } = this.#parts;
    publisher.status("busy", request.header);
    if (!silent) {
      publisher.publish("execute_input", { code: content.code, execution_count: execution.count }, request.header);
    }
    if (storeHistory) history.add(execution.count, content.code);
    this.#begin(execution);
  }

  async #begin(execution: Execution): Promise<void> {
    const { publisher, session, checker } = this.#parts;
    const { request, content } = execution;
    if (content.code.trim() === "") {
      await nextTurn();
      return this.#finish(execution, undefined, {});
    }
    const { code, magic, error, warnings, page } = await checker.check(content.code, execution.count, request.metadata);
    if (this.#running !== execution) return; // interrupted, or the session died, while it was checked
    if (error && !magic) {
      await nextTurn();
      return this.#finish(execution, error, {});
    }
    if (page) return this.#finish(execution, undefined, {}, [{ source: "page", data: page, start: 0 }]);
    if (warnings) publisher.stream("stderr", warnings, request.header);
    execution.sent = true;
    session.send({
      type: "execute",
      cell: request.header.msg_id,
      count: execution.count,
      code,
      silent: execution.silent,
      allowStdin: content.allow_stdin !== false,
      userExpressions: content.user_expressions ?? {},
      ...(magic && { magic: { ...magic, refused: error } }),
    });
  }

  result(report: ShowReport<"result">): void {
    const running = this.#running;
    if (running?.request.header.msg_id !== report.cell || running.silent) return;
    const { data, metadata } = report;
    this.#parts.publisher.publish(
      "execute_result",
      { data, metadata, execution_count: running.count },
      running.request.header,
    );
    if (running.storeHistory) this.#parts.history.setOutput(running.count, String(data["text/plain"] ?? ""));
  }

  done(report: Extract<Report, { type: "done" }>): void {
    const running = this.#running;
    if (running?.request.header.msg_id !== report.cell) return;
    nextTurn().then(() => {
      if (this.#running === running) this.#finish(running, report.error, report.userExpressions);
    });
  }

  /** Interrupts the cell that is still being checked; false when it is the session that must be interrupted. */
  interruptCheck(): boolean {
    if (!this.#running || this.#running.sent) return false;
    const value = "the cell was interrupted before it ran";
    this.fail({ name: "Interrupted", value, traceback: [`\u001b[31mInterrupted: ${value}\u001b[39m`] });
    return true;
  }

  /** Ends the running cell from outside: it could not be checked, or its session is gone. */
  fail(error: ErrorReport): void {
    if (this.#running) this.#finish(this.#running, error, {});
  }

  #finish(
    execution: Execution,
    error: ErrorReport | undefined,
    userExpressions: Content,
    payload: Content[] = [],
  ): void {
    const { publisher, reply } = this.#parts;
    const { request, count, content, silent } = execution;
    if (error) {
      const failure = { ename: error.name, evalue: error.value, traceback: error.traceback };
      if (!silent) publisher.publish("error", failure, request.header);
      reply(request, "execute_reply", { status: "error", execution_count: count, ...failure });
    } else {
      const ok = { status: "ok", execution_count: count, payload, user_expressions: userExpressions };
      reply(request, "execute_reply", ok);
    }
    publisher.status("idle", request.header);
    this.#running = undefined;
    // What had been sent before this reply belonged to the run that failed.
    if (error && content.stop_on_error !== false) this.#abortWaiting();
    this.#next();
  }

  #abortWaiting(): void {
    const { publisher, reply } = this.#parts;
    const aborted = this.#waiting;
    this.#waiting = [];
    for (const request of aborted) {
      publisher.status("busy", request.header);
      reply(request, "execute_reply", { status: "aborted", execution_count: this.#count });
      publisher.status("idle", request.header);
    }
  }
}

/**
 * A turn of the event loop before a cell ends: what native code and child processes wrote to the real stdout is read,
 * and so are the requests that a failing cell takes with it.
 */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
