import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { MedgymError } from "../core/errors.ts";

/**
 * safetensors files (https://huggingface.co/docs/safetensors): 8 bytes little-endian header length, a JSON header
 * `{name: {dtype, shape, data_offsets}}`, then the bytes. For small files (adapters, tests, optimiser state): large
 * models are read and written by the native engine.
 */
export interface StoredTensor {
  shape: number[];
  data: Float32Array;
}

/** Names and shapes in a file. */
export interface TensorHeader {
  dtype: string;
  shape: number[];
  /** Bytes from the end of the header. */
  offsets: [number, number];
}

export interface SafetensorsHeader {
  tensors: Map<string, TensorHeader>;
  metadata: Record<string, string>;
  /** Where the data begins in the file. */
  dataStart: number;
}

const bytesPerElement: Record<string, number> = {
  F64: 8,
  F32: 4,
  BF16: 2,
  F16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

export function readSafetensorsHeader(file: string): SafetensorsHeader {
  const size = fileSize(file);
  if (size < 8)
    throw new MedgymError("corrupt", `${file}: ${size} bytes, a safetensors file has at least 8. Download it again.`);
  const descriptor = openSync(file, "r");
  try {
    const prefix = Buffer.alloc(8);
    readSync(descriptor, prefix, 0, 8, 0);
    const length = Number(prefix.readBigUInt64LE());
    if (length > size - 8) {
      throw new MedgymError(
        "corrupt",
        `${file}: the header wants ${length} bytes, the file has ${size}. It is truncated or no safetensors file.`,
      );
    }
    const header = Buffer.alloc(length);
    readSync(descriptor, header, 0, length, 8);
    return parseHeader(file, header.toString("utf8"), size - 8 - length, 8 + length);
  } finally {
    closeSync(descriptor);
  }
}

function parseHeader(file: string, text: string, dataBytes: number, dataStart: number): SafetensorsHeader {
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new MedgymError("corrupt", `${file}: the header is not JSON (${(error as Error).message}).`);
  }
  const { __metadata__: metadata = {}, ...entries } = parsed;
  const tensors = new Map<string, TensorHeader>();
  for (const [name, value] of Object.entries(entries)) {
    const {
      dtype,
      shape,
      data_offsets: offsets,
    } = value as { dtype: string; shape: number[]; data_offsets: [number, number] };
    const wanted = shape.reduce((product, n) => product * n, 1) * (bytesPerElement[dtype] ?? Number.NaN);
    if (offsets[1] - offsets[0] !== wanted) {
      throw new MedgymError(
        "corrupt",
        `${file}: ${name} is ${dtype} [${shape}] but holds ${offsets[1] - offsets[0]} bytes.`,
      );
    }
    if (offsets[1] > dataBytes) {
      throw new MedgymError(
        "corrupt",
        `${file}: ${name} ends at byte ${offsets[1]} of the data, which has ${dataBytes}. The file is truncated.`,
      );
    }
    tensors.set(name, { dtype, shape, offsets });
  }
  return { tensors, metadata: metadata as Record<string, string>, dataStart };
}

/** All float tensors of a file, as f32. */
export function readSafetensors(file: string): Map<string, StoredTensor> {
  const { tensors, dataStart } = readSafetensorsHeader(file);
  const descriptor = openSync(file, "r");
  try {
    return new Map(
      [...tensors].map(([name, { dtype, shape, offsets }]) => {
        const bytes = Buffer.alloc(offsets[1] - offsets[0]);
        readSync(descriptor, bytes, 0, bytes.length, dataStart + offsets[0]);
        return [name, { shape, data: toFloat32(file, name, dtype, bytes) }];
      }),
    );
  } finally {
    closeSync(descriptor);
  }
}

function toFloat32(file: string, name: string, dtype: string, bytes: Buffer): Float32Array {
  if (dtype === "F32") return new Float32Array(new Uint8Array(bytes).buffer);
  if (dtype === "BF16" || dtype === "F16") {
    const raw = new Uint16Array(new Uint8Array(bytes).buffer);
    return Float32Array.from(raw, dtype === "BF16" ? bf16ToFloat : f16ToFloat);
  }
  throw new MedgymError("unsupported", `${file}: ${name} is ${dtype}. Read here: F32, BF16, F16.`);
}

/**
 * Writes a file under a temporary name, syncs it, then renames it: a reader never sees half of it.
 * @param dtype of the stored values; bf16 rounds to nearest even.
 */
export function writeSafetensors(
  file: string,
  tensors: Iterable<[string, StoredTensor]>,
  dtype: "f32" | "bf16" = "f32",
  metadata: Record<string, string> = { format: "pt" },
): void {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const chunk =
      dtype === "f32"
        ? new Uint8Array(data.slice().buffer)
        : new Uint8Array(Uint16Array.from(data, floatToBf16).buffer);
    header[name] = { dtype: dtype.toUpperCase(), shape, data_offsets: [offset, offset + chunk.length] };
    chunks.push(chunk);
    offset += chunk.length;
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(
    json.padEnd(Math.ceil(Buffer.byteLength(json) / 8) * 8 - Buffer.byteLength(json) + json.length),
  );
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(text.length));
  writeAtomically(file, [prefix, text, ...chunks]);
}

/** Temporary name, sync, rename. */
export function writeAtomically(file: string, chunks: Uint8Array[]): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const descriptor = openSync(temporary, "w");
    try {
      for (const chunk of chunks) {
        for (let done = 0; done < chunk.length; ) done += writeSync(descriptor, chunk, done);
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new MedgymError("io", `cannot write ${file}: ${(error as Error).message}`, { cause: error });
  }
}

function fileSize(file: string): number {
  try {
    return statSync(file).size;
  } catch (error) {
    throw new MedgymError("not-found", `${file}: no such file.`, { cause: error });
  }
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

export function bf16ToFloat(bits: number): number {
  scratchBits[0] = bits << 16;
  return scratch[0];
}

/** Rounds to nearest, ties to even; NaN stays NaN. */
export function floatToBf16(value: number): number {
  scratch[0] = value;
  if (Number.isNaN(value)) return 0x7fc0;
  return ((scratchBits[0] + 0x7fff + ((scratchBits[0] >>> 16) & 1)) >>> 16) & 0xffff;
}

export function f16ToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
