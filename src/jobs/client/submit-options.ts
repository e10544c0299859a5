/** How a job is to run: what `jobs.submit` and the line of `%%job` take beside the work itself. */
import { resolve } from "node:path";
import { z } from "zod";
import { InvalidOptionError } from "../../core/errors.ts";
import { resolveOptions } from "../../core/options.ts";
import type { RetryReason } from "../job.ts";
import { Job } from "./job-handle.ts";

export interface SubmitOptions {
  /** Devices, all of them at once: GPUs, or slots on a machine without; 0: needs none. @default 1 */
  gpus?: number;
  /** Label in tables and boards, and for `jobs.attach`. @default the function's name */
  name?: string;
  /** Jobs that must have succeeded before, by handle, number or name of one submitted from this notebook. */
  after?: Waited | readonly Waited[];
  /** Higher starts first. @default 0 */
  priority?: number;
  /** Seconds after which it is ended and counts as failed. @default none */
  timeout?: number;
  /**
   * Attempts after the first, whatever went wrong; or `{ times, on }` with some of "failed", "lost", "timeout", "out-of-memory". After
   * "out-of-memory" it goes on with options that need less, where the function knows any. @default 0
   */
  retry?: number | { times?: number; on?: readonly RetryReason[] };
  /** On each device, in bytes or as "8 GB". @default estimated, where the function can; else it has its devices to itself */
  memory?: number | string;
  /** Shares its devices with other jobs as far as the memory of all fits. @default false */
  shared?: boolean;
  /** Seconds that it will probably run: short ones may overtake. @default learned from earlier jobs, where there were any */
  expected?: number;
  /** Further environment variables. */
  environment?: Readonly<Record<string, string>>;
  /** Working folder. @default the current one */
  directory?: string;
}

export type Waited = Job<unknown> | number | string;

const reasons = ["failed", "lost", "timeout", "out-of-memory"] as const;
export const waited = z
  .custom<Waited>(
    (value) => value instanceof Job || Number.isInteger(value) || (typeof value === "string" && value !== ""),
  )
  .describe("a job, its number or its name");

const schema = z.strictObject({
  gpus: z.int().min(0).default(1),
  name: z.string().min(1).optional(),
  after: z.union([waited, z.array(waited)]).optional(),
  priority: z.number().default(0),
  timeout: z.number().gt(0).optional(),
  retry: z
    .union([
      z.int().min(0),
      z.strictObject({
        times: z.int().min(0).default(1),
        on: z
          .array(z.enum(reasons))
          .min(1)
          .default([...reasons]),
      }),
    ])
    .default(0),
  memory: z.union([z.number().gt(0), z.string()]).optional(),
  shared: z.boolean().default(false),
  expected: z.number().gt(0).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  directory: z.string().min(1).optional(),
} satisfies Record<keyof SubmitOptions, z.ZodType>);

export interface ResolvedSubmit {
  gpus: number;
  name?: string;
  after: Waited[];
  priority: number;
  timeoutSeconds?: number;
  retry: { times: number; on: RetryReason[] };
  memoryBytes?: number;
  shared: boolean;
  expectedSeconds?: number;
  environment: Record<string, string>;
  directory: string;
}

export function resolveSubmit(verb: string, options: SubmitOptions): ResolvedSubmit {
  const checked = resolveOptions(verb, options, schema);
  const { after = [], retry, memory, timeout, expected, directory, environment, ...rest } = checked;
  return {
    ...rest,
    after: [after].flat() as Waited[],
    timeoutSeconds: timeout,
    expectedSeconds: expected,
    memoryBytes: memory === undefined ? undefined : bytesOf(verb, memory),
    retry: typeof retry === "number" ? { times: retry, on: [...reasons] } : { times: retry.times, on: [...retry.on] },
    environment: { ...environment },
    directory: resolve(directory ?? "."),
  };
}

const units: Record<string, number> = {
  ...{ b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
};

function bytesOf(verb: string, memory: number | string): number {
  if (typeof memory === "number") return memory;
  const [, number, unit = "b"] = memory.trim().match(/^([\d.]+)\s*([kmgt]?i?b)?$/i) ?? [];
  const bytes = Number(number) * units[unit.toLowerCase()];
  if (bytes > 0) return Math.round(bytes);
  throw new InvalidOptionError("memory", `${verb}: memory is "${memory}"; write bytes, or e.g. "8 GB" or "500 MiB".`);
}
