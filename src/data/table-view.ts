import type { Field, Table } from "apache-arrow";
import type { MimeBundle } from "../core/display.ts";
import { rowsOf } from "./arrow/rows.ts";
import { extensionKey, jsonExtension } from "./arrow/types.ts";
import { charactersIn } from "./lengths.ts";
import { histogramOf, shorten, tableOf, textOfBig } from "./row-html.ts";

const shownRows = 5;
/** So many rows are measured: drawing a table must not take longer than reading it. */
const measuredRows = 20_000;

/** A table as a cell shows it: types, first rows, how long its rows are. */
export function tableView(table: Table): MimeBundle {
  const types = Object.fromEntries(table.schema.fields.map((field) => [field.name, typeName(field)]));
  const shown = [...rowsOf(table.slice(0, shownRows))];
  const lengths: number[] = [];
  for (const row of rowsOf(table.slice(0, measuredRows))) lengths.push(charactersIn(row));
  const some = table.numRows > shownRows ? `, the first ${shownRows}` : "";
  const title = `${table.numRows.toLocaleString("en")} rows, ${table.numCols} columns${some}`;
  const unit =
    table.numRows > measuredRows ? `characters (first ${measuredRows.toLocaleString("en")} rows)` : "characters";
  return {
    "text/html": `<div><b>${title}</b>${tableOf(shown, types)}${histogramOf(lengths, unit)}</div>`,
    "text/plain": [
      title,
      Object.entries(types)
        .map(([name, type]) => `${name}: ${type}`)
        .join(", "),
      ...shown.map((row) => shorten(JSON.stringify(row, textOfBig), 200)),
    ].join("\n"),
  };
}

function typeName(field: Field): string {
  return field.metadata.get(extensionKey) === jsonExtension ? "JSON" : shorten(String(field.type), 80);
}
