/** Characters of all text in a row: of its messages, prompt and completion, or of every field. */
export function charactersIn(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  if (value instanceof Uint8Array) return value.length;
  return Object.values(value).reduce((total: number, inner) => total + charactersIn(inner), 0);
}
