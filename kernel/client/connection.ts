import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionInfo } from "../wire.ts";

export interface Connection {
  info: ConnectionInfo;
  /** Path of the connection file, mode 0600 in a folder of mode 0700. */
  file: string;
  dispose(): void;
}

/** A Unix socket's path holds at most 107 bytes. */
const longestSocketPath = 107;

/** Unix sockets are out of other users' reach and cannot collide; TCP is for Windows and very long temporary paths. */
export async function createConnection(transport?: "tcp" | "ipc", kernelName = ""): Promise<Connection> {
  const folder = mkdtempSync(join(tmpdir(), "medgym-kernel-"));
  const prefix = join(folder, "socket");
  const fits = process.platform !== "win32" && Buffer.byteLength(`${prefix}-1`) <= longestSocketPath;
  const kind = transport ?? (fits ? "ipc" : "tcp");
  const ports = kind === "ipc" ? [1, 2, 3, 4, 5] : await freePorts(5);
  const info: ConnectionInfo = {
    transport: kind,
    ip: kind === "ipc" ? prefix : "127.0.0.1",
    shell_port: ports[0],
    iopub_port: ports[1],
    stdin_port: ports[2],
    control_port: ports[3],
    hb_port: ports[4],
    key: randomBytes(32).toString("hex"),
    signature_scheme: "hmac-sha256",
    kernel_name: kernelName,
  };
  const file = join(folder, "connection.json");
  writeFileSync(file, JSON.stringify(info, null, 1), { mode: 0o600 });
  return { info, file, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Ports nobody listens on now. All are held until the last is found, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<Server>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => resolve(server));
      });
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
