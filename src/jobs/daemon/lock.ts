import { type Database, openDatabase } from "../../core/sqlite.ts";

/** A collected database closes itself, and its lock is gone. */
const held: Database[] = [];

/** Takes the lock of a file for as long as this process lives; false if another has it. The system frees it, however we end. */
export function takeLock(path: string): boolean {
  const database = openDatabase(path);
  try {
    database.exec("PRAGMA busy_timeout=0; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE");
    held.push(database);
    return true;
  } catch (error) {
    database.close();
    if ((error as { sqliteCodeName?: string }).sqliteCodeName === "SQLITE_BUSY") return false;
    throw error;
  }
}
