/**
 * What the values of a column are, found by looking at all of them. Memory: the shape, not the values.
 *
 * Rows are JSON, columns are typed; what fits no type is kept as JSON text (Arrow's canonical extension `arrow.json`), so that
 * every row comes back as it was.
 */
export type Kind = "boolean" | "integer" | "number" | "text" | "bytes" | "list" | "struct";

export class Shape {
  readonly kinds = new Set<Kind>();
  /** Values seen, nulls too. */
  count = 0;
  nulls = 0;
  /** Objects seen. */
  objects = 0;
  /** Texts that UTF-8 cannot hold: half a surrogate pair. */
  broken = false;
  /** Every text is JSON, and one of them looks it: in CSV they need a second pair of quotes. */
  #allJson = true;
  #anyJson = false;
  item?: Shape;
  readonly fields = new Map<string, Shape>();

  add(value: unknown): void {
    this.count++;
    switch (typeof value) {
      case "string":
        this.#addText(value);
        return;
      case "number":
        this.kinds.add(Number.isSafeInteger(value) && !Object.is(value, -0) ? "integer" : "number");
        return;
      case "bigint":
        this.kinds.add("integer");
        return;
      case "boolean":
        this.kinds.add("boolean");
        return;
      case "object":
        if (value === null) this.nulls++;
        else this.#addObject(plain(value));
        return;
      default:
        this.nulls++; // what JSON makes of undefined and functions in a list
    }
  }

  #addText(value: string): void {
    this.kinds.add("text");
    if (!(value as unknown as { isWellFormed(): boolean }).isWellFormed()) this.broken = true;
    if (!this.#allJson) return;
    if (!isJson(value)) this.#allJson = false;
    else if (looksJson(value)) this.#anyJson = true;
  }

  #addObject(value: object): void {
    if (typeof value !== "object" || value === null) {
      this.count--;
      this.add(value);
    } else if (value instanceof Uint8Array) this.kinds.add("bytes");
    else if (Array.isArray(value)) {
      this.kinds.add("list");
      this.item ??= new Shape();
      for (const item of value) this.item.add(item);
    } else {
      this.kinds.add("struct");
      this.addFields(value as Record<string, unknown>);
    }
  }

  addFields(row: Record<string, unknown>): void {
    this.objects++;
    for (const name of Object.keys(row)) {
      const value = row[name];
      if (value === undefined) continue;
      const shape = this.fields.get(name) ?? new Shape();
      if (shape.count === 0) this.fields.set(name, shape);
      shape.add(value);
    }
  }

  /** Whether some of `of` objects leave this field out. */
  absentIn(of: number): boolean {
    return this.count < of;
  }

  /** The one kind that holds every value exactly; undefined where only JSON text does. */
  kind(): Kind | undefined {
    const kinds = [...this.kinds];
    if (this.broken) return undefined;
    if (kinds.length === 2 && kinds.every((kind) => kind === "integer" || kind === "number")) return "number";
    if (kinds.length !== 1) return undefined;
    if (kinds[0] === "list" && this.item!.kinds.size === 0) return undefined;
    if (kinds[0] === "struct" && !this.#isStruct()) return undefined;
    return kinds[0];
  }

  /** Not a dictionary, whose keys are data: those have many keys, each in few objects. */
  #isStruct(): boolean {
    const size = this.fields.size;
    if (size === 0 || size > mostFields) return false;
    let filled = 0;
    for (const field of this.fields.values()) filled += field.count;
    return size <= 8 || filled / (size * this.objects) >= 0.5;
  }

  /** Texts that a CSV reader would take for JSON. */
  get textIsJson(): boolean {
    return this.#allJson && this.#anyJson;
  }
}

const mostFields = 256;

/** A value as JSON has it: dates and the like say themselves what they are. */
export function plain(value: object): object {
  const own = (value as { toJSON?: () => object }).toJSON;
  return typeof own === "function" && !(value instanceof Uint8Array) ? own.call(value) : value;
}

export function looksJson(text: string): boolean {
  return /^\s*["[{]/.test(text);
}

export function isJson(text: string): boolean {
  const first = text.trimStart()[0];
  if (first === undefined || !'"[{-0123456789tfn'.includes(first)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
