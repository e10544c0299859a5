/**
 * The language process as the front sees it: started when first needed, from its snapshot where there is one, started
 * again and told the cells if it dies.
 */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type LanguageAnswer, type LanguageRequest, type LanguageRequests, ready } from "../language/requests.ts";
import {
  type Building,
  installation,
  snapshotArguments,
  snapshotEnvironment,
  snapshotFile,
  startBuilding,
} from "./snapshot.ts";

const entry = fileURLToPath(new URL("../run/language.js", import.meta.url));

/** What a process does to itself. */
const crashes: NodeJS.Signals[] = ["SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV", "SIGTRAP"];

interface Pending {
  request: LanguageRequest;
  resolve(answer: never): void;
  reject(error: Error): void;
}

export class LanguageProcess {
  readonly #snapshot: string;
  #child?: ChildProcess;
  #building?: Building;
  readonly #pending = new Map<number, Pending>();
  #requests: number = ready;
  /** Cells so far, for a process that starts later. */
  #cells: string[] = [];

  /** @param snapshot file of the snapshot, present or not */
  constructor(snapshot = snapshotFile) {
    this.#snapshot = snapshot;
  }

  /** Begins to load TypeScript, ahead of the first question. */
  start(): void {
    this.#process();
  }

  /** The same, where a snapshot makes that so quick that nobody waits for the processor meanwhile. */
  startIfQuick(): void {
    if (existsSync(this.#snapshot)) this.#process();
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
    this.#building?.stop();
  }

  #ask<Type extends keyof LanguageRequests>(
    type: Type,
    asked: LanguageRequests[Type]["ask"],
  ): Promise<LanguageRequests[Type]["answer"]> {
    const child = this.#process();
    const request: LanguageRequest = { id: ++this.#requests, type, request: asked };
    return new Promise((resolve, reject) => {
      this.#pending.set(request.id, { request, resolve, reject });
      child.send(request);
    });
  }

  #process(): ChildProcess {
    if (this.#child) return this.#child;
    const child = this.#spawn(existsSync(this.#snapshot));
    for (const code of this.#cells) this.#ask("check", { code, diagnose: false, keep: true }).catch(() => {});
    return child;
  }

  #spawn(fromSnapshot: boolean): ChildProcess {
    const child = fork(entry, [process.cwd(), installation], {
      // What a snapshot that cannot be used says of itself is of no interest: the process is started without it.
      stdio: ["ignore", "ignore", fromSnapshot ? "pipe" : "inherit", "ipc"],
      execArgv: fromSnapshot ? snapshotArguments(this.#snapshot) : [],
      env: fromSnapshot ? snapshotEnvironment() : process.env,
    });
    this.#child = child;
    let isUp = false;
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (isUp) process.stderr.write(text);
      else said = (said + text).slice(0, 10_000);
    });
    child.on("message", ({ id, answer, error }: LanguageAnswer) => {
      if (id === ready) {
        isUp = true;
        process.stderr.write(said);
        if (!fromSnapshot) this.#building ??= startBuilding(this.#snapshot);
        return;
      }
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (error === undefined) pending?.resolve(answer as never);
      else pending?.reject(new Error(error));
    });
    child.on("error", () => {});
    child.on("exit", (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (fromSnapshot && !isUp) return this.#startWithoutSnapshot(signal);
      const reason = new Error(`the language process ended (${signal ?? `code ${code}`})`);
      for (const { reject } of this.#pending.values()) reject(reason);
      this.#pending.clear();
    });
    return child;
  }

  /** The snapshot is of another Node, of other files, or damaged: the questions so far go to a process without it. */
  #startWithoutSnapshot(signal: NodeJS.Signals | null): void {
    // Killed from outside, by Ctrl-C for instance, says nothing about it.
    if (signal === null || crashes.includes(signal)) rmSync(this.#snapshot, { force: true });
    const child = this.#spawn(false);
    for (const { request } of this.#pending.values()) child.send(request);
  }
}
