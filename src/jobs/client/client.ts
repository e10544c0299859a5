/** The one connection of this process, made when it is first needed: importing medgym speaks with nobody. */
import { outsideCells } from "../../core/display.ts";
import { jobsHome } from "../home.ts";
import type * as protocol from "../protocol.ts";
import type { JobsConnection } from "./connection.ts";

export interface Client {
  connection: JobsConnection;
  requests: typeof protocol.requests;
}

const clients = new Map<string, Promise<Client>>();

/** Starts the daemon if none runs. */
export function client(): Promise<Client> {
  const home = jobsHome();
  let made = clients.get(home);
  if (!made) {
    made = outsideCells(() => connect(home));
    clients.set(home, made);
    made.catch(() => clients.delete(home)); // the next call tries again
  }
  return made;
}

async function connect(home: string): Promise<Client> {
  // Loaded now: the protocol's packages take some tens of milliseconds.
  const [{ connectJobs }, { requests }] = await Promise.all([import("./connection.ts"), import("../protocol.ts")]);
  return { connection: await connectJobs({ home }), requests };
}

/** Of tests, which have a connection of their own. */
export function useConnection(connection: JobsConnection): void {
  clients.set(
    jobsHome(),
    import("../protocol.ts").then(({ requests }) => ({ connection, requests })),
  );
}
