/**
 * A worker that does as its cell says, for tests, the bench and the survival script: takes its attempt, writes its name into a ledger,
 * works for a while with events and beats, and leaves a result. Plain JavaScript, so that it starts in some 40 ms.
 *
 * ms      how long it works
 * until   works until this file is there
 * value   its result
 * ledger  file in which every attempt that begins writes a line: `id attempt`
 * guard   folder in which it holds its devices, one file each; another that holds one is written into the ledger
 * end     how it ends, if not with its value: throw exit crash memory eat hang no-claim
 * once    only the first attempt ends so
 * steps   says so many
 * say     prints it
 * deaf    goes on although it is asked to stop
 * silent  no beats
 * child   starts a process that would outlive it
 */
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const warm = process.argv[2] === "--warm";
if (warm) writeFileSync(3, '{"ready":true}\n');
const folder = warm ? readFileSync(0, "utf8").trim() : process.argv[2];
if (folder === "") process.exit(0);
const { spec, id, attempt, devices, environment } = JSON.parse(readFileSync(join(folder, "work.json"), "utf8"));
Object.assign(process.env, environment);
const cell = spec.work.type === "cell" ? spec.work.cell : spec.work.options;
const end = cell.once && attempt > 1 ? undefined : cell.end;

if (end === "no-claim") process.exit(0);
if (!claim()) process.exit(0);
if (cell.ledger) appendFileSync(cell.ledger, `${id} ${attempt}\n`);
for (const device of cell.guard ? devices : []) hold(device);
if (cell.child) spawn("sleep", ["60"], { stdio: "ignore" });

let progressMs = Date.now();
say({ type: "started", pid: process.pid });
if (cell.say) say({ type: "stream", name: "stdout", text: `${cell.say}\n` });
beat();
setInterval(beat, 200);
setInterval(() => {
  if (!cell.deaf && existsSync(join(folder, "cancel"))) finish({ status: "cancelled", reason: "asked to" });
}, 20);
for (let step = 1; step <= (cell.steps ?? 0); step++) setTimeout(tell, (cell.ms * step) / (cell.steps + 1), step);
if (cell.until) {
  const waiting = setInterval(() => {
    if (!existsSync(cell.until)) return;
    clearInterval(waiting);
    conclude();
  }, 10);
} else setTimeout(conclude, cell.ms);

/** As src/jobs/claim.ts does it. */
function claim() {
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  const stat = readFileSync("/proc/self/stat", "latin1");
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  const temporary = join(folder, `.tmp-claim-${process.pid}`);
  writeFileSync(temporary, JSON.stringify({ by: "worker", pid: process.pid, identity: `${boot}:${started}` }));
  try {
    linkSync(temporary, join(folder, "claim"));
    return true;
  } catch {
    return false;
  } finally {
    rmSync(temporary);
  }
}

/** A holder that is dead holds nothing. */
function hold(device) {
  const path = join(cell.guard, `device-${device}`);
  const [holder, group] = existsSync(path) ? readFileSync(path, "utf8").split(" ") : [];
  if (holder && isAlive(group))
    appendFileSync(cell.ledger, `CONFLICT device ${device}: ${holder} and ${id}/${attempt}\n`);
  writeFileSync(path, `${id}/${attempt} ${process.pid}`);
}

function isAlive(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !["Z", "X"].includes(stat.slice(stat.lastIndexOf(")") + 2)[0]);
  } catch {
    return false;
  }
}

function say(event) {
  progressMs = Date.now();
  appendFileSync(join(folder, "events.jsonl"), `${JSON.stringify({ time: progressMs, ...event })}\n`);
}

function tell(step) {
  say({ type: "progress", phase: "updating", done: step, total: cell.steps, unit: "steps" });
  say({ type: "metric", run: "sleeper", step, values: { loss: 1 / step } });
}

function whole(name, value) {
  writeFileSync(join(folder, `${name}.tmp`), JSON.stringify(value));
  renameSync(join(folder, `${name}.tmp`), join(folder, name));
}

function beat() {
  if (!cell.silent) whole("beat.json", { time: Date.now(), mainAliveMs: Date.now(), progressMs, stack: "at sleeper" });
}

function finish(result) {
  for (const device of cell.guard ? devices : []) rmSync(join(cell.guard, `device-${device}`), { force: true });
  whole("result.json", result);
  process.exit(0);
}

function conclude() {
  const error = (name, code) => ({ name, message: `${name} on purpose`, code, traceback: ["at sleeper"] });
  if (end === "throw") finish({ status: "failed", error: error("TypeError") });
  else if (end === "exit") {
    console.error("the last words");
    process.exit(3);
  } else if (end === "crash") process.kill(process.pid, "SIGSEGV");
  else if (end === "memory") {
    const downshift = { ...cell, end: undefined, value: "with less" };
    finish({ status: "out-of-memory", error: error("OutOfMemory", "out-of-memory"), downshift });
  } else if (end === "eat") {
    const eaten = [];
    setInterval(() => eaten.push(Buffer.alloc(20e6, 1)), 5);
  } else if (end === "hang") createServer().listen(0, "127.0.0.1");
  else finish({ status: "succeeded", value: cell.value ?? { id, attempt, devices, environment } });
}
