/** Rows to Arrow columns. Loads apache-arrow: import it lazily. */
import {
  Binary,
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";
import { plain, type Shape } from "./shape.ts";
import { absentKey, extensionKey, jsonExtension } from "./types.ts";

/** The columns of rows of this shape. */
export function schemaOf(shape: Shape): Schema {
  return new Schema(fieldsOf(shape));
}

function fieldsOf(shape: Shape): Field[] {
  return [...shape.fields].map(([name, field]) => fieldOf(name, field, field.absentIn(shape.objects)));
}

function fieldOf(name: string, shape: Shape, absent: boolean): Field {
  const metadata = new Map<string, string>();
  const type = asJson(shape, absent) ? undefined : typeOf(shape);
  if (!type) metadata.set(extensionKey, jsonExtension).set("ARROW:extension:metadata", "");
  if (absent) metadata.set(absentKey, "true");
  return new Field(name, type ?? new Utf8(), true, metadata);
}

/** A typed column has one way to be empty: where fields are both null and left out, text says which. */
function asJson(shape: Shape, absent: boolean): boolean {
  return shape.kind() === undefined || (absent && shape.nulls > 0);
}

function typeOf(shape: Shape): DataType {
  switch (shape.kind()!) {
    case "boolean":
      return new Bool();
    case "integer":
      return new Int64();
    case "number":
      return new Float64();
    case "text":
      return new Utf8();
    case "bytes":
      return new Binary();
    case "list":
      return new List(fieldOf("item", shape.item!, false));
    case "struct":
      return new Struct(fieldsOf(shape));
  }
}

/** Rows as one record batch of the schema that their shape gave. */
export function batchOf(rows: readonly Record<string, unknown>[], schema: Schema): RecordBatch {
  const children = schema.fields.map((field) =>
    dataOf(
      field,
      rows.map((row) => (Object.hasOwn(row, field.name) ? row[field.name] : undefined)),
    ),
  );
  const type = new Struct(schema.fields);
  return new RecordBatch(schema, makeData({ type, length: rows.length, nullCount: 0, children }));
}

/** One column; undefined is a field that is left out. */
function dataOf({ type, metadata }: Field, values: readonly unknown[]): Data {
  const length = values.length;
  if (metadata.get(extensionKey) === jsonExtension) {
    const absent = metadata.has(absentKey);
    return textData(
      values.map((value) => {
        if (value === undefined || (value === null && !absent)) return null;
        return JSON.stringify(value) ?? "null";
      }),
    );
  }
  const { nullBitmap, nullCount } = nullsOf(values);
  const common = { length, nullCount, nullBitmap };
  if (type instanceof Utf8) return textData(values as (string | null)[]);
  if (type instanceof Bool) {
    const bits = new Uint8Array(byteLength(length));
    values.forEach((value, i) => {
      if (value) bits[i >> 3] |= 1 << (i & 7);
    });
    return makeData({ type, ...common, data: bits });
  }
  if (type instanceof Int64) {
    return makeData({ type, ...common, data: BigInt64Array.from(values, (value) => BigInt((value as number) ?? 0)) });
  }
  if (type instanceof Float64)
    return makeData({ type, ...common, data: Float64Array.from(values, (value) => Number(value ?? 0)) });
  if (type instanceof Binary) {
    const { bytes, valueOffsets } = joined(values.map((value) => (value ?? empty) as Uint8Array));
    return makeData({ type, ...common, data: bytes, valueOffsets });
  }
  if (type instanceof List) {
    const valueOffsets = new Int32Array(length + 1);
    const items: unknown[] = [];
    values.forEach((value, i) => {
      for (const item of (value as unknown[] | null) ?? []) items.push(item ?? null);
      valueOffsets[i + 1] = items.length;
    });
    return makeData({ type, ...common, valueOffsets, child: dataOf(type.children[0], items) });
  }
  const objects = values.map((value) => (value == null ? undefined : (plain(value as object) as object)));
  const children = (type as Struct).children.map((field) =>
    dataOf(
      field,
      objects.map((value) =>
        value && Object.hasOwn(value, field.name) ? (value as Record<string, unknown>)[field.name] : undefined,
      ),
    ),
  );
  return makeData({ type: type as Struct, ...common, children });
}

const empty = new Uint8Array();
/** Arrow pads buffers to 8 bytes; a bitmap of n bits. */
const byteLength = (bits: number) => ((bits + 63) >> 6) << 3;

function nullsOf(values: readonly unknown[]): { nullBitmap?: Uint8Array; nullCount: number } {
  const bits = new Uint8Array(byteLength(values.length));
  let nullCount = 0;
  values.forEach((value, i) => {
    if (value == null) nullCount++;
    else bits[i >> 3] |= 1 << (i & 7);
  });
  return nullCount > 0 ? { nullBitmap: bits, nullCount } : { nullCount };
}

function textData(values: readonly (string | null | undefined | object)[]): Data {
  const parts = values.map((value) => (value == null ? empty : Buffer.from(textIn(value))));
  const { bytes, valueOffsets } = joined(parts);
  return makeData({ type: new Utf8(), length: values.length, ...nullsOf(values), data: bytes, valueOffsets });
}

/** Dates are texts, as in JSON. */
function textIn(value: string | object): string {
  return typeof value === "string" ? value : String(plain(value));
}

function joined(parts: readonly Uint8Array[]): { bytes: Uint8Array; valueOffsets: Int32Array } {
  const valueOffsets = new Int32Array(parts.length + 1);
  parts.forEach((part, i) => {
    valueOffsets[i + 1] = valueOffsets[i] + part.length;
  });
  const bytes = new Uint8Array(valueOffsets[parts.length]);
  parts.forEach((part, i) => {
    bytes.set(part, valueOffsets[i]);
  });
  return { bytes, valueOffsets };
}
