import { createHash, type Hash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MedgymError } from "../core/errors.ts";
import { writeError } from "../core/files.ts";
import type { HubSettings, RepositoryCache } from "./hub-cache.ts";
import { withLock } from "./hub-lock.ts";

/** One file of a repository at a commit. */
export interface RemoteFile {
  path: string;
  size: number;
  /** SHA-256 of a large file (LFS), else git's SHA-1 of the blob: names the blob in the cache, and checks it. */
  etag: string;
}

export interface DownloadContext {
  settings: HubSettings;
  cache: RepositoryCache;
  id: string;
  commit: string;
  signal: AbortSignal;
  /** Bytes that arrived. */
  onBytes(count: number): void;
  /** Bytes that were here already (negative: they turned out to be useless). */
  onPresent(count: number): void;
}

/** Attempts without a single new byte before giving up. */
const attempts = 5;
const firstPauseMs = 200;

/** Puts a file into the cache; a transfer that was cut, now or in an earlier process, goes on where it ended. */
export async function downloadFile(file: RemoteFile, context: DownloadContext): Promise<void> {
  const { cache, commit } = context;
  const pointer = join(cache.snapshot(commit), file.path);
  if (existsSync(pointer)) return context.onPresent(file.size);
  const blob = cache.blob(file.etag);
  for (const folder of [dirname(blob), dirname(pointer)]) {
    await mkdir(folder, { recursive: true }).catch((error) => {
      throw writeError(folder, error);
    });
  }
  await withLock(`${blob}.incomplete`, context.signal, async () => {
    if (existsSync(blob)) return context.onPresent(file.size);
    await download(file, `${blob}.incomplete`, context);
    await rename(`${blob}.incomplete`, blob);
  });
  await rm(pointer, { force: true }); // a link to a blob that was deleted
  await symlink(relative(dirname(pointer), blob), pointer).catch((error) => {
    if (error.code !== "EEXIST") throw error; // another process was faster
  });
}

async function download(file: RemoteFile, incomplete: string, context: DownloadContext): Promise<void> {
  let have = await sizeOf(incomplete);
  if (have > file.size) {
    await rm(incomplete);
    have = 0;
  }
  context.onPresent(have);
  let failures = 0;
  while (have < file.size || !existsSync(incomplete)) {
    const before = have;
    try {
      have = await transfer(file, incomplete, have, context);
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof MedgymError) throw error;
      have = await sizeOf(incomplete);
      failures = have > before ? 0 : failures + 1;
      if (failures >= attempts) throw unreachable(context, file.path, error);
      await sleep(firstPauseMs * 2 ** failures, undefined, { signal: context.signal });
    }
  }
  await verify(file, incomplete, context);
}

/** One request from byte `from` on; returns how much is there afterwards. */
async function transfer(file: RemoteFile, incomplete: string, from: number, context: DownloadContext): Promise<number> {
  const response = await request(context, `${context.id}/resolve/${context.commit}/${encodePath(file.path)}`, {
    headers: from > 0 ? { Range: `bytes=${from}-` } : {},
  });
  if (from > 0 && response.status !== 206) {
    context.onPresent(-from); // the server sends everything again
    from = 0;
  }
  const output = await open(incomplete, from > 0 ? "a" : "w");
  try {
    return from + (await pump(response, output, incomplete, context));
  } finally {
    await output.close();
  }
}

async function pump(response: Response, output: FileHandle, path: string, context: DownloadContext): Promise<number> {
  let written = 0;
  for await (const chunk of response.body!) {
    await output.write(chunk).catch((error) => {
      throw writeError(path, error);
    });
    written += chunk.length;
    context.onBytes(chunk.length);
  }
  return written;
}

async function verify(file: RemoteFile, incomplete: string, context: DownloadContext): Promise<void> {
  const size = await sizeOf(incomplete);
  const hash = file.etag.length === 64 ? createHash("sha256") : gitBlobHash(size);
  for await (const chunk of createReadStream(incomplete)) hash.update(chunk);
  if (size === file.size && hash.digest("hex") === file.etag) return;
  await rm(incomplete, { force: true });
  throw new MedgymError(
    "corrupt",
    `${context.id}: ${file.path} arrived with ${size} bytes that do not match its checksum ${file.etag.slice(0, 12)}…. It was deleted; load again to download it anew.`,
  );
}

/** https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
const gitBlobHash = (size: number): Hash => createHash("sha1").update(`blob ${size}\0`);

const encodePath = (path: string) => path.split("/").map(encodeURIComponent).join("/");

const sizeOf = (path: string) =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** A request to the hub; what it answers when it refuses becomes a message that says what to do. */
export async function request(
  { settings, id, signal }: Pick<DownloadContext, "settings" | "id" | "signal">,
  path: string,
  init: { headers?: Record<string, string> } = {},
): Promise<Response> {
  const authorization: Record<string, string> = settings.token ? { Authorization: `Bearer ${settings.token}` } : {};
  const response = await fetch(`${settings.endpoint}/${path}`, {
    signal,
    headers: { ...authorization, ...init.headers },
  });
  if (response.ok) return response;
  await response.body?.cancel();
  if (response.status >= 500 || response.status === 429) throw new Error(`the hub answered ${response.status}`);
  throw refusal(response, id, settings, path);
}

function refusal(response: Response, id: string, settings: HubSettings, path: string): MedgymError {
  const { status } = response;
  const where = `${id} at ${settings.endpoint}`;
  const gated = response.headers.get("x-error-code") === "GatedRepo";
  if (status === 401 || status === 403) {
    const why = gated
      ? "is gated: accept its conditions on its page, then"
      : "needs a token that may read it (or does not exist):";
    const has = settings.token ? "the token that was given was not accepted" : "no token was given";
    return new MedgymError(
      "network",
      `${where} ${why} set HF_TOKEN or the token option. The hub answered ${status}; ${has}.`,
    );
  }
  if (status === 404) {
    return new MedgymError(
      "not-found",
      `${where} was not found (404 for ${path}). Check the id and the revision; for a local model give the path of its folder.`,
    );
  }
  return new MedgymError("network", `${where}: the hub answered ${status} for ${path}.`);
}

export function unreachable(
  { settings, id }: Pick<DownloadContext, "settings" | "id">,
  what: string,
  cause: unknown,
): MedgymError {
  const reason = (cause as { cause?: Error })?.cause?.message ?? (cause as Error)?.message;
  return new MedgymError(
    "network",
    `${id}: ${what} could not be fetched from ${settings.endpoint} (${reason}). Check the network or HF_ENDPOINT; what has arrived is kept, and loading again goes on from there.`,
    { cause },
  );
}

export async function writeRef(cache: RepositoryCache, revision: string, commit: string): Promise<void> {
  if (revision === commit) return;
  const file = cache.ref(revision);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, commit);
}
