import { MedgymError } from "../../core/errors.ts";

export type Rows = Iterable<object> | AsyncIterable<object>;
type Fields = Record<string, unknown>;

/** Rows of a source one after the other, each an object. */
export async function* eachRow(rows: Rows): AsyncGenerator<Fields> {
  let count = 0;
  for await (const row of rows) {
    count++;
    if (typeof row !== "object" || row === null || Array.isArray(row))
      throw new MedgymError("invalid-argument", `data.write: row ${count} is not an object.`);
    yield row as Fields;
  }
}

/** A row's field by its name, whatever the name: `__proto__` would set the prototype. */
export function putField(row: Fields, name: string, value: unknown): void {
  if (name !== "__proto__") row[name] = value;
  else Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
}
