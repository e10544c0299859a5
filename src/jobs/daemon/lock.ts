import { type Database, openDatabase } from "../../core/sqlite.ts";

/** Takes the lock of a file for as long as this process lives; undefined if another has it. The system frees it, however we end. */
export function takeLock(path: string): Database | undefined {
  const database = openDatabase(path);
  try {
    database.exec("PRAGMA busy_timeout=0; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    if ((error as { sqliteCodeName?: string }).sqliteCodeName === "SQLITE_BUSY") return undefined;
    throw error;
  }
}
