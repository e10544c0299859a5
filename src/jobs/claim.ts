/** Who has an attempt: whoever makes the file `claim`, once and for ever. */
import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryPrefix } from "../core/files.ts";
import { processIdentity } from "./process.ts";

export interface Claim {
  by: "worker" | "daemon";
  pid: number;
  /** `processIdentity` of the pid. */
  identity: string;
}

/** Takes the attempt for this process; false if somebody has it. A daemon takes the attempts that it gives up, so that no worker begins them. */
export function claimAttempt(folder: string, by: Claim["by"] = "worker"): boolean {
  const claim: Claim = { by, pid: process.pid, identity: processIdentity(process.pid)! };
  const temporary = join(folder, `${temporaryPrefix}claim-${randomBytes(4).toString("hex")}`);
  // A link appears with all its content: a process that dies here leaves no half a claim.
  writeFileSync(temporary, JSON.stringify(claim));
  try {
    linkSync(temporary, join(folder, "claim"));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

export function readClaim(folder: string): Claim | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "claim"), "utf8"));
  } catch {
    return undefined;
  }
}
