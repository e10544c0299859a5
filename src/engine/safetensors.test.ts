import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  bf16ToFloat,
  f16ToFloat,
  floatToBf16,
  readSafetensors,
  readSafetensorsHeader,
  writeSafetensors,
} from "./safetensors.ts";

const scratch = mkdtempSync(join(tmpdir(), "medgym-safetensors-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("safetensors", () => {
  it("reads back what it wrote and leaves no temporary file", () => {
    const file = join(scratch, "a.safetensors");
    const data = Float32Array.of(1, -2.5, 1e-30, 3);
    writeSafetensors(file, [["w", { shape: [2, 2], data }]]);
    expect(readSafetensors(file).get("w")).toEqual({ shape: [2, 2], data });
    expect(readFileSync(file).readBigUInt64LE() % 8n).toBe(0n);
    expect(readdirSync(scratch)).toEqual(["a.safetensors"]);
  });

  it("reads a file that the safetensors library wrote", () => {
    const header = readSafetensorsHeader("test/fixtures/lora/qkvo/adapter_model.safetensors");
    expect(header.tensors.get("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight")).toMatchObject({
      dtype: "F32",
      shape: [4, 64],
    });
  });

  it("names file and tensor when the file is cut, its header is broken, or its shape lies", () => {
    const file = join(scratch, "cut.safetensors");
    writeSafetensors(file, [["w", { shape: [4], data: new Float32Array(4) }]]);
    const whole = readFileSync(file);
    truncateSync(file, whole.length - 1);
    expect(() => readSafetensors(file)).toThrow(/cut\.safetensors: w ends at byte 16 of the data, which has 15/);
    truncateSync(file, 20);
    expect(() => readSafetensors(file)).toThrow(/cut\.safetensors: the header wants/);
    truncateSync(file, 3);
    expect(() => readSafetensors(file)).toThrow(/3 bytes/);
    writeFileSync(file, Buffer.from(whole.toString("latin1").replace("[4]", "[5]"), "latin1"));
    expect(() => readSafetensors(file)).toThrow(/w is F32 \[5\] but holds 16 bytes/);
    expect(() => readSafetensors(join(scratch, "none"))).toThrow(/no such file/);
  });
});

describe("half precision", () => {
  it("rounds bf16 to nearest even", () => {
    // bf16 keeps 7 fraction bits: 1 + 2^-8 is half way between 1 and 1 + 2^-7 and goes to the even 1;
    // 1 + 3·2^-8 is half way between 1 + 2^-7 and 1 + 2^-6 and goes to the even 1 + 2^-6.
    expect(bf16ToFloat(floatToBf16(1 + 2 ** -8))).toBe(1);
    expect(bf16ToFloat(floatToBf16(1 + 3 * 2 ** -8))).toBe(1 + 2 ** -6);
    expect(bf16ToFloat(floatToBf16(-3.5))).toBe(-3.5);
    expect(bf16ToFloat(floatToBf16(Number.NaN))).toBeNaN();
    expect(bf16ToFloat(floatToBf16(Number.POSITIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
  });

  it("reads f16", () => {
    expect([0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00].map(f16ToFloat)).toEqual([
      1,
      -2,
      2 ** -24,
      65504,
      Number.POSITIVE_INFINITY,
    ]);
  });
});
