/** Entry point: `node main.js <connection file>`, as the kernelspec says. */
import { readFileSync } from "node:fs";
import type { ConnectionInfo } from "../wire.ts";
import { SessionProcess } from "./session-process.ts";

const file = process.argv[2];
if (!file) {
  process.stderr.write(
    "usage: node main.js <connection file>\nJupyter starts the kernel so; `npx medgym install` makes it known to Jupyter.\n",
  );
  process.exit(2);
}
const connection: ConnectionInfo = JSON.parse(readFileSync(file, "utf8"));
const session = new SessionProcess();
// The rest loads while the session's process comes up.
const [{ Identity }, { Kernel }, { Sockets }] = await Promise.all([
  import("./identity.ts"),
  import("./kernel.ts"),
  import("./sockets.ts"),
]);
const identity = new Identity(connection.key, connection.signature_scheme);
const sockets = new Sockets(identity);
await sockets.bind(connection);
const kernel = new Kernel(identity, sockets, session, () => process.exit(0));
process.on("SIGINT", () => kernel.interrupt());
process.on("SIGTERM", () => kernel.shutdown());

// Whoever starts a kernel sets this variable, and may be killed: a kernel whose parent is gone stops by itself.
if (process.env.JPY_PARENT_PID) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) kernel.shutdown();
  }, 1000).unref();
}
