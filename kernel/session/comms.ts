/**
 * Comms: channels between code in cells and code in the front end (widgets). Reached under a symbol on `globalThis`:
 * `globalThis[Symbol.for("Jupyter.comms")].open("target", data)`.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages
 */
import { type Cell, currentCell, inCell } from "./cells.ts";
import { report } from "./channel.ts";
import type { CommMessage } from "./protocol.ts";

type Data = Record<string, unknown>;

export interface IncomingMessage {
  data: Data;
  metadata: Data;
  buffers: Buffer[];
}

export class Comm {
  readonly id: string;
  readonly target: string;
  onMessage?: (message: IncomingMessage) => void;
  onClose?: (message: IncomingMessage) => void;

  constructor(target: string, id: string = crypto.randomUUID()) {
    this.target = target;
    this.id = id;
    open.set(id, this);
  }

  send(data: Data = {}, extra: { metadata?: Data; buffers?: Uint8Array[] } = {}): void {
    post("comm-message", this, data, extra);
  }

  close(data: Data = {}): void {
    if (open.delete(this.id)) post("comm-close", this, data, {});
  }
}

const open = new Map<string, Comm>();
const targets = new Map<string, (comm: Comm, message: IncomingMessage) => void>();

function post(
  type: CommMessage["type"],
  comm: Comm,
  data: Data,
  { metadata, buffers }: { metadata?: Data; buffers?: Uint8Array[] },
): void {
  const bytes = buffers?.map((buffer) => Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength));
  report({ type, cell: currentCell()?.id ?? "", comm: comm.id, target: comm.target, data, metadata, buffers: bytes });
}

const comms = {
  /** Opens a comm to code that the front end registered under `target`. */
  open(target: string, data: Data = {}, extra: { metadata?: Data; buffers?: Uint8Array[] } = {}): Comm {
    const comm = new Comm(target);
    post("comm-open", comm, data, extra);
    return comm;
  },
  /** `handler` gets the comms that the front end opens to `target`. */
  register(target: string, handler: (comm: Comm, message: IncomingMessage) => void): void {
    targets.set(target, handler);
  },
};

/** A comm message of the front end; what its handlers print belongs to that message. */
export function onCommMessage({ type, cell: id, comm: commId, target = "", ...rest }: CommMessage): void {
  const cell: Cell = { id, count: 0, silent: false, allowStdin: false, interruption: new AbortController() };
  const message: IncomingMessage = { data: rest.data, metadata: rest.metadata ?? {}, buffers: rest.buffers ?? [] };
  inCell(cell, () => {
    if (type === "comm-open") {
      const comm = new Comm(target, commId);
      const handler = targets.get(target);
      // The protocol's answer to an unknown target.
      if (handler) handler(comm, message);
      else comm.close();
      return;
    }
    const comm = open.get(commId);
    if (type === "comm-message") return comm?.onMessage?.(message);
    open.delete(commId);
    comm?.onClose?.(message);
  });
}

export function installComms(): void {
  Object.defineProperty(globalThis, Symbol.for("Jupyter.comms"), { value: comms, configurable: true });
}
