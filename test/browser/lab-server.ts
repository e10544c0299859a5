import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { venvPython } from "../../scripts/venv.mjs";
import { root } from "../stage.ts";

export interface LabServer {
  /** Address of the notebook opened in JupyterLab, token included. */
  readonly address: string;
  log(): string;
  stop(): Promise<void>;
}

/** A JupyterLab of its own that serves the notebook's folder; its settings and data lie in `folder`. */
export async function startLab(folder: string, notebook: string): Promise<LabServer> {
  const python = await venvPython(["jupyterlab"]);
  rmSync(folder, { recursive: true, force: true });
  const served = dirname(notebook);
  // All cells in the page at once, so that every figure can be looked at; no news from the network.
  writeSettings(folder, "notebook-extension/tracker", { windowingMode: "none" });
  writeSettings(folder, "apputils-extension/notification", { fetchNews: "false", checkForUpdates: false });
  const port = await freePort();
  const token = randomBytes(16).toString("hex");
  const args = [`--port=${port}`, "--port-retries=0", "--no-browser", "--allow-root", `--ServerApp.root_dir=${served}`];
  const child = spawn(python, ["-m", "jupyterlab", ...args, `--IdentityProvider.token=${token}`], {
    cwd: served,
    detached: true, // with its kernels, it is one process group
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      JUPYTER_PATH: join(root, ".medgym", "share", "jupyter"),
      JUPYTER_CONFIG_DIR: join(folder, "config"),
      JUPYTER_DATA_DIR: join(folder, "data"),
      JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
      JUPYTERLAB_SETTINGS_DIR: join(folder, "settings"),
      JUPYTERLAB_WORKSPACES_DIR: join(folder, "workspaces"),
    },
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (log += text));
  const address = `http://127.0.0.1:${port}`;
  await answers(`${address}/api/status?token=${token}`, child, () => log);
  return {
    address: `${address}/lab/tree/${basename(notebook)}?token=${token}`,
    log: () => log,
    stop: () => stop(child),
  };
}

function writeSettings(folder: string, plugin: string, settings: object): void {
  const file = join(folder, "settings", "@jupyterlab", `${plugin}.jupyterlab-settings`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(settings));
}

async function answers(address: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error(`JupyterLab stopped with ${child.exitCode}:\n${log()}`);
    const ok = await fetch(address).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`JupyterLab did not answer in 60 s:\n${log()}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM"); // it shuts its kernels down
  const timer = setTimeout(() => process.kill(-(child.pid as number), "SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
