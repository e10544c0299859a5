import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteTokenizer } from "./byte-tokenizer.ts";

const tokenizer = new ByteTokenizer();

test("any text comes back, whole or streamed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const ids = tokenizer.encode(text);
      expect(tokenizer.decode(ids)).toBe(text);
      const stream = tokenizer.streamDecoder();
      expect([...ids].map((id) => stream.push(id)).join("") + stream.end()).toBe(text);
    }),
  );
});

test("a chat: special tokens are one id, the assistant's turns are marked to their end", () => {
  const messages = [
    { role: "user", content: "hi" },
    { role: "assistant", content: "é" },
  ];
  expect(tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true })).toBe(
    "<|start|>user\nhi<|end|><|start|>assistant\né<|end|><|start|>assistant\n",
  );
  const { ids, assistantMask } = tokenizer.encodeChat(messages);
  // start, "user\n", "hi", end, start, "assistant\n" are not the assistant's; two bytes of é and the end are.
  expect(ids).toHaveLength(1 + 5 + 2 + 1 + 1 + 10 + 2 + 1);
  expect([...assistantMask]).toEqual([...Array(20).fill(0), 1, 1, 1]);
  expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe("user\nhiassistant\né");
  expect(tokenizer.eosTokenIds).toEqual([tokenizer.idOf("<|end|>")]);
});

test("tools and calls", () => {
  const call = { type: "function", function: { name: "dose", arguments: { kg: 20 } } };
  const text = tokenizer.applyChatTemplate([{ role: "assistant", tool_calls: [call] }], { tools: [{ name: "dose" }] });
  expect(text).toBe(
    `<|start|>tools\n[{"name": "dose"}]<|end|><|start|>assistant\n${JSON.stringify([call]).replace(/([,:])/g, "$1 ")}<|end|>`,
  );
});
