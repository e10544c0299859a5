/** Files that are either whole or absent, whatever kills the process: temporary name, fsync, rename, fsync of the folder. */
import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MedgymError } from "./errors.ts";

/** Names under which unfinished work lies; readers skip them. */
export const temporaryPrefix = ".tmp-";

export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await writeStreamAtomic(path, (file) => file.writeFile(content));
}

/** `fill` writes to the open file; it appears under its name only when `fill` succeeded and all is on disk. */
export async function writeStreamAtomic(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = temporaryName(path);
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, "wx");
    await fill(file);
    await file.sync();
    await file.close();
    file = undefined;
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await file?.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
    throw writeError(path, error);
  }
}

/** Fills a folder under a temporary name; it appears under its own only when `fill` succeeded and all is on disk. */
export async function writeDirectoryAtomic(path: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await mkdir(temporary, { recursive: true });
    await fill(temporary);
    await syncTree(temporary);
    await replaceDirectory(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw writeError(path, error);
  }
}

/** A folder cannot be renamed over a full one: the old one steps aside first. */
async function replaceDirectory(from: string, to: string): Promise<void> {
  const aside = temporaryName(to);
  const existed = await rename(to, aside).then(
    () => true,
    (error) => (error.code === "ENOENT" ? false : Promise.reject(error)),
  );
  await rename(from, to);
  if (existed) await rm(aside, { recursive: true, force: true });
}

export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } catch (error) {
    // Some file systems cannot sync a folder; the rename itself is still atomic there.
    if (!["EINVAL", "ENOTSUP", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await directory.close();
  }
}

async function syncTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await syncTree(child);
    else if (entry.isFile()) {
      const file = await open(child, "r");
      await file.sync().finally(() => file.close());
    }
  }
  await syncDirectory(path);
}

function temporaryName(path: string): string {
  return join(dirname(path), `${temporaryPrefix}${basename(path)}-${process.pid}-${randomBytes(4).toString("hex")}`);
}

/** A system error in words; medgym's own errors pass through. */
export function writeError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const reasons: Record<string, string> = {
    ENOSPC: "no space is left on the device. Free some space, or choose another folder",
    EDQUOT: "the disk quota is used up. Free some space, or choose another folder",
    EFBIG: "the file would exceed the size limit of this process or file system. Raise the limit (ulimit -f)",
    EROFS: "the file system is read-only. Choose another folder",
    EACCES: "permission is denied. Choose a folder that this user may write to",
    ENOTDIR: "a part of the path is a file, not a folder",
    ENOENT: "its folder does not exist",
  };
  const reason = code && reasons[code];
  return reason ? new MedgymError("io", `cannot write ${path}: ${reason}.`, { cause: error }) : error;
}
