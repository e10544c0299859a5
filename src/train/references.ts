/** Models and data as references with a hash of their content, for manifests and for the check before a resume. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Model } from "../model/model.ts";
import type { Examples } from "./examples.ts";
import type { SftData } from "./rows.ts";

const sampleBytes = 1 << 16;
const samples = 64;

/**
 * SHA-256 over config and weight files: whole below 4 MB, above over size and 64 samples of 64 kB spread evenly, so that
 * it takes milliseconds for any model. It tells models apart; it is no proof against forgery.
 */
export async function hashModelFiles(directory: string): Promise<string> {
  const hash = createHash("sha256");
  const names = (await readdir(directory)).filter((name) => name === "config.json" || name.endsWith(".safetensors"));
  for (const name of names.sort()) {
    const path = join(directory, name);
    const { size } = await stat(path);
    hash.update(`${name}:${size};`);
    const file = await open(path, "r");
    const length = Math.min(size, sampleBytes);
    const count = Math.min(samples, Math.ceil(size / sampleBytes));
    for (let i = 0; i < count; i++) {
      const buffer = new Uint8Array(length);
      const at = count === 1 ? 0 : Math.floor((i * (size - length)) / (count - 1));
      const { bytesRead } = await file.read(buffer, 0, length, at);
      hash.update(buffer.subarray(0, bytesRead));
    }
    await file.close();
  }
  return hash.digest("hex");
}

export async function describeModel(model: Model): Promise<Record<string, unknown>> {
  const { source, info, adapter } = model;
  const hasFiles = source.directory !== null && existsSync(source.directory);
  return {
    id: source.id,
    directory: source.directory,
    revision: source.revision,
    architecture: info.architecture,
    parameters: info.parameters,
    dtype: info.dtype,
    hash: hasFiles ? await hashModelFiles(source.directory!) : null,
    adapter: adapter && { name: adapter.name, directory: adapter.directory, ...adapter.config },
  };
}

export function describeData(data: SftData, examples: Examples): Record<string, unknown> {
  const { items, hash, rows, tokens, scoredTokens, truncated, dropped, unscored } = examples;
  const path = typeof data === "string" ? data : undefined;
  return { path, rows, sequences: items.length, tokens, scoredTokens, truncated, dropped, unscored, hash };
}
