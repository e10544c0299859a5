import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The Hugging Face cache (https://huggingface.co/docs/huggingface_hub/guides/manage-cache), shared with Python:
 * `models--owner--name/` with `refs/<revision>` (a commit), `snapshots/<commit>/<file>` (links) and `blobs/<etag>`.
 */
export interface HubSettings {
  endpoint: string;
  cacheDir: string;
  token?: string;
  offline: boolean;
}

export interface HubOverrides {
  cacheDir?: string;
  token?: string;
  offline?: boolean;
}

/** Options first, then the environment variables that huggingface_hub knows. */
export function hubSettings(options: HubOverrides, environment: NodeJS.ProcessEnv = process.env): HubSettings {
  const set = (name: string) => environment[name] || undefined;
  const home = set("HF_HOME") ?? join(set("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "huggingface");
  const yes = ["1", "true", "yes", "on"];
  return {
    endpoint: (set("HF_ENDPOINT") ?? "https://huggingface.co").replace(/\/+$/, ""),
    cacheDir: options.cacheDir ?? set("HF_HUB_CACHE") ?? set("HUGGINGFACE_HUB_CACHE") ?? join(home, "hub"),
    token: options.token ?? set("HF_TOKEN"),
    offline: options.offline ?? yes.includes((environment.HF_HUB_OFFLINE ?? "").toLowerCase()),
  };
}

/** Where one repository lies in the cache. */
export class RepositoryCache {
  readonly folder: string;

  constructor(cacheDir: string, id: string) {
    this.folder = join(cacheDir, `models--${id.split("/").join("--")}`);
  }

  blob(etag: string): string {
    return join(this.folder, "blobs", etag);
  }

  ref(revision: string): string {
    return join(this.folder, "refs", revision);
  }

  snapshot(commit: string): string {
    return join(this.folder, "snapshots", commit);
  }

  /** The commit that a branch or tag stood for when it was last asked; the revision itself when it is a commit. */
  cachedCommit(revision: string): string | undefined {
    if (/^[0-9a-f]{40}$/.test(revision) && existsSync(this.snapshot(revision))) return revision;
    try {
      return readFileSync(this.ref(revision), "utf8").trim();
    } catch {
      return undefined;
    }
  }
}

/** `owner/name`, or a name alone; what the hub allows in ids. */
export function isHubId(text: string): boolean {
  return /^[\w.-]+(\/[\w.-]+)?$/.test(text) && !text.includes("..") && !text.startsWith(".");
}
