/** The browser of the tests: the system's own Chromium; Debian's package where we may install it. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { capture, hasCommand } from "./steps.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Path of a Chromium, or undefined. `MEDGYM_CHROMIUM` comes first. */
export function findChromium() {
  const given = process.env.MEDGYM_CHROMIUM;
  if (given) return existsSync(given) ? given : undefined;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...paths, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"].find((path) => existsSync(path));
}

/** @returns {Promise<{ path?: string, reason?: string }>} */
export async function ensureChromium(log) {
  const found = findChromium();
  if (found) return { path: found };
  if (!hasCommand("apt-get")) return { reason: "no Chromium found; set MEDGYM_CHROMIUM to the path of one" };
  if (process.getuid?.() !== 0) return { reason: "no Chromium found; run: sudo apt-get install chromium" };
  log("installing Debian's chromium with apt-get");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await capture("apt-get", ["update", "-qq"], { env });
  const install = ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"];
  const { code, output } = await capture("apt-get", install, { env });
  const path = findChromium();
  if (code === 0 && path && spawnSync(path, ["--version"]).status === 0) return { path };
  return { reason: `apt-get install chromium failed:\n${output.slice(-1000)}` };
}
