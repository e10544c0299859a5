import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { decode, encode, endpoint, type Message, newHeader, WireError } from "./wire.ts";

const message = (over: Partial<Message> = {}): Message => ({
  identities: [Buffer.from([0, 1, 255])],
  header: newHeader("execute_request", "s"),
  parentHeader: {},
  metadata: {},
  content: { code: "1 + 1 // é 😀" },
  buffers: [Buffer.from("<IDS|MSG>"), Buffer.alloc(0)],
  ...over,
});

describe("wire format", () => {
  test("what is encoded is decoded, buffers and identities too", () => {
    const sent = message();
    expect(decode(encode(sent, "key"), "key")).toEqual(sent);
    expect(decode(encode(sent, ""), "")).toEqual(sent);
  });

  test("the signature is HMAC-SHA256 over header, parent, metadata and content", () => {
    const frames = encode(message(), "key");
    const hmac = createHmac("sha256", "key")
      .update(Buffer.concat(frames.slice(3, 7)))
      .digest("hex");
    expect(frames[2].toString()).toBe(hmac);
  });

  test.each([
    ["another key", (f: Buffer[]) => f, "other", /signature/],
    [
      "changed content",
      (f: Buffer[]) => f.map((x, i) => (i === 6 ? Buffer.from('{"code":"evil"}') : x)),
      "key",
      /signature/,
    ],
    ["short signature", (f: Buffer[]) => f.map((x, i) => (i === 2 ? Buffer.from("ab") : x)), "key", /signature/],
    ["no delimiter", () => [Buffer.from("hello")], "key", /delimiter/],
    ["missing frames", (f: Buffer[]) => f.slice(0, 5), "key", /frames/],
    ["broken JSON", (f: Buffer[]) => f.map((x, i) => (i === 5 ? Buffer.from("{") : x)), "", /metadata is not JSON/],
    ["an array", (f: Buffer[]) => f.map((x, i) => (i === 6 ? Buffer.from("[]") : x)), "", /content is not an object/],
    ["no type", (f: Buffer[]) => f.map((x, i) => (i === 3 ? Buffer.from("{}") : x)), "", /header without/],
  ])("%s is refused", (_name, change, key, reason) => {
    const frames = change(encode(message(), "key"));
    expect(() => decode(frames, key)).toThrow(WireError);
    expect(() => decode(frames, key)).toThrow(reason);
  });

  test("endpoints", () => {
    const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 };
    const rest = { ...ports, key: "", signature_scheme: "hmac-sha256" };
    expect(endpoint({ transport: "tcp", ip: "127.0.0.1", ...rest }, "iopub")).toBe("tcp://127.0.0.1:2");
    expect(endpoint({ transport: "ipc", ip: "/tmp/k", ...rest }, "hb")).toBe("ipc:///tmp/k-5");
  });
});
