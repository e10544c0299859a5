import { basename, extname } from "node:path";
import { MedgymError } from "../../core/errors.ts";

/** `jsonl`: one JSON object a line; `json`: one array of objects; `csv`, `tsv`: a header, then a line a row. */
export const formats = ["jsonl", "json", "parquet", "csv", "tsv"] as const;
export type Format = (typeof formats)[number];

const byExtension: Readonly<Record<string, Format>> = {
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "json",
  ".parquet": "parquet",
  ".csv": "csv",
  ".tsv": "tsv",
};

export function formatOf(path: string): Format {
  const format = byExtension[extname(path).toLowerCase()];
  if (format) return format;
  throw new MedgymError(
    "unsupported",
    `${basename(path)}: rows are read from and written to ${Object.keys(byExtension).join(", ")}. Give format: "${formats.join('", "')}" if it is one of these.`,
  );
}

/** A raw row and where it stands: "train.jsonl, line 3", "train.parquet, row 3". */
export interface Placed {
  value: unknown;
  place: string;
}
