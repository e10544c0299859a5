import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A hub on this machine, for tests: description, list of files, and files with Range, of one repository. */
export interface HubServer {
  url: string;
  commit: string;
  /** Requests as `GET /path` (with ` bytes=…` when a range was asked). */
  requests: string[];
  /** Cuts the next transfers of a file after so many bytes. */
  cut(path: string, afterBytes: number, times?: number): void;
  /** Answers everything with this status from now on. */
  refuse(status: number, headers?: Record<string, string>): void;
  close(): Promise<void>;
}

const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
const gitBlob = (content: Buffer) =>
  createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");

export async function startHub(
  id: string,
  files: Record<string, Buffer>,
  options: { token?: string; large?: number; ranges?: boolean } = {},
): Promise<HubServer> {
  const commit = createHash("sha1").update(id).digest("hex");
  const { token, large = 10_000, ranges = true } = options;
  const requests: string[] = [];
  const cuts = new Map<string, { afterBytes: number; times: number }>();
  let refusal: { status: number; headers: Record<string, string> } | undefined;

  const sendJson = (response: ServerResponse, value: unknown) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };
  const sendFile = (request: IncomingMessage, response: ServerResponse, path: string) => {
    const content = files[path];
    const from = ranges ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0) : 0;
    const etag = content.length >= large ? sha256(content) : gitBlob(content);
    const headers = { "content-length": content.length - from, etag: `"${etag}"`, "accept-ranges": "bytes" };
    response.writeHead(
      from > 0 ? 206 : 200,
      from > 0 ? { ...headers, "content-range": `bytes ${from}-${content.length - 1}/${content.length}` } : headers,
    );
    const cut = cuts.get(path);
    if (!cut || cut.times === 0) return response.end(content.subarray(from));
    cut.times--;
    response.write(content.subarray(from, from + cut.afterBytes), () => setTimeout(() => response.destroy(), 20));
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://hub");
    requests.push([request.method, pathname, request.headers.range].filter(Boolean).join(" "));
    const unauthorised = token && request.headers.authorization !== `Bearer ${token}`;
    if (refusal || unauthorised) {
      response.writeHead(refusal?.status ?? 401, refusal?.headers);
      return response.end("no");
    }
    const file = pathname.split(`/${id}/resolve/${commit}/`)[1];
    if (pathname.startsWith(`/api/models/${id}/revision/`)) {
      const revision = decodeURIComponent(pathname.split("/revision/")[1]);
      if (["main", "v1", commit].includes(revision))
        return sendJson(response, { _id: "1", id, sha: commit, siblings: [] });
    } else if (pathname === `/api/models/${id}/tree/${commit}` || pathname === `/api/models/${id}/tree/${commit}/`) {
      const entries = Object.entries(files).map(([path, content]) => ({
        ...{ type: "file", path, size: content.length, oid: gitBlob(content) },
        ...(content.length >= large ? { lfs: { oid: sha256(content), size: content.length, pointerSize: 130 } } : {}),
      }));
      return sendJson(response, entries);
    } else if (file && files[file]) {
      return sendFile(request, response, file);
    }
    response.writeHead(404);
    response.end("not found");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commit,
    requests,
    cut: (path, afterBytes, times = 1) => void cuts.set(path, { afterBytes, times }),
    refuse: (status, headers = {}) => {
      refusal = { status, headers };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
