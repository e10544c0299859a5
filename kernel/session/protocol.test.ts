import { expect, test } from "vitest";
import { encodeFrame, type Frame, FrameReader } from "./protocol.ts";

const frames: Frame[] = [
  { type: "ready" },
  { type: "stream", text: "α\u0000β\n" } as Frame,
  { type: "comm-message", buffers: [Buffer.from([0, 1, 2]), Buffer.alloc(0), Buffer.from([255])] },
  { type: "done" },
];

test.each([1, 2, 3, 7, 1000])("frames survive a pipe that delivers %d bytes at a time", (size) => {
  const bytes = Buffer.concat(frames.map(encodeFrame));
  const read: Frame[] = [];
  const reader = new FrameReader<Frame>((frame) => read.push(frame));
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  expect(read).toEqual(frames);
});
