import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ErrorCode, MedgymError } from "../../core/errors.ts";
import { writeError } from "../../core/files.ts";
import { programArguments } from "./program.ts";

/** True when it answers, or found that another runs; false when it ended without a word. */
export async function startDaemon(
  home: string,
  internal: { daemon?: readonly string[]; environment?: NodeJS.ProcessEnv } = {},
): Promise<boolean> {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw writeError(home, error);
  }
  const program = programArguments(new URL("../daemon/main.ts", import.meta.url));
  const errors = openSync(join(home, "daemon.log"), "a");
  const child = spawn(process.execPath, [...program, "--version", packageVersion(), ...(internal.daemon ?? [])], {
    cwd: home,
    env: { ...(internal.environment ?? process.env), MEDGYM_JOBS: home },
    detached: true,
    stdio: ["ignore", "pipe", errors],
  });
  closeSync(errors);
  child.unref();
  const line = await new Promise<string>((resolve) => {
    let text = "";
    child.stdout!.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      if (text.includes("\n")) resolve(text);
    });
    child.once("error", (error) =>
      resolve(`${JSON.stringify({ status: "failed", code: "io", message: error.message })}\n`),
    );
    child.stdout!.once("end", () => resolve(text));
  });
  child.stdout!.destroy();
  if (!line.includes("\n")) return false;
  const greeting = JSON.parse(line) as { status: string; code: ErrorCode; message: string };
  if (greeting.status === "failed") throw new MedgymError(greeting.code, `the daemon of medgym's jobs cannot start: ${greeting.message}`); // biome-ignore format: a line
  return true;
}

let version: string | undefined;
export function packageVersion(): string {
  // From src/jobs/client; dist/src/jobs/client is a folder deeper.
  const up = import.meta.url.endsWith(".ts") ? "../../../package.json" : "../../../../package.json";
  version ??= JSON.parse(readFileSync(new URL(up, import.meta.url), "utf8")).version as string;
  return version;
}
