/** The language process as the front sees it: started when first needed, started again and told the cells if it dies. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LanguageAnswer, LanguageRequests } from "../language/requests.ts";

const entry = fileURLToPath(new URL("../language/server.js", import.meta.url));
const installation = fileURLToPath(new URL("../../../", import.meta.url));

interface Pending {
  resolve(answer: never): void;
  reject(error: Error): void;
}

export class LanguageProcess {
  #child?: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #requests = 0;
  /** Cells so far, for a process that starts later. */
  #cells: string[] = [];

  /** Begins to load TypeScript, ahead of the first question. */
  start(): void {
    this.#process();
  }

  /** @param keep whether later cells see what it declares */
  check(code: string, keep: boolean): Promise<LanguageRequests["check"]["answer"]> {
    const answer = this.#ask("check", { code, diagnose: true, keep });
    if (keep) this.#cells.push(code);
    return answer;
  }

  /** A cell that runs unchecked: what it declares is known to completion and to later checks. */
  add(code: string): void {
    if (this.#child) this.#ask("check", { code, diagnose: false, keep: true }).catch(() => {});
    this.#cells.push(code);
  }

  complete(code: string, cursor: number): Promise<LanguageRequests["complete"]["answer"]> {
    return this.#ask("complete", { code, cursor });
  }

  inspect(code: string, cursor: number): Promise<LanguageRequests["inspect"]["answer"]> {
    return this.#ask("inspect", { code, cursor });
  }

  completeMagic(line: string, cursor: number): Promise<LanguageRequests["completeMagic"]["answer"]> {
    return this.#ask("completeMagic", { line, cursor });
  }

  inspectMagic(line: string, cursor: number): Promise<LanguageRequests["inspectMagic"]["answer"]> {
    return this.#ask("inspectMagic", { line, cursor });
  }

  transpile(code: string, file: string): Promise<LanguageRequests["transpile"]["answer"]> {
    return this.#ask("transpile", { code, file });
  }

  reset(): void {
    this.#cells = [];
    if (this.#child) this.#ask("reset", {}).catch(() => {});
  }

  stop(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill("SIGKILL"); // it holds nothing that is worth a goodbye
  }

  #ask<Type extends keyof LanguageRequests>(
    type: Type,
    request: LanguageRequests[Type]["ask"],
  ): Promise<LanguageRequests[Type]["answer"]> {
    const child = this.#process();
    const id = ++this.#requests;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      child.send({ id, type, request });
    });
  }

  #process(): ChildProcess {
    if (this.#child) return this.#child;
    const child = fork(entry, [process.cwd(), installation], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: [],
    });
    this.#child = child;
    child.on("message", ({ id, answer, error }: LanguageAnswer) => {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (error === undefined) pending?.resolve(answer as never);
      else pending?.reject(new Error(error));
    });
    child.on("error", () => {});
    child.on("exit", (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      const reason = new Error(`the language process ended (${signal ?? `code ${code}`})`);
      for (const { reject } of this.#pending.values()) reject(reason);
      this.#pending.clear();
    });
    for (const code of this.#cells) this.#ask("check", { code, diagnose: false, keep: true }).catch(() => {});
    return child;
  }
}
