import { z } from "zod";
import { type Displayable, displaySymbol } from "../core/display.ts";
import { resolveOptions } from "../core/options.ts";
import { charactersIn } from "./lengths.ts";
import { histogramOf, shorten, tableOf, textOfBig } from "./row-html.ts";

export interface PreviewOptions {
  /** How many rows are shown. @default 5 */
  count?: number;
  /** Length of a row for the histogram, e.g. its tokens. @default its characters */
  length?: (row: object) => number;
  /** What `length` counts. @default "characters" */
  unit?: string;
}

const schema = z.strictObject({
  count: z.int().min(0).max(100).default(5),
  length: z.custom<(row: object) => number>((value) => typeof value === "function").default(() => charactersIn),
  unit: z.string().default("characters"),
});

/** Rows as a notebook shows them: the first ones readable, and how long all of them are. */
export function preview(rows: readonly object[], options: PreviewOptions = {}): Displayable {
  const { count, length, unit } = resolveOptions("data.preview", options, schema);
  const shown = rows.slice(0, count);
  const lengths = rows.map(length);
  const title = `${rows.length} rows${rows.length > count ? `, the first ${count}` : ""}`;
  return {
    [displaySymbol]: () => ({
      "text/html": `<div><b>${title}</b>${tableOf(shown)}${histogramOf(lengths, unit)}</div>`,
      "text/plain": [title, ...shown.map((row) => shorten(JSON.stringify(row, textOfBig), 200))].join("\n"),
    }),
  };
}
