/** Devices × time: which job had which device when, and why a device is idle while jobs wait. A picture for light and dark pages. */
import { formatDuration } from "../../core/progress-line.ts";
import { fontFamily } from "../../plot/style.ts";
import { escapeXml, fit, round, textWidth } from "../../plot/svg/text.ts";
import type { Device, JobRecord } from "../job.ts";
import type { DeviceUsage, UsagePoint } from "../protocol.ts";
import { quiet, stateColors, width } from "./style.ts";

const [laneHeight, stripHeight, rowGap, axisHeight, fontSize] = [20, 12, 5, 24, 11];
/** Of rows without a device. */
const noDevice = "no device";

interface Bar {
  job: JobRecord;
  from: number;
  to: number;
  lane: number;
}

/** @param usage of the devices, drawn as a strip below each: how busy as an area, how full as a line */
export function gantt(
  devices: readonly Device[],
  jobs: readonly JobRecord[],
  nowMs: number,
  usage: readonly DeviceUsage[] = [],
): string {
  const drawn = jobs.filter((job) => job.startedMs !== undefined);
  const start = Math.min(nowMs - 1000, ...drawn.map((job) => job.startedMs!));
  const rows = devices.map((device) => ({
    name: device.name,
    memoryBytes: device.memoryBytes,
    usage: (usage.find(({ index }) => index === device.index)?.points ?? []).filter(
      ({ time }) => time >= start && time <= nowMs,
    ),
    idle: device.jobs.length === 0 ? device.idleReason : undefined,
    bars: inLanes(
      drawn.filter(({ devices: held }) => held.includes(device.index)),
      nowMs,
    ),
  }));
  const without = inLanes(
    drawn.filter(({ devices: held }) => held.length === 0),
    nowMs,
  );
  if (without.length > 0) rows.push({ name: noDevice, memoryBytes: 0, usage: [], idle: undefined, bars: without });
  const left = Math.min(160, Math.max(50, ...rows.map(({ name }) => textWidth(name, fontSize))) + 12);
  const right = width - 8;
  const x = (ms: number) => round(left + ((ms - start) / (nowMs - start)) * (right - left));

  const parts: string[] = [];
  const lines: string[] = [];
  let y = 4;
  for (const { name, bars, idle, usage: points, memoryBytes } of rows) {
    const lanes = Math.max(1, ...bars.map(({ lane }) => lane + 1));
    const height = lanes * laneHeight;
    parts.push(
      `<rect x="${left}" y="${y}" width="${right - left}" height="${height}" rx="3" fill="#808080" fill-opacity=".1"/>`,
      text(left - 8, y + height / 2 + 4, fit(name, fontSize, left - 12), 'text-anchor="end"'),
    );
    if (idle) parts.push(idleMark(x, bars, start, nowMs, y, height, idle));
    for (const bar of bars) parts.push(drawBar(bar, x, y));
    y += height;
    if (points.length > 1) {
      parts.push(usageStrip(points, memoryBytes, x, y + 1));
      y += stripHeight + 1;
    }
    y += rowGap;
  }
  const bottom = y;
  for (const seconds of ticks((nowMs - start) / 1000)) {
    const at = x(start + seconds * 1000);
    lines.push(
      `<line x1="${at}" x2="${at}" y1="4" y2="${bottom}" stroke="#808080" stroke-opacity=".25"/>`,
      text(Math.min(at, right - 14), bottom + 14, tickText(seconds), 'text-anchor="middle"'),
    );
  }
  const height = bottom + axisHeight;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily.replace(/"/g, "'")}" font-size="${fontSize}" role="img">` +
    `<defs><pattern id="idle" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="3" height="8" fill="#b8860b" fill-opacity=".16"/></pattern></defs>` +
    `${lines.join("")}${parts.join("")}</svg>`
  );
}

const text = (x: number, y: number, content: string, attributes = "", fill = quiet): string =>
  `<text x="${round(x)}" y="${round(y)}" fill="${fill}" ${attributes}>${escapeXml(content)}</text>`;

/** Jobs that share a device at one time lie above each other. */
function inLanes(jobs: readonly JobRecord[], nowMs: number): Bar[] {
  const ends: number[] = [];
  return [...jobs]
    .sort((a, b) => a.startedMs! - b.startedMs!)
    .map((job) => {
      const [from, to] = [job.startedMs!, job.endedMs ?? nowMs];
      const free = ends.findIndex((end) => end <= from);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = to;
      return { job, from, to, lane };
    });
}

function drawBar({ job, from, to, lane }: Bar, x: (ms: number) => number, y: number): string {
  const [begin, end] = [x(from), x(to)];
  const barWidth = Math.max(2, end - begin);
  const top = y + lane * laneHeight + 1;
  const seconds = formatDuration((to - from) / 1000);
  const label = fit(job.spec.name, fontSize, barWidth - 8);
  const fits = barWidth > 24 && label.length > 2;
  return (
    `<g><title>${escapeXml(`${job.spec.name} (job ${job.id}): ${job.state}, ${seconds}`)}</title>` +
    `<rect x="${begin}" y="${top}" width="${round(barWidth)}" height="${laneHeight - 2}" rx="3" fill="${stateColors[job.state]}"/>` +
    `${fits ? text(begin + 5, top + 13, label, "", "#fff") : ""}</g>`
  );
}

function usageStrip(points: readonly UsagePoint[], memoryBytes: number, x: (ms: number) => number, y: number): string {
  const level = (share: number) => round(y + stripHeight * (1 - Math.min(1, Math.max(0, share))));
  const path = (shareOf: (point: UsagePoint) => number) =>
    points.map((point) => `${x(point.time)} ${level(shareOf(point))}`).join("L");
  const [first, last] = [x(points[0].time), x(points[points.length - 1].time)];
  const bottom = y + stripHeight;
  const busy = `<path d="M${first} ${bottom}L${path(({ utilisation = 0 }) => utilisation)}L${last} ${bottom}Z" fill="#2f6fde" fill-opacity=".35"/>`;
  const full = `<path d="M${path(({ usedBytes = 0 }) => usedBytes / memoryBytes)}" fill="none" stroke="#d4620a" stroke-width="1.2"/>`;
  return busy + full;
}

/** From the device's last job until now. */
function idleMark(
  x: (ms: number) => number,
  bars: readonly Bar[],
  start: number,
  nowMs: number,
  y: number,
  height: number,
  reason: string,
): string {
  const since = Math.max(start, ...bars.map(({ to }) => to));
  const [begin, end] = [x(since), x(nowMs)];
  const words = `idle: ${reason}`;
  // Where the stretch is short, the words go before it if nothing is there.
  const room = end - begin - 8;
  const mark = `<rect x="${begin}" y="${y}" width="${round(Math.max(2, end - begin))}" height="${height}" rx="3" fill="url(#idle)"><title>${escapeXml(words)}</title></rect>`;
  return room > 60 ? mark + text(begin + 5, y + height / 2 + 4, fit(words, fontSize, room), "", "#a87a0a") : mark;
}

const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 43200, 86400];

/** Seconds since the beginning. */
function ticks(span: number): number[] {
  const step = steps.find((each) => span / each <= 8) ?? 86_400 * Math.ceil(span / 86_400 / 8);
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => i * step);
}

const tickText = (seconds: number): string =>
  seconds === 0
    ? "0"
    : seconds % 3600 === 0
      ? `${seconds / 3600} h`
      : seconds % 60 === 0
        ? `${seconds / 60} min`
        : seconds > 60
          ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
          : `${seconds} s`;
