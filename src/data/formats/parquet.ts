/** Parquet through parquet-wasm, a row group at a time. Loads both libraries: import it lazily. */
import { openAsBlob } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { stat } from "node:fs/promises";
import { type RecordBatch, RecordBatchStreamWriter, type Schema, type Table, tableFromIPC } from "apache-arrow";
import {
  Compression,
  ParquetFile,
  transformParquetStream,
  type RecordBatch as WasmBatch,
  Table as WasmTable,
  WriterPropertiesBuilder,
} from "parquet-wasm";
import { MedgymError } from "../../core/errors.ts";
import { batchOf, schemaOf } from "../arrow/build.ts";
import { charactersIn } from "../lengths.ts";
import type { Known } from "./spool.ts";
import { fail } from "./text.ts";

/** Rows of a batch that is read; characters and rows of one that is written. */
const readRows = 1024;
const batchCharacters = 1 << 22;
const batchRows = 8192;
/** Readers hold a row group, unpacked: its rows are as many as fit, by the mean length of all rows. */
const groupRows = 1 << 16;
const groupCharacters = 1 << 25;

/** The file's record batches; one is in memory, beside the packed columns of its row group. */
export async function* readParquet(path: string, columns?: readonly string[]): AsyncGenerator<Table> {
  const folder = await stat(path).catch((error) => fail(path, error));
  if (folder.isDirectory()) fail(path, { code: "EISDIR" });
  const file = await opened(path);
  try {
    const about = file.metadata();
    const groups = about.numRowGroups();
    about.free();
    for (let group = 0; group < groups; group++) {
      const options = { batchSize: readRows, rowGroups: [group], concurrency: 1 };
      const stream = await file.stream({ ...options, ...(columns ? { columns: [...columns] } : {}) });
      for await (const batch of stream as AsyncIterable<WasmBatch>) yield tableFromIPC(batch.intoIPCStream());
    }
  } catch (error) {
    throw broken(path, error);
  } finally {
    file.free();
  }
}

/** An Arrow table without rows, for the columns of an empty file. */
export async function parquetSchema(path: string): Promise<Schema> {
  const file = await opened(path);
  try {
    return tableFromIPC(file.schema().intoIPCStream()).schema;
  } finally {
    file.free();
  }
}

async function opened(path: string): Promise<ParquetFile> {
  try {
    return await ParquetFile.fromFile(await openAsBlob(path));
  } catch (error) {
    throw broken(path, error);
  }
}

function broken(path: string, error: unknown): MedgymError {
  if (error instanceof MedgymError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new MedgymError("invalid-data", `${path} cannot be read as Parquet: ${why}.`, { cause: error });
}

/** Rows of known columns. */
export async function writeParquet(file: FileHandle, known: Known): Promise<void> {
  if (known.shape.fields.size === 0 && known.shape.objects > 0)
    throw new MedgymError("invalid-argument", "data.write: the rows have no fields; Parquet needs a column.");
  const schema = schemaOf(known.shape);
  await writeBatches(file, batches(known, schema), schema, known.characters / known.shape.objects);
}

export async function writeTable(file: FileHandle, table: Table): Promise<void> {
  const bytes = table.batches.reduce((sum, { data }) => sum + data.byteLength, 0);
  await writeBatches(file, table.batches, table.schema, bytes / table.numRows);
}

async function* batches(known: Known, schema: Schema): AsyncGenerator<RecordBatch> {
  let rows: Record<string, unknown>[] = [];
  let characters = 0;
  for await (const row of known.rows()) {
    rows.push(row);
    characters += charactersIn(row);
    if (rows.length < batchRows && characters < batchCharacters) continue;
    yield batchOf(rows, schema);
    [rows, characters] = [[], 0];
  }
  if (rows.length > 0) yield batchOf(rows, schema);
}

async function writeBatches(
  file: FileHandle,
  source: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  schema: Schema,
  meanLength: number,
): Promise<void> {
  const rows = Math.max(128, Math.floor(groupCharacters / (meanLength || 1)));
  const properties = new WriterPropertiesBuilder()
    .setCompression(Compression.ZSTD)
    .setMaxRowGroupSize(Math.min(groupRows, rows))
    .setCreatedBy("medgym")
    .build();
  let failure: unknown;
  const arrow = wasmBatches(source, schema);
  // The error of a source must not become the library's own, which forgets what it was.
  const stream = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await arrow.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        failure = error;
        controller.error(error);
      }
    },
  });
  try {
    const out = await transformParquetStream(stream, properties);
    for await (const chunk of out as AsyncIterable<Uint8Array>) await file.write(chunk);
  } catch (error) {
    throw failure ?? error;
  }
  if (failure) throw failure;
}

async function* wasmBatches(
  source: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  schema: Schema,
): AsyncGenerator<WasmBatch> {
  let any = false;
  for await (const batch of source) {
    any = true;
    yield* inWasm([batch], schema);
  }
  if (!any) yield* inWasm([batchOf([], schema)], schema); // the columns of an empty file
}

function inWasm(list: readonly RecordBatch[], schema: Schema): WasmBatch[] {
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  for (const batch of list) writer.write(batch);
  writer.close();
  return WasmTable.fromIPCStream(writer.toUint8Array(true)).recordBatches();
}
