/** The machine at one glance: devices × time, who waits and why, curves over each other, what came out. */
import { escapeHtml, type MimeBundle } from "../../core/display.ts";
import { formatBytes, formatDuration } from "../../core/progress-line.ts";
import { textTable } from "../../core/table.ts";
import type { Device, JobRecord, JobState } from "../job.ts";
import { isOver } from "../job.ts";
import type { DeviceUsage, Overview } from "../protocol.ts";
import { type Curve, curvePanels } from "./curves.ts";
import { commonFigures, type Figures, figuresOf, measuredText } from "./figures.ts";
import { gantt } from "./gantt.ts";
import { needsText, progressText, ranSeconds } from "./job-view.ts";
import { block, faint, picture, plainCell, stateCell, stateColors, type TableCell, table } from "./style.ts";

/** What is known of a job beside its record. */
export interface JobFindings {
  curves: readonly Curve[];
  /** Once it has succeeded. */
  result?: unknown;
}

export interface BoardViewState {
  title?: string;
  overview: Pick<Overview, "devices" | "paused">;
  /** Those to show. */
  jobs: readonly JobRecord[];
  findings: ReadonlyMap<number, JobFindings>;
  nowMs: number;
  /** How busy and how full the devices were. */
  usage?: readonly DeviceUsage[];
}

const [mostQueued, mostRows, mostFigures] = [12, 40, 3];

export function boardView({ title = "jobs", overview, jobs, findings, nowMs, usage }: BoardViewState): MimeBundle {
  const { devices, paused } = overview;
  const queued = jobs.filter(({ state }) => state === "queued");
  const others = jobs.filter(({ state }) => state !== "queued").sort((a, b) => b.id - a.id);
  const head = headline(devices, jobs, paused);
  const idle = idleDevices(devices);
  const waiting = queued.slice(0, mostQueued).map((job) => [job.spec.name, needsText(job), job.reason ?? ""]);
  const unseen = queued.length - waiting.length;
  const results = resultRows(others.slice(0, mostRows), devices, findings, nowMs);
  const curves = jobs
    .filter(({ id }) => findings.get(id)?.curves.length)
    .map(({ id, spec }) => ({ name: spec.name, curves: findings.get(id)!.curves }));
  const html = [
    `<div><b>${escapeHtml(title)}</b> &nbsp; ${faint(escapeHtml(head))}</div>`,
    paused ? `<div style="color:${stateColors.stalled}">The queue is paused: jobs.resume() lets it go on.</div>` : "",
    picture(gantt(devices, jobs, nowMs, usage), "devices over time"),
    usage?.some(({ points }) => points.length > 1)
      ? `<div style="font-size:11px">${faint(`below each device: how busy it was (<span style="color:#2f6fde">▇</span>) and how full its memory (<span style="color:#d4620a">━</span>), 0 to 100 %`)}</div>`
      : "",
    ...idle.map((line) => `<div style="color:${stateColors.stalled}">${escapeHtml(line)}</div>`),
    waiting.length > 0
      ? table(
          ["queued", "", "because"],
          waiting.map((row) => row.map(plainCell)),
        )
      : "",
    unseen > 0 ? `<div>${faint(`… and ${unseen.toLocaleString("en")} more`)}</div>` : "",
    curvePanels(curves),
    results.rows.length > 0 ? table(results.header, results.rows) : "",
  ];
  const text = [
    `${title}: ${head}`,
    ...devices.map((device) => `  ${device.name}: ${deviceText(device, jobs)}`),
    ...waiting.map(([name, needs, reason]) => `  ${name} (${needs}): ${reason || "queued"}`),
    unseen > 0 ? `  … and ${unseen.toLocaleString("en")} more` : "",
    results.rows.length > 0
      ? textTable([results.header, ...results.rows.map((row) => row.map(({ text }) => text))])
      : "",
  ];
  return { "text/html": block(html.join("")), "text/plain": text.filter(Boolean).join("\n") };
}

function headline(devices: readonly Device[], jobs: readonly JobRecord[], paused: boolean): string {
  const busy = devices.filter((device) => device.jobs.length > 0).length;
  const counts = new Map<JobState, number>();
  for (const { state } of jobs) counts.set(state, (counts.get(state) ?? 0) + 1);
  const states = [...counts].map(([state, count]) => `${count.toLocaleString("en")} ${state}`);
  return [`${busy} of ${devices.length} devices busy`, ...states, ...(paused ? ["paused"] : [])].join(" · ");
}

/** A device that could work while jobs wait, and why it does not. */
function idleDevices(devices: readonly Device[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { name, jobs, idleReason } of devices) {
    if (jobs.length === 0 && idleReason) reasons.set(idleReason, [...(reasons.get(idleReason) ?? []), name]);
  }
  return [...reasons].map(([reason, names]) => `${names.join(", ")} idle while jobs wait: ${reason}`);
}

function deviceText(device: Device, jobs: readonly JobRecord[]): string {
  const { jobs: holders, idleReason, utilisation, usedBytes, memoryBytes } = device;
  const names = holders.map((id) => jobs.find((job) => job.id === id)?.spec.name ?? `job ${id}`);
  const load = utilisation === undefined ? "" : ` ${Math.round(100 * utilisation)} %`;
  const memory = usedBytes === undefined ? "" : ` ${formatBytes(usedBytes)} of ${formatBytes(memoryBytes)}`;
  return `${names.join(", ") || `idle${idleReason ? `: ${idleReason}` : ""}`}${load}${memory}`;
}

/** A line a job; figures of results with their intervals in the last columns. */
export function resultRows(
  jobs: readonly JobRecord[],
  devices: readonly Device[],
  findings: ReadonlyMap<number, JobFindings>,
  nowMs: number,
): { header: string[]; rows: TableCell[][] } {
  const figures = new Map<number, Figures>(jobs.map(({ id }) => [id, figuresOf(findings.get(id)?.result)]));
  const names = commonFigures([...figures.values()], mostFigures);
  const rows = jobs.map((job) => {
    const seconds = ranSeconds(job, nowMs);
    const held = job.devices.map((index) => devices.find((device) => device.index === index)?.name ?? String(index));
    return [
      plainCell(job.spec.name),
      stateCell(job.state),
      plainCell(held.join(", ")),
      plainCell(seconds === undefined ? "" : formatDuration(seconds)),
      plainCell(job.peakBytes ? formatBytes(job.peakBytes) : ""),
      ...names.map((name) => plainCell(measuredText(figures.get(job.id)!.get(name)))),
      plainCell(
        isOver(job.state)
          ? job.state === "succeeded"
            ? ""
            : shortened(job.reason ?? job.error?.message)
          : progressText(job),
      ),
    ];
  });
  const header = ["job", "state", "device", "time", "peak memory", ...names, ""];
  // A column that says nothing of any job is left out.
  const kept = header.flatMap((_, i) => (rows.some((row) => row[i].text !== "") ? [i] : []));
  return { header: kept.map((i) => header[i]), rows: rows.map((row) => kept.map((i) => row[i])) };
}

const shortened = (text = ""): string => (text.length > 90 ? `${text.slice(0, 89)}…` : text);
