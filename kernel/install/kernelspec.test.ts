import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { installKernelSpec, uninstallKernelSpec } from "./kernelspec.ts";
import { logoPng, logoSvg } from "./logo.ts";

// The compiled kernel need not be there for this.
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  return { ...fs, existsSync: (path: string) => path.endsWith("front.js") || fs.existsSync(path) };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spec-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("writes the spec where Jupyter looks in an environment, twice as well as once, and removes it", () => {
  const path = installKernelSpec({ prefix: folder });
  expect(installKernelSpec({ prefix: folder, env: { MEDGYM_CHECK: "warn" } })).toBe(path);
  expect(path).toBe(join(folder, "share/jupyter/kernels/medgym"));
  expect(readdirSync(join(folder, "share/jupyter/kernels"))).toEqual(["medgym"]); // no drafts
  expect(readdirSync(path).sort()).toEqual(["kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"]);
  expect(JSON.parse(readFileSync(join(path, "kernel.json"), "utf8"))).toMatchObject({
    argv: [process.execPath, expect.stringMatching(/run\/front\.js$/), "{connection_file}"],
    language: "typescript",
    interrupt_mode: "message",
    env: { MEDGYM_CHECK: "warn" },
  });
  expect(uninstallKernelSpec({ prefix: folder })).toBe(path);
  expect(existsSync(path)).toBe(false);
  expect(uninstallKernelSpec({ prefix: folder })).toBeUndefined();
});

test("dir is the folder of all specs; two places at once are refused", () => {
  expect(installKernelSpec({ dir: folder })).toBe(join(folder, "medgym"));
  expect(() => installKernelSpec({ dir: folder, user: true })).toThrow("user and dir exclude each other");
});

test("the logo is a valid PNG of its size, transparent at the corners and white on the pulse", () => {
  const png = logoPng(64);
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([64, 64]);
  const data = png.indexOf("IDAT");
  const pixels = inflateSync(png.subarray(data + 4, data + 4 + png.readUInt32BE(data - 4)));
  const at = (x: number, y: number) => [...pixels.subarray(y * 257 + 1 + x * 4, y * 257 + 5 + x * 4)];
  expect(pixels.length).toBe(64 * 257);
  expect(at(0, 0)[3]).toBe(0);
  expect(at(32, 8)).toEqual([11, 114, 133, 255]);
  expect(at(14, 33)).toEqual([255, 255, 255, 255]); // on the line from (8, 34) to (20, 34)
  expect(logoSvg()).toContain("<polyline");
});
