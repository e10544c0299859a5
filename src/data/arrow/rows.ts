/** Arrow columns to rows. Needs nothing of apache-arrow but the table that it is given. */
import type { DataType, Field, RecordBatch, Table, Vector } from "apache-arrow";
import { putField } from "../formats/rows.ts";
import { absentKey, extensionKey, jsonExtension, typeIds } from "./types.ts";

type Fields = Record<string, unknown>;
type Reader = (value: unknown) => unknown;
type Column = Pick<Vector, "get" | "length">;

export function isTable(value: unknown): value is Table {
  const table = value as Table | null;
  return typeof table?.getChildAt === "function" && Array.isArray(table.batches) && table.schema !== undefined;
}

/**
 * Rows as plain objects. Integers are numbers where a number holds them, else bigint; dates and timestamps are ISO text,
 * decimals text, binary Uint8Array, maps objects; what was kept as JSON text is the value again.
 */
export function* rowsOf(table: Table | RecordBatch): Generator<Fields> {
  const { fields } = table.schema;
  const columns = fields.map((_, i) => table.getChildAt(i)!);
  const readers = fields.map(readerOf);
  for (let i = 0; i < table.numRows; i++) {
    const row: Fields = {};
    for (let f = 0; f < fields.length; f++) {
      const value = readers[f](columns[f].get(i));
      if (value !== undefined) putField(row, fields[f].name, value);
    }
    yield row;
  }
}

/** From what apache-arrow gives to what a row has; undefined where the field is left out. */
function readerOf(field: Field): Reader {
  const none = field.metadata.has(absentKey) ? undefined : null;
  const read = field.metadata.get(extensionKey) === jsonExtension ? readJson : (valueReader(field.type) as Reader);
  return (value) => (value == null ? none : read(value));
}

const readJson = (value: unknown) => JSON.parse(String(value)) as unknown;

function valueReader(type: DataType): (value: never) => unknown {
  switch (type.typeId as number) {
    case typeIds.int:
      return (value: number | bigint) => {
        const number = Number(value);
        return Number.isSafeInteger(number) ? number : value;
      };
    case typeIds.date:
    case typeIds.timestamp:
      return (value: number | Date) => new Date(value).toISOString();
    case typeIds.decimal: {
      const { scale } = type as unknown as { scale: number };
      return (value: { toString(): string }) => decimalText(value.toString(), scale);
    }
    case typeIds.binary:
    case typeIds.fixedSizeBinary:
      return (value: Uint8Array) => Uint8Array.from(value);
    case typeIds.list:
    case typeIds.fixedSizeList:
    case typeIds.largeList: {
      const read = readerOf(type.children[0]);
      return (value: Column) => Array.from({ length: value.length }, (_, i) => read(value.get(i)));
    }
    case typeIds.struct:
      return structReader(type);
    case typeIds.map: {
      const read = readerOf((type.children[0].type as DataType).children[1]);
      return (value: Iterable<[string, unknown]>) => {
        const out: Fields = {};
        for (const [key, inner] of value) putField(out, String(key), read(inner));
        return out;
      };
    }
    default:
      return (value) => value;
  }
}

function structReader(type: DataType): (value: Iterable<[string, unknown]>) => Fields {
  const readers = type.children.map(readerOf);
  return (struct) => {
    const out: Fields = {};
    let i = 0;
    for (const [name, inner] of struct) {
      const value = readers[i++](inner);
      if (value !== undefined) putField(out, name, value);
    }
    return out;
  };
}

/** -12345 at scale 2 is -123.45. */
function decimalText(digits: string, scale: number): string {
  if (scale <= 0) return digits + "0".repeat(-scale);
  const negative = digits.startsWith("-");
  const all = digits.slice(negative ? 1 : 0).padStart(scale + 1, "0");
  return `${negative ? "-" : ""}${all.slice(0, -scale)}.${all.slice(-scale)}`;
}
