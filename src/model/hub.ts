import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MedgymError } from "../core/errors.ts";
import { type HubOverrides, type HubSettings, hubSettings, isHubId, RepositoryCache } from "./hub-cache.ts";
import { type DownloadContext, downloadFile, type RemoteFile, request, unreachable, writeRef } from "./hub-download.ts";

export type HubEvent =
  | { type: "download-start"; id: string; commit: string; files: number; totalBytes: number }
  | { type: "download-progress"; receivedBytes: number; totalBytes: number; bytesPerSecond: number }
  | { type: "note"; message: string };

export interface Resolved {
  directory: string;
  /** Of a hub model. */
  commit?: string;
}

export type FileKind = "model" | "adapter";

/** Files that are read besides the weights; a repository has some of them. */
const smallFiles: Record<FileKind, readonly string[]> = {
  model: [
    ...["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"],
    ...["added_tokens.json", "chat_template.jinja", "chat_template.json", "adapter_config.json"],
  ],
  adapter: ["adapter_config.json"],
};
const weightFiles: Record<FileKind, string> = { model: "model.safetensors", adapter: "adapter_model.safetensors" };
const parallelDownloads = 4;

/** A local folder as it is; else the files of a hub model, from the cache or the network. */
export async function resolveFiles(
  idOrPath: string,
  kind: FileKind,
  options: HubOverrides & { revision?: string },
  run: { signal: AbortSignal; emit(event: HubEvent): void },
): Promise<Resolved> {
  if (existsSync(idOrPath)) {
    if (statSync(idOrPath).isDirectory()) return { directory: idOrPath };
    throw new MedgymError(
      "not-found",
      `${idOrPath} is a file. Give the folder that holds config.json and the weights.`,
    );
  }
  if (!isHubId(idOrPath)) {
    throw new MedgymError("not-found", `${idOrPath}: no such folder, and no hub id (owner/name) either.`);
  }
  const settings = hubSettings(options);
  const cache = new RepositoryCache(settings.cacheDir, idOrPath);
  const revision = options.revision ?? "main";
  if (settings.offline)
    return fromCache(idOrPath, kind, revision, cache, "offline mode is on (HF_HUB_OFFLINE or the offline option)");
  const repository = { settings, cache, id: idOrPath, signal: run.signal };
  let commit: string;
  try {
    commit = await askCommit(repository, revision);
  } catch (error) {
    if (!(error instanceof MedgymError) || !isUnreachable(error) || cache.cachedCommit(revision) === undefined)
      throw error;
    run.emit({ type: "note", message: `${settings.endpoint} is not reachable; the cached copy is used` });
    return fromCache(idOrPath, kind, revision, cache, "the hub is not reachable");
  }
  await downloadSnapshot(repository, commit, kind, run);
  await writeRef(cache, revision, commit);
  return { directory: cache.snapshot(commit), commit };
}

/** Loaded at the first use of the hub: a model on this disk does not wait for it. */
const hubClient = () => import("@huggingface/hub");

const isUnreachable = (error: MedgymError) => error.code === "network" && error.cause !== undefined;

type Repository = Omit<DownloadContext, "commit" | "onBytes" | "onPresent">;

async function askCommit({ settings, id, signal }: Repository, revision: string): Promise<string> {
  const { modelInfo } = await hubClient();
  const info = await asked({ settings, id }, "its description", () =>
    modelInfo({ name: id, revision, additionalFields: ["sha"], ...clientOptions(settings, id, signal) }),
  );
  return (info as { sha: string }).sha;
}

/** Options of @huggingface/hub: our request, so that refusals read the same everywhere and mirrors may have any token. */
function clientOptions(settings: HubSettings, id: string, signal: AbortSignal) {
  const send = (url: string | URL | Request) =>
    request({ settings, id, signal }, String(url).slice(settings.endpoint.length + 1));
  return { hubUrl: settings.endpoint, fetch: send as typeof fetch };
}

/** A question to the hub's API, three times when the network fails. */
async function asked<T>(where: { settings: HubSettings; id: string }, what: string, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof MedgymError || (error as Error).name === "AbortError") throw error;
      if (attempt === 3) throw unreachable(where, what, error);
      await sleep(100 * 2 ** attempt);
    }
  }
}

async function downloadSnapshot(
  repository: Repository,
  commit: string,
  kind: FileKind,
  { signal, emit }: { signal: AbortSignal; emit(event: HubEvent): void },
): Promise<void> {
  const { settings, id } = repository;
  const { listFiles } = await hubClient();
  const listed = await asked(repository, "its list of files", async () => {
    const files: RemoteFile[] = [];
    for await (const entry of listFiles({ repo: id, revision: commit, ...clientOptions(settings, id, signal) })) {
      if (entry.type === "file")
        files.push({ path: entry.path, size: entry.lfs?.size ?? entry.size, etag: entry.lfs?.oid ?? entry.oid! });
    }
    return files;
  });
  const meter = new DownloadMeter(emit);
  const context: DownloadContext = {
    ...repository,
    commit,
    onBytes: (count) => meter.add(count, true),
    onPresent: (count) => meter.add(count, false),
  };
  const index = listed.find(({ path }) => path === `${weightFiles[kind]}.index.json`);
  if (index) await downloadFile(index, context);
  const wanted = chooseFiles(listed, kind, id, index && join(repository.cache.snapshot(commit), index.path));
  const totalBytes = wanted.reduce((sum, { size }) => sum + size, 0);
  emit({ type: "download-start", id, commit, files: wanted.length, totalBytes });
  meter.start(totalBytes);
  const queue = [...wanted];
  const worker = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) await downloadFile(file, context);
  };
  await Promise.all(Array.from({ length: parallelDownloads }, worker));
}

/** Adds up bytes and says so, at most five times a second. The rate counts only what came over the network. */
class DownloadMeter {
  readonly #emit: (event: HubEvent) => void;
  #total = 0;
  #received = 0;
  #fromNetwork = 0;
  #startedAt = 0;
  #lastEvent = Number.NEGATIVE_INFINITY;

  constructor(emit: (event: HubEvent) => void) {
    this.#emit = emit;
  }

  start(totalBytes: number): void {
    [this.#total, this.#received, this.#fromNetwork, this.#startedAt] = [totalBytes, 0, 0, performance.now()];
  }

  add(count: number, fromNetwork: boolean): void {
    this.#received += count;
    if (fromNetwork) this.#fromNetwork += count;
    const now = performance.now();
    if (this.#total === 0 || (now - this.#lastEvent < 200 && this.#received < this.#total)) return;
    this.#lastEvent = now;
    this.#emit({
      type: "download-progress",
      receivedBytes: this.#received,
      totalBytes: this.#total,
      bytesPerSecond: (1000 * this.#fromNetwork) / Math.max(1, now - this.#startedAt),
    });
  }
}

function chooseFiles(
  listed: readonly RemoteFile[],
  kind: FileKind,
  id: string,
  indexFile: string | undefined,
): RemoteFile[] {
  const isAdapter =
    kind === "model" &&
    !listed.some(({ path }) => path === "config.json") &&
    listed.some(({ path }) => path === "adapter_config.json");
  const weights = indexFile ? shardsOf(indexFile) : [weightFiles[isAdapter ? "adapter" : kind]];
  const names = new Set([...smallFiles[kind], ...weights, ...(indexFile ? [`${weightFiles[kind]}.index.json`] : [])]);
  const missing = weights.filter((name) => !listed.some(({ path }) => path === name));
  if (missing.length > 0) {
    const others = listed.map(({ path }) => path).filter((path) => /\.(bin|pt|pth|gguf|onnx|h5|msgpack)$/.test(path));
    const has = others.length > 0 ? ` It has ${others.slice(0, 3).join(", ")}: only safetensors are read.` : "";
    throw new MedgymError("unsupported", `${id} has no ${missing[0]}.${has}`);
  }
  return listed.filter(({ path }) => names.has(path));
}

function shardsOf(indexFile: string): string[] {
  try {
    return [
      ...new Set(Object.values(JSON.parse(readFileSync(indexFile, "utf8")).weight_map as Record<string, string>)),
    ];
  } catch (error) {
    throw new MedgymError("corrupt", `${indexFile}: no weight_map can be read from it (${(error as Error).message}).`, {
      cause: error,
    });
  }
}

/** The snapshot that is there; everything the loader needs must be. */
function fromCache(id: string, kind: FileKind, revision: string, cache: RepositoryCache, why: string): Resolved {
  const commit = cache.cachedCommit(revision);
  const directory = commit && cache.snapshot(commit);
  const config = kind === "model" ? "config.json" : "adapter_config.json";
  const lacks = (file: string) =>
    new MedgymError(
      "not-found",
      `${id} (${revision}): ${why}, and the cache ${cache.folder} lacks ${file}. Load it once with a network, or give the path of a folder.`,
    );
  if (!directory || !existsSync(directory)) throw lacks("this revision");
  const index = join(directory, `${weightFiles[kind]}.index.json`);
  const weights = existsSync(index) ? shardsOf(index) : [weightFiles[kind]];
  for (const file of [config, ...weights]) if (!existsSync(join(directory, file))) throw lacks(file);
  return { directory, commit };
}
