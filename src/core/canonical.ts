import { createHash } from "node:crypto";

/** JSON with sorted keys, so that equal values give equal text; `undefined` fields are left out, as in JSON. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  let out = "";
  if (Array.isArray(value)) {
    for (const item of value) out += `${out && ","}${canonicalJson(item)}`;
    return `[${out}]`;
  }
  for (const key of Object.keys(value).sort()) {
    const field = (value as Record<string, unknown>)[key];
    if (field !== undefined) out += `${out && ","}${JSON.stringify(key)}:${canonicalJson(field)}`;
  }
  return `{${out}}`;
}

/** SHA-256 of the canonical JSON, 64 hexadecimal digits. */
export function hashJson(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
