import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeSafetensors } from "../src/engine/safetensors.ts";
import { ggufName, writeGguf } from "./gguf.ts";
import { shapes } from "./shapes.ts";

test("a GGUF file: header, metadata, and each tensor's bytes at its aligned offset", () => {
  const folder = mkdtempSync(join(tmpdir(), "medgym-gguf-"));
  try {
    const norm = Float32Array.of(1, 2, 3);
    const query = Float32Array.of(1, 2, 3, 4, 5, 6);
    const tensors = new Map([
      ["model.norm.weight", { shape: [3], data: norm }],
      ["model.layers.1.self_attn.q_proj.weight", { shape: [2, 3], data: query }],
    ]);
    writeSafetensors(join(folder, "model.safetensors"), tensors);
    const file = join(folder, "x.gguf");
    writeGguf(folder, shapes.nano.config, file);
    const bytes = readFileSync(file);
    expect(bytes.toString("latin1", 0, 4)).toBe("GGUF");
    expect(bytes.readUInt32LE(4)).toBe(3);
    expect(bytes.readBigUInt64LE(8)).toBe(2n);
    // A tensor's entry: its name, number of dimensions, those innermost first, type, offset from the data's start.
    const entry = (name: string, dimensions: number) => {
      const at = bytes.indexOf(name) + name.length;
      const sizes = Array.from({ length: dimensions }, (_, i) => Number(bytes.readBigUInt64LE(at + 4 + 8 * i)));
      const end = at + 4 + 8 * dimensions;
      return {
        count: bytes.readUInt32LE(at),
        sizes,
        type: bytes.readUInt32LE(end),
        offset: Number(bytes.readBigUInt64LE(end + 4)),
      };
    };
    const found = { norm: entry("output_norm.weight", 1), query: entry("blk.1.attn_q.weight", 2) };
    expect(found.norm).toMatchObject({ count: 1, sizes: [3], type: 0 });
    expect(found.query).toMatchObject({ count: 2, sizes: [3, 2], type: 0 });
    expect([found.norm.offset, found.query.offset].sort((a, b) => a - b)).toEqual([0, 32]);
    // Both pad to 32 bytes, and the data are the file's end.
    const start = bytes.length - 64;
    expect(start % 32).toBe(0);
    const floats = (offset: number, count: number) =>
      Array.from({ length: count }, (_, i) => bytes.readFloatLE(start + offset + 4 * i));
    expect(floats(found.norm.offset, 3)).toEqual([...norm]);
    expect(floats(found.query.offset, 6)).toEqual([...query]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a tensor that Qwen2 does not have is refused", () => {
  expect(ggufName("model.layers.3.mlp.down_proj.weight")).toBe("blk.3.ffn_down.weight");
  expect(ggufName("model.layers.0.self_attn.k_proj.bias")).toBe("blk.0.attn_k.bias");
  expect(() => ggufName("model.layers.0.self_attn.q_norm.weight")).toThrow(/no name for the tensor/);
});
