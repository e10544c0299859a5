/** What a job's cell puts out, put into the cell that submitted it: streams, displays with their updates, its error. */
import { type DisplayHandle, type MimeBundle, show } from "../../core/display.ts";
import type { JobEvent } from "../job.ts";
import type { FollowedEvent } from "./connection.ts";

/** Must be called, and its events read, in the cell: output goes to the cell that the calling code belongs to. */
export async function showOutputs(events: AsyncIterable<FollowedEvent>): Promise<void> {
  const displays = new Map<string, DisplayHandle>();
  let current = 1;
  for await (const { attempt, event } of events) {
    if (attempt !== current) {
      process.stdout.write(`--- attempt ${attempt} ---\n`);
      displays.clear();
      current = attempt;
    }
    put(event, displays);
  }
}

function put(event: JobEvent, displays: Map<string, DisplayHandle>): void {
  switch (event.type) {
    case "stream":
      process[event.name].write(event.text);
      return;
    case "display":
    case "result": {
      const handle = show(event.data as MimeBundle);
      if (handle && event.id !== undefined) displays.set(event.id, handle);
      return;
    }
    case "update":
      displays.get(event.id ?? "")?.update(event.data as MimeBundle);
      return;
    case "error":
      process.stderr.write(`${event.error.traceback.join("\n")}\n`);
  }
}
