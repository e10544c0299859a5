/** Entry point: `node front.js <connection file>`, as the kernelspec says. */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import type { ConnectionInfo } from "../wire.ts";
import { LanguageProcess } from "./language-process.ts";
import { SessionProcess } from "./session-process.ts";

// What it does is short and mostly waiting: the optimizing compiler would not pay for the 5 MB that it brings along.
setFlagsFromString("--no-opt");

const file = process.argv[2];
if (!file) {
  process.stderr.write(
    "usage: node front.js <connection file>\nJupyter starts the kernel so; `npx medgym install` makes it known to Jupyter.\n",
  );
  process.exit(2);
}
const connection: ConnectionInfo = JSON.parse(readFileSync(file, "utf8"));
const session = new SessionProcess();
const language = new LanguageProcess();
if (process.env.MEDGYM_CHECK !== "off") language.startIfQuick();
// The rest loads while these processes come up.
const { serve } = await import("./serve.ts");
const kernel = await serve(connection, session, language);
process.on("SIGINT", () => kernel.interrupt());
process.on("SIGTERM", () => kernel.shutdown());

// Whoever starts a kernel sets this variable, and may be killed: a kernel whose parent is gone stops by itself.
if (process.env.JPY_PARENT_PID) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) kernel.shutdown();
  }, 1000).unref();
}
