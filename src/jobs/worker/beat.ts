/**
 * `beat.json`, once a second, from a thread of its own: it goes on while the main thread computes, and says where that one stands.
 * Processes that the job starts and that load medgym write a `beat-<pid>.json` each, for their stacks.
 */
import { Worker } from "node:worker_threads";

export interface Beating {
  /** Something was said. */
  progress(): void;
  stop(): Promise<void>;
}

/** How often it is written, and how often the main thread says that it lives. */
const everyMs = 1000;

export function startBeat(paths: { beat: string; events: string }, stalledAfterSeconds: number): Beating {
  /** [mainAliveMs, progressMs] */
  const shared = new Float64Array(new SharedArrayBuffer(16)).fill(Date.now());
  const worker = new Worker(`(${beat})(require)`, {
    eval: true,
    workerData: { ...paths, shared, everyMs, stalledAfterMs: stalledAfterSeconds * 1000 },
    execArgv: [],
    stdin: false,
  });
  worker.unref();
  worker.on("error", () => {}); // a job does not end with its pulse
  const alive = setInterval(() => {
    shared[0] = Date.now();
  }, everyMs / 4).unref();
  return {
    progress() {
      shared[1] = Date.now();
    },
    async stop() {
      clearInterval(alive);
      await worker.terminate();
    },
  };
}

/** The thread. Its text is all of it: nothing outside of it can be used in it. */
function beat(require: NodeJS.Require): void {
  const { readdirSync, renameSync, statSync, writeFileSync } = require("node:fs") as typeof import("node:fs");
  const { Session } = require("node:inspector") as typeof import("node:inspector");
  const { SourceMap } = require("node:module") as typeof import("node:module");
  const { readFileSync } = require("node:fs") as typeof import("node:fs");
  const { dirname, join } = require("node:path") as typeof import("node:path");
  const { fileURLToPath } = require("node:url") as typeof import("node:url");
  const { workerData } = require("node:worker_threads") as typeof import("node:worker_threads");
  const {
    beat: path,
    events,
    shared,
    everyMs,
    stalledAfterMs,
  } = workerData as {
    beat: string;
    events: string;
    shared: Float64Array;
    everyMs: number;
    stalledAfterMs: number;
  };

  interface Script {
    url: string;
    map?: string;
  }

  interface Frame {
    functionName: string;
    url: string;
    location: { scriptId: string; lineNumber: number; columnNumber: number };
  }

  /** Time that a busy main thread gets to answer. */
  const answerMs = 2000;
  let stack: string | undefined;
  /** Of the silence that the stack was taken in; asked again as long as it lasts, but more and more seldom. */
  let askedMs = 0;
  let pauseMs = stalledAfterMs;
  let isAsking = false;

  const tick = () => {
    const now = Date.now();
    const progressMs = Math.max(shared[1], modified(events));
    if (now - progressMs < stalledAfterMs) {
      stack = undefined;
      askedMs = 0;
      pauseMs = stalledAfterMs;
    } else if (!isAsking && now - askedMs >= pauseMs) {
      if (askedMs > 0) pauseMs *= 2;
      askedMs = now;
      isAsking = true;
      askStack().then((answer) => {
        stack = answer;
        isAsking = false;
        write();
      });
    }
    write();
  };

  const idle = "The main thread is idle: it waits for the engine, a timer, a file, the network or another process.";

  /** Of a process that the job started, where the worker itself only waits for one: a cell's session. */
  const stackOfOthers = (): string | undefined => {
    const folder = dirname(path);
    for (const name of readdirSync(folder)) {
      if (!/^beat-\d+\.json$/.test(name)) continue;
      try {
        const other = JSON.parse(readFileSync(join(folder, name), "utf8")) as { time: number; stack?: string };
        if (Date.now() - other.time < 5 * everyMs && other.stack && other.stack !== idle) return other.stack;
      } catch {
        // it is just being written
      }
    }
    return undefined;
  };

  const write = () => {
    if (stack === idle) stack = stackOfOthers() ?? idle;
    const progressMs = Math.max(shared[1], modified(events));
    try {
      writeFileSync(`${path}.tmp`, JSON.stringify({ time: Date.now(), mainAliveMs: shared[0], progressMs, stack }));
      renameSync(`${path}.tmp`, path);
    } catch {
      // a full disk: the next one may fit
    }
  };

  const modified = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

  /** Stops a busy main thread for a moment, as a debugger does, and lets it go on. */
  const askStack = () =>
    new Promise<string>((resolve) => {
      if (Date.now() - shared[0] < everyMs) {
        resolve(idle);
        return;
      }
      const session = new Session();
      const scripts = new Map<string, Script>();
      const end = (answer: string) => {
        clearTimeout(timer);
        try {
          session.disconnect(); // takes back a stop that has not come
        } catch {
          // it was not connected
        }
        resolve(answer);
      };
      const timer = setTimeout(() => end("The main thread is in native code that does not return."), answerMs);
      try {
        session.connectToMainThread();
        session.on("Debugger.scriptParsed", ({ params }) => {
          const { scriptId, url, sourceMapURL } = params;
          scripts.set(scriptId, { url, map: sourceMapURL });
        });
        session.on("Debugger.paused", ({ params }) => {
          const frames = params.callFrames as unknown as Frame[];
          session.post("Debugger.resume");
          end(
            frames
              .slice(0, 30)
              .map((frame) => lineOf(frame, scripts.get(frame.location.scriptId)))
              .join("\n"),
          );
        });
        session.post("Debugger.enable");
        session.post("Debugger.pause");
      } catch (error) {
        end(`The main thread could not be asked: ${error}`);
      }
    });

  const lineOf = ({ functionName, url, location }: Frame, script?: Script): string => {
    const place = (script && original(script, location)) ?? {
      file: url || script?.url || "",
      line: location.lineNumber,
      column: location.columnNumber,
    };
    const file = place.file.startsWith("file:") ? fileURLToPath(place.file) : place.file;
    return `    at ${functionName || "<anonymous>"} (${file}:${place.line + 1}:${place.column + 1})`;
  };

  const original = ({ url, map }: Script, { lineNumber, columnNumber }: Frame["location"]) => {
    if (!map) return undefined;
    try {
      const text = map.startsWith("data:")
        ? Buffer.from(map.slice(map.indexOf(",") + 1), "base64").toString()
        : readFileSync(fileURLToPath(new URL(map, url)), "utf8");
      const entry = new SourceMap(JSON.parse(text)).findEntry(lineNumber, columnNumber) as {
        originalSource?: string;
        originalLine: number;
        originalColumn: number;
      };
      if (entry.originalSource === undefined) return undefined;
      const file = new URL(entry.originalSource, url).href;
      return { file, line: entry.originalLine, column: entry.originalColumn };
    } catch {
      return undefined; // then the place in what runs
    }
  };

  tick();
  setInterval(tick, everyMs);
}
