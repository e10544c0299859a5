/**
 * Jupyter messaging protocol 5.4 on the wire: https://jupyter-client.readthedocs.io/en/stable/messaging.html
 * Shared by the kernel's front process and by our client; it knows the format and opens no socket.
 *
 * frames = identities…, "<IDS|MSG>", HMAC-SHA256 hex, header, parent header, metadata, content, buffers…
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

export const protocolVersion = "5.4";

/** The kernel's connection file. Mode 0600: the key lets its holder run code. */
export interface ConnectionInfo {
  transport: "tcp" | "ipc";
  /** An address for tcp, a path prefix for ipc. */
  ip: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
  key: string;
  signature_scheme: string;
  kernel_name?: string;
}

export type ChannelName = "shell" | "iopub" | "stdin" | "control" | "hb";

/** The address of one socket: `tcp://ip:port`, or `ipc://path-port`. */
export function endpoint(connection: ConnectionInfo, channel: ChannelName): string {
  const port = connection[`${channel}_port`];
  return connection.transport === "ipc" ? `ipc://${connection.ip}-${port}` : `tcp://${connection.ip}:${port}`;
}

export interface Header {
  msg_id: string;
  /** One per client, or per kernel process. */
  session: string;
  username: string;
  /** ISO 8601 */
  date: string;
  msg_type: string;
  version: string;
  subshell_id?: string | null;
}

export type Content = Record<string, unknown>;

export interface Message<C = Content> {
  /** Routing prefix: ROUTER addresses, or the topic on iopub. */
  identities: Buffer[];
  header: Header;
  /** `{}` where the message answers nothing. */
  parentHeader: Header | Record<string, never>;
  metadata: Record<string, unknown>;
  content: C;
  /** Binary frames after the content (comms). */
  buffers: Buffer[];
}

export function newHeader(type: string, session: string, username = "medgym"): Header {
  const date = new Date().toISOString();
  return { msg_id: randomUUID(), session, username, date, msg_type: type, version: protocolVersion };
}

const delimiter = Buffer.from("<IDS|MSG>");

/** Hex digest over the four JSON frames; empty where the connection has no key. */
function sign(frames: readonly Buffer[], key: string): string {
  if (!key) return "";
  const hmac = createHmac("sha256", key);
  for (const frame of frames) hmac.update(frame);
  return hmac.digest("hex");
}

export function encode(message: Message<object>, key: string): Buffer[] {
  const parts = [message.header, message.parentHeader, message.metadata, message.content];
  const json = parts.map((part) => Buffer.from(JSON.stringify(part)));
  return [...message.identities, delimiter, Buffer.from(sign(json, key)), ...json, ...message.buffers];
}

/** Thrown by `decode`; a peer drops such a message and goes on. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "WireError";
  }
}

/** The inverse of `encode`; throws a WireError when frames are missing, the signature is wrong or the JSON is broken. */
export function decode(frames: readonly Buffer[], key: string): Message {
  const at = frames.findIndex((frame) => frame.equals(delimiter));
  if (at < 0) throw new WireError(`no <IDS|MSG> delimiter in ${frames.length} frames`);
  const json = frames.slice(at + 2, at + 6);
  if (json.length < 4) throw new WireError(`${frames.length - at - 1} frames after the delimiter, at least 5 expected`);
  if (key) {
    const expected = Buffer.from(sign(json, key));
    const given = frames[at + 1];
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new WireError("wrong signature");
  }
  const [header, parentHeader, metadata, content] = json.map(parseObject);
  if (typeof header.msg_type !== "string" || typeof header.msg_id !== "string") {
    throw new WireError("header without msg_type or msg_id");
  }
  return {
    identities: frames.slice(0, at),
    header: header as unknown as Header,
    parentHeader: parentHeader as unknown as Header,
    metadata,
    content,
    buffers: frames.slice(at + 6),
  };
}

const partNames = ["header", "parent header", "metadata", "content"];

function parseObject(frame: Buffer, index: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(frame.toString());
  } catch (error) {
    throw new WireError(`${partNames[index]} is not JSON: ${(error as Error).message}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new WireError(`${partNames[index]} is not an object`);
  }
  return value as Record<string, unknown>;
}
