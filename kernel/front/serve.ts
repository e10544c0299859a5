/** What the front needs beside the session: the sockets, and the kernel behind them. */
import type { ConnectionInfo } from "../wire.ts";
import { Identity } from "./identity.ts";
import { Kernel } from "./kernel.ts";
import type { LanguageProcess } from "./language-process.ts";
import type { SessionProcess } from "./session-process.ts";
import { Sockets } from "./sockets.ts";

export async function serve(
  connection: ConnectionInfo,
  session: SessionProcess,
  language: LanguageProcess,
): Promise<Kernel> {
  const identity = new Identity(connection.key, connection.signature_scheme);
  const sockets = new Sockets(identity);
  await sockets.bind(connection);
  return new Kernel(identity, sockets, session, language, () => process.exit(0));
}
