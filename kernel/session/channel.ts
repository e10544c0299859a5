/** The session's end of the pipe to the front. */
import { writeSync } from "node:fs";
import { critical } from "./critical.ts";
import { encodeFrame, type Report, reportFd } from "./protocol.ts";

/** Sends a report before it returns: nothing that was said is lost when the process dies a moment later. */
export function report(message: Report): void {
  const frame = encodeFrame(message);
  critical(() => {
    for (let at = 0; at < frame.length; ) {
      try {
        at += writeSync(reportFd, frame, at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EAGAIN") continue;
        process.reallyExit(1); // the front is gone
      }
    }
  });
}

declare global {
  namespace NodeJS {
    interface Process {
      reallyExit(code?: number): never;
    }
  }
}
