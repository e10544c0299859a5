import { escapeHtml, type MimeBundle } from "../core/display.ts";
import { formatBytes } from "../core/progress-line.ts";
import type { Model } from "./model.ts";

/** What a cell shows of a model. */
export function modelCard(model: Model): MimeBundle {
  const rows = describe(model);
  const width = Math.max(...rows.map(([label]) => label.length));
  const text = [model.name, ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)].join("\n");
  const cells = rows.map(
    ([label, value]) =>
      `<tr><td style="text-align:left;opacity:.65;padding:1px 12px 1px 0">${escapeHtml(label)}</td><td style="text-align:left;padding:1px 0">${escapeHtml(value)}</td></tr>`,
  );
  const html =
    '<div style="display:inline-block;border:1px solid rgba(128,128,128,.4);border-radius:6px;padding:8px 12px">' +
    `<strong>${escapeHtml(model.name)}</strong><table style="margin:4px 0 0;border-collapse:collapse;background:none">${cells.join("")}</table></div>`;
  return { "text/plain": text, "text/html": html };
}

function describe(model: Model): [string, string][] {
  const { info, adapter } = model;
  const device = model.device.info();
  const rows: [string, string][] = [
    ["architecture", info.architecture],
    [
      "parameters",
      `${formatCount(info.parameters)} (${info.layers} layers, hidden ${info.hiddenSize}, vocabulary ${info.vocabSize})`,
    ],
    ["weights", `${info.dtype}, ${formatBytes(info.weightBytes)}`],
    ["context", `${info.maxPositions} tokens${info.slidingWindow ? `, sliding window ${info.slidingWindow}` : ""}`],
    ["device", `${device.name} (${device.isa}, ${device.threads} threads), ${formatBytes(device.currentBytes)} in use`],
    ["adapter", adapter ? describeAdapter(model) : "none"],
  ];
  if (!model.hasTokenizer) rows.push(["tokenizer", "none: prompts are token ids"]);
  return rows;
}

function describeAdapter({ adapter }: Model): string {
  const { name, config, modules } = adapter!;
  const kind = config.useRslora ? "rsLoRA" : "LoRA";
  return `${name}: ${kind}, rank ${config.rank}, alpha ${config.alpha}, ${modules.length} layers`;
}

/** `494 M`, `26.8 M`, `1.54 B`, `812` */
export function formatCount(count: number): string {
  const units: [number, string][] = [
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  for (const [size, unit] of units) {
    if (count < size) continue;
    const value = count / size;
    return `${value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)} ${unit}`;
  }
  return String(count);
}
