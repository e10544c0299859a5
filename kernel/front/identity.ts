/** Who signs: the key of the connection and the session id, over the wire format that kernel and client share. */
import { randomUUID } from "node:crypto";
import { type Content, decode, encode, type Header, type Message, newHeader, WireError } from "../wire.ts";

export type Parent = Header | Record<string, never>;

export class Identity {
  readonly session = randomUUID();
  readonly #key: string;

  /**
   * @param key the connection file's; empty turns signing off, as the protocol allows
   * @param scheme the connection file's `signature_scheme`
   */
  constructor(key: string, scheme = "hmac-sha256") {
    if (key && scheme !== "hmac-sha256") throw new WireError(`signature scheme "${scheme}"; only hmac-sha256 is known`);
    this.#key = key;
  }

  /** A message of ours; identities route a reply, or are the topic on iopub. */
  message(
    type: string,
    content: Content,
    to: { parent?: Parent; identities?: Buffer[]; metadata?: Content; buffers?: Buffer[] } = {},
  ): Message {
    const { parent = {}, identities = [], metadata = {}, buffers = [] } = to;
    return { identities, header: newHeader(type, this.session), parentHeader: parent, metadata, content, buffers };
  }

  encode(message: Message): Buffer[] {
    return encode(message, this.#key);
  }

  /** @throws WireError */
  decode(frames: Buffer[]): Message {
    return decode(frames, this.#key);
  }
}
