/** `medgym jobs …`: each command prints, and returns the exit code. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { displaySymbol } from "../src/core/display.ts";
import { MedgymError } from "../src/core/errors.ts";
import { textTable } from "../src/core/table.ts";
import { boardView } from "../src/jobs/board/board-view.ts";
import { jobView } from "../src/jobs/board/job-view.ts";
import { client } from "../src/jobs/client/client.ts";
import { readEvents } from "../src/jobs/client/events.ts";
import { noLogs } from "../src/jobs/client/job-handle.ts";
import { attemptFolder, jobsHome } from "../src/jobs/home.ts";
import { attach, cancel, type Job, list, pause, prune, resume } from "../src/jobs/index.ts";
import { isOver, type JobEvent, type JobRecord, type JobState, terminalStates } from "../src/jobs/job.ts";
import type { ListQuery, Overview } from "../src/jobs/protocol.ts";

const states: readonly string[] = ["queued", "starting", "running", "stalled", ...terminalStates];

/** Where nobody has ever submitted anything, no daemon is started to find that out. */
function nothingYet(): boolean {
  const nothing = !existsSync(join(jobsHome(), "jobs.sqlite"));
  if (nothing) console.log("no jobs yet on this machine");
  return nothing;
}

function named(which: string): Job {
  return attach(/^\d+$/.test(which) ? Number(which) : which);
}

async function recordOf(which: string): Promise<JobRecord> {
  const job = named(which);
  await job.submitted;
  return job.refresh();
}

export async function listCommand(options: {
  limit: number;
  state?: string[];
  notebook?: string;
  json?: boolean;
}): Promise<number> {
  // biome-ignore format: a line
  const unknown = options.state?.find((state) => !states.includes(state));
  if (unknown !== undefined) throw new MedgymError("invalid-option", `There is no state "${unknown}". States: ${states.join(", ")}.`); // biome-ignore format: a line
  if (nothingYet()) return 0;
  const query: ListQuery = { limit: options.limit, states: options.state as JobState[] | undefined, notebook: options.notebook }; // biome-ignore format: a line
  const found = await list(query);
  const drawn = await found[displaySymbol]();
  print(options.json ? JSON.stringify(found, null, 1) : (drawn?.["text/plain"] ?? ""));
  return 0;
}

export async function showCommand(which: string, options: { json?: boolean }): Promise<number> {
  const { connection, requests } = await client();
  const job = await recordOf(which);
  const history = await connection.request(requests.history, { id: job.id });
  const folder = join(connection.home, "jobs", String(job.id));
  const result = job.state === "succeeded" ? await connection.request(requests.result, { id: job.id }) : undefined;
  if (options.json) {
    print(JSON.stringify({ ...job, history, folder, result }, null, 1));
    return 0;
  }
  const { devices } = await connection.request(requests.overview);
  const names = job.devices.map((index) => devices[index]?.name ?? String(index));
  const log = printed(await readEvents(attemptFolder(connection.home, job.id, job.attempt)));
  const view = jobView({ job, devices: names, curves: [], log, result, nowMs: Date.now() });
  const { work } = job.spec;
  print(
    [
      view["text/plain"] as string,
      "",
      work.type === "function" ? `calls    ${work.export} of ${work.module}` : "runs     a cell",
      work.type === "function" ? `options  ${JSON.stringify(work.options)}` : "",
      `from     ${job.spec.notebook}, in ${job.spec.directory}`,
      `files    ${folder}`,
      ...job.runs.map((path) => `run      ${path}`),
      "",
      ...history.map(({ time, what }) => `${new Date(time).toLocaleString("sv")}  ${what}`),
    ]
      .filter((line, i, lines) => line !== "" || lines[i - 1] !== "")
      .join("\n"),
  );
  return 0;
}

export async function logsCommand(which: string, options: { follow?: boolean }): Promise<number> {
  const { connection } = await client();
  const record = await recordOf(which);
  const { id, attempt } = record;
  if (!options.follow) {
    if (record.logsRemovedMs !== undefined) console.error(noLogs(record));
    process.stdout.write(printed(await readEvents(attemptFolder(connection.home, id, attempt))));
    return 0;
  }
  const following = connection.follow(id);
  for (;;) {
    const { done, value } = await following.next();
    if (!done) {
      process.stdout.write(printed([value.event]));
      continue;
    }
    const { state, reason } = value;
    if (state !== "succeeded") console.error(`job ${id} ended ${state}${reason ? `: ${reason}` : ""}`);
    return state === "succeeded" ? 0 : 1;
  }
}

export async function cancelCommand(names: string[], options: { grace: number }): Promise<number> {
  for (const name of names) {
    const before = await recordOf(name);
    if (!isOver(before.state)) await cancel(before.id, { graceSeconds: options.grace });
    const { id, spec, state, reason } = await recordOf(String(before.id));
    const already = isOver(before.state) ? " already" : "";
    print(`job ${id} (${spec.name}) is${already} ${state}${reason ? `: ${reason}` : ""}`);
  }
  return 0;
}

export async function topCommand(options: { json?: boolean }): Promise<number> {
  const { connection, requests } = await client();
  const draw = async (overview: Overview) => {
    const board = boardView({ title: "jobs", overview, jobs: overview.jobs, findings: new Map(), nowMs: Date.now() });
    const usage = (await connection.request(requests.usage)).filter(({ points }) => points.length > 1);
    const lines = usage.map(({ name, points }) => [name, sparks(points.map(({ utilisation = 0 }) => utilisation))]);
    return [board["text/plain"], ...(lines.length ? ["busy, the last minutes", textTable(lines)] : [])].join("\n");
  };
  if (options.json || !process.stdout.isTTY) {
    const overview = await connection.request(requests.overview);
    print(options.json ? JSON.stringify(overview, null, 1) : await draw(overview));
    return 0;
  }
  const control = new AbortController();
  process.once("SIGINT", () => control.abort());
  for await (const overview of connection.watch({ everyMs: 500, signal: control.signal })) {
    const { rows = 40, columns } = process.stdout;
    const lines = (await draw(overview)).split("\n").slice(0, rows - 1);
    // Home, each line to its end cleared, then all below: no flicker.
    process.stdout.write(`\x1b[H${lines.map((line) => `${line.slice(0, columns)}\x1b[K\n`).join("")}\x1b[J`);
  }
  return 0;
}

const sparkCount = 60;

/** The last five minutes of a device as a line of blocks. */
function sparks(shares: readonly number[]): string {
  const blocks = "▁▂▃▄▅▆▇█";
  return shares
    .slice(-sparkCount)
    .map((share) => blocks[Math.min(blocks.length - 1, Math.floor(share * blocks.length))])
    .join("");
}

export async function pauseCommand(): Promise<number> {
  await pause();
  print("the queue is paused: nothing more starts, what runs goes on");
  return 0;
}

export async function resumeCommand(): Promise<number> {
  await resume();
  print("the queue goes on");
  return 0;
}

export async function pruneCommand(
  names: string[],
  options: { olderThan?: string; keep?: number; dryRun?: boolean },
): Promise<number> {
  if (nothingYet()) return 0;
  const which = names.map((name) => (/^\d+$/.test(name) ? Number(name) : name));
  const pruned = await prune({ ...options, ...(which.length > 0 && { jobs: which }) });
  print(String(pruned));
  return pruned.failed.length > 0 ? 1 : 0;
}

const print = (text: unknown) => console.log(text);

/** What people would have seen in the cell, as text. */
function printed(events: readonly JobEvent[]): string {
  return events
    .map((event) => {
      if (event.type === "stream") return event.text;
      if (event.type === "error") return `${event.error.traceback.join("\n") || event.error.message}\n`;
      if (event.type !== "display" && event.type !== "result") return "";
      const text = event.data["text/plain"];
      return text === undefined ? "" : `${Array.isArray(text) ? text.join("") : text}\n`;
    })
    .join("");
}
