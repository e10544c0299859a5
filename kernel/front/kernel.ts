/** The kernel as front ends see it: every request type of the protocol, answered or handed on. */
import { readFileSync } from "node:fs";
import type { Completions } from "../language/completion.ts";
import type { CommMessage, Report } from "../session/protocol.ts";
import { type Content, type Header, type Message, protocolVersion } from "../wire.ts";
import { CellChecker, inspectionBundle } from "./checking.ts";
import { isComplete } from "./completeness.ts";
import { ExecutionQueue } from "./execution.ts";
import { History, type HistoryRequest } from "./history.ts";
import type { Identity, Parent } from "./identity.ts";
import type { LanguageProcess } from "./language-process.ts";
import { magicLineAt, readMagics } from "./magics.ts";
import { Publisher } from "./publisher.ts";
import type { Death, SessionProcess } from "./session-process.ts";
import type { Sockets } from "./sockets.ts";

const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));

type Handler = (content: Content, request: Message) => Content | Promise<Content> | undefined;

/** How many finished cells can still print: timers and detached promises name their cell by its request. */
const rememberedCells = 10_000;

export class Kernel {
  readonly #identity: Identity;
  readonly #sockets: Sockets;
  readonly #publisher: Publisher;
  readonly #history = new History();
  readonly #session: SessionProcess;
  readonly #language: LanguageProcess;
  readonly #executions: ExecutionQueue;
  /** Request header by msg_id: the parent of what a cell puts out. */
  readonly #cells = new Map<string, Header>();
  /** Open comms: id → target. */
  readonly #comms = new Map<string, string>();
  /** Comm messages that the session has not dealt with yet. */
  readonly #handling = new Map<string, Header>();
  #inputFrom?: Message;
  #exitCode?: number;
  readonly #onShutdown: () => void;

  constructor(
    identity: Identity,
    sockets: Sockets,
    session: SessionProcess,
    language: LanguageProcess,
    onShutdown: () => void,
  ) {
    this.#identity = identity;
    this.#language = language;
    this.#sockets = sockets;
    this.#onShutdown = onShutdown;
    this.#publisher = new Publisher(sockets.iopub, identity);
    this.#session = session;
    session.listen({
      report: (report) => this.#onReport(report),
      raw: (name, text) => this.#publisher.stream(name, text, this.#executions.current?.header ?? {}),
      died: (how) => this.#onDeath(how),
    });
    this.#executions = new ExecutionQueue({
      publisher: this.#publisher,
      history: this.#history,
      session: this.#session,
      reply: (request, type, content) => this.#reply("shell", request, type, content),
      checker: new CellChecker(this.#language, process.env.MEDGYM_CHECK),
    });
    sockets.listen({
      shell: (message) => this.#onRequest("shell", message),
      control: (message) => this.#onRequest("control", message),
      stdin: (message) => this.#onInput(message),
      subscribed: (topic) => this.#welcome(topic),
    });
    this.#publisher.status("starting", {});
  }

  interrupt(): void {
    if (this.#executions.interruptCheck()) return;
    this.#session.signal({ type: "interrupt", cell: this.#executions.current?.header.msg_id });
  }

  async shutdown(): Promise<void> {
    this.#language.stop();
    await this.#session.stop();
    this.#publisher.flush();
    await this.#sockets.close();
    this.#onShutdown();
  }

  readonly #handlers: Record<string, Handler> = {
    kernel_info_request: () => kernelInfo,
    is_complete_request: ({ code }) => isComplete(readMagics(String(code)).code) as Promise<object> as Promise<Content>,
    complete_request: (content) => this.#complete(content),
    inspect_request: (content) => this.#inspect(content),
    history_request: (content) => ({
      status: "ok",
      history: this.#history.query(content as unknown as HistoryRequest),
    }),
    comm_info_request: ({ target_name: wanted }) => {
      const comms = [...this.#comms].filter(([, target]) => wanted === undefined || wanted === target);
      return { status: "ok", comms: Object.fromEntries(comms.map(([id, target]) => [id, { target_name: target }])) };
    },
    interrupt_request: () => {
      this.interrupt();
      return { status: "ok" };
    },
    shutdown_request: ({ restart }, request) => {
      const reply = { status: "ok", restart: restart === true };
      this.#publisher.publish("shutdown_reply", reply, request.header);
      setImmediate(() => this.shutdown()); // after the reply is queued
      return reply;
    },
    debug_request: ({ seq, command }) => ({
      type: "response",
      request_seq: seq ?? 0,
      success: false,
      command: command ?? "",
      message: "this kernel has no debugger",
      body: {},
    }),
  };

  #onRequest(channel: "shell" | "control", request: Message): void {
    const type = request.header.msg_type;
    if (type === "execute_request") {
      this.#remember(request.header);
      return this.#executions.push(request);
    }
    if (type === "comm_open" || type === "comm_msg" || type === "comm_close") return this.#onComm(request);
    this.#publisher.status("busy", request.header);
    this.#answer(channel, request, type);
    // Answered the first question without TypeScript: now is the time to load it, where a snapshot has not.
    if (this.#executions.checker.mode !== "off") this.#language.start();
  }

  async #answer(channel: "shell" | "control", request: Message, type: string): Promise<void> {
    try {
      const handler = this.#handlers[type];
      if (handler) {
        const pending = handler(request.content, request);
        // Not awaited when it is there: requests are then answered in the order of their arrival.
        const content = pending instanceof Promise ? await pending : pending;
        if (content) this.#reply(channel, request, type.replace(/_request$/, "_reply"), content);
      } else if (type.endsWith("_request")) {
        const reason = { ename: "UnknownRequest", evalue: `this kernel does not know ${type}`, traceback: [] };
        this.#reply(channel, request, type.replace(/_request$/, "_reply"), { status: "error", ...reason });
      }
    } catch (error) {
      const { name: ename, message: evalue, stack } = error as Error;
      const traceback = String(stack).split("\n");
      this.#reply(channel, request, type.replace(/_request$/, "_reply"), { status: "error", ename, evalue, traceback });
    }
    this.#idle(request.header);
  }

  async #complete({ code, cursor_pos: position }: Content): Promise<Content> {
    const text = String(code);
    const { matches, kinds, start, end } = await this.#completions(text, toUnits(text, position));
    const [cursor_start, cursor_end] = [toCharacters(text, start), toCharacters(text, end)];
    const types = matches.map((match, i) => ({ text: match, type: kinds[i], start: cursor_start, end: cursor_end }));
    return { status: "ok", matches, cursor_start, cursor_end, metadata: { _jupyter_types_experimental: types } };
  }

  async #completions(text: string, cursor: number): Promise<Completions> {
    const magic = magicLineAt(text, cursor);
    if (!magic) return this.#language.complete(readMagics(text).code, cursor);
    const found = await this.#language.completeMagic(magic.line, cursor - magic.start);
    return { ...found, start: found.start + magic.start, end: found.end + magic.start };
  }

  async #inspect({ code, cursor_pos: position }: Content): Promise<Content> {
    const text = String(code);
    const cursor = toUnits(text, position);
    const magic = magicLineAt(text, cursor);
    const found = magic
      ? await this.#language.inspectMagic(magic.line, cursor - magic.start)
      : await this.#language.inspect(readMagics(text).code, cursor);
    if (!found) return { status: "ok", found: false, data: {}, metadata: {} };
    return { status: "ok", found: true, data: inspectionBundle(found), metadata: {} };
  }

  /** Passes a comm message on; its `idle` comes when the session has dealt with it. */
  #onComm(request: Message): void {
    const { header, content, buffers } = request;
    const comm = String(content.comm_id);
    const type = header.msg_type;
    if (type === "comm_open") this.#comms.set(comm, String(content.target_name));
    if (type === "comm_close") this.#comms.delete(comm);
    this.#remember(header);
    this.#handling.set(header.msg_id, header);
    this.#publisher.status("busy", header);
    this.#session.send({
      type: type === "comm_open" ? "comm-open" : type === "comm_close" ? "comm-close" : "comm-message",
      cell: header.msg_id,
      comm,
      target: content.target_name as string | undefined,
      data: (content.data ?? {}) as Content,
      metadata: request.metadata,
      buffers,
    });
  }

  #idle(header: Header): void {
    this.#publisher.status("idle", header);
    // Front ends show the latest status they heard of: a cell that is still running is busy again.
    const running = this.#executions.current;
    if (running) this.#publisher.status("busy", running.header);
  }

  #reply(channel: "shell" | "control", request: Message, type: string, content: Content): void {
    this.#publisher.flush();
    const { header: parent, identities } = request;
    this.#sockets[channel].push(this.#identity.message(type, content, { parent, identities }));
  }

  #remember(header: Header): void {
    this.#cells.set(header.msg_id, header);
    if (this.#cells.size > rememberedCells) this.#cells.delete(this.#cells.keys().next().value!);
  }

  #onReport(report: Report): void {
    const parent: Parent =
      "cell" in report ? (this.#cells.get(report.cell) ?? this.#executions.current?.header ?? {}) : {};
    switch (report.type) {
      case "stream":
        return this.#publisher.stream(report.name, report.text, parent);
      case "display":
      case "update": {
        const type = report.type === "display" ? "display_data" : "update_display_data";
        const { data, metadata, buffers } = report;
        const transient = report.id === undefined ? {} : { display_id: report.id };
        return this.#publisher.publish(type, { data, metadata, transient }, parent, { buffers });
      }
      case "result":
        return this.#executions.result(report);
      case "clear":
        return this.#publisher.publish("clear_output", { wait: report.wait }, parent);
      case "input":
        return this.#askInput(report.prompt, report.password);
      case "done":
        return this.#executions.done(report);
      case "comm-open":
      case "comm-message":
      case "comm-close":
        return this.#publishComm(report, parent);
      case "transpile":
        this.#transpile(report.id, report.code, report.file);
        return;
      case "handled": {
        const header = this.#handling.get(report.cell);
        this.#handling.delete(report.cell);
        if (header) this.#idle(header);
        return;
      }
      case "exit":
        this.#exitCode = report.code;
        return;
    }
  }

  #publishComm(report: CommMessage, parent: Parent): void {
    const { type, comm, target, data, metadata, buffers } = report;
    if (type === "comm-open") this.#comms.set(comm, target ?? "");
    if (type === "comm-close") this.#comms.delete(comm);
    const message = type === "comm-open" ? "comm_open" : type === "comm-close" ? "comm_close" : "comm_msg";
    const opening = type === "comm-open" ? { target_name: target } : {};
    this.#publisher.publish(message, { comm_id: comm, ...opening, data }, parent, { metadata, buffers });
  }

  async #transpile(id: number, code: string, file: string): Promise<void> {
    try {
      this.#session.send({ type: "transpiled", id, ...(await this.#language.transpile(code, file)) });
    } catch (error) {
      this.#session.send({ type: "transpiled", id, error: (error as Error).message });
    }
  }

  #askInput(prompt: string, password: boolean): void {
    const request = this.#executions.current;
    if (!request) return;
    this.#publisher.flush();
    this.#inputFrom = request;
    const { header: parent, identities } = request;
    this.#sockets.stdin.push(this.#identity.message("input_request", { prompt, password }, { parent, identities }));
  }

  #onInput(message: Message): void {
    if (message.header.msg_type !== "input_reply" || !this.#inputFrom) return;
    this.#inputFrom = undefined;
    this.#session.signal({ type: "input", value: String(message.content.value ?? "") });
  }

  #onDeath({ code, signal, wasReady }: Death): void {
    const how =
      this.#exitCode !== undefined
        ? `called process.exit(${this.#exitCode})`
        : signal
          ? `was killed by ${signal}`
          : `exited with code ${code}`;
    this.#exitCode = undefined;
    this.#comms.clear();
    for (const header of this.#handling.values()) this.#publisher.status("idle", header);
    this.#handling.clear();
    this.#language.reset();
    this.#inputFrom = undefined;
    const next = wasReady
      ? "A new session has started; the variables of the old one are gone."
      : "It never came up, so no other is tried: restart the kernel once the cause, shown above or in Jupyter's log, is mended.";
    const message = `the session ${how}. ${next}`;
    if (wasReady) this.#session.start();
    else setImmediate(() => this.shutdown());
    const running = this.#executions.current;
    if (running) {
      const traceback = [`\u001b[31mSessionEnded: ${message}\u001b[39m`];
      this.#executions.fail({ name: "SessionEnded", value: message, traceback });
    } else this.#publisher.stream("stderr", `${message}\n`, [...this.#cells.values()].at(-1) ?? {});
  }

  /** https://github.com/jupyter/enhancement-proposals: a subscriber learns that it will miss nothing from here on. */
  #welcome(topic: Buffer): void {
    const message = this.#identity.message(
      "iopub_welcome",
      { subscription: topic.toString() },
      { identities: [topic] },
    );
    this.#sockets.iopub.push(message);
  }
}

const kernelInfo: Content = {
  status: "ok",
  protocol_version: protocolVersion,
  implementation: "medgym",
  implementation_version: version,
  banner: `medgym ${version}: TypeScript on Node ${process.version}`,
  language_info: {
    name: "typescript",
    version: "6.0",
    mimetype: "text/typescript",
    file_extension: ".ts",
    pygments_lexer: "typescript",
    codemirror_mode: { name: "javascript", typescript: true },
    nbconvert_exporter: "script",
  },
  debugger: false,
  supported_features: [],
  help_links: [{ text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/" }],
};

/** Jupyter counts characters (code points), JavaScript UTF-16 units. */
const toUnits = (text: string, position: unknown): number =>
  typeof position === "number" ? [...text].slice(0, position).join("").length : text.length;
const toCharacters = (text: string, units: number): number => [...text.slice(0, units)].length;
