/** Entry point: `node front.js <connection file>`, as the kernelspec says. */
import { readFileSync } from "node:fs";
import type { ConnectionInfo } from "../wire.ts";
import { SessionProcess } from "./session-process.ts";

const file = process.argv[2];
if (!file) {
  process.stderr.write(
    "usage: node front.js <connection file>\nJupyter starts the kernel so; `npx medgym install` makes it known to Jupyter.\n",
  );
  process.exit(2);
}
const connection: ConnectionInfo = JSON.parse(readFileSync(file, "utf8"));
const session = new SessionProcess();
// The rest loads while the session's process comes up.
const { serve } = await import("./serve.ts");
const kernel = await serve(connection, session);
process.on("SIGINT", () => kernel.interrupt());
process.on("SIGTERM", () => kernel.shutdown());

// Whoever starts a kernel sets this variable, and may be killed: a kernel whose parent is gone stops by itself.
if (process.env.JPY_PARENT_PID) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) kernel.shutdown();
  }, 1000).unref();
}
