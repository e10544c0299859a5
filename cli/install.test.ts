import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { findKernelspec } from "../kernel/client/kernelspec.ts";
import { installCommand } from "./install.ts";

vi.mock("../kernel/install/kernelspec.ts", async (original) => {
  // The kernel runs compiled; where it lies is checked end to end. Here: a spec with some argv.
  const real = await original<typeof import("../kernel/install/kernelspec.ts")>();
  const { mkdirSync, writeFileSync } = await import("node:fs");
  const install = ({ prefix }: { prefix?: string }) => {
    const folder = join(String(prefix), "share", "jupyter", "kernels", "medgym");
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, "kernel.json"),
      JSON.stringify({ argv: ["node"], display_name: "m", language: "typescript" }),
    );
    return folder;
  };
  return { ...real, installKernelSpec: install };
});

const prefix = mkdtempSync(join(tmpdir(), "medgym-install-"));
afterAll(() => rmSync(prefix, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

describe("medgym install", () => {
  test("the kernelspec is found, with the plot library beside it; --remove takes it away", async () => {
    const print = vi.spyOn(console, "log").mockImplementation(() => {});
    expect(installCommand({ prefix })).toBe(0);
    const spec = findKernelspec("medgym", [join(prefix, "share", "jupyter")]);
    expect(spec).toMatchObject({
      language: "typescript",
      directory: join(prefix, "share", "jupyter", "kernels", "medgym"),
    });
    const { statSync } = await import("node:fs");
    expect(statSync(join(spec.directory, "plotly.min.js")).size).toBeGreaterThan(500_000);
    expect(installCommand({ prefix, remove: true })).toBe(0);
    expect(() => findKernelspec("medgym", [join(prefix, "share", "jupyter")])).toThrow(/no kernel "medgym"/);
    expect(installCommand({ prefix, remove: true })).toBe(0);
    expect(print).toHaveBeenLastCalledWith("It was not installed there.");
  });
});
