import { type ChildProcess, spawn } from "node:child_process";
import { KernelError } from "./errors.ts";
import type { Kernelspec } from "./kernelspec.ts";

/** How much of what the kernel process itself prints is kept, to be shown if it dies. */
const tailLength = 4000;

/**
 * The operating-system side of a kernel. It leads its own process group, so that Ctrl-C in the terminal reaches only us
 * and a signal reaches the processes the kernel started; it dies with us.
 */
export class KernelProcess {
  readonly #child: ChildProcess;
  /** Resolves with what ended it: "exit code 1", "signal SIGKILL". */
  readonly exited: Promise<string>;
  #running = true;
  #tail = "";
  readonly #killAtExit = () => this.signal("SIGKILL");

  constructor(spec: Kernelspec, connectionFile: string, options: { cwd?: string; env?: Record<string, string> }) {
    const argv = spec.argv.map((arg) =>
      arg.replaceAll("{connection_file}", connectionFile).replaceAll("{resource_dir}", spec.directory),
    );
    const specEnv = Object.entries(spec.env).map(([name, value]) => [name, expandVariables(value)]);
    this.#child = spawn(argv[0], argv.slice(1), {
      cwd: options.cwd,
      // Jupyter's convention: a kernel whose parent has gone stops by itself.
      env: { ...process.env, JPY_PARENT_PID: String(process.pid), ...Object.fromEntries(specEnv), ...options.env },
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#tail = (this.#tail + text).slice(-tailLength);
      });
    }
    process.on("exit", this.#killAtExit);
    this.exited = new Promise((resolve) => {
      const end = (reason: string) => {
        this.#running = false;
        process.removeListener("exit", this.#killAtExit);
        resolve(reason);
      };
      this.#child.once("error", (error) => end(`${argv[0]}: ${error.message}`));
      // "close" rather than "exit": the last words on stderr have arrived by then. A grandchild that keeps the pipe
      // open must not hide the death, hence the timer.
      const describe = (code: number | null, signal: string | null) =>
        signal ? `signal ${signal}` : `exit code ${code}`;
      this.#child.once("close", (code, signal) => end(describe(code, signal)));
      this.#child.once("exit", (code, signal) => setTimeout(() => end(describe(code, signal)), 500).unref());
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#running;
  }

  /** The last lines the process printed on its own stdout and stderr. */
  get lastWords(): string {
    return this.#tail.trim();
  }

  /** To the whole process group. */
  signal(signal: NodeJS.Signals): void {
    const pid = this.#child.pid;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === "win32" ? pid : -pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  /** True when it ended within the time. */
  async waitForExit(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.exited, timeout]);
    clearTimeout(timer);
    return !this.#running;
  }

  deathMessage(reason: string, doing: string): KernelError {
    const words = this.lastWords ? ` Its last words:\n${this.lastWords}` : " It printed nothing.";
    return new KernelError("died", `The kernel stopped (${reason}) ${doing}.${words}`);
  }
}

/** `${NAME}` in a kernelspec's env is taken from our environment, as jupyter_client does. */
function expandVariables(value: string): string {
  return String(value).replace(/\$\{(\w+)\}/g, (whole, name: string) => process.env[name] ?? whole);
}
