/** Which options a sweep tries. */
import { InvalidOptionError } from "../../core/errors.ts";
import { show } from "../../core/options.ts";
import { Random } from "../../core/random.ts";

/** Numbers between two ends. */
export interface Range {
  min: number;
  max: number;
  /** Evenly on a logarithmic scale, as learning rates are. @default false */
  log?: boolean;
  /** Whole ones only. @default false */
  integer?: boolean;
}

/** By path in the options: `{ "lora.rank": [8, 16, 32], learningRate: { min: 1e-5, max: 1e-3, log: true } }`; a range is for "random". */
export type Space = Readonly<Record<string, readonly unknown[] | Range>>;

/** What of the options a trial changes, by path. */
export type Setting = Readonly<Record<string, unknown>>;

export function gridOf(space: Space): Setting[] {
  let settings: Setting[] = [{}];
  for (const [path, values] of Object.entries(space)) {
    if (!Array.isArray(values))
      throw wrong(path, 'is a range, which a grid has no values of: give a list, or strategy: "random".');
    if (values.length === 0) throw wrong(path, "is an empty list.");
    settings = settings.flatMap((setting) => values.map((value) => ({ ...setting, [path]: value })));
  }
  return settings;
}

/** `count` different ones, or all there are. */
export function drawn(space: Space, count: number, seed: number): Setting[] {
  const random = new Random(seed).split("sweep");
  const seen = new Map<string, Setting>();
  for (let tries = 0; seen.size < count && tries < 50 * count; tries++) {
    const setting = Object.fromEntries(
      Object.entries(space).map(([path, values]) => [path, draw(path, values, random)]),
    );
    const key = JSON.stringify(setting);
    if (!seen.has(key)) seen.set(key, setting);
  }
  return [...seen.values()];
}

function draw(path: string, values: readonly unknown[] | Range, random: Random): unknown {
  if (Array.isArray(values)) {
    if (values.length === 0) throw wrong(path, "is an empty list.");
    return values[random.integer(values.length)];
  }
  const { min, max, log = false, integer = false } = values as Range;
  if (!(typeof min === "number" && typeof max === "number" && min <= max && (!log || min > 0))) {
    throw wrong(
      path,
      `is ${show(values)}; it must be a list, or { min, max } with min ≤ max${log ? " and min above 0 for log" : ""}.`,
    );
  }
  const share = random.uniform();
  const value = log ? min * (max / min) ** share : min + (max - min) * share;
  return integer ? Math.min(max, Math.round(value)) : Number(value.toPrecision(4));
}

const wrong = (path: string, text: string) => new InvalidOptionError(path, `sweep: ${path} ${text}`);

/** A copy of `base` with the setting's values at their paths. */
export function withSetting(base: Readonly<Record<string, unknown>>, setting: Setting): Record<string, unknown> {
  const options = { ...base };
  for (const [path, value] of Object.entries(setting)) {
    const parts = path.split(".");
    let at: Record<string, unknown> = options;
    for (const part of parts.slice(0, -1)) {
      const inner = at[part];
      if (inner !== undefined && (typeof inner !== "object" || inner === null)) {
        throw wrong(path, `cannot be set: ${part} is ${show(inner)}.`);
      }
      at[part] = { ...(inner as Record<string, unknown> | undefined) };
      at = at[part] as Record<string, unknown>;
    }
    at[parts.at(-1)!] = value;
  }
  return options;
}

/** `rank=8 targets=attention`: the last parts of the paths. */
export function labelOf(setting: Setting): string {
  const text = (value: unknown) => (typeof value === "string" ? value.split("/").at(-1) : JSON.stringify(value));
  return Object.entries(setting)
    .map(([path, value]) => `${path.split(".").at(-1)}=${text(value)}`)
    .join(" ");
}
