import { createRequire } from "node:module";
import type { DatabaseSyncInstance } from "@photostructure/sqlite";

export type Database = DatabaseSyncInstance;

const require = createRequire(import.meta.url);

/** SQLite with FTS5, loaded when first needed. The package has the interface of `node:sqlite`, which Node 20 does not have. */
export function openDatabase(path: string, options: { readOnly?: boolean } = {}): Database {
  const { DatabaseSync } = require("@photostructure/sqlite") as typeof import("@photostructure/sqlite");
  return new DatabaseSync(path, options);
}
